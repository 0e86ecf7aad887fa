"""Around everything else: how many at once, how long each, what is written of it."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from http import HTTPStatus

from tagledger.endpoint.asgi import Application, Message, Receive, Scope, Send
from tagledger.server.access_log import AccessLog, line_of
from tagledger.server.guard import HEALTH, secured
from tagledger.server.metrics import Metrics
from tagledger.server.refusals import Refusal, later, refuse
from tagledger.server.seen import REQUEST_ID, SEEN, Seen

MAX_AT_ONCE = 200
"""Requests that one worker answers at once: more would only wait for each other."""

ANSWER_SECONDS = 15.0
"""How long an answer may take to begin: a question takes one, a registry that is
asked live may take ten."""

SEND_SECONDS = 60.0
"""How long a client may take over a part of an answer, or we to have the next one."""

_log = logging.getLogger("tagledger.server")


class Watch:
    """Counts, times and writes down requests; refuses those that are too many."""

    def __init__(
        self,
        inner: Application,
        *,
        metrics: Metrics,
        log: AccessLog | None,
        at_once: int = MAX_AT_ONCE,
        answer_seconds: float = ANSWER_SECONDS,
        send_seconds: float = SEND_SECONDS,
    ) -> None:
        self._inner = inner
        self._metrics = metrics
        self._log = log
        self._at_once = at_once
        self._answer_seconds = answer_seconds
        self._send_seconds = send_seconds
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request, whatever happens."""
        began = time.perf_counter()
        client = scope.get("client")
        seen = Seen(client[0] if client else "", os.urandom(8).hex())
        scope[SEEN] = seen
        method, path = scope["method"], scope["path"]
        told = _Told(send, seen)
        self._running += 1
        self._metrics.began()
        try:
            await self._within_bounds(scope, receive, told)
        finally:
            self._running -= 1
            seconds = time.perf_counter() - began
            self._metrics.ended(path, method, told.status, seconds)
            if self._log is not None:
                self._log.write(
                    line_of(
                        address=seen.address,
                        method=method,
                        path=path,
                        status=told.status,
                        size_bytes=told.size_bytes,
                        seconds=seconds,
                        request_id=seen.request_id,
                        visitor=seen.visitor,
                    )
                )

    async def _within_bounds(self, scope: Scope, receive: Receive, told: _Told) -> None:
        if self._running > self._at_once and scope["path"] != HEALTH:
            await _refuse(scope, told, later("too many requests at once"))
            return
        try:
            async with asyncio.timeout(self._answer_seconds) as limit:
                told.limit, told.seconds = limit, self._send_seconds
                await self._inner(scope, receive, told)
        except TimeoutError:
            if told.status:
                # The client sees that it is cut: its length was announced, or its end.
                raise
            told.limit = None
            await _refuse(scope, told, later("the answer takes too long", 5))
        except Exception:
            if told.status:
                raise
            told.limit = None
            _log.exception("request %s failed", told.seen.request_id)
            problem = "something went wrong here; the log says what"
            refusal = Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, problem)
            await _refuse(scope, told, refusal)


async def _refuse(scope: Scope, send: Send, refusal: Refusal) -> None:
    await refuse(scope, secured(send, scope["path"], scope["scheme"]), refusal)


class _Told:
    """Sends an answer on, and remembers what it was."""

    def __init__(self, send: Send, seen: Seen) -> None:
        self.seen = seen
        self.status = 0
        self.size_bytes = 0
        self.limit: asyncio.Timeout | None = None
        self.seconds = 0.0
        self._send = send

    async def __call__(self, message: Message) -> None:
        """Send one message of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            pair = (REQUEST_ID, self.seen.request_id.encode())
            message["headers"] = [*message["headers"], pair]
        elif message["type"] == "http.response.body":
            self.size_bytes += len(message.get("body", b""))
        if self.limit is not None:
            now = asyncio.get_running_loop().time()
            self.limit.reschedule(now + self.seconds)
        await self._send(message)
