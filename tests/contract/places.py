"""One image, in every kind of place that images are read from.

Its config and layers are the same everywhere; a place that keeps manifests keeps the manifest too.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import msgspec
import pytest

from support.daemon import Daemon, Held
from support.images import random_image
from support.podman import Podman
from support.publishing import put_into, write_layout, write_layout_tar
from support.registry import Registry
from support.saved_images import containerd_save, crane_save, docker_save, write
from support.tools import needs, skopeo
from tagledger.model.reference import Reference
from tagledger.model.source import Source
from tagledger.sources.docker_archive import open_docker_archive
from tagledger.sources.docker_daemon import open_docker_daemon
from tagledger.sources.layout import open_layout, open_oci_archive
from tagledger.sources.registry.options import RegistryOptions
from tagledger.sources.registry.source import open_registry

IMAGE = random_image(seed=21, layers=3, format="oci", arch="arm64", variant="v8")
NAME = "docker.io/example/app:1.0"

Opened = tuple[Source, Reference]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where the image stands; `open` takes a tag and gives the source and the name.

    `keeps_manifests` is false where only config and layers are there.
    """

    open: Callable[[str], Opened]
    keeps_manifests: bool = True


Make = Callable[[Path], AbstractContextManager[Place]]


@contextmanager
def in_a_registry(_directory: Path) -> Iterator[Place]:
    """A registry in this process."""
    with Registry() as registry:
        put_into(registry, "example/app", IMAGE.published, "1.0")
        yield Place(
            open=lambda tag: open_registry(
                f"{registry.address}/example/app:{tag}", RegistryOptions()
            )
        )


@contextmanager
def in_a_layout(directory: Path) -> Iterator[Place]:
    """An OCI layout in a folder."""
    write_layout(directory / "app", {"1.0": IMAGE.published})
    yield Place(open=lambda tag: open_layout(f"{directory}/app:{tag}"))


@contextmanager
def in_a_layout_tar(directory: Path) -> Iterator[Place]:
    """An OCI layout in a tar."""
    path = write_layout_tar(directory / "app.tar", {"1.0": IMAGE.published})
    yield Place(open=lambda tag: open_oci_archive(f"{path}:{tag}"))


@contextmanager
def in_a_layout_tar_by_skopeo(directory: Path) -> Iterator[Place]:
    """An OCI layout in a tar that skopeo wrote."""
    path = directory / "app.tar"
    skopeo("copy", _layout(directory), f"oci-archive:{path}:1.0")
    yield Place(open=lambda tag: open_oci_archive(f"{path}:{tag}"))


@contextmanager
def in_an_archive_of_old_docker(directory: Path) -> Iterator[Place]:
    """What Docker 1.10 to 24 saves, made here."""
    path = write(directory / "app.tar", docker_save({("example/app:1.0",): IMAGE}))
    yield _archive(path)


@contextmanager
def in_an_archive_of_crane(directory: Path) -> Iterator[Place]:
    """What crane saves, with compressed layers, made here."""
    yield _archive(write(directory / "app.tar", crane_save(IMAGE, "example/app:1.0")))


@contextmanager
def in_an_archive_of_the_containerd_store(directory: Path) -> Iterator[Place]:
    """What Docker saves with the containerd store, made here."""
    saved = containerd_save({NAME: IMAGE.published}, {NAME: IMAGE})
    yield _archive(write(directory / "app.tar", saved), keeps_manifests=True)


@contextmanager
def in_an_archive_by_skopeo(directory: Path) -> Iterator[Place]:
    """What skopeo writes as `docker-archive`."""
    path = directory / "app.tar"
    skopeo("copy", _layout(directory), f"docker-archive:{path}:{NAME}")
    yield _archive(path)


@contextmanager
def in_an_archive_by_podman(directory: Path) -> Iterator[Place]:
    """What podman saves, after it loaded the image."""
    path = directory / "app.tar"
    with Podman() as podman:
        podman("load", f"--input={_saved(directory)}")
        podman("save", "--format=docker-archive", f"--output={path}", NAME)
    yield _archive(path)


@contextmanager
def in_podman(directory: Path) -> Iterator[Place]:
    """The service of podman that speaks Docker's API."""
    with Podman() as podman:
        podman("load", f"--input={_saved(directory)}")
        with podman.service() as host:
            yield Place(
                open=lambda tag: open_docker_daemon(
                    f"example/app:{tag}", {"DOCKER_HOST": host}
                ),
                keeps_manifests=False,
            )


@contextmanager
def in_a_daemon_with_the_containerd_store(_directory: Path) -> Iterator[Place]:
    """A daemon of the tests that saves like Docker with the containerd store."""
    saved = containerd_save({NAME: IMAGE.published}, {NAME: IMAGE})
    with Daemon([Held(IMAGE.digest, (NAME,), saved)]) as daemon:
        yield Place(
            open=lambda tag: open_docker_daemon(
                f"example/app:{tag}", daemon.environment
            )
        )


PLACES: dict[str, tuple[Make, pytest.MarkDecorator | None]] = {
    "registry": (in_a_registry, None),
    "oci": (in_a_layout, None),
    "oci-archive": (in_a_layout_tar, None),
    "oci-archive by skopeo": (in_a_layout_tar_by_skopeo, needs("skopeo")),
    "docker-archive of old Docker": (in_an_archive_of_old_docker, None),
    "docker-archive of crane": (in_an_archive_of_crane, None),
    "docker-archive of containerd": (in_an_archive_of_the_containerd_store, None),
    "docker-archive by skopeo": (in_an_archive_by_skopeo, needs("skopeo")),
    "docker-archive by podman": (
        in_an_archive_by_podman,
        needs("podman", "skopeo", root=True),
    ),
    "docker-daemon podman": (in_podman, needs("podman", "skopeo", root=True)),
    "docker-daemon containerd": (in_a_daemon_with_the_containerd_store, None),
}


def _archive(path: Path, *, keeps_manifests: bool = False) -> Place:
    return Place(
        open=lambda tag: open_docker_archive(f"{path}:example/app:{tag}"),
        keeps_manifests=keeps_manifests,
    )


def _layout(directory: Path) -> str:
    write_layout(directory / "layout", {"1.0": IMAGE.published})
    return f"oci:{directory / 'layout'}:1.0"


def _saved(directory: Path) -> Path:
    """An archive that podman loads."""
    path = directory / "to-load.tar"
    skopeo("copy", _layout(directory), f"docker-archive:{path}:{NAME}")
    return path
