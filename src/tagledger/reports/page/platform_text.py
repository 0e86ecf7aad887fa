"""Platforms as pages write them: ``windows version 10.0.17763.864; amd64``."""

from __future__ import annotations

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
    if platform is None:
        return PLATFORM_UNSAID
    parts = (
        *(platform.os, platform.architecture, *platform.os_features),
        *(platform.os_version or "0", platform.variant or "0", *platform.features),
    )
    text = platform_text(platform)
    return text if all(map(markup.is_plain, parts)) else markup.code_span(text)
