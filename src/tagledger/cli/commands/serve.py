"""`tagledger serve`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tagledger.cli.ledger_options import ledger_address
from tagledger.cli.parameters import Parsed, parse_host, parse_network, parse_upstream

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

    from tagledger.flows.live import LiveOptions


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option(
    "--port",
    default=8080,
    show_default=True,
    help="On which port; 0 takes a free one.",
)
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 256),
    help="Processes that answer.",
)
@click.option("--prefix", default="", help="The path below which a proxy has it.")
@click.option(
    "--certificate",
    type=click.Path(path_type=Path),
    help="Speak TLS with this certificate and its chain (PEM).",
)
@click.option(
    "--key", type=click.Path(path_type=Path), help="The certificate's key (PEM)."
)
@click.option(
    "--access",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Who may read what (TOML). [default: anybody everything]",
)
@click.option(
    "--trusted-host",
    multiple=True,
    metavar="NAME",
    help="A name under which it answers, '*' for any; may be given several times. "
    "[default: this machine's own, and --host]",
)
@click.option(
    "--trusted-proxy",
    multiple=True,
    type=Parsed("address", parse_network),
    help="Who may say for whom they ask (X-Forwarded-…); several times.",
)
@click.option(
    "--metrics-to",
    multiple=True,
    type=Parsed("address", parse_network),
    help="Who may read /metrics beside this machine; several times.",
)
@click.option(
    "--access-log",
    type=click.Path(path_type=Path),
    default="-",
    metavar="FILE",
    help="Where a line of JSON for each request goes. [default: stderr]",
)
@click.option("--no-access-log", is_flag=True, help="Writes no such lines.")
@click.option("--live", is_flag=True, help="Look up in registries what is not here.")
@click.option(
    "--live-registry",
    "live_registries",
    multiple=True,
    metavar="HOST",
    help="Only in this one; repeatable. [default: docker.io]",
)
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
    prefix: str,
    certificate: Path | None,
    key: Path | None,
    access: Path | None,
    trusted_host: tuple[str, ...],
    trusted_proxy: tuple[IPv4Network | IPv6Network, ...],
    metrics_to: tuple[IPv4Network | IPv6Network, ...],
    access_log: Path,
    no_access_log: bool,
    live: bool,
    live_registries: tuple[str, ...],
    blobs: tuple[Path, ...],
    upstreams: tuple[tuple[str, str], ...],
    redirects: tuple[str, ...],
) -> None:
    """Serve the ledger: pages, an API, feeds, and a registry of the past."""
    if live_registries and not live:
        raise click.UsageError("--live-registry goes with --live.")
    from tagledger.cli.loading import loaded
    from tagledger.ledger.opening import open_ledger
    from tagledger.server.needed import not_installed
    from tagledger.server.options import ServiceOptions

    try:
        from tagledger.server.serving import serve
    except ImportError as exc:
        raise not_installed(exc) from exc

    address = ledger_address()
    # Workers are forked from us and run long: garbage has to be looked for.
    loaded()
    # Brings the schema up to date, which the workers, who only read, cannot.
    open_ledger(address, create=False, progress=_say).close()
    serve(
        ServiceOptions(
            ledger=address,
            host=host,
            port=port,
            workers=workers,
            prefix=prefix,
            certificate=certificate,
            key=key,
            access=access,
            trusted_hosts=trusted_host,
            trusted_proxies=trusted_proxy,
            metrics_to=metrics_to,
            live=_live(live_registries, workers) if live else None,
            blobs=tuple(folder.absolute() for folder in blobs),
            upstreams=upstreams,
            redirects=redirects,
            access_log=None if no_access_log else access_log,
        ),
        begins=lambda url: _say(f"serving on {url}"),
    )


def _say(text: str) -> None:
    click.echo(f"tagledger: {text}", err=True)


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
