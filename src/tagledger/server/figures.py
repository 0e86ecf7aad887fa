"""`/metrics`: for this machine, for those named, and for who may read everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus

from tagledger.endpoint.asgi import Receive, Scope, Send, answer
from tagledger.flows.visitor import VISITOR, Visitor
from tagledger.server.guard import ORIGIN
from tagledger.server.metrics import MEDIA_TYPE
from tagledger.server.origins import Network, Origin, within
from tagledger.server.refusals import Refusal, refuse


class Figures:
    """Gives the figures to who may have them; for all others there are none.

    What comes through a proxy that is not trusted seems to come from this machine, and
    does not: it is seen by what the proxy adds.
    """

    def __init__(self, text: Callable[[], bytes], allowed: Iterable[Network]) -> None:
        self._text = text
        self._allowed = tuple(allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        _ = receive
        if not self._may_have_them(scope):
            refusal = Refusal(HTTPStatus.NOT_FOUND, "there is nothing here for you")
            await refuse(scope, send, refusal)
            return
        body = self._text()
        headers = (
            (b"content-type", MEDIA_TYPE),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        )
        await answer(send, HTTPStatus.OK, headers, body)

    def _may_have_them(self, scope: Scope) -> bool:
        origin: Origin = scope[ORIGIN]
        if origin.is_local:
            return True
        is_known = origin.is_direct or origin.is_told
        if is_known and origin.ip is not None and within(origin.ip, self._allowed):
            return True
        visitor = scope.get(VISITOR)
        return (
            isinstance(visitor, Visitor)
            and visitor.name is not None
            and visitor.reads_all
        )
