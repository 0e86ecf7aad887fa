"""The page of a name at a moment, as the public record would have it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta

from tagledger.errors import InvalidContent, NotFound
from tagledger.flows.stated_pages import StatedPages
from tagledger.ledger.answers import Observation
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.source import LATEST
from tagledger.ledger.statements import Statements
from tagledger.model.evidence import Evidence
from tagledger.model.reference import Reference
from tagledger.model.source import Wanted
from tagledger.reports.page.form import FORMS, PageForm
from tagledger.reports.page.writer import PageWriter

_LOCAL = b"# `"
_INSTANT = timedelta(microseconds=1)
_WANTED = Wanted(layer_dates=True)
"""What `report` asks for."""


class LedgerPages:
    """Pages of a ledger: those that it keeps as they are, all others in `form`."""

    def __init__(
        self, ledger: Ledger, *, at: datetime | None = None, form: PageForm
    ) -> None:
        self._ledger = ledger
        self._moment = at or LATEST
        self._form = form
        self._statements = Statements(ledger, StatedPages())
        self._writer = PageWriter()

    def is_known(self, name: Reference) -> bool:
        """Whether there is any fact about the name by that moment."""
        return self._ledger.at(name, self._moment) is not None

    async def page(self, name: Reference) -> bytes | None:
        """The page of a tag; None where the record would have none.

        That is where nobody had told of the tag yet, and where whoever did tell of it
        does so no longer without saying why. Raises NotFound or InvalidContent where
        the ledger lacks bytes of it.
        """
        for fact in self._facts(name, self._moment):
            kept = None
            if fact.statement is not None:
                kept = self._ledger.page(fact.statement)
            elif not _is_said(fact):
                return None
            if kept is None:
                return await self._written(fact, self._form)
            # A page of packages is of an image in a daemon, and tells of no registry.
            if not kept.startswith(_LOCAL):
                return kept
        return None

    async def has_told(self, name: Reference, page: bytes) -> bool:
        """Whether the ledger can give this very page of the name for some moment."""
        for fact in self._facts(name, LATEST):
            async for told in self._all_pages(fact):
                if told == page:
                    return True
        return False

    async def _all_pages(self, fact: Observation) -> AsyncIterator[bytes]:
        """The page that the fact may stand as: as it is kept, or in every form."""
        kept = None if fact.statement is None else self._ledger.page(fact.statement)
        if kept is not None:
            yield kept
        elif fact.statement is not None or _is_said(fact):
            for form in FORMS.values():
                try:
                    yield await self._written(fact, form)
                except (NotFound, InvalidContent):
                    return

    async def _written(self, fact: Observation, form: PageForm) -> bytes:
        snapshot = await self._statements.snapshot(fact, _WANTED)
        return self._writer.write(snapshot, form=form)

    def _facts(self, name: Reference, moment: datetime) -> Iterator[Observation]:
        """What is known of the name by then, the latest first."""
        while (fact := self._ledger.at(name, moment)) is not None:
            yield fact
            moment = fact.observed_at - _INSTANT


def _is_said(fact: Observation) -> bool:
    """Whether a registry said that the name does not exist.

    A record that no longer has a page of it only stopped to tell.
    """
    return fact.is_absent and fact.evidence is Evidence.READ
