"""What must be true of every report, whoever wrote the texts in it."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.console import Console

from tagledger.model.printable import UNSAFE
from tagledger.model.snapshot import Snapshot
from tagledger.reports.json_report import encode_report
from tagledger.reports.page.form import FORMS
from tagledger.reports.page.writer import write_page
from tagledger.reports.terminal import render

_MARKDOWN = MarkdownIt("commonmark")
_ALLOWED = frozenset(
    (
        *("heading_open", "heading_close", "inline", "text", "code_inline", "fence"),
        *("bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"),
        *("paragraph_open", "paragraph_close", "hardbreak", "softbreak"),
        *("strong_open", "strong_close"),
    )
)
_LINK = re.compile(r"www\.|\w+://|\S@\S+\.\S", re.IGNORECASE)
"""What GitHub makes a link of, although nobody marked it as one."""

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def check_reports(snapshot: Snapshot) -> None:
    """The pages and the JSON of a snapshot."""
    for form in (*FORMS.values(), None):
        check_page(snapshot, write_page(snapshot, form=form))
    check_page(snapshot, write_page(snapshot, full=True))
    check_json(encode_report(snapshot))
    check_json(encode_report(snapshot, compact=True))


def check_page(snapshot: Snapshot, page: bytes) -> None:
    """Nothing in it can be a heading, a fence, a link or HTML but what we meant."""
    text = page.decode()
    check_safe(text)
    tokens = [*_flat(_MARKDOWN.parse(text))]
    found = Counter(token.type for token in tokens)
    assert not found.keys() - _ALLOWED, found.keys() - _ALLOWED
    tags = Counter(token.tag for token in tokens if token.type == "heading_open")
    sections = len(snapshot.images) + len(snapshot.missing) + len(snapshot.artifacts)
    assert tags["h2"] == 1
    assert sections <= tags["h3"] <= sections + bool(snapshot.attestations)
    assert not tags.keys() - {"h2", "h3"}
    kinds = Counter(token.info for token in tokens if token.type == "fence")
    assert kinds["dockerfile"] == len(snapshot.images)
    assert not kinds.keys() - {"dockerfile", "console"}
    for token in tokens:
        if token.type == "text":
            assert not _LINK.search(token.content), token.content


def check_json(report: bytes) -> None:
    """It is JSON to any reader, and harmless to whoever prints it."""
    check_safe(report.decode())
    json.loads(report, parse_constant=_no_constant)


def check_terminal(snapshot: Snapshot) -> None:
    """Only the colours that we chose reach a terminal, at any width and encoding."""
    for width, encoding, full in ((60, "utf-8", True), (200, "ascii", False)):
        plain = _rendered(snapshot, width, encoding, is_terminal=False, full=full)
        check_safe(plain)
        coloured = _rendered(snapshot, width, encoding, is_terminal=True, full=full)
        without = _COLOUR.sub("", coloured)
        check_safe(without)
        assert plain == without, "without colour it reads otherwise"


def check_safe(text: str) -> None:
    """No control, bidirectional or invisible character, but tab and line end."""
    found = UNSAFE.search(text)
    assert found is None, (
        f"{found[0]!r} in {text[max(found.start() - 60, 0) :][:120]!r}"
    )


def _rendered(
    snapshot: Snapshot, width: int, encoding: str, *, is_terminal: bool, full: bool
) -> str:
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding=encoding, newline="\n")
    console = Console(
        file=stream,
        width=width,
        force_terminal=is_terminal,
        color_system="standard" if is_terminal else None,
        legacy_windows=False,
        _environ={},
    )
    render(snapshot, console, full=full)
    stream.flush()
    return written.getvalue().decode(encoding)


def _flat(tokens: list[Token]) -> Any:  # noqa: ANN401 - an iterator of tokens
    for token in tokens:
        yield token
        yield from _flat(token.children or [])


def _no_constant(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")
