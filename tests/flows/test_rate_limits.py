"""What a registry says of its limits reaches whoever asks for it."""

import re
from collections.abc import Iterator

import pytest

from support.images import random_image
from support.program import Program
from support.publishing import put_into
from support.rate_limit import RateLimit
from support.registry import Registry


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A registry of which 77 pulls of 100 are left."""
    with Registry(rate_limit=RateLimit(100, remaining=77)) as server:
        put_into(server, "a/plain", random_image().published, "1.0")
        yield server


def test_rate_limits_are_told_to_who_asks(program: Program, registry: Registry) -> None:
    """`-v` says on stderr what is left, and stdout stays as it was."""
    ref = f"{registry.address}/a/plain:1.0"

    quiet = program.run("raw", ref)
    verbose = program.run("raw", ref, "-v")

    assert (0, "") == (quiet.code, quiet.err)
    assert (0, quiet.out) == (verbose.code, verbose.out)
    assert re.search(r"^tagledger: .*\b75\b.*\b100\b", verbose.err, re.MULTILINE)


def test_a_limit_that_is_used_up(program: Program) -> None:
    """5, and it is said that a login may help."""
    with Registry(rate_limit=RateLimit(100, remaining=0)) as registry:
        put_into(registry, "a/plain", random_image().published, "1.0")

        done = program.run("raw", f"{registry.address}/a/plain:1.0")

    assert (5, b"") == (done.code, done.out)
    assert "too many requests" in done.err
    assert "log in" in done.err
