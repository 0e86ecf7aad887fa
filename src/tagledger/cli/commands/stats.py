"""`tagledger stats`."""

from __future__ import annotations

from datetime import datetime

import click

from tagledger.cli.ledger_options import opened_ledger
from tagledger.cli.moments import MomentType
from tagledger.cli.options import session_options
from tagledger.cli.session import Session


@click.command("stats")
@click.option("--since", type=MomentType(), help="Only observations from then on.")
@click.option(
    "--until", type=MomentType(ends_day=True), help="Only observations until then."
)
@click.option(
    "--by",
    type=click.Choice(["month", "year"]),
    help="What observations are counted by. [default: whichever fits]",
)
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a drawing.")
@session_options(platforms=False, places=False)
def command(
    session: Session,
    *,
    since: datetime | None,
    until: datetime | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Show the figures of the ledger: what it holds, who told it, and when."""
    from tagledger.flows.stats import Span, stats

    with opened_ledger(session) as ledger:
        found = stats(
            ledger, since=since, until=until, span=None if by is None else Span(by)
        )
    if as_json:
        from tagledger.flows.json_forms.form import encoded
        from tagledger.flows.json_forms.stats import stats_report

        session.write(encoded(stats_report(found)))
        return
    from tagledger.cli.console import console
    from tagledger.cli.output import writing
    from tagledger.cli.stats_views import draw_stats

    with writing():
        draw_stats(found, console())
