"""How visitors reach this service: for the lines that they copy, feeds and problems."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from tagledger.model.reference import DOCKER_HUB, Reference
from tagledger.site.asked import AnyRequest

_HOST = re.compile(
    r"[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?|\[[0-9a-fA-F:.]+\](?::[0-9]{1,5})?"
)


def host_of(request: AnyRequest) -> str:
    """Where they reach us, if what they sent can be a host; empty below a prefix."""
    host = request.headers.get("host", "")
    prefix = str(request.scope.get("root_path", ""))
    return host if _HOST.fullmatch(host) and not prefix else ""


def name_here(reference: Reference) -> str:
    """How this service's registry calls the repository."""
    if reference.domain == DOCKER_HUB:
        return reference.path
    return reference.name


def prefix_of(request: AnyRequest) -> str:
    """The path below which a proxy has us, without a slash at its end."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def path_of(request: AnyRequest) -> str:
    """The path that is asked for, as if there were no prefix."""
    # Of the two only this one never has the prefix: routing cuts it off the other.
    raw: bytes = request.scope["raw_path"]
    return unquote(raw.decode("latin-1").partition("?")[0])


def base_of(request: AnyRequest) -> str:
    """Scheme, host and prefix, as the server took them from who asks or its proxy.

    Without a host that can be one, what stands behind the host: addresses then are
    relative to it.
    """
    prefix = quote(prefix_of(request))
    host = request.headers.get("host", "")
    scheme = "https" if request.scope.get("scheme") == "https" else "http"
    return f"{scheme}://{host}{prefix}" if _HOST.fullmatch(host) else prefix
