"""An ASGI application asked without a network."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import unquote

from support.service import Answer
from tagledger.endpoint.asgi import Application, Message, Receive, Scope, Send
from tagledger.flows.visitor import ANYBODY, VISITOR, Visitor


def ask(
    application: Application,
    path: str,
    *,
    method: str = "GET",
    visitor: Visitor = ANYBODY,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """The whole answer to one request of this visitor."""
    return asyncio.run(_asked(application, path, method, visitor, headers or {}))


async def _asked(
    application: Application,
    path: str,
    method: str,
    visitor: Visitor,
    headers: Mapping[str, str],
) -> Answer:
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(dict(message))

    raw, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": unquote(raw),
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), text.encode()) for name, text in headers.items()],
        VISITOR: visitor,
    }  # fmt: skip
    await application(scope, receive, send)
    start, *rest = sent
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], found, b"".join(part["body"] for part in rest))


@contextmanager
def living_on(application: Application) -> Iterator[Application]:
    """The application, which hears of its end at the end alone: a client that begins anew for each request would end it."""

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _pretended(receive, send)
        else:
            await application(scope, receive, send)

    yield served
    asyncio.run(_lived(application))


async def _pretended(receive: Receive, send: Send) -> None:
    kind = ""
    while kind != "lifespan.shutdown":
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})


async def _lived(application: Application) -> None:
    """Let it begin and end."""
    coming: list[Message] = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]  # fmt: skip

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        assert message["type"].endswith(".complete"), message

    await application({"type": "lifespan", "state": {}}, receive, send)
