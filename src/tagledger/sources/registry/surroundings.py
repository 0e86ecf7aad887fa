"""What the client takes from the world, as arguments: so tests replace nothing."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import msgspec
from aiohttp.abc import AbstractResolver

from tagledger.sources.registry.addresses import KindOfAddress, kind_of_address


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """The clock, chance, names and addresses.

    `chance` gives a number from 0 to 1; `resolver` looks names up, None for the
    system's own way; `kind_of_address` tells public addresses from others.
    """

    now: Callable[[], datetime] = utc_now
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random
    resolver: AbstractResolver | None = None
    kind_of_address: KindOfAddress = kind_of_address
