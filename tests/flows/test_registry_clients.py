"""The field's own clients pull from the past: skopeo and podman, of images in both formats."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.debian_registry import DebianRegistry
from support.podman import Podman
from support.program import Program
from support.service import Service
from support.tool_images import LINUX, push_buildah_images
from support.tools import needs, run_tool, skopeo

pytestmark = needs("docker-registry", "buildah", "skopeo", "podman", root=True)

FORMATS = {"docker": "v2s2", "oci": "oci"}


class Served:
    """What buildah made and pushed, recorded and pulled into a layout, and served when its registry is no more."""

    def __init__(self, service: Service, name: str, digests: dict[str, str]) -> None:
        self.service = service
        self.name = name
        self.digests = digests

    def names(self, kind: str) -> dict[str, str]:
        """The ways in which a client may ask for an image, by how the digest is expected."""
        place = f"127.0.0.1:{self.service.port}"
        today = f"{datetime.now(UTC):%Y-%m-%d}"
        return {
            "now": f"{place}/{self.name}/{kind}:1.0",
            "then": f"{place}/at/{today}/{self.name}/{kind}:1.0",
            "digest": f"{place}/{self.name}/{kind}@{self.digests[kind]}",
        }


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service, and the names by which it has the images."""
    folder = tmp_path_factory.mktemp("clients")
    program = Program(folder)
    ledger, layout = folder / "ledger.db", folder / "layout"
    with DebianRegistry(folder / "registry") as registry:
        push_buildah_images(folder, registry.address)
        references = {
            kind: f"{registry.address}/buildah/{kind}:1.0" for kind in FORMATS
        }
        digests = {}
        for kind, reference in references.items():
            program.run("--ledger", str(ledger), "record", reference)
            program.run("pull", reference, f"oci:{layout}:{kind}")
            raw = skopeo(
                "inspect", "--raw", "--tls-verify=false", f"docker://{reference}"
            )
            digests[kind] = (
                run_tool("skopeo", "manifest-digest", _kept(folder / kind, raw))
                .decode()
                .strip()
            )
        name = f"localhost__{registry.port}/buildah"
    with Service(ledger, "--blobs", str(layout)) as service:
        yield Served(service, name, digests)


def _kept(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("way", ["now", "then", "digest"])
def test_skopeo_sees_what_was_pushed(served: Served, kind: str, way: str) -> None:
    """The list is the one that buildah pushed, and the image in it as well."""
    reference = f"docker://{served.names(kind)[way]}"

    inspected = json.loads(
        skopeo(
            "inspect",
            "--tls-verify=false",
            "--override-arch=amd64",
            "--override-os=linux",
            reference,
        )
    )

    assert served.digests[kind] == inspected["Digest"]
    assert ["1.0"] == inspected["RepoTags"]
    assert "greeting" == inspected["Labels"]["org.opencontainers.image.title"]


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("way", ["now", "then"])
def test_skopeo_copies_all_of_it(
    served: Served, tmp_path: Path, kind: str, way: str
) -> None:
    """Every platform with its layers, to a folder, byte by byte as they were."""
    target = tmp_path / "copy"

    skopeo(
        "copy",
        "--all",
        "--src-tls-verify=false",
        "--preserve-digests",
        f"docker://{served.names(kind)[way]}",
        f"dir:{target}",
    )

    copied = (
        run_tool("skopeo", "manifest-digest", str(target / "manifest.json"))
        .decode()
        .strip()
    )
    assert served.digests[kind] == copied
    listed = json.loads((target / "manifest.json").read_bytes())["manifests"]
    assert len(LINUX) < len(listed)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("target", FORMATS.values())
def test_skopeo_converts_what_it_pulls(
    served: Served, tmp_path: Path, kind: str, target: str
) -> None:
    """Into either format, whichever it was published in."""
    copy = tmp_path / "copy"

    skopeo(
        "copy",
        f"--format={target}",
        "--src-tls-verify=false",
        "--override-arch=amd64",
        "--override-os=linux",
        f"docker://{served.names(kind)['then']}",
        f"dir:{copy}",
    )

    written = json.loads((copy / "manifest.json").read_bytes())
    assert ("oci" if target == "oci" else "docker") in written["mediaType"]


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("way", ["now", "then", "digest"])
def test_podman_pulls(served: Served, kind: str, way: str) -> None:
    """The image and its layers; what it then has is the image that was built."""
    reference = served.names(kind)[way]
    with Podman() as podman:
        podman(
            "pull",
            "--quiet",
            "--tls-verify=false",
            "--arch=amd64",
            "--os=linux",
            reference,
        )
        inspected = json.loads(podman("inspect", reference))[0]

    assert served.digests[kind] in {
        digest.partition("@")[2] for digest in inspected["RepoDigests"]
    }
    assert "greeting" == inspected["Labels"]["org.opencontainers.image.title"]
    assert 1 == len(inspected["RootFS"]["Layers"])


def test_skopeo_lists_the_tags_of_a_day(served: Served) -> None:
    """Those that there were; before that, none."""
    day = datetime.now(UTC)
    place = f"docker://127.0.0.1:{served.service.port}/at"

    def tags(moment: datetime) -> list[str]:
        name = f"{place}/{moment:%Y-%m-%d}/{served.name}/docker"
        found: list[str] = json.loads(skopeo("list-tags", "--tls-verify=false", name))[
            "Tags"
        ]
        return found

    assert ["1.0"] == tags(day)
    with pytest.raises(AssertionError, match="404"):
        tags(day - timedelta(days=2))


def test_skopeo_is_told_since_when_an_image_is_known(served: Served) -> None:
    """Who asks for too early a day reads it in the client's own words."""
    day = datetime.now(UTC) - timedelta(days=2)
    place = f"docker://127.0.0.1:{served.service.port}/at"

    with pytest.raises(AssertionError, match="it is known since"):
        skopeo(
            "inspect",
            "--tls-verify=false",
            f"{place}/{day:%Y-%m-%d}/{served.name}/docker:1.0",
        )


def test_skopeo_is_told_why_it_cannot_push(served: Served, tmp_path: Path) -> None:
    """Nothing of what a visitor sends is stored."""
    skopeo(
        "copy",
        "--src-tls-verify=false",
        f"docker://{served.names('oci')['digest']}",
        f"dir:{tmp_path}",
    )

    with pytest.raises(AssertionError, match=r"405|nothing can be changed|unsupported"):
        skopeo(
            "copy",
            "--dest-tls-verify=false",
            f"dir:{tmp_path}",
            f"docker://127.0.0.1:{served.service.port}/new/name:1",
        )
