import asyncio
import threading

import pytest

from support.access_files import hashed
from tagledger.server.passwords import (
    MAX_WAITING,
    REMEMBERED_SECONDS,
    THREADS,
    Passwords,
    TooManyChecks,
)

HASH = hashed("opal").encode()
OTHER = hashed("onyx").encode()


class Checks:
    """Checks that are counted, and wait until they may go on."""

    def __init__(self, *, waits: bool = False) -> None:
        self.count = 0
        self.may_go_on = threading.Event()
        if not waits:
            self.may_go_on.set()

    def __call__(self, given: bytes, against: bytes) -> bool:
        """Whether it is the password: that of every hash here is opal."""
        self.count += 1
        assert self.may_go_on.wait(30)
        return given == b"opal" and against == HASH


async def test_bcrypt_decides() -> None:
    """The hashes are those of `htpasswd -B`; what bcrypt does not look at makes no difference."""
    passwords = Passwords()
    long = "x" * 80

    assert await passwords.fits("alice", "opal", HASH)
    assert not await passwords.fits("alice", "onyx", HASH)
    assert not await passwords.fits("alice", "", HASH)
    assert not await passwords.fits("alice", "opal\0", HASH)
    assert await passwords.fits(
        "alice", f"{long}, and more", hashed(long[:72]).encode()
    )
    passwords.close()


async def test_a_password_that_was_right_is_checked_once() -> None:
    """For a while; one that was wrong is checked each time, and so is another's or a new hash."""
    now = [0.0]
    checks = Checks()
    passwords = Passwords(check=checks, clock=lambda: now[0])

    for _ in range(3):
        assert await passwords.fits("alice", "opal", HASH)
    assert 1 == checks.count
    for _ in range(3):
        assert not await passwords.fits("alice", "wrong", HASH)
    assert 4 == checks.count
    await passwords.fits("bob", "opal", HASH)
    await passwords.fits("alice", "opal", OTHER)
    assert 6 == checks.count
    now[0] = REMEMBERED_SECONDS + 1
    await passwords.fits("alice", "opal", HASH)
    assert 7 == checks.count
    passwords.close()


async def test_the_same_password_at_once_is_one_check() -> None:
    """A browser asks for a page and all that is on it together."""
    checks = Checks(waits=True)
    passwords = Passwords(check=checks)
    asked = [
        asyncio.create_task(passwords.fits("alice", "opal", HASH)) for _ in range(9)
    ]
    await asyncio.sleep(0)
    checks.may_go_on.set()

    assert [True] * 9 == await asyncio.gather(*asked)
    assert 1 == checks.count
    passwords.close()


async def test_who_goes_away_takes_nobody_along() -> None:
    """A check that two wait for goes on when one of them leaves."""
    checks = Checks(waits=True)
    passwords = Passwords(check=checks)
    leaves, stays = (
        asyncio.create_task(passwords.fits("alice", "opal", HASH)) for _ in range(2)
    )
    await asyncio.sleep(0)
    leaves.cancel()
    await asyncio.sleep(0)
    checks.may_go_on.set()

    assert await stays
    passwords.close()


async def test_a_crowd_of_wrong_passwords_waits_in_a_short_line() -> None:
    """Who comes when it is full is told to come back; who is known already does not wait."""
    checks = Checks()
    passwords = Passwords(check=checks)
    assert await passwords.fits("alice", "opal", HASH)
    checks.may_go_on.clear()
    crowd = [
        asyncio.create_task(passwords.fits("alice", f"guess {number}", HASH))
        for number in range(THREADS + MAX_WAITING)
    ]
    await asyncio.sleep(0)

    with pytest.raises(TooManyChecks):
        await passwords.fits("alice", "one more", HASH)
    assert await passwords.fits("alice", "opal", HASH)
    checks.may_go_on.set()
    assert {False} == set(await asyncio.gather(*crowd))
    assert not await passwords.fits("alice", "one more", HASH)
    passwords.close()


async def test_no_password_stays_in_memory() -> None:
    """What is remembered is a keyed hash, another in every process."""
    one, other = Passwords(), Passwords()
    for passwords in (one, other):
        await passwords.fits("alice", "opal", HASH)

    assert "opal" not in repr(vars(one))
    assert one._right.keys() != other._right.keys()  # noqa: SLF001 - what is remembered is what this is about
    one.close()
    other.close()
