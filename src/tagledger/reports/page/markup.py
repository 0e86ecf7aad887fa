"""Foreign text in Markdown: nothing that a stranger wrote can leave its place.

A code span or a fence ends only at a run of backticks as long as the one that opened
it (CommonMark 0.31, 4.5 and 6.1), so each is opened with a run that does not occur
inside. Text that stands bare is limited to harmless characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from tagledger.model.printable import UNSAFE, printable, printable_line

_RUN = re.compile("`+")
_PLAIN = re.compile(
    r"(?!.*www\.)[A-Za-z0-9](?:[A-Za-z0-9._+/-]*[A-Za-z0-9])?", re.ASCII
)
_JSON_SPECIAL = re.compile(rf'["\\/\t\n]|{UNSAFE.pattern}')
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_JSON_SHORT = {
    **{mark: f"\\{mark}" for mark in '"\\/'},
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}

MIN_FENCE = 3
"""Shortest fence of Markdown, and the one that every published page has."""


def fence_for(text: str) -> str:
    """Backticks that no run inside the text closes."""
    longest = max((len(run) for run in _RUN.findall(text)), default=0)
    return "`" * max(MIN_FENCE, longest + 1)


def code_span(text: str) -> str:
    """The text on one line as a code span; control characters as visible escapes."""
    return verbatim_span(printable_line(text))


def verbatim_span(text: str) -> str:
    """The text as a code span, which must be on one line and safe to look at."""
    runs = set(map(len, _RUN.findall(text)))
    length = next(n for n in range(1, len(runs) + 2) if n not in runs)
    # One space on both sides is not part of what a span says.
    if not text:
        return "` `"
    touches = text.startswith("`") or text.endswith("`")
    padded = text.startswith(" ") and text.endswith(" ") and bool(text.strip(" "))
    pad = " " if touches or padded else ""
    mark = "`" * length
    return f"{mark}{pad}{text}{pad}{mark}"


def is_plain(text: str) -> bool:
    """Whether the text is one word that means nothing to Markdown, and no link."""
    return _PLAIN.fullmatch(text) is not None


def bare(text: str) -> str:
    """The text as it is where that is harmless, else as a code span."""
    return text if is_plain(text) else code_span(text)


def parse_span(text: str) -> str:
    """What a code span says. Raises ValueError unless the text is one span."""
    mark = _RUN.match(text)
    if mark is None or len(text) < 2 * mark.end() + 1:
        raise ValueError(f"{text[:80]!r} is not a code span")
    length = mark.end()
    inside = text[length:-length]
    if text[-length:] != mark[0] or inside.endswith("`"):
        raise ValueError(f"the code span {text[:80]!r} is not closed")
    if any(len(run) == length for run in _RUN.findall(inside)):
        raise ValueError(f"the code span {text[:80]!r} ends early")
    is_padded = inside[0] == inside[-1] == " " and bool(inside.strip(" "))
    return inside[1:-1] if is_padded else inside


def parse_bare(text: str) -> str:
    """What `bare` wrote. Raises ValueError for a broken code span."""
    return parse_span(text) if text.startswith("`") else text


def json_list(words: Iterable[str]) -> str:
    r"""A compact JSON list of strings as the record's writer made it: ``/`` is ``\/``.

    Characters that could deceive whoever looks at the page are escaped as well, which
    changes nothing of the value.
    """
    quoted = (
        f'"{_JSON_SPECIAL.sub(_json_escape, _HALF_PAIR.sub(_as_text, word))}"'
        for word in words
    )
    return f"[{','.join(quoted)}]"


def parse_json_list(text: str) -> tuple[str, ...]:
    """The strings of a JSON list. Raises ValueError."""
    try:
        return msgspec.json.decode(text, type=tuple[str, ...])
    except (msgspec.DecodeError, UnicodeEncodeError) as exc:
        raise ValueError(f"{text[:80]!r} is not a JSON list of strings") from exc


def _as_text(match: re.Match[str]) -> str:
    # Half a surrogate pair is no character, and JSON readers disagree about it.
    return printable(match[0])


def _json_escape(match: re.Match[str]) -> str:
    if short := _JSON_SHORT.get(match[0]):
        return short
    units = match[0].encode("utf-16-be")
    return "".join(
        f"\\u{int.from_bytes(units[at : at + 2]):04X}" for at in range(0, len(units), 2)
    )
