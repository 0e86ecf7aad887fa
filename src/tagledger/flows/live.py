"""What a registry says of a name just now, for a visitor: shown, not written down.

Nobody's credentials are used: whoever asks sees what everybody can see. Registries are
those of a list, and neither the service nor a visitor may ask more often than is fair.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from tagledger.errors import TimedOut
from tagledger.flows.open import Opening, opened
from tagledger.flows.remembered import Remembered
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Wanted
from tagledger.settings import Settings
from tagledger.sources.registry.options import RegistryOptions

SECONDS = 15.0
"""How long a look-up may take in all."""

ANSWER_SECONDS = 8.0
"""How long one answer of the registry is waited for."""

FOR_ALL = 60
"""Look-ups a minute that all visitors of the service have together."""

FOR_EACH = 10
"""Look-ups a minute that one address has."""

AT_ONCE = 4
"""Look-ups under way in one worker."""

KEPT_SECONDS = 60.0
"""How long an answer is remembered: for another platform nobody is asked again."""

KEPT_BYTES = 4_000_000

_PROXIES = frozenset(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"))


class LiveOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Which registries may be asked, none for no look-ups at all.

    `environment` is where proxies are named. `share` is this worker's part of what the
    whole service may ask.
    """

    registries: tuple[str, ...] = ()
    environment: Mapping[str, str] = {}
    share: float = 1.0

    def __repr__(self) -> str:
        # A proxy's URL may hold a password.
        return f"{type(self).__name__}({self.registries!r})"


class Allowance:
    """So many in a minute, spent one by one and given back evenly over time."""

    def __init__(self, a_minute: float, clock: Callable[[], float]) -> None:
        self._most = max(a_minute, 1.0)
        self._clock = clock
        self._left = self._most
        self._since = clock()

    def wait(self) -> float:
        """How many seconds until one more may be spent; 0 if it may be now."""
        now = self._clock()
        gained = (now - self._since) * self._most / 60
        self._left = min(self._most, self._left + gained)
        self._since = now
        return 0.0 if self._left >= 1 else (1 - self._left) * 60 / self._most

    def spend(self) -> None:
        """Take one, after `wait` gave 0."""
        self._left -= 1


class LiveLookups:
    """Looks names up in registries, within these bounds."""

    def __init__(
        self, options: LiveOptions, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._options = options
        self._clock = clock
        self._all = Allowance(FOR_ALL * options.share, clock)
        self._each: Remembered[str, Allowance] = Remembered(
            most=10_000, seconds=120.0, clock=clock
        )
        self._kept: Remembered[Reference, Snapshot] = Remembered(
            most=KEPT_BYTES, seconds=KEPT_SECONDS, weigh=_weight, clock=clock
        )
        self._slots = asyncio.Semaphore(AT_ONCE)

    def allows(self, reference: Reference) -> bool:
        """Whether the registry of this name may be asked."""
        return reference.domain in self._options.registries

    def wait(self, reference: Reference, address: str) -> float:
        """Seconds until somebody at this address may look the name up; 0 for now.

        Counts as asked where it may be now and the answer is not known already.
        """
        if self._kept.get(reference) is not None:
            return 0.0
        each = self._each.make(address, lambda: Allowance(FOR_EACH, self._clock))
        seconds = max(each.wait(), self._all.wait())
        if not seconds:
            each.spend()
            self._all.spend()
        return seconds

    async def look(self, reference: Reference) -> Snapshot:
        """What its registry says of the name, or said within the last minute.

        Raises NotFound, Refused, Unreachable or InvalidContent.
        """
        known = self._kept.get(reference)
        if known is not None:
            return known
        try:
            async with asyncio.timeout(SECONDS), self._slots:
                found = await self._observed(reference)
        except TimeoutError:
            raise TimedOut(reference.domain, SECONDS) from None
        return self._kept.put(reference, found)

    async def _observed(self, reference: Reference) -> Snapshot:
        proxies = {
            name: value
            for name, value in self._options.environment.items()
            if name.upper() in _PROXIES
        }
        opening = Opening(
            settings=Settings(environment=proxies, home=Path("/nonexistent")),
            registry=RegistryOptions(
                environment=proxies, timeout_seconds=ANSWER_SECONDS
            ),
        )
        async with opened(f"docker://{reference}", opening) as place:
            return await place.source.observe(place.name, Wanted(attestations=True))


def _weight(snapshot: Snapshot) -> int:
    return 2_000 + sum(len(item.content) for item in snapshot.documents.values())
