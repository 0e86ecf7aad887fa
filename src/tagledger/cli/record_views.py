"""What was recorded, as lines for people."""

from __future__ import annotations

from tagledger.flows.record import Change, Noted
from tagledger.model.printable import printable_line
from tagledger.reports.terminal_values import minute_text


def noted_line(noted: Noted) -> str:
    """A line: the name, what it is, and what changed since the last time."""
    snapshot = noted.snapshot
    words = [_change_words(noted)]
    if noted.recorded.contents:
        size = noted.recorded.content_bytes
        words.append(f"{noted.recorded.contents} new documents of {size:,} bytes")
    if snapshot.is_absent:
        what = "does not exist"
    else:
        what = "no digest" if snapshot.root is None else snapshot.root.digest
    return printable_line(f"{snapshot.reference.familiar} {what}: {', '.join(words)}")


def _change_words(noted: Noted) -> str:
    before = noted.before
    if before is None:
        return "first observed"
    last = f"as on {minute_text(before.observed_at)}"
    was = "does not exist" if before.is_absent else before.root or "something else"
    return {
        Change.FIRST: "first observed",
        Change.SAME: f"the same {last}",
        Change.MOVED: f"moved, was {was}",
        Change.GONE: f"gone, was {was}",
        Change.CAME_BACK: f"came back, was gone {last}",
    }[noted.change]
