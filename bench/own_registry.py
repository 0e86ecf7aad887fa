"""The tests' registry as a process of its own."""

from __future__ import annotations

import sys

from bench.pictures import image_of_platforms, small_image
from bench.registry import MANY, repository
from support.publishing import put_into
from support.registry import Registry


def main() -> None:
    """Serve what the arguments name until stdin ends."""
    many, *platforms = map(int, sys.argv[1:])
    registry = Registry()
    for count in platforms:
        put_into(registry, repository(count), image_of_platforms(count), "1.0")
    for number in range(many):
        put_into(registry, MANY, small_image(number).published, str(number))
    with registry:
        print(registry.address, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
