"""`tagledger history`."""

from __future__ import annotations

from datetime import datetime

import click

from tagledger.cli.ledger_options import opened_ledger
from tagledger.cli.moments import MomentType
from tagledger.cli.options import session_options
from tagledger.cli.session import Session


@click.command("history")
@click.argument("reference", metavar="REF")
@click.option("--at", type=MomentType(), help="Only what it was at this time.")
@click.option("--source", help="Only what this source said, as the list names it.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of lines.")
@session_options(platforms=False, places=False)
def command(
    session: Session,
    reference: str,
    *,
    at: datetime | None,
    source: str | None,
    as_json: bool,
) -> None:
    """Tell what a tag was and when, and what changed each time."""
    from tagledger.cli.history_views import history_lines
    from tagledger.flows.history import history
    from tagledger.flows.json_forms.form import encoded
    from tagledger.flows.json_forms.history import history_report

    with opened_ledger(session) as ledger:
        told = session.run(
            history(ledger, reference, at=at, source=source, progress=session.progress)
        )
    if as_json:
        session.write(encoded(history_report(told)))
    else:
        session.write("".join(f"{line}\n" for line in history_lines(told)))
