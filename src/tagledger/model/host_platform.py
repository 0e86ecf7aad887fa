"""Which of the published platforms a host would take, as containerd chooses.

Sources, in the repository containerd/platforms: `compare.go` and `variant.go` (which
processor runs what, and what is preferred), `database.go` (other names of the same
processor), `platform_windows_compat.go` (Windows builds), `platforms.go` (features);
`core/images/image.go` in containerd/containerd takes the first of the best.

================  ====================================================================
host              takes, best first
================  ====================================================================
amd64/vN          amd64/vN … amd64 (which is v1), then 386
arm/vN            arm/vN … arm/v5; arm alone is v7
arm64/v8.N        arm64/v8.N … arm64 (which is v8), then arm/v8 … arm/v5
arm64/v9.N        arm64/v9.N … v9, arm64/v8.(N+5) at most v8.9 … v8, then arm as above
another           the same variant with a number as high at most (``power9``), or none
================  ====================================================================
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from tagledger.errors import MalformedPlatform
from tagledger.model.platform import Platform, parse_platform
from tagledger.model.windows_builds import runs_windows

_FEATURES = re.compile(
    r"([^/()]+)\(([^()+]*)((?:\+[A-Za-z0-9_.%-]+)+)\)(.*)", re.DOTALL
)
_VARIANT = re.compile(r"([^0-9]*)([0-9]{1,9}(?:\.[0-9]{1,9})*)(.*)", re.DOTALL)
_SYSTEMS = {"macos": "darwin"}
_ARCHITECTURES = {
    "i386": "386",
    "i686": "386",
    "x86_64": "amd64",
    "x86-64": "amd64",
    "aarch64": "arm64",
    "armhf": "arm",
    "armel": "arm",
}
_IMPLIED_VARIANTS = {"armhf": "v7", "armel": "v6"}
_LOWEST = {"amd64": "v1", "arm": "v5", "arm64": "v8"}
_FALLBACKS = {"amd64": "386", "arm64": "arm"}
_IGNORED_FEATURES = frozenset({"win32k"})
"""Only hosts without a desktop lack it, and none has been supported since 2019:
containerd/platforms strips it, for matching it once left such images unmatched."""


def parse_host_platform(text: str) -> Platform:
    """Read what a host is: ``linux/arm64``, ``windows(10.0.20348)/amd64``, ``arm64``.

    Both forms of `parse_platform` are taken; an architecture alone means Linux, and
    features stand behind the version (``windows(10.0.20348+win32k)/amd64``). The
    answer is normalised. Raises `MalformedPlatform`, also for a system alone.
    """
    body, features = text, ()
    match = _FEATURES.fullmatch(text)
    if match is not None:
        version = f"({match[2]})" if match[2] else ""
        body = f"{match[1]}{version}{match[4]}"
        features = tuple(match[3][1:].split("+"))
    named = parse_platform(body)
    if named.architecture is None:
        raise MalformedPlatform(text, "a host needs an architecture, as in linux/arm64")
    return normalized(
        Platform(
            os=named.os or "linux",
            architecture=named.architecture,
            variant=named.variant,
            os_version=named.os_version,
            os_features=features,
        )
    )


def choose_for_host(host: Platform, published: Sequence[Platform]) -> int | None:
    """The position of the platform that this host would take, None if it runs none.

    Of equally good ones the first published wins.
    """
    host = normalized(host)
    candidates = [
        (_preference(host, platform), -position)
        for position, platform in enumerate(map(normalized, published))
        if _runs(host, platform)
    ]
    return -max(candidates)[1] if candidates else None


def lasting(platform: Platform) -> Platform:
    """The platform without what moves every month: a Windows version's patch level."""
    version = platform.os_version if platform.os.lower() == "windows" else None
    build = ".".join(version.split(".")[:3]) if version else None
    return msgspec.structs.replace(platform, os_version=build)


def normalized(platform: Platform) -> Platform:
    """The platform by its canonical names: ``aarch64`` is ``arm64``, variant ``v8``.

    Unlike containerd, the variant that an architecture has when it says none is
    written out, so that equal platforms are equal values.
    """
    system = platform.os.lower()
    written = platform.architecture.lower()
    architecture = _ARCHITECTURES.get(written, written)
    variant = _IMPLIED_VARIANTS.get(written) or (platform.variant or "").lower()
    if architecture in _LOWEST:
        if variant[:1].isdigit():
            variant = f"v{variant}"
        variant = variant.removesuffix(".0")
        variant = variant or ("v7" if architecture == "arm" else _LOWEST[architecture])
    elif architecture == "386":
        variant = ""
    return msgspec.structs.replace(
        platform,
        os=_SYSTEMS.get(system, system),
        architecture=architecture,
        variant=variant or None,
        os_features=tuple(sorted({*platform.os_features})),
    )


def _runs(host: Platform, image: Platform) -> bool:
    if image.os != host.os or not _features(image) <= {*host.os_features}:
        return False
    if host.os == "windows" and not runs_windows(host.os_version, image.os_version):
        return False
    if image.architecture == host.architecture:
        return _runs_variant(host, image.variant or "")
    if image.architecture != _FALLBACKS.get(host.architecture):
        return False
    if host.architecture == "amd64":
        return True
    return _is_between(image.variant or "", "v5", "v8")


def _runs_variant(host: Platform, variant: str) -> bool:
    own = host.variant or ""
    if not variant or variant == own:
        return True  # it asks for nothing in particular, or for just this
    if host.architecture != "arm64":
        return _is_between(variant, _LOWEST.get(host.architecture, ""), own)
    if _is_between(variant, own.partition(".")[0], own):
        return True
    # Armv9.N holds all of Armv8.(N+5), and Armv8 ends with v8.9.
    numbers = _split_variant(own)[1]
    minor = min(sum(numbers[1:2]) + 5, 9)
    return numbers[:1] == (9,) and _is_between(variant, "v8", f"v8.{minor}")


def _is_between(variant: str, lowest: str, highest: str) -> bool:
    """Whether it is of the same kind as `highest` (``v``, ``power``) and in range."""
    prefix, numbers, suffix = _split_variant(variant)
    top_prefix, top, top_suffix = _split_variant(highest)
    if not numbers or (prefix, suffix) != (top_prefix, top_suffix):
        return False
    return _split_variant(lowest)[1] <= numbers <= top


def _split_variant(variant: str) -> tuple[str, tuple[int, ...], str]:
    """``v8.2`` as ``("v", (8, 2), "")``, ``rva23u64`` as ``("rva", (23,), "u64")``."""
    match = _VARIANT.fullmatch(variant)
    if match is None:
        return variant, (), ""
    return match[1], tuple(map(int, match[2].split("."))), match[3]


def _preference(host: Platform, image: Platform) -> tuple[object, ...]:
    version = _split_variant(image.os_version or "")[1]
    return (
        image.architecture == host.architecture,
        _split_variant(image.variant or "")[1],
        version,
        len(_features(image)),
    )


def _features(image: Platform) -> frozenset[str]:
    needed = frozenset(image.os_features)
    return needed - _IGNORED_FEATURES if image.os == "windows" else needed
