"""An ASGI application asked in this process, as a server would ask it."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from tagledger.endpoint.asgi import Application, Message, Scope


class Answered(msgspec.Struct, frozen=True):
    """A whole answer; names of headers are in lower case, a repeated one is joined."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


def request_scope(
    target: str = "/",
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    host: str = "localhost:8080",
    address: str = "192.0.2.7",
    scheme: str = "http",
    **more: Any,  # noqa: ANN401 - whatever layers around it would have said
) -> Scope:
    """What a server says of a request."""
    path, _, query = target.partition("?")
    named = {"host": host, **(headers or {})}
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [
            (name.lower().encode(), value.encode("latin-1"))
            for name, value in named.items()
        ],
        "client": (address, 40_000),
        "server": ("127.0.0.1", 8080),
        "state": {},
        **more,
    }


async def answer_to(application: Application, scope: Scope) -> Answered:
    """What the application answers; it must answer exactly once."""
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)
        await asyncio.sleep(0)

    await application(scope, receive, send)
    assert ["http.response.start"] == [
        message["type"]
        for message in messages
        if message["type"] != "http.response.body"
    ]
    assert messages[0]["type"] == "http.response.start"
    headers: dict[str, str] = {}
    for name, value in messages[0]["headers"]:
        key, text = name.decode().lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    body = b"".join(message.get("body", b"") for message in messages[1:])
    return Answered(messages[0]["status"], headers, body)


async def ask(
    application: Application,
    target: str = "/",
    **request: Any,  # noqa: ANN401 - as `request_scope` takes them
) -> Answered:
    """The answer to one request."""
    return await answer_to(application, request_scope(target, **request))


async def echo(scope: Scope, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own
    """An application that answers with what it was asked, as JSON."""
    _ = receive
    said = {
        "path": scope["path"],
        "method": scope["method"],
        "scheme": scope["scheme"],
        "address": scope["client"][0],
        "host": dict(scope["headers"])[b"host"].decode(),
        "root": scope["root_path"],
        "visitor": _visitor(scope),
    }
    body = msgspec.json.encode(said)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _visitor(scope: Scope) -> list[Any] | None:
    visitor = scope.get("tagledger.visitor")
    return None if visitor is None else [visitor.name, visitor.readable]
