import asyncio

import pytest

from tagledger.errors import LedgerBusy, LedgerTooSlow
from tagledger.flows.in_the_making import AT_ONCE, InTheMaking


def making(*, wait_seconds: float) -> InTheMaking[str, int]:
    """Answers that are kept."""
    return InTheMaking(most=10, seconds=1_000.0, wait_seconds=wait_seconds)


async def test_an_answer_is_made_once_for_all_who_ask() -> None:
    """Those who come while it is made get the same, and so do those who come later."""
    answers = making(wait_seconds=60.0)
    made = []

    async def make() -> int:
        await asyncio.sleep(0)
        made.append(1)
        return len(made)

    together = await asyncio.gather(*(answers.get("a", make) for _ in range(5)))

    assert [1, 1, 1, 1, 1, 1] == [*together, await answers.get("a", make)]


async def test_who_asks_too_early_is_told_so_and_has_it_later() -> None:
    """It is made all the same."""
    answers = making(wait_seconds=0.0)
    may_end = asyncio.Event()

    async def make() -> int:
        await may_end.wait()
        return 7

    with pytest.raises(LedgerBusy):
        await answers.get("a", make)
    may_end.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert 7 == await answers.get("a", make)


async def test_only_a_few_are_made_at_once() -> None:
    """Who asks for one more waits for nothing."""
    answers = making(wait_seconds=0.0)
    may_end = asyncio.Event()
    begun = []

    async def make() -> int:
        begun.append(1)
        await may_end.wait()
        return 1

    for number in range(AT_ONCE + 3):
        with pytest.raises(LedgerBusy):
            await answers.get(str(number), make)
    await asyncio.sleep(0)

    assert AT_ONCE == len(begun)
    may_end.set()
    await asyncio.sleep(0)


async def test_what_fails_is_told_and_not_kept() -> None:
    """The next who asks has it made anew."""
    answers = making(wait_seconds=60.0)

    async def fail() -> int:
        raise LedgerTooSlow("here", 1.0)

    async def make() -> int:
        return 3

    with pytest.raises(LedgerTooSlow):
        await answers.get("a", fail)

    assert 3 == await answers.get("a", make)
