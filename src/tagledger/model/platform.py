"""Platforms: what an image runs on, and how people name one.

Source: OCI image specification 1.1, image-index.md, "platform".
"""

from __future__ import annotations

import re

import msgspec

from tagledger.errors import MalformedPlatform

_PART = re.compile(r"[A-Za-z0-9_.-]+", re.ASCII)
_ARCHITECTURES = {
    "x86_64": "amd64",
    "x86-64": "amd64",
    "i386": "386",
    "i686": "386",
    "aarch64": "arm64",
    "armhf": "arm",
    "armel": "arm",
}
_IMPLIED_VARIANTS = {"armhf": "v7", "armel": "v6"}
_SYSTEMS = {"macos": "darwin"}


class Platform(msgspec.Struct, frozen=True, order=True):
    """Operating system and processor, in the words of the specification."""

    os: str
    architecture: str
    variant: str | None = None
    os_version: str | None = None
    os_features: tuple[str, ...] = ()
    features: tuple[str, ...] = ()

    @property
    def is_unknown(self) -> bool:
        """Whether this is BuildKit's ``unknown/unknown`` (an attestation)."""
        return self.os == self.architecture == "unknown"

    def __str__(self) -> str:
        """``linux/arm/v7``, ``windows/amd64:10.0.17763.864``."""
        variant = f"/{self.variant}" if self.variant else ""
        version = f":{self.os_version}" if self.os_version else ""
        return f"{self.os}/{self.architecture}{variant}{version}"


class PlatformFilter(msgspec.Struct, frozen=True):
    """Which platforms are wanted: parts that are None match anything.

    `os_version` matches exactly or as a dotted prefix: 10.0.17763 matches
    10.0.17763.864 but 10.0.1776 does not.
    """

    text: str
    os: str | None = None
    architecture: str | None = None
    variant: str | None = None
    os_version: str | None = None

    def matches(self, platform: Platform) -> bool:
        """Whether the platform has every part that this filter names."""
        return (
            self.os in (None, platform.os)
            and self.architecture in (None, platform.architecture)
            and self._matches_variant(platform)
            and self._matches_os_version(platform.os_version)
        )

    def _matches_variant(self, platform: Platform) -> bool:
        if self.variant is None:
            return True
        published = platform.variant
        if published is None and platform.architecture == "arm64":
            published = "v8"  # the variant that arm64 has when it says none
        return self.variant == published

    def _matches_os_version(self, version: str | None) -> bool:
        if self.os_version is None:
            return True
        if version is None:
            return False
        return version == self.os_version or version.startswith(f"{self.os_version}.")


def parse_platform(text: str) -> PlatformFilter:
    """Read ``os[/arch[/variant]][:os.version]`` or ``os(os.version)[/arch[/variant]]``.

    The first is crane's form, the second containerd's. A lone word is an operating
    system if it is one that is known, else an architecture. Raises
    `MalformedPlatform`.
    """
    body, version = _split_version(text)
    parts = body.split("/")
    if len(parts) > 3:
        raise MalformedPlatform(text, "it has more than three parts")
    for part in parts:
        if not _PART.fullmatch(part):
            raise MalformedPlatform(text, f"{part!r} is not a name")
    if version is not None and not _PART.fullmatch(version):
        raise MalformedPlatform(text, f"{version!r} is not a version")
    words = [part.lower() for part in parts]
    if len(words) == 1 and words[0] not in KNOWN_SYSTEMS:
        if words[0] not in KNOWN_ARCHITECTURES:
            raise MalformedPlatform(
                text, "it is neither a known system nor a known architecture"
            )
        words = ["", words[0]]
    system = _SYSTEMS.get(words[0], words[0]) or None
    written = words[1] if len(words) > 1 else None
    variant = words[2] if len(words) > 2 else _IMPLIED_VARIANTS.get(written or "")
    return PlatformFilter(
        text=text,
        os=system,
        architecture=_ARCHITECTURES.get(written, written) if written else None,
        variant=variant,
        os_version=version,
    )


def _split_version(text: str) -> tuple[str, str | None]:
    match = re.fullmatch(r"([^/()]+)\(([^()]*)\)((?:/[^()]*)?)", text)
    if match is not None:
        return match[1] + match[3], match[2]
    if "(" in text or ")" in text:
        raise MalformedPlatform(text, "the brackets belong right after the system")
    body, colon, version = text.partition(":")
    return body, version if colon else None


KNOWN_SYSTEMS = frozenset(
    (
        *("aix", "android", "darwin", "dragonfly", "freebsd", "illumos", "ios"),
        *("js", "linux", "macos", "netbsd", "openbsd", "plan9", "solaris"),
        *("wasip1", "windows", "zos", "unknown"),
    )
)
KNOWN_ARCHITECTURES = frozenset(
    (
        *("386", "amd64", "arm", "arm64", "loong64", "mips", "mipsle", "mips64"),
        *("mips64le", "ppc64", "ppc64le", "riscv64", "s390x", "wasm", "sparc64"),
        *_ARCHITECTURES,
    )
)
