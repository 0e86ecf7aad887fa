"""`tagledger serve`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tagledger.cli.ledger_options import ledger_address

if TYPE_CHECKING:
    from tagledger.flows.live import LiveOptions


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", default=8080, show_default=True, help="On which port.")
@click.option("--workers", default=2, show_default=True, help="Processes that answer.")
@click.option("--live", is_flag=True, help="Look up in registries what is not here.")
@click.option(
    "--live-registry",
    "live_registries",
    multiple=True,
    metavar="HOST",
    help="Only in this one; repeatable. [default: docker.io]",
)
def command(
    *, host: str, port: int, workers: int, live: bool, live_registries: tuple[str, ...]
) -> None:
    """Serve the ledger: pages, an API, feeds, and a registry of the past."""
    if live_registries and not live:
        raise click.UsageError("--live-registry goes with --live.")
    from tagledger.cli.loading import loaded
    from tagledger.ledger.opening import open_ledger
    from tagledger.server.options import ServiceOptions
    from tagledger.server.serving import serve

    address = ledger_address()
    # Workers are forked from us and run long: garbage has to be looked for.
    loaded()
    # Brings the schema up to date, which the workers, who only read, cannot.
    open_ledger(address, create=False).close()
    serve(
        ServiceOptions(
            ledger=address,
            host=host,
            port=port,
            workers=workers,
            live=_live(live_registries, workers) if live else None,
        )
    )


def _live(registries: tuple[str, ...], workers: int) -> LiveOptions:
    """The registries by the names that references have."""
    from tagledger.flows.live import LiveOptions
    from tagledger.model.reference import DOCKER_HUB, parse_reference
    from tagledger.settings import current_settings

    domains = []
    for registry in registries or (DOCKER_HUB,):
        domain = parse_reference(f"{registry}/repository/name").domain
        if registry not in (domain, "index.docker.io"):
            raise click.UsageError(
                f"--live-registry {registry}: not a registry's host."
            )
        domains.append(domain)
    return LiveOptions(
        registries=tuple(domains),
        environment=current_settings().environment,
        share=1 / max(workers, 1),
    )
