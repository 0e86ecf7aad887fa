"""`tagledger serve`."""

from __future__ import annotations

import click

from tagledger.cli.ledger_options import ledger_address


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", default=8080, show_default=True, help="On which port.")
@click.option("--workers", default=2, show_default=True, help="Processes that answer.")
def command(*, host: str, port: int, workers: int) -> None:
    """Serve the ledger: pages, an API, feeds, and a registry of the past."""
    from tagledger.ledger.opening import open_ledger
    from tagledger.server.options import ServiceOptions
    from tagledger.server.serving import serve

    address = ledger_address()
    # Brings the schema up to date, which the workers, who only read, cannot.
    open_ledger(address, create=False).close()
    serve(ServiceOptions(ledger=address, host=host, port=port, workers=workers))
