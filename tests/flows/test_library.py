"""The library's front door: `from tagledger import read`."""

import subprocess
import sys
from pathlib import Path

import pytest

from support.images import index_of, random_image
from support.publishing import put_into, write_layout
from support.registry import Registry
from tagledger import Digest, Evidence, Image, TagledgerError, observe, read

LINUX = random_image(seed=1)
ARM = random_image(seed=2, arch="arm", variant="v7")
WINDOWS = random_image(seed=3, os="windows", os_version="10.0.17763.864")
INDEX = index_of([LINUX, ARM, WINDOWS])


@pytest.fixture
def layout(tmp_path: Path) -> str:
    """The address of a layout."""
    return f"oci:{write_layout(tmp_path / 'layout', {'1.0': INDEX})}:1.0"


def test_a_layout_is_read(layout: str) -> None:
    """Platforms, digests and sizes, from a script of two lines."""
    snapshot = read(layout)

    assert snapshot.root is not None
    assert INDEX.digest == snapshot.root.digest
    assert [LINUX.digest, ARM.digest, WINDOWS.digest] == [
        image.digest for image in snapshot.images
    ]
    assert ["linux/amd64", "linux/arm/v7", "windows/amd64:10.0.17763.864"] == [
        str(image.platform) for image in snapshot.images
    ]
    assert [layer.blob.size_bytes for layer in LINUX.layers] == [
        layer.size_bytes for layer in snapshot.images[0].layers
    ]
    assert Evidence.READ is snapshot.evidence(Digest(LINUX.config.digest))


def test_a_registry_gives_the_same() -> None:
    """Nobody has to know where a snapshot came from."""
    with Registry() as registry:
        put_into(registry, "a/b", INDEX, "1.0")

        snapshot = read(f"{registry.address}/a/b:1.0")

    assert [LINUX.diff_ids, ARM.diff_ids, WINDOWS.diff_ids] == [
        tuple(layer.diff_id for layer in image.layers) for image in snapshot.images
    ]


async def test_asynchronous_code_observes() -> None:
    """In the caller's own loop, next to the caller's own work."""
    async with Registry() as registry:
        put_into(registry, "a/b", INDEX, "1.0")

        snapshot = await observe(
            f"{registry.address}/a/b:1.0", platforms=["linux/arm/v7"]
        )

    assert [ARM.digest] == [image.digest for image in snapshot.images]


def test_one_image_for_one_host(layout: str) -> None:
    """As that host would choose."""
    snapshot = read(layout, host_platform="linux/arm/v8")

    assert [ARM.digest] == [image.digest for image in snapshot.images]
    assert all(isinstance(entry, Image) for entry in snapshot.entries)


def test_what_goes_wrong_is_one_kind_of_error(tmp_path: Path) -> None:
    """With a code that stays and a hint."""
    with pytest.raises(TagledgerError) as caught:
        read(f"oci:{tmp_path}/nothing")

    assert "place-not-found" == caught.value.code


def test_importing_it_loads_nothing_heavy() -> None:
    """`import tagledger` costs next to nothing until something is read."""
    code = "import sys, tagledger; print('aiohttp' in sys.modules, 'msgspec' in sys.modules)"

    words = [sys.executable, "-c", code]
    done = subprocess.run(words, capture_output=True, text=True, check=True)

    assert "False False\n" == done.stdout
