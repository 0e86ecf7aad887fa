from pathlib import Path

import pytest

from contract.places import IMAGE, NAME
from support.images import random_image
from support.podman import Podman
from support.publishing import write_layout
from support.tools import Buildah, needs, run_tool, skopeo
from tagledger.model.source import Wanted
from tagledger.sources.docker_archive import open_docker_archive
from tagledger.sources.layout import open_oci_archive

OTHER = random_image(seed=22, layers=2, format="oci")


def layouts(directory: Path) -> list[Path]:
    """Two images, each in a layout of its own."""
    return [
        write_layout(directory / name, {"1.0": image.published})
        for name, image in (("app", IMAGE), ("other", OTHER))
    ]


@needs("tar", "gzip", "zstd")
@pytest.mark.parametrize("form", ["v7", "oldgnu", "gnu", "ustar", "posix"])
@pytest.mark.parametrize("packing", ["--no-auto-compress", "--gzip", "--zstd"])
@pytest.mark.parametrize("names", [["."], ["oci-layout", "index.json", "blobs"]])
async def test_a_layout_packed_with_tar_is_read(
    form: str, packing: str, names: list[str], tmp_path: Path
) -> None:
    """In each of its formats, compressed or not, with `./` before the names or without."""
    layout = write_layout(tmp_path / "app", {"1.0": IMAGE.published})
    path = tmp_path / "packed"
    run_tool(
        "tar", f"--format={form}", packing, "-C", str(layout), "-cf", str(path), *names
    )

    source, name = open_oci_archive(str(path))
    snapshot = await source.observe(name, Wanted())
    await source.aclose()

    assert snapshot.root is not None
    assert IMAGE.digest == snapshot.root.digest


@needs("podman", "skopeo", root=True)
async def test_an_archive_of_two_images_by_podman(tmp_path: Path) -> None:
    """Each is found under each of its names, and in a layout as well."""
    saved, packed = tmp_path / "saved.tar", tmp_path / "layout.tar"
    second = "localhost/other:2"
    with Podman() as podman:
        for layout, called in zip(layouts(tmp_path), (NAME, second), strict=True):
            path = tmp_path / f"{layout.name}.tar"
            skopeo("copy", f"oci:{layout}:1.0", f"docker-archive:{path}:{called}")
            podman("load", f"--input={path}")
        podman("tag", NAME, "localhost/again:3")
        podman(
            *("save", "--multi-image-archive", f"--output={saved}"),
            *(NAME, second, "localhost/again:3"),
        )
        podman("save", "--format=oci-archive", f"--output={packed}", second)

    for address, image in (
        (":example/app:1.0", IMAGE),
        (":localhost/other:2", OTHER),
        (":localhost/again:3", IMAGE),
        (":@1", OTHER),
    ):
        source, name = open_docker_archive(f"{saved}{address}")
        snapshot = await source.observe(name, Wanted())
        await source.aclose()
        assert image.config.digest == snapshot.images[0].image_id
    source, name = open_oci_archive(str(packed))
    snapshot = await source.observe(name, Wanted())
    await source.aclose()
    assert "localhost/other:2" == snapshot.reference.title
    # podman writes a config of its own for a layout: the layers are what stays.
    assert list(OTHER.diff_ids) == [
        layer.diff_id for layer in snapshot.images[0].layers
    ]


@needs("buildah", "skopeo", root=True)
async def test_an_archive_by_buildah(tmp_path: Path) -> None:
    """What buildah pushes into an archive has a manifest, and it is stated."""
    (layout, _) = layouts(tmp_path)
    buildah = Buildah(tmp_path / "store")
    image = buildah("pull", f"oci:{layout}:1.0")
    buildah("push", image, f"oci-archive:{tmp_path}/pushed.tar:localhost/app:5")

    source, name = open_oci_archive(f"{tmp_path}/pushed.tar")
    snapshot = await source.observe(name, Wanted())
    await source.aclose()

    assert "localhost/app:5" == snapshot.reference.title
    assert snapshot.root is not None
    assert list(IMAGE.diff_ids) == [
        layer.diff_id for layer in snapshot.images[0].layers
    ]
