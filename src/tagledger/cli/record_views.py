"""What was recorded, as lines for people and as JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Sequence

import msgspec

from tagledger.errors import TagledgerError
from tagledger.flows.record import Change, Noted
from tagledger.model.printable import printable_line
from tagledger.model.times import rfc3339
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


def record_json(
    noted: Sequence[tuple[str, Noted]], failures: Sequence[tuple[str, TagledgerError]]
) -> str:
    """All observations, with what was new, and all failures."""
    report = {
        "schema": "tagledger.record/1",
        "observations": [_object(address, found) for address, found in noted],
        "failures": [
            {
                "address": address,
                "code": problem.code,
                "text": str(problem),
                "hint": problem.hint,
            }
            for address, problem in failures
        ],
    }
    return json.dumps(report, indent=2) + "\n"


def _object(address: str, noted: Noted) -> dict[str, object]:
    snapshot, before = noted.snapshot, noted.before
    return {
        "address": address,
        "reference": str(snapshot.reference),
        "source": snapshot.source,
        "observed_at": rfc3339(snapshot.observed_at),
        "digest": None if snapshot.root is None else snapshot.root.digest,
        "is_absent": snapshot.is_absent,
        "change": noted.change.value,
        "digest_before": None if before is None else before.root,
        "new": msgspec.structs.asdict(noted.recorded),
    }
