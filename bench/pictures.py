"""The images that are measured, made from seeds: the same bytes on every machine."""

from __future__ import annotations

from support.blobs import Json, Published
from support.images import Image, image_of, index_of, random_image
from support.layers import make_layer

PLATFORMS = (
    *(("amd64", None), ("arm", "v5"), ("arm", "v6"), ("arm", "v7"), ("arm64", "v8")),
    *(("386", None), ("mips64le", None), ("ppc64le", None), ("riscv64", None)),
    *(("s390x", None), ("loong64", None)),
)
"""Eleven, as an image of Docker's library has at most."""

LAYERS = 5


def image_of_platforms(count: int) -> Published:
    """An image with `LAYERS` layers for each platform, none of them shared."""
    return index_of(
        [
            random_image(arch=arch, variant=variant, layers=LAYERS)
            for arch, variant in PLATFORMS[:count]
        ]
    )


def small_image(number: int) -> Image:
    """One of many: a config of its own, and a layer that all of them share."""
    layer = make_layer({"etc/motd": b"hello\n"}, format="oci")
    steps: list[Json] = [
        {
            "created": "2023-05-06T07:08:09Z",
            "created_by": f"COPY part-{number}-{step} / # buildkit",
            "empty_layer": step > 0,
        }
        for step in range(8)
    ]
    config: dict[str, Json] = {
        "architecture": "amd64",
        "config": {"Cmd": ["/bin/cat"], "Env": [f"NUMBER={number}"]},
        "created": "2023-05-06T07:08:09Z",
        "history": steps,
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id]},
    }
    return image_of(config, [layer], format="oci")
