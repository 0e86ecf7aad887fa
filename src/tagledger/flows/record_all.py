"""Record many names: several are observed side by side, and written in their order.

The ledger is read and written by the one thread that everything here runs on. What an
outcome has been given for is on the disk, whatever happens to the names behind it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from itertools import islice

import msgspec

from tagledger.errors import LedgerError, TagledgerError
from tagledger.flows.open import Place
from tagledger.flows.pauses import Pauses
from tagledger.flows.record import Noted, noted, observed
from tagledger.ledger.protocol import Ledger
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Progress, no_progress

SIDE_BY_SIDE = 8
"""Names observed at a time: enough to hide the way to a registry and back. Each may
hold the documents of a whole index until it is written."""

OpenPlace = Callable[[str], Place]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one name: what was noted, or why nothing was.

    `name` is what was observed, `address` what was asked for: a repository has many.
    """

    address: str
    name: str
    result: Noted | TagledgerError


class _Planned(msgspec.Struct, frozen=True):
    """An address, and which tags of it; None for what it names itself."""

    address: str
    tags: tuple[str, ...] | None
    problem: TagledgerError | None = None

    @property
    def count(self) -> int:
        """How many names it comes to."""
        return 1 if self.tags is None else len(self.tags)


async def record_all(
    ledger: Ledger,
    addresses: Sequence[str],
    open_place: OpenPlace,
    *,
    all_tags: bool = False,
    layer_dates: bool = False,
    pauses: Pauses | None = None,
    progress: Progress = no_progress,
) -> AsyncGenerator[Outcome, None]:
    """Observe what stands at these addresses, and append it: one outcome for each.

    What fails stops nothing else. With `all_tags` each address is a repository.
    Raises LedgerError: where the ledger fails nothing can go on.
    """
    pauses = pauses or Pauses()
    if all_tags:
        planned = [await _listed(address, open_place, pauses) for address in addresses]
    else:
        planned = [_Planned(address, None) for address in addresses]
    total = sum(plan.count for plan in planned)
    observing = _Observing(planned, open_place, layer_dates=layer_dates, pauses=pauses)
    progress("names", 0, total)
    async with aclosing(observing.outcomes()) as outcomes:
        done = 0
        async for outcome in outcomes:
            yield _written(ledger, outcome)
            done += 1
            progress("names", done, total)


async def _listed(address: str, open_place: OpenPlace, pauses: Pauses) -> _Planned:
    try:
        place = open_place(address)

        async def tags() -> tuple[str, ...]:
            return tuple([tag async for tag in place.source.tags(place.name)])

        async with aclosing(place):
            listed = await pauses.patiently(place.name.domain, tags)
    except LedgerError:
        raise
    except TagledgerError as exc:
        return _Planned(address, None, exc)
    return _Planned(address, listed)


class _Seen(msgspec.Struct, frozen=True):
    """A name that was observed, or could not be."""

    address: str
    name: str
    result: Snapshot | TagledgerError


def _written(ledger: Ledger, seen: _Seen) -> Outcome:
    result: Noted | TagledgerError
    if isinstance(seen.result, Snapshot):
        try:
            result = noted(ledger, seen.result)
        except LedgerError:
            raise
        except TagledgerError as exc:
            result = exc
    else:
        result = seen.result
    return Outcome(address=seen.address, name=seen.name, result=result)


class _Shared:
    """A place that several names are asked of, closed after the last of them."""

    def __init__(self, place: Place, names: int) -> None:
        self.place = place
        self._left = names

    def release(self) -> bool:
        """One name needs it no more; whether it was the last one."""
        self._left -= 1
        return not self._left


class _Observing:
    """Observes names side by side, and gives them out in their order."""

    def __init__(
        self,
        planned: Sequence[_Planned],
        open_place: OpenPlace,
        *,
        layer_dates: bool,
        pauses: Pauses,
    ) -> None:
        self._planned = planned
        self._open_place = open_place
        self._layer_dates = layer_dates
        self._pauses = pauses
        self._shared: set[_Shared] = set()

    async def outcomes(self) -> AsyncGenerator[_Seen, None]:
        """Each name in its turn. Raises LedgerError."""
        started = self._started()
        running: deque[asyncio.Task[_Seen]] = deque()
        try:
            while True:
                running.extend(islice(started, SIDE_BY_SIDE - len(running)))
                if not running:
                    return
                seen = await running[0]
                running.popleft()
                yield seen
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            for shared in self._shared:
                await shared.place.aclose()

    def _started(self) -> Iterator[asyncio.Task[_Seen]]:
        """Each name, its observation begun as it is taken."""
        for plan in self._planned:
            try:
                if plan.problem is not None:
                    raise plan.problem
                if not plan.count:
                    continue
                place = self._open_place(plan.address)
            except LedgerError:
                raise
            except TagledgerError as exc:
                yield asyncio.create_task(_failed(plan.address, exc))
                continue
            shared = _Shared(place, plan.count)
            self._shared.add(shared)
            for one in _places(place, plan):
                yield asyncio.create_task(self._observed(plan.address, one, shared))

    async def _observed(self, address: str, place: Place, shared: _Shared) -> _Seen:
        name = place.name.familiar
        try:
            snapshot = await observed(
                place, layer_dates=self._layer_dates, pauses=self._pauses
            )
        except LedgerError:
            raise
        except TagledgerError as exc:
            return _Seen(address, name, exc)
        finally:
            if shared.release():
                self._shared.discard(shared)
                await place.aclose()
        return _Seen(address, name, snapshot)


async def _failed(address: str, problem: TagledgerError) -> _Seen:
    return _Seen(address, address, problem)


def _places(place: Place, plan: _Planned) -> Iterator[Place]:
    if plan.tags is None:
        yield place
        return
    for tag in plan.tags:
        name = msgspec.structs.replace(place.name, tag=tag, digest=None)
        yield msgspec.structs.replace(place, name=name)
