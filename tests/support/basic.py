"""Both directions of the `Authorization: Basic` header (RFC 7617)."""

import base64
import binascii

from support.exchange import Request


def basic_authorization(user: str, password: str) -> str:
    """The value of the header for this pair."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def basic_credentials(request: Request) -> tuple[str, str] | None:
    """User and password of the header, or None where there is none."""
    kind, _, coded = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        user, _, password = (
            base64.b64decode(coded, validate=True).decode().partition(":")
        )
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user, password
