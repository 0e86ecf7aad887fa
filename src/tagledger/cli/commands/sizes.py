"""`tagledger sizes`."""

from __future__ import annotations

from datetime import datetime

import click

from tagledger.cli.ledger_options import opened_ledger
from tagledger.cli.moments import MomentType
from tagledger.cli.options import session_options
from tagledger.cli.parameters import Parsed
from tagledger.cli.session import Session
from tagledger.model.platform import PlatformFilter, parse_platform


@click.command("sizes")
@click.argument("name", metavar="REPO[:TAG]")
@click.option(
    "--platform",
    "only",
    type=Parsed("platform", parse_platform),
    multiple=True,
    help="Only platforms that match; repeatable.",
)
@click.option("--since", type=MomentType(), help="Only what was seen from then on.")
@click.option(
    "--until", type=MomentType(ends_day=True), help="Only what was seen until then."
)
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a drawing.")
@session_options(platforms=False, places=False)
def command(
    session: Session,
    name: str,
    *,
    only: tuple[PlatformFilter, ...],
    since: datetime | None,
    until: datetime | None,
    as_json: bool,
) -> None:
    """Show how a tag's images grew, or those of all tags of a repository."""
    from tagledger.flows.sizes import sizes

    with opened_ledger(session) as ledger:
        found = sizes(ledger, name, platforms=only, since=since, until=until)
    if as_json:
        from tagledger.flows.json_forms.form import encoded
        from tagledger.flows.json_forms.sizes import sizes_report

        session.write(encoded(sizes_report(found)))
        return
    from tagledger.cli.console import console
    from tagledger.cli.output import writing
    from tagledger.cli.sizes_views import draw_sizes

    with writing():
        draw_sizes(found, console())
