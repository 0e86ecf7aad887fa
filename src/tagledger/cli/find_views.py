"""What was found, as lines for people."""

from __future__ import annotations

from collections.abc import Iterator

from tagledger.flows.find import DigestFindings, SearchFindings
from tagledger.ledger.answers import Found, Hit, Use
from tagledger.model.printable import printable_line
from tagledger.reports.terminal_values import date_text, minute_text, size_text


def digest_lines(findings: DigestFindings) -> Iterator[str]:
    """Each digest with what it is; of one alone, also where it was and when."""
    for found in findings.found:
        yield printable_line(f"{found.digest}  {_roles(found)}")
        if findings.is_ambiguous:
            continue
        for fact in _facts(found):
            yield printable_line(f"    {fact}")
        yield ""
        for use in findings.uses:
            yield printable_line(_use(use))


def _roles(found: Found) -> str:
    return ", ".join(found.roles) or "named, but not said as what"


def _facts(found: Found) -> Iterator[str]:
    if found.media_type is not None:
        yield found.media_type
    if found.size_bytes is not None:
        yield f"{size_text(found.size_bytes)} ({found.size_bytes:,} bytes)"
    if found.evidence is None:
        yield "its bytes are not held"
    else:
        yield f"its bytes are held, {found.evidence.value}"
    yield f"in {found.images:,} image{'' if found.images == 1 else 's'}"


def _use(use: Use) -> str:
    seen = f"{minute_text(use.first_seen)} to {minute_text(use.last_seen)}"
    now = "still so when last seen" if use.ended_at is None else "not any more"
    times = "once" if use.observations == 1 else f"{use.observations:,} times"
    return f"{use.reference.familiar}  {seen}, seen {times}, {now}"


def hit_lines(findings: SearchFindings) -> Iterator[str]:
    """Each image with the step that fits."""
    for hit in findings.hits:
        yield printable_line(_hit(hit))
        if hit.manifest is not None:
            yield f"    manifest {hit.manifest}"
        if hit.config is not None:
            yield f"    config   {hit.config}"
        if hit.step is not None:
            yield printable_line(f"    {hit.step}")


def _hit(hit: Hit) -> str:
    platform = "" if hit.platform is None else f"  {hit.platform}"
    seen = f"{date_text(hit.first_seen)} to {date_text(hit.last_seen)}"
    return f"{hit.reference.familiar}{platform}  {seen}"
