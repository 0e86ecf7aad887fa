"""What every handler is given: how to ask the ledger, and who wants to know."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from litestar import Request

from tagledger.flows.readers import Readers
from tagledger.flows.visitor import ANYBODY, VISITOR, Visitor
from tagledger.ledger.protocol import Ledger

AnyRequest = Request[Any, Any, Any]
_T = TypeVar("_T")


class Asked:
    """One request, and the ledger as this visitor may read it."""

    def __init__(self, readers: Readers, request: AnyRequest) -> None:
        self.request = request
        self._readers = readers

    @property
    def visitor(self) -> Visitor:
        """Who asks; anybody where the server lets everybody read."""
        found = self.request.scope.get(VISITOR)
        return found if isinstance(found, Visitor) else ANYBODY

    async def ask(
        self, question: Callable[[Ledger], _T], *, is_long: bool = False
    ) -> _T:
        """The answer to a question about the ledger; `is_long` as `Readers` has it."""
        return await self._readers.ask(question, visitor=self.visitor, is_long=is_long)

    async def follow(self, flow: Callable[[Ledger], Coroutine[Any, Any, _T]]) -> _T:
        """What a flow over the ledger gives."""
        return await self._readers.follow(flow, visitor=self.visitor)
