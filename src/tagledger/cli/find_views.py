"""What was found, as lines for people and as JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tagledger.flows.find import DigestFindings, SearchFindings
from tagledger.ledger.answers import Found, Hit, Use
from tagledger.model.printable import printable_line
from tagledger.model.times import rfc3339
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


def digest_json(findings: DigestFindings) -> str:
    """What is known of the digests, and where the one was."""
    return _encoded(
        {
            "schema": "tagledger.find-digest/1",
            "is_ambiguous": findings.is_ambiguous,
            "digests": [_found_object(found) for found in findings.found],
            "uses": [_use_object(use) for use in findings.uses],
            "has_more": findings.has_more,
        }
    )


def _found_object(found: Found) -> dict[str, object]:
    return {
        "digest": found.digest,
        "roles": found.roles,
        "media_type": found.media_type,
        "size_bytes": found.size_bytes,
        "evidence": None if found.evidence is None else found.evidence.value,
        "images": found.images,
    }


def _use_object(use: Use) -> dict[str, object]:
    return {
        "reference": str(use.reference),
        "first_seen": rfc3339(use.first_seen),
        "last_seen": rfc3339(use.last_seen),
        "ended_at": None if use.ended_at is None else rfc3339(use.ended_at),
        "observations": use.observations,
    }


def search_json(findings: SearchFindings) -> str:
    """A page of hits."""
    return _encoded(
        {
            "schema": "tagledger.find-images/1",
            "hits": [_hit_object(hit) for hit in findings.hits],
            "has_more": findings.has_more,
        }
    )


def _hit_object(hit: Hit) -> dict[str, object]:
    return {
        "reference": str(hit.reference),
        "platform": hit.platform,
        "manifest_digest": hit.manifest,
        "config_digest": hit.config,
        "step": hit.step,
        "first_seen": rfc3339(hit.first_seen),
        "last_seen": rfc3339(hit.last_seen),
    }


def _encoded(report: dict[str, object]) -> str:
    return json.dumps(report, indent=2) + "\n"
