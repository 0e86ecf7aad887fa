"""Faults: small functions between a request and its answer, to be set with `server.on(method, path, fault)`.

Each takes the request and the answer that would be given, and gives the reply that is sent. Those that take another
fault (`times`, `after`) compose.
"""

import asyncio
import gzip
from collections.abc import AsyncIterator

import msgspec

from support.exchange import Answer, Ending, Fault, Reply, Request, error_reply

CODES = {
    401: "UNAUTHORIZED",
    403: "DENIED",
    404: "MANIFEST_UNKNOWN",
    429: "TOOMANYREQUESTS",
}


def status(
    code: int, *headers: tuple[str, str], message: str = "made to fail"
) -> Fault:
    """Answer with `code` and a body of the specification's form."""

    async def fault(_request: Request, _answer: Answer) -> Reply:
        return error_reply(code, CODES.get(code, "UNKNOWN"), message, headers=headers)

    return fault


def replying(reply: Reply) -> Fault:
    """Answer with exactly `reply`."""

    async def fault(_request: Request, _answer: Answer) -> Reply:
        return reply

    return fault


def times(count: int, inner: Fault) -> Fault:
    """`inner` for the first `count` requests, then the usual answer."""
    left = count

    async def fault(request: Request, answer: Answer) -> Reply:
        nonlocal left
        if left <= 0:
            return await answer(request)
        left -= 1
        return await inner(request, answer)

    return fault


def after(count: int, inner: Fault) -> Fault:
    """The usual answer for the first `count` requests, then `inner`."""
    left = count

    async def fault(request: Request, answer: Answer) -> Reply:
        nonlocal left
        if left <= 0:
            return await inner(request, answer)
        left -= 1
        return await answer(request)

    return fault


def too_many_requests(retry_after: str = "0") -> Fault:
    """429 with `Retry-After`, in seconds or as an HTTP date."""
    return status(429, ("Retry-After", retry_after))


def with_headers(*headers: tuple[str, str]) -> Fault:
    """The usual answer with these headers set."""

    async def fault(request: Request, answer: Answer) -> Reply:
        return (await answer(request)).with_headers(*headers)

    return fault


def without_headers(*names: str) -> Fault:
    """The usual answer without these headers."""

    async def fault(request: Request, answer: Answer) -> Reply:
        return (await answer(request)).without_headers(*names)

    return fault


def wrong_bytes(content: bytes = b'{"schemaVersion":2}') -> Fault:
    """Other bytes under the headers, digest included, of the right ones."""

    async def fault(request: Request, answer: Answer) -> Reply:
        usual = await answer(request)
        sent = b"" if request.method == "HEAD" else content
        return msgspec.structs.replace(
            usual, body=sent, declared_size_bytes=len(content)
        )

    return fault


def wrong_digest_header(digest: str = "sha256:" + "0" * 64) -> Fault:
    """The right bytes under a header that names another digest."""
    return with_headers(("Docker-Content-Digest", digest))


def wrong_content_type(media_type: str) -> Fault:
    """The right bytes declared as something else."""
    return with_headers(("Content-Type", media_type))


def truncated(kept_bytes: int) -> Fault:
    """The first bytes only, under the full Content-Length, then an end of the connection."""

    async def fault(request: Request, answer: Answer) -> Reply:
        usual = await answer(request)
        return msgspec.structs.replace(
            usual,
            body=usual.body[:kept_bytes],
            declared_size_bytes=usual.declared_size_bytes or len(usual.body),
            ending=Ending.CLOSED,
        )

    return fault


def gzip_encoded() -> Fault:
    """The right bytes under `Content-Encoding: gzip`, whether asked for or not."""

    async def fault(request: Request, answer: Answer) -> Reply:
        usual = await answer(request)
        packed = gzip.compress(usual.body, mtime=0)
        encoded = msgspec.structs.replace(
            usual, body=packed, declared_size_bytes=len(packed)
        )
        return encoded.with_headers(("Content-Encoding", "gzip"))

    return fault


def endless(piece: bytes = b" " * 65536) -> Fault:
    """The usual answer's headers, then a body without an end or a length."""

    async def pieces() -> AsyncIterator[bytes]:
        while True:
            yield piece
            await asyncio.sleep(0)

    async def fault(request: Request, answer: Answer) -> Reply:
        usual = await answer(request)
        return msgspec.structs.replace(
            usual, body=b"", declared_size_bytes=None, pieces=pieces
        )

    return fault


def slow_start(seconds: float) -> Fault:
    """The usual answer, late."""

    async def fault(request: Request, answer: Answer) -> Reply:
        await asyncio.sleep(seconds)
        return await answer(request)

    return fault


def slow_body(*, piece_bytes: int = 1, pause_seconds: float = 0.05) -> Fault:
    """The usual answer, its body in drops."""

    async def fault(request: Request, answer: Answer) -> Reply:
        usual = await answer(request)

        async def pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(usual.body), piece_bytes):
                yield usual.body[start : start + piece_bytes]
                await asyncio.sleep(pause_seconds)

        return msgspec.structs.replace(
            usual,
            body=b"",
            pieces=pieces,
            declared_size_bytes=usual.declared_size_bytes or len(usual.body),
        )

    return fault


def redirect(url: str, code: int = 307) -> Fault:
    """Send the client to `url`, on this origin or another."""

    async def fault(_request: Request, _answer: Answer) -> Reply:
        return Reply(code, (("Location", url),))

    return fault


def redirect_in_a_circle(code: int = 307) -> Fault:
    """Send the client back to the path that it asked for."""

    async def fault(request: Request, _answer: Answer) -> Reply:
        return Reply(code, (("Location", request.target),))

    return fault


def link(url: str) -> Fault:
    """The usual answer with a `Link` to the next page at `url`: another origin, or the same page again."""
    return with_headers(("Link", f'<{url}>; rel="next"'))


def endless_links() -> Fault:
    """Pages of tags that never end, each of which names a next one that was not there before."""
    number = 0

    async def fault(request: Request, answer: Answer) -> Reply:
        nonlocal number
        number += 1
        usual = await answer(request)
        return usual.with_headers(
            ("Link", f'<{request.path}?n=1&last=page-{number:09}>; rel="next"')
        )

    return fault


def challenge(www_authenticate: str) -> Fault:
    """401 with this `WWW-Authenticate`, whatever credentials come."""
    return status(401, ("WWW-Authenticate", www_authenticate))


def hostile_realm(
    realm: str, *, service: str = "registry", scope: str = "repository:x:pull"
) -> Fault:
    """401 with a bearer challenge that sends the client to `realm` for its token."""
    return challenge(f'Bearer realm="{realm}",service="{service}",scope="{scope}"')


def reset() -> Fault:
    """Break the connection off before a byte is sent."""

    async def fault(_request: Request, _answer: Answer) -> Reply:
        return Reply(ending=Ending.RESET)

    return fault


def reset_after(kept_bytes: int) -> Fault:
    """Break the connection off in the middle of the body."""

    async def fault(request: Request, answer: Answer) -> Reply:
        cut = await truncated(kept_bytes)(request, answer)
        return msgspec.structs.replace(cut, ending=Ending.RESET)

    return fault
