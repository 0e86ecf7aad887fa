"""`tagledger report`."""

from __future__ import annotations

import click
import msgspec

from tagledger.cli.options import session_options
from tagledger.cli.session import Session
from tagledger.model.snapshot import Snapshot


@click.command("report")
@click.argument("address", metavar="REF")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of Markdown.")
@click.option(
    "--form",
    type=click.Choice(["2019", "2021"]),
    help="Form of the page; 2021 adds the platform count. "
    "[default: 2019, or the page's own where a page is read]",
)
@click.option("--full", is_flag=True, help="Add what the page leaves out.")
@click.option(
    "--no-foreign", is_flag=True, help="Don't ask foreign layers for their dates."
)
@click.option("--no-dates", is_flag=True, help="Don't ask layers for their dates.")
@session_options()
def command(
    session: Session,
    address: str,
    *,
    as_json: bool,
    form: str | None,
    full: bool,
    no_foreign: bool,
    no_dates: bool,
) -> None:
    """Write the page of an image: Markdown, or JSON."""
    wanted = msgspec.structs.replace(
        session.wanted,
        layer_dates=not no_dates,
        foreign_dates=not no_foreign,
        attestations=full or as_json,
    )

    async def read() -> Snapshot:
        async with session.opened(address) as place:
            return await place.source.observe(place.name, wanted)

    snapshot = session.run(read())
    if as_json:
        from tagledger.reports.json_report import encode_report

        session.write(encode_report(snapshot))
    else:
        from tagledger.reports.page.form import FORMS
        from tagledger.reports.page.writer import write_page

        chosen = None if form is None else FORMS[form]
        session.write(write_page(snapshot, form=chosen, full=full))
