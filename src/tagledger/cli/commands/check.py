"""`tagledger check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tagledger.cli.exit_codes import DIFFERS
from tagledger.cli.ledger_options import opened_ledger
from tagledger.cli.options import session_options
from tagledger.cli.session import Session

if TYPE_CHECKING:
    from tagledger.ledger.answers import Finding


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of lines.")
@session_options(platforms=False, places=False)
def command(session: Session, *, as_json: bool) -> int:
    """Check every byte and row of the ledger; 1 where anything is wrong."""
    from tagledger.flows.json_forms.check import check_report
    from tagledger.flows.json_forms.form import encoded
    from tagledger.model.printable import printable_line

    def tell(done: int, total: int) -> None:
        session.progress("packs", done, total)

    found: list[Finding] = []
    with opened_ledger(session) as ledger:
        for finding in ledger.check(tell):
            found.append(finding)
            if not as_json:
                line = printable_line(f"{finding.where}: {finding.problem}")
                session.write(f"{line}\n")
        counts = ledger.counts()
    session.progress.clear()
    if as_json:
        session.write(encoded(check_report(found, counts)))
    elif not found:
        session.write(
            f"all is well: {counts.observations:,} observations, "
            f"{counts.contents:,} contents of {counts.content_bytes:,} bytes\n"
        )
    return DIFFERS if found else 0
