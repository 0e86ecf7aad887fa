"""Arguments of commands, read by the functions that read such text everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tagledger.errors import UsageError

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

_T = TypeVar("_T")


class Parsed(click.ParamType[_T]):
    """Text that a function reads; its UsageError or ValueError becomes click's own."""

    def __init__(self, name: str, parse: Callable[[str], _T]) -> None:
        self.name = name
        self._parse = parse

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> _T:
        """Read it, or fail the way click fails."""
        if not isinstance(value, str):
            read: _T = value  # click converts a default that was read before again
            return read
        try:
            return self._parse(value)
        except UsageError as exc:
            self.fail(f"{exc}; {exc.hint}", param, ctx)
        except ValueError as exc:
            self.fail(str(exc), param, ctx)


def parse_credentials(text: str) -> tuple[str, str]:
    """`user:password`, split at the first colon; the text is never repeated."""
    user, colon, password = text.partition(":")
    if not colon or not user:
        raise ValueError("expected user:password")
    return user, password


def parse_mirror(text: str) -> tuple[str, str]:
    """`docker.io=https://mirror.example`: a registry, and what to ask instead."""
    host, equals, url = text.partition("=")
    if not equals or not host or not url.startswith(("https://", "http://")):
        raise ValueError("expected REGISTRY=URL, as docker.io=https://…")
    return host, url


def parse_network(text: str) -> IPv4Network | IPv6Network:
    """`10.0.0.5`, `10.0.0.0/8`, `fd00::/8`: an address, or many of one beginning."""
    from ipaddress import ip_network

    try:
        return ip_network(text)
    except ValueError:
        raise ValueError(f"{text!r} is no address and no network") from None


def parse_host(text: str) -> str:
    """`mcr.microsoft.com`, `localhost:5000`: a host, and a port where it is not 443."""
    from tagledger.model.reference import is_registry_name

    if not is_registry_name(text):
        raise ValueError("expected HOST or HOST:PORT, as mcr.microsoft.com")
    return text.lower()


def parse_upstream(text: str) -> tuple[str, str]:
    """`docker.io` or `docker.io=https://…`: a registry, and what to ask instead."""
    from tagledger.model.reference import is_registry_name

    if "=" in text:
        name, url = parse_mirror(text)
    else:
        name, url = text, ""
    if not is_registry_name(name):
        raise ValueError("expected REGISTRY or REGISTRY=URL, as docker.io")
    return name, url


def parse_range(text: str) -> range:
    """`826000-876000`, both ends included."""
    first, dash, last = text.partition("-")
    if not (dash and first.isdecimal() and last.isdecimal()) or len(text) > 20:
        raise ValueError("expected FIRST-LAST, as 826000-876000")
    if int(first) > int(last):
        raise ValueError("the first number is greater than the last")
    return range(int(first), int(last) + 1)
