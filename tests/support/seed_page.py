"""The facts of the seed page, read by a few patterns that know this one page."""

import json
import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import msgspec

SEED = Path(__file__).parents[1] / "assets" / "seed"
PAGE_FILE = SEED / "python-3.8.0-windowsservercore.md"
BLOBS = SEED / "blobs"

DIGEST = r"sha256:[0-9a-f]{64}"


class PageStep(msgspec.Struct, frozen=True):
    """A build step as the page tells it."""

    created: datetime
    text: str


class PageLayer(msgspec.Struct, frozen=True):
    """A layer as the page tells it."""

    digest: str
    size_bytes: int
    media_type: str
    last_modified: datetime | None


class PageSection(msgspec.Struct, frozen=True):
    """What the page says of one platform."""

    os_version: str
    architecture: str
    manifest_digest: str
    config_digest: str
    docker_version: str
    total_size_bytes: int
    command: list[str]
    shell: list[str]
    steps: list[PageStep]
    layers: list[PageLayer]


class SeedPage(msgspec.Struct, frozen=True):
    """The page's bytes and what they say."""

    content: bytes
    list_digest: str
    sections: list[PageSection]


def read_seed_page() -> SeedPage:
    """The seed page."""
    content = PAGE_FILE.read_bytes()
    head, *sections = content.decode().split("\n### ")
    return SeedPage(
        content,
        _find(rf"python@({DIGEST})", head),
        [_section(text) for text in sections],
    )


def _section(text: str) -> PageSection:
    recipe = _find(r"(?s)```dockerfile\n(.*?)\n```", text)
    return PageSection(
        os_version=_find(r"windows version ([\d.]+);", text),
        architecture=_find(r"windows version [\d.]+; (\w+)", text),
        manifest_digest=_find(rf"python@({DIGEST})", text),
        config_digest=_find(rf"Image ID: `({DIGEST})`", text),
        docker_version=_find(r"Docker Version: (\S+)", text),
        total_size_bytes=int(_find(r"Total Size: .*\((\d+) bytes\)", text)),
        command=json.loads(_find(r"Default Command: `(.*)`", text)),
        shell=json.loads(_find(r"`SHELL`: `(.*)`", text)),
        steps=[_step(block) for block in re.split(r"(?m)^# ", recipe)[1:]],
        layers=[
            _layer(block)
            for block in text.partition("-\tLayers:\n")[2].split("\t-\t")[1:]
        ],
    )


def _step(block: str) -> PageStep:
    date, text = block.rstrip("\n").split("\n", 1)
    return PageStep(parsedate_to_datetime(date), text)


def _layer(block: str) -> PageLayer:
    date = re.search(r"Last Modified: (.* GMT)", block)
    return PageLayer(
        digest=_find(rf"`({DIGEST})`", block),
        size_bytes=int(_find(r"\((\d+) bytes\)", block)),
        media_type=_find(r"MIME: (\S+)", block),
        last_modified=parsedate_to_datetime(date[1]) if date else None,
    )


def _find(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, f"the seed page has changed: no {pattern}"
    return found[1]
