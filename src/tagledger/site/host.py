"""How visitors reach the registry of this service, for the lines that they copy."""

from __future__ import annotations

import re

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
