"""An image with the seed's configs and histories over small layers that exist, so that any registry takes it."""

# ruff: noqa: A002 - "format" is the field's own word

import json

from support.blobs import Published
from support.images import Image, image_of, index_of
from support.layers import Format, make_layer
from support.platforms import Platform
from support.seed import SeedPlatform, build_seed


def seed_like_index(format: Format) -> Published:
    """Three versions of Windows, each with eleven layers and the steps that `cmd` and PowerShell made."""
    images = [_image(platform, format) for platform in build_seed().platforms]
    return index_of(images, format=format)


def _image(platform: SeedPlatform, format: Format) -> Image:
    config = json.loads(platform.config.content)
    version = config["os.version"]
    layers = [
        make_layer({f"Files/{number}.txt": version.encode()}, format=format)
        for number, _ in enumerate(platform.layers)
    ]
    config["rootfs"]["diff_ids"] = [layer.diff_id for layer in layers]
    windows = Platform(os="windows", os_version=version)
    return image_of(config, layers, format=format, platform=windows)
