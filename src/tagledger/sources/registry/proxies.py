"""Proxies, as the environment names them.

The HTTP library could read them itself, but would then read `.netrc` as well. As with
curl, names in lower case win, HTTP_PROXY counts for nothing (a web server may have set
it from a request's `Proxy` header, CVE-2016-5385), and as with Go's library this
machine is never asked through a proxy.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from ipaddress import ip_address, ip_network

import msgspec
from yarl import URL

from tagledger.errors import NotSupported, redacted
from tagledger.sources.registry.addresses import (
    AddressKind,
    kind_of_address,
    kind_of_host,
)


class Proxy(msgspec.Struct, frozen=True):
    """A proxy's URL without user and password, and what to show it instead."""

    url: URL
    authorization: str | None = None

    def __repr__(self) -> str:
        return f"Proxy({redacted(str(self.url))})"


class Proxies:
    """Which proxy to use for which URL. Raises NotSupported for a kind not spoken."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        def named(*names: str) -> Proxy | None:
            values = (environment.get(name, "").strip() for name in names)
            text = next(filter(None, values), None)
            return None if text is None else parse_proxy(text, names[0])

        every = named("all_proxy", "ALL_PROXY")
        self._by_scheme = {
            "http": named("http_proxy") or every,
            "https": named("https_proxy", "HTTPS_PROXY") or every,
        }
        text = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
        self._exceptions = text.replace(",", " ").lower().split()

    def proxy_for(self, url: URL) -> Proxy | None:
        """The proxy through which this URL is asked; None to ask directly."""
        proxy = self._by_scheme.get(url.scheme)
        if proxy is None:
            return None
        host = (url.raw_host or "").lower().rstrip(".")
        if kind_of_host(host, kind_of_address) is AddressKind.LOOPBACK:
            return None
        port = url.port
        if any(_covers(exception, host, port) for exception in self._exceptions):
            return None
        return proxy


def parse_proxy(text: str, variable: str) -> Proxy:
    """A proxy from the value of an environment variable, which is named in errors."""
    try:
        url = URL(text if "://" in text else f"http://{text}")
        is_usable = bool(url.raw_host) and url.port is not None
    except (ValueError, IndexError):  # as in `parse_named_url`
        is_usable = False
        url = URL()
    if not is_usable or url.scheme not in ("http", "https"):
        kind = f"a {url.scheme} proxy" if url.scheme else "its value"
        raise NotSupported(
            f"the environment variable {variable}: {kind} cannot be used",
            hint="http:// and https:// proxies can; no_proxy names what needs none",
        )
    authorization = None
    if url.user is not None:
        pair = f"{url.user}:{url.password or ''}".encode()
        authorization = f"Basic {base64.b64encode(pair).decode()}"
    return Proxy(url.origin(), authorization)


def _covers(exception: str, host: str, port: int | None) -> bool:
    """Whether an entry of no_proxy speaks of this host.

    It may be `*`, a domain (and all under it), an address or a network (CIDR), with a
    port or for all of them.
    """
    if exception == "*":
        return True
    name, wanted_port = _split_port(exception)
    if wanted_port is not None and wanted_port != port:
        return False
    try:
        return ip_address(host) in ip_network(name, strict=False)
    except ValueError:
        domain = name.removeprefix("*").removeprefix(".").rstrip(".")
        return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _split_port(exception: str) -> tuple[str, int | None]:
    if exception.startswith("["):
        name, _, rest = exception[1:].partition("]")
        port = rest.removeprefix(":")
    elif exception.count(":") == 1:
        name, _, port = exception.partition(":")
    else:
        name, port = exception, ""
    return name, int(port) if port.isascii() and port.isdigit() else None
