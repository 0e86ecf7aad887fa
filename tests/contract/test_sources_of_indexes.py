from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contract.places import Opened
from support.blobs import Published
from support.daemon import Daemon, Held
from support.kinds import KINDS
from support.memory_contents import snapshot_of
from support.publishing import put_into, write_layout, write_layout_tar
from support.registry import Registry
from support.saved_images import containerd_save, write
from support.tools import needs, skopeo
from tagledger.model.source import Wanted
from tagledger.sources.docker_archive import open_docker_archive
from tagledger.sources.docker_daemon import open_docker_daemon
from tagledger.sources.layout import open_layout, open_oci_archive
from tagledger.sources.registry.options import RegistryOptions
from tagledger.sources.registry.source import open_registry

NAME = "docker.io/example/app:1.0"
PLACES = ("registry", "oci", "oci-archive", "docker-archive", "docker-daemon")


@contextmanager
def opened(place: str, published: Published, directory: Path) -> Iterator[Opened]:
    """A place that keeps manifests, with this in it."""
    tagged = {"1.0": published}
    match place:
        case "registry":
            with Registry() as registry:
                put_into(registry, "app", published, "1.0")
                yield open_registry(f"{registry.address}/app:1.0", RegistryOptions())
        case "oci":
            yield open_layout(f"{write_layout(directory / 'app', tagged)}:1.0")
        case "oci-archive":
            path = write_layout_tar(directory / "app.tar", tagged)
            yield open_oci_archive(f"{path}:1.0")
        case "docker-archive":
            saved = containerd_save({NAME: published}, {})
            path = write(directory / "app.tar", saved)
            yield open_docker_archive(f"{path}:{NAME}")
        case "docker-daemon":
            saved = containerd_save({NAME: published}, {})
            with Daemon([Held(published.digest, (NAME,), saved)]) as daemon:
                yield open_docker_daemon("example/app:1.0", daemon.environment)


@pytest.mark.parametrize("attestations", [False, True])
@pytest.mark.parametrize(
    ("place", "kind"),
    [
        (place, kind)
        for place in PLACES
        for kind in KINDS
        # A layout names bytes by their own hash; the digest of signed ones is another.
        if place == "registry" or kind != "schema-1-signed"
    ],
)
async def test_every_kind_is_stated_alike_everywhere(
    place: str, kind: str, *, attestations: bool, tmp_path: Path
) -> None:
    """Root, entries and documents do not depend on where they were read."""
    wanted = Wanted(attestations=attestations)
    expected = await snapshot_of(KINDS[kind](), wanted=wanted)

    with opened(place, KINDS[kind](), tmp_path) as (source, name):
        try:
            snapshot = await source.observe(name, wanted)
        finally:
            await source.aclose()

    assert expected.root == snapshot.root
    assert expected.entries == snapshot.entries
    assert expected.documents == snapshot.documents
    assert expected.annotations == snapshot.annotations
    assert expected.subject == snapshot.subject


@needs("skopeo")
async def test_what_skopeo_wrote_is_stated_alike(tmp_path: Path) -> None:
    """An index of five platforms, carried through skopeo into an archive."""
    published = KINDS["oci-index"]()
    layout = write_layout(tmp_path / "app", {"1.0": published})
    path = tmp_path / "app.tar"
    skopeo("copy", "--all", f"oci:{layout}:1.0", f"oci-archive:{path}:other")
    expected = await snapshot_of(published)

    source, name = open_oci_archive(f"{path}:other")
    snapshot = await source.observe(name, Wanted())
    await source.aclose()

    assert expected.root == snapshot.root
    assert expected.entries == snapshot.entries
    assert expected.documents == snapshot.documents
