"""`tagledger serve`."""

from __future__ import annotations

from pathlib import Path

import click

from tagledger.cli.ledger_options import ledger_address
from tagledger.cli.parameters import Parsed, parse_host, parse_upstream


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", default=8080, show_default=True, help="On which port.")
@click.option("--workers", default=2, show_default=True, help="Processes that answer.")
@click.option(
    "--blobs",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    multiple=True,
    help="A layout or folder of blobs to serve layers from; repeatable.",
)
@click.option(
    "--upstream",
    "upstreams",
    type=Parsed("registry[=url]", parse_upstream),
    multiple=True,
    help="Fetch layers not held from REGISTRY (at URL); repeatable.",
)
@click.option(
    "--redirect",
    "redirects",
    type=Parsed("host", parse_host),
    multiple=True,
    help="Send clients to HOST for foreign layers published there; repeatable.",
)
def command(
    *,
    host: str,
    port: int,
    workers: int,
    blobs: tuple[Path, ...],
    upstreams: tuple[tuple[str, str], ...],
    redirects: tuple[str, ...],
) -> None:
    """Serve the ledger: pages, an API, feeds, and a registry of the past."""
    from tagledger.ledger.opening import open_ledger
    from tagledger.server.options import ServiceOptions
    from tagledger.server.serving import serve

    address = ledger_address()
    # Brings the schema up to date, which the workers, who only read, cannot.
    open_ledger(address, create=False).close()
    options = ServiceOptions(
        ledger=address,
        host=host,
        port=port,
        workers=workers,
        blobs=tuple(folder.absolute() for folder in blobs),
        upstreams=upstreams,
        redirects=redirects,
    )
    serve(options)
