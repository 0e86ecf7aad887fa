"""`tagledger raw`."""

from __future__ import annotations

import click

from tagledger.cli.options import session_options
from tagledger.cli.session import Session


@click.command("raw")
@click.argument("address", metavar="REF")
@click.option("--config", is_flag=True, help="The config instead of the manifest.")
@session_options()
def command(session: Session, address: str, *, config: bool) -> None:
    """Print the exact bytes of an index, a manifest or a config.

    With --platform, of that platform's manifest.
    """
    from tagledger.flows.raw import raw

    async def read() -> bytes:
        async with session.opened(address) as place:
            return await raw(place.source, place.name, session.wanted, config=config)

    session.write(session.run(read()))
