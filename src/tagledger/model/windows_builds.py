"""Which Windows images a Windows host runs, by build number.

Until Windows Server 2022 the build had to be the same. From build 20348 on the
interface to the kernel is stable between neighbouring long-term releases: a host of
the generation of one release runs images from the release before it up to its own
build. Source: containerd/platforms `platform_windows_compat.go` and its test, after
Microsoft's "Windows container version compatibility".

==========================  ====================
host build                  runs images of build
==========================  ====================
below 20348                 the same
20348 … 26099               20348 … its own
26100 and above             20348 … its own
==========================  ====================

The last two rows will differ from the next long-term release on.
"""

from __future__ import annotations

import re

SERVER_2022 = 20348
SERVER_2025 = 26100
LONG_TERM_RELEASES = (SERVER_2022, SERVER_2025)
"""Builds with a stable interface, oldest first."""

_VERSION = re.compile(
    r"([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,5})(?:\.[0-9.]*)?", re.ASCII
)


def runs_windows(host_version: str | None, image_version: str | None) -> bool:
    """Whether a host of this version runs an image of that one.

    Versions are `os.version` texts: ``10.0.20348`` or ``10.0.20348.3091``, of which
    the last part, the patch level, does not matter. One that is not stated, or a
    host's that cannot be read, sets no condition.
    """
    host = _parse_version(host_version or "")
    if host is None or not image_version:
        return True
    image = _parse_version(image_version)
    if image is None or image[:2] != host[:2]:
        return False
    return _oldest_build(host[2]) <= image[2] <= host[2]


def _oldest_build(host_build: int) -> int:
    generations = [build for build in LONG_TERM_RELEASES if build <= host_build]
    return min(generations[-2:], default=host_build)


def _parse_version(text: str) -> tuple[int, int, int] | None:
    match = _VERSION.fullmatch(text)
    return None if match is None else (int(match[1]), int(match[2]), int(match[3]))
