"""`tagledger show`."""

from __future__ import annotations

import click
import msgspec

from tagledger.cli.options import session_options
from tagledger.cli.session import Session
from tagledger.flows.observe_all import Observed, observe_all


@click.command("show")
@click.argument("address", metavar="REF")
@click.option("--full", is_flag=True, help="Steps, labels and the rest in full.")
@click.option("--dates", is_flag=True, help="Also ask when each layer was modified.")
@session_options()
def command(session: Session, address: str, *, full: bool, dates: bool) -> None:
    """Show an image in the terminal.

    Of a page of all tags, read without a tag, each in turn.
    """
    wanted = msgspec.structs.replace(
        session.wanted, layer_dates=dates, attestations=full
    )

    async def read() -> Observed:
        async with session.opened(address) as place:
            return await observe_all(place, wanted)

    observed = session.run(read())
    from tagledger.cli.console import console
    from tagledger.cli.output import writing
    from tagledger.reports.terminal import render

    terminal = console()
    with writing():
        for position, snapshot in enumerate(observed.snapshots):
            if position:
                terminal.print()
            render(snapshot, terminal, full=full)
