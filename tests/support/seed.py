"""An image with the seed's facts, made anew because the seed's configs are lost.

Manifests and list are the seed's own but for what depends on the configs' bytes, so a page of this image is the seed
page with seven other digests: those of the list, of three manifests and of three configs.
"""

import json
from urllib.parse import urlsplit

import msgspec

from support.blobs import (
    Blob,
    Json,
    compact_json,
    digest_of,
    indented_json,
    make_blob,
    slash_escaped_json,
)
from support.foreign_host import ForeignHost
from support.media_types import DOCKER_CONFIG, DOCKER_LIST, DOCKER_MANIFEST
from support.registry import Registry
from support.seed_page import BLOBS, PageLayer, PageSection, PageStep, read_seed_page

REPOSITORY = "library/python"
TAG = "3.8.0-windowsservercore"


class SeedPlatform(msgspec.Struct, frozen=True):
    """One of the three platforms: what was made, and the layers of which there are headers alone."""

    config: Blob
    manifest: Blob
    layers: tuple[PageLayer, ...]
    foreign_urls: dict[str, str]


class SeedImage(msgspec.Struct, frozen=True):
    """All of it; `renamed` maps the seven digests of the seed page to those of this image."""

    root: Blob
    platforms: tuple[SeedPlatform, ...]
    renamed: dict[str, str]


def build_seed(foreign_base: str | None = None) -> SeedImage:
    """Make the image; `foreign_base` is an origin to put in place of Microsoft's in the foreign layers' URLs."""
    page = read_seed_page()
    platforms = tuple(_platform(section, foreign_base) for section in page.sections)
    document = json.loads(_original(page.list_digest))
    for entry, platform in zip(document["manifests"], platforms, strict=True):
        entry.update(digest=platform.manifest.digest, size=platform.manifest.size_bytes)
    root = make_blob(DOCKER_LIST, slash_escaped_json(document))
    renamed = {page.list_digest: root.digest}
    for section, platform in zip(page.sections, platforms, strict=True):
        renamed[section.manifest_digest] = platform.manifest.digest
        renamed[section.config_digest] = platform.config.digest
    return SeedImage(root, platforms, renamed)


def publish_seed(
    registry: Registry,
    foreign_host: ForeignHost | None = None,
    *,
    repo: str = REPOSITORY,
) -> SeedImage:
    """Put the image into `registry` under the seed's tag, and its foreign layers' headers on `foreign_host`.

    Without a foreign host the URLs are the seed's own, which lead to Microsoft's hosts.
    """
    image = build_seed(foreign_host.url if foreign_host else None)
    for platform in image.platforms:
        for layer in platform.layers:
            url = platform.foreign_urls.get(layer.digest)
            if url is None:
                registry.put_blob_headers(
                    repo, layer.digest, layer.size_bytes, layer.last_modified
                )
            elif foreign_host is not None:
                target = url.removeprefix(foreign_host.url)
                foreign_host.put_headers(target, layer.size_bytes, layer.last_modified)
        registry.put_blob(repo, platform.config.content)
        registry.put_manifest(repo, platform.manifest.content, DOCKER_MANIFEST)
    registry.put_manifest(repo, image.root.content, DOCKER_LIST, TAG)
    return image


def expected_page(image: SeedImage) -> bytes:
    """The seed page with exactly the seven digests replaced."""
    content = read_seed_page().content
    for old, new in image.renamed.items():
        content = content.replace(old.encode(), new.encode())
    return content


def _platform(section: PageSection, foreign_base: str | None) -> SeedPlatform:
    config = make_blob(DOCKER_CONFIG, _config(section))
    document = json.loads(_original(section.manifest_digest))
    document["config"].update(size=config.size_bytes, digest=config.digest)
    foreign_urls = {}
    for layer in document["layers"]:
        if "urls" in layer:
            layer["urls"] = [_moved(url, foreign_base) for url in layer["urls"]]
            foreign_urls[layer["digest"]] = layer["urls"][0]
    manifest = make_blob(DOCKER_MANIFEST, indented_json(document))
    return SeedPlatform(config, manifest, tuple(section.layers), foreign_urls)


def _config(section: PageSection) -> bytes:
    """A config as Docker 18.03 on Windows wrote it: one line, fields by name."""
    settings: dict[str, Json] = {
        "Hostname": "",
        "Domainname": "",
        "User": "",
        "AttachStdin": False,
        "AttachStdout": False,
        "AttachStderr": False,
        "Tty": False,
        "OpenStdin": False,
        "StdinOnce": False,
        "Env": [
            step.text.removeprefix("ENV ")
            for step in section.steps
            if step.text.startswith("ENV ")
        ],
        "Cmd": section.command,
        "Image": digest_of(section.os_version.encode()),
        "Volumes": None,
        "WorkingDir": "",
        "Entrypoint": None,
        "OnBuild": None,
        "Labels": None,
        "Shell": section.shell,
    }
    history: list[Json] = [
        {
            "created": _timestamp(step),
            "created_by": _created_by(step.text, section.shell),
        }
        for step in section.steps
    ]
    return compact_json(
        {
            "architecture": section.architecture,
            "config": settings,
            "created": _timestamp(section.steps[-1]),
            "docker_version": section.docker_version,
            "history": history,
            "os": "windows",
            "os.version": section.os_version,
            "rootfs": {
                "type": "layers",
                "diff_ids": [
                    digest_of(f"tar of {layer.digest}".encode())
                    for layer in section.layers
                ],
            },
        },
    )


def _created_by(text: str, shell: list[str]) -> str:
    """The command as Docker recorded it; the page's author had turned it into a line of a Dockerfile."""
    prefix = " ".join(shell)
    if text.startswith(("RUN Apply image ", "RUN Install update ")):
        # Microsoft's base images name no shell.
        return text.removeprefix("RUN ")
    if text.startswith("RUN "):
        return f"{prefix} {text.removeprefix('RUN ')}"
    if text.startswith("SHELL "):
        # The shell changes with this step: it was still made by the one before.
        return f"cmd /S /C #(nop)  {text}"
    return f"{prefix} #(nop)  {text}"


def _timestamp(step: PageStep) -> str:
    """The step's time with the hundred-nanosecond digits that Windows gives and a page leaves out."""
    fraction = (
        "" if step.text.startswith(("RUN Apply", "RUN Install update")) else ".9876543"
    )
    return f"{step.created:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def _moved(url: str, base: str | None) -> str:
    if base is None:
        return url
    parts = urlsplit(url)
    return f"{base}{parts.path}{'?' if parts.query else ''}{parts.query}"


def _original(digest: str) -> bytes:
    return (BLOBS / digest.partition(":")[2]).read_bytes()
