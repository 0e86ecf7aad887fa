"""`tagledger report`."""

from __future__ import annotations

import click
import msgspec

from tagledger.cli.options import session_options
from tagledger.cli.session import Session
from tagledger.flows.observe_all import Observed, observe_all


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
    """Write the page of an image: Markdown, or JSON.

    Of a page of all tags, read without a tag, the whole: as JSON one line for each tag.
    """
    if as_json and form is not None:
        raise click.UsageError("--form is for Markdown; JSON has one form")
    wanted = msgspec.structs.replace(
        session.wanted,
        layer_dates=not no_dates,
        foreign_dates=not no_foreign,
        attestations=full or as_json,
    )

    async def read() -> Observed:
        async with session.opened(address) as place:
            return await observe_all(place, wanted)

    observed = session.run(read())
    if as_json:
        from tagledger.reports.json_report import encode_report

        for snapshot in observed.snapshots:
            session.write(encode_report(snapshot, compact=observed.is_whole))
        return
    from tagledger.reports.page.form import FORMS
    from tagledger.reports.page.tag_details import write_tag_details
    from tagledger.reports.page.writer import write_page

    chosen = None if form is None else FORMS[form]
    if observed.is_whole:
        page = write_tag_details(observed.snapshots, form=chosen, full=full)
    else:
        page = write_page(observed.snapshots[0], form=chosen, full=full)
    session.write(page)
