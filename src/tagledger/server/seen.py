"""What is known of a request once it was looked at: for the log."""

from __future__ import annotations

import msgspec

SEEN = "tagledger.seen"
"""The key of the scope under which the layers tell the outermost what they found."""

REQUEST_ID = b"x-request-id"


class Seen(msgspec.Struct):
    """Where a request comes from, what it is called, and who asks."""

    address: str
    request_id: str
    visitor: str | None = None
