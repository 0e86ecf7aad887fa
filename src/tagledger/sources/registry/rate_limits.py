"""Pull limits, as Docker Hub tells them: ``ratelimit-remaining: 76;w=21600``."""

from __future__ import annotations

import re
from collections.abc import Mapping

_COUNT = re.compile(r"(\d{1,9})(?:;w=(\d{1,9}))?", re.ASCII)
_SOURCE = re.compile(r"[0-9A-Za-z.:-]{1,64}", re.ASCII)


def rate_limit_text(host: str, headers: Mapping[str, str]) -> str | None:
    """What the headers say of a limit, for people; None if they say nothing."""
    remaining = _COUNT.match(headers.get("ratelimit-remaining", ""))
    if remaining is None:
        return None
    text = f"{host}: {remaining[1]}"
    if limit := _COUNT.match(headers.get("ratelimit-limit", "")):
        text += f" of {limit[1]}"
    text += " pulls left"
    window = remaining[2] or (limit and limit[2])
    if window:
        text += f" in {int(window) / 3600:g} h"
    source = headers.get("docker-ratelimit-source", "")
    return f"{text}, counted for {source}" if _SOURCE.fullmatch(source) else text
