"""A registry in a process of its own, so that what is measured is the client alone.

That of the tests: for 78 requests it takes a quarter of the time that Debian's
`docker-registry` does, and so hides less of what a client takes.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.pictures import image_of_platforms, small_image
from support.blobs import Published
from support.debian_registry import DebianRegistry
from support.publishing import Push

MANY = "many"
"""The repository of the small images; each is tagged with its number."""


class Served(NamedTuple):
    """A registry that runs: its `host:port`, and what it is."""

    address: str
    kind: str


def repository(platforms: int) -> str:
    """The repository of the image with so many platforms, tagged `1.0`."""
    return f"bench/platforms-{platforms}"


@contextmanager
def served(
    *, platforms: tuple[int, ...] = (), many: int = 0, debian: bool = False
) -> Iterator[Served]:
    """A registry that holds these: the tests' own, or Debian's docker-registry."""
    if not debian:
        wanted = [str(many), *map(str, platforms)]
        with child("bench.own_registry", *wanted) as address:
            yield Served(address, "the tests' registry")
        return
    assert DebianRegistry.is_installed(), "there is no docker-registry here"
    with (
        tempfile.TemporaryDirectory() as folder,
        DebianRegistry(Path(folder)) as registry,
    ):
        push = Push(registry.url)
        for count in platforms:
            push.push(repository(count), image_of_platforms(count), "1.0")
        for number in range(many):
            push.push(MANY, _without_known_layer(number), str(number))
        yield Served(f"127.0.0.1:{registry.port}", "docker-registry")


def _without_known_layer(number: int) -> Published:
    """The image of that number; the layer of all of them is sent with the first."""
    image = small_image(number)
    if number == 0:
        return image.published
    return Published(image.manifest, (image.manifest,), (image.config,))


@contextmanager
def child(module: str, *arguments: str) -> Iterator[str]:
    """A module of ours as a process: it prints its address, and ends with its stdin."""
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            assert address, f"{module} did not start"
            yield address
        finally:
            process.stdin.close()
