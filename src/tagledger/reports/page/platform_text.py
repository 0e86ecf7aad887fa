"""Platforms as pages write them: ``windows version 10.0.17763.864; amd64``."""

from __future__ import annotations

import re

from tagledger.model.platform import Platform
from tagledger.reports.page import markup
from tagledger.reports.page.wording import PLATFORM_UNSAID


def platform_text(platform: Platform) -> str:
    """``os[ version V][ ft. A, B]; arch[ variant V][ ft. A, B]``."""
    system = platform.os
    if platform.os_version:
        system += f" version {platform.os_version}"
    if platform.os_features:
        system += f" ft. {', '.join(platform.os_features)}"
    processor = platform.architecture
    if platform.variant:
        processor += f" variant {platform.variant}"
    if platform.features:
        processor += f" ft. {', '.join(platform.features)}"
    return f"{system}; {processor}"


def safe_platform_text(platform: Platform | None) -> str:
    """The same, as a code span if a part of it could mean something to Markdown."""
    if platform is None or platform.is_unknown:
        return PLATFORM_UNSAID
    parts = (
        *(platform.os, platform.architecture, *platform.os_features),
        *(platform.os_version or "0", platform.variant or "0", *platform.features),
    )
    text = platform_text(platform)
    return text if all(map(markup.is_plain, parts)) else markup.code_span(text)


MAX_PLATFORM_LENGTH = 5_000
"""Longest text taken; the pattern's work grows with its square."""

_HALF = re.compile(
    r"(?P<name>.*?)(?: (?:version|variant) (?P<detail>.+?))?(?: ft\. (?P<features>.+))?"
)


def parse_platform_text(text: str) -> Platform | None:
    """What either of the two wrote; None where nothing was said. Raises ValueError."""
    if text == PLATFORM_UNSAID:
        return None
    if len(text) > MAX_PLATFORM_LENGTH:
        raise ValueError(f"a platform of {len(text)} characters")
    system, semicolon, processor = markup.parse_bare(text).partition("; ")
    before, after = _HALF.fullmatch(system), _HALF.fullmatch(processor)
    if not semicolon or before is None or after is None:
        raise ValueError(f"{text[:80]!r} is not a platform")
    platform = Platform(
        os=before["name"],
        architecture=after["name"],
        variant=after["detail"],
        os_version=before["detail"],
        os_features=_features(before["features"]),
        features=_features(after["features"]),
    )
    # A name that holds the words between the parts cannot be told apart from them.
    is_ambiguous = text.startswith("`") and safe_platform_text(platform) != text
    return Platform(system, processor) if is_ambiguous else platform


def _features(text: str | None) -> tuple[str, ...]:
    return tuple(text.split(", ")) if text else ()
