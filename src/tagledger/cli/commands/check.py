"""`tagledger check`."""

from __future__ import annotations

import json

import click

from tagledger.cli.exit_codes import DIFFERS
from tagledger.cli.ledger_options import opened_ledger
from tagledger.cli.options import session_options
from tagledger.cli.session import Session


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of lines.")
@session_options(platforms=False, places=False)
def command(session: Session, *, as_json: bool) -> int:
    """Check every byte and row of the ledger; 1 where anything is wrong."""
    from tagledger.model.printable import printable_line

    def tell(done: int, total: int) -> None:
        session.progress("packs", done, total)

    count = 0
    found: list[dict[str, str]] = []
    with opened_ledger(session) as ledger:
        for finding in ledger.check(tell):
            count += 1
            if as_json:
                found.append({"where": finding.where, "problem": finding.problem})
            else:
                line = printable_line(f"{finding.where}: {finding.problem}")
                session.write(f"{line}\n")
        counts = ledger.counts()
    session.progress.clear()
    if as_json:
        report = {
            "schema": "tagledger.check/1",
            "findings": found,
            "observations": counts.observations,
            "contents": counts.contents,
            "content_bytes": counts.content_bytes,
        }
        session.write(json.dumps(report, indent=2) + "\n")
    elif not count:
        session.write(
            f"all is well: {counts.observations:,} observations, "
            f"{counts.contents:,} contents of {counts.content_bytes:,} bytes\n"
        )
    return DIFFERS if count else 0
