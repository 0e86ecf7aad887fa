"""Bodies: bounded while they come, and only in the encoding that was asked for."""

from __future__ import annotations

import aiohttp
from yarl import URL

from tagledger.errors import InvalidAnswer, TooLarge, redacted

MAX_ERROR_BYTES = 64 * 1024
"""How much of an error's text is looked at; the rest is left unread."""


async def read_body(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The whole body. Raises TooLarge past `limit` bytes, whatever was announced."""
    check_encoding(response)
    announced = response.content_length
    if announced is not None and announced <= limit:
        return await response.read()
    if announced is not None:
        raise TooLarge(_name(response.url), limit)
    pieces: list[bytes] = []
    received = 0
    async for piece in response.content.iter_any():
        received += len(piece)
        if received > limit:
            raise TooLarge(_name(response.url), limit)
        pieces.append(piece)
    return b"".join(pieces)


async def read_start(
    response: aiohttp.ClientResponse, limit: int = MAX_ERROR_BYTES
) -> bytes:
    """The beginning of a body that is no document; empty if it is encoded."""
    if is_encoded(response):
        return b""
    pieces: list[bytes] = []
    left = limit
    async for piece in response.content.iter_any():
        pieces.append(piece[:left])
        left -= len(piece)
        if left <= 0:
            break
    return b"".join(pieces)


def is_encoded(response: aiohttp.ClientResponse) -> bool:
    """Whether the body is compressed, or otherwise not as it is."""
    coding = response.headers.get("Content-Encoding")
    return coding is not None and coding.strip().lower() not in ("", "identity")


def check_encoding(response: aiohttp.ClientResponse) -> None:
    """Raise InvalidAnswer for a body that would have to be unpacked first.

    Only identity was asked for; a few compressed kilobytes can hold gigabytes.
    """
    if is_encoded(response):
        problem = "the answer is compressed, though that was not asked for"
        raise InvalidAnswer(str(response.url), problem)


def _name(url: URL) -> str:
    return f"the answer of {redacted(str(url))}"
