"""The options that every command reading an image shares."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from tagledger.cli.ledger_options import ledger_address
from tagledger.cli.moments import MomentType
from tagledger.cli.parameters import Parsed, parse_credentials, parse_mirror
from tagledger.cli.session import Session
from tagledger.model.host_platform import parse_host_platform
from tagledger.model.platform import parse_platform
from tagledger.model.source import Wanted
from tagledger.settings import current_settings
from tagledger.sources.registry.options import RegistryOptions

_Command = TypeVar("_Command", bound=Callable[..., Any])


TIMEOUT_SECONDS = 30.0
"""How long an answer is waited for."""

_File = click.Path(exists=True, dir_okay=False, path_type=Path)

_PLATFORM_OPTIONS = (
    click.option(
        "--platform",
        "platforms",
        type=Parsed("platform", parse_platform),
        multiple=True,
        help="Only platforms that match, as linux/arm/v7 or "
        "windows/amd64:10.0.17763; repeatable.",
    ),
    click.option(
        "--host-platform",
        type=Parsed("platform", parse_host_platform),
        help="Only the one image that a host of this platform would run.",
    ),
)
_AT_OPTION = click.option(
    "--at",
    type=MomentType(),
    help="What ledger:REF was at this time, as 2017-12-01.",
)
_REGISTRY_OPTIONS = (
    _AT_OPTION,
    click.option(
        "--creds",
        type=Parsed("user:password", parse_credentials),
        help="Log in with these instead of what docker or podman login kept.",
    ),
    click.option(
        "--insecure", is_flag=True, help="Plain HTTP (loopback needs no flag)."
    ),
    click.option("--ca-cert", type=_File, help="Trust this CA as well (PEM)."),
    click.option("--cert", type=_File, help="Client certificate (PEM)."),
    click.option("--key", type=_File, help="Its key (PEM), if not in the same file."),
    click.option(
        "--mirror",
        "mirrors",
        type=Parsed("registry=url", parse_mirror),
        multiple=True,
        help="Ask URL instead of REGISTRY; names stay; repeatable.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0.1),
        default=TIMEOUT_SECONDS,
        show_default=True,
        help="Seconds to wait for an answer.",
    ),
    click.option(
        "-v", "--verbose", is_flag=True, help="Say more, such as rate limits."
    ),
)


def session_options(
    *, platforms: bool = True, places: bool = True
) -> Callable[[_Command], Callable[..., Any]]:
    """Add the shared options to a command; it gets a `Session` as first argument.

    Without `places` it reads no address, and has none of the options.
    """
    options = (*(_PLATFORM_OPTIONS if platforms else ()), *_REGISTRY_OPTIONS)
    if not places:
        options = ()

    def decorate(command: _Command) -> Callable[..., Any]:
        @wraps(command)
        def with_session(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - click's
            return command(_session(named, places=places), *arguments, **named)

        wrapped: Callable[..., Any] = with_session
        for option in reversed(options):
            wrapped = option(wrapped)
        return wrapped

    return decorate


def _session(named: dict[str, Any], *, places: bool) -> Session:
    """Take the shared options out of a command's arguments."""
    settings = current_settings()
    wanted = Wanted(
        platforms=named.pop("platforms", ()), host=named.pop("host_platform", None)
    )
    verbose = named.pop("verbose", False)
    if named.get("key") is not None and named.get("cert") is None:
        raise click.UsageError("--key needs --cert, the certificate that it is for")

    def say(text: str) -> None:
        session.say(f"tagledger: {text}")

    def say_if_verbose(text: str) -> None:
        if verbose:
            say(text)

    registry = RegistryOptions(
        environment=settings.environment,
        home=settings.home,
        creds=named.pop("creds", None),
        insecure=named.pop("insecure", False),
        ca_cert=named.pop("ca_cert", None),
        client_cert=named.pop("cert", None),
        client_key=named.pop("key", None),
        mirrors=named.pop("mirrors", ()),
        timeout_seconds=named.pop("timeout", TIMEOUT_SECONDS),
        on_notice=say,
        on_rate_limit=say_if_verbose,
    )
    session = Session(
        settings=settings,
        registry=registry,
        wanted=wanted,
        ledger=ledger_address(),
        at=named.pop("at", None) if places else None,
    )
    return session
