"""One request: what is asked, by whom, and how the ledger is asked for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import parse_qsl

from tagledger.endpoint import problems
from tagledger.endpoint.asgi import Message, Receive, Scope, Send
from tagledger.endpoint.paths import Asked
from tagledger.endpoint.problems import Problem
from tagledger.errors import RepositoryNotFound
from tagledger.flows.readers import Readers
from tagledger.flows.visitor import ANYBODY, VISITOR, Visitor
from tagledger.ledger.protocol import Ledger

MAX_PARAMETERS = 20

_T = TypeVar("_T")


class Request:
    """A GET or HEAD of something under ``/v2/``."""

    def __init__(
        self,
        asked: Asked,
        readers: Readers,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        self.asked = asked
        self.scope = scope
        self.receive = receive
        self.has_begun = False
        self.visitor = visitor_of(scope)
        self._readers = readers
        self._send = send

    async def send(self, message: Message) -> None:
        """Send a message to the client."""
        self.has_begun = True
        await self._send(message)

    @property
    def sends(self) -> bool:
        """Whether a body is wanted: not with HEAD."""
        return bool(self.scope["method"] != "HEAD")

    @property
    def root(self) -> str:
        """What stands before ``/v2/`` in an address, as a proxy has it."""
        return str(self.scope.get("root_path", ""))

    def parameters(self) -> dict[str, str]:
        """The query, the last of each name. Raises Problem where it has too many."""
        query: bytes = self.scope.get("query_string", b"")
        try:
            pairs = parse_qsl(
                query.decode("latin-1"),
                keep_blank_values=True,
                max_num_fields=MAX_PARAMETERS,
            )
        except ValueError as exc:
            said = "the query has too many parameters"
            raise Problem(400, problems.UNSUPPORTED, said) from exc
        return dict(pairs)

    async def ask(self, question: Callable[[Ledger], _T]) -> _T:
        """The answer of the ledger as this visitor may read it."""
        return await self._readers.ask(question, visitor=self.visitor)

    def refuse_what_is_kept_from(self) -> None:
        """Raise RepositoryNotFound where the visitor may not know that it is there."""
        if not self.visitor.may_read(self.asked.repository):
            raise RepositoryNotFound(self.asked.repository.familiar_name)


def visitor_of(scope: Scope) -> Visitor:
    """Who asks; anybody where the server lets everybody read."""
    found = scope.get(VISITOR)
    return found if isinstance(found, Visitor) else ANYBODY


def path_of(scope: Scope) -> bytes:
    """The path as it was sent."""
    raw: bytes | None = scope.get("raw_path")
    return raw if raw is not None else str(scope["path"]).encode()
