"""`import` and `record`, killed two hundred times: nothing acknowledged is lost, nothing is half there or twice.

The moments are drawn with a seed from how far a process has come: work done, lines printed, questions asked. The processes
are forked from one that has loaded the program (`support.warm`): a hundred starts would take most of the time.
"""

import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import NewAddress
from support.facts import OF_MOMENTS, Facts, difference, facts_at
from support.images import random_image
from support.killing import KillingRequest
from support.long_history import history
from support.program import Program
from support.publishing import put_into
from support.registry import Registry
from support.tools import needs
from support.warm import Warm, WarmProcess
from tagledger.ledger.opening import open_ledger

pytestmark = [
    needs("git"),
    pytest.mark.skipif(
        sys.platform != "linux", reason="how far a process has come, Linux alone tells"
    ),
]

KILLS = 50
"""Of each of the two commands, on each of the two engines."""

IMAGES = {f"1.{number:02}": random_image(seed=number) for number in range(24)}


def test_a_killed_import_ends_as_one_that_was_never_interrupted(
    program: Program, new_address: NewAddress, tmp_path: Path
) -> None:
    """After each kill the ledger opens and is sound, and has what its own note says that it has; in the end all is the same."""
    folder, counted = history(tmp_path / "reports")
    never = str(tmp_path / "never-interrupted.sqlite")
    chance = random.Random(41)  # noqa: S311 - moments need a seed, not secrecy
    kills = lives = 0
    with Warm(program) as warm:
        whole = warm.start("--ledger", never, "import", str(folder))
        assert 0 == whole.finish().code
        expected = facts_at(never)
        while kills < KILLS:
            address = new_address()
            known = 0
            lives += 1
            while True:
                done = warm.start(
                    *("--ledger", address, "import", str(folder)),
                    dies_after=chance.randrange(whole.work) if kills < KILLS else 0,
                ).finish()
                if done.code == 0:
                    break
                assert -9 == done.code, done
                kills += 1
                known = sound(address, counted, known)
                if done.out:
                    # It was killed after it had said that all is there.
                    assert {} == difference(expected, facts_at(address))
            assert {} == difference(expected, facts_at(address))
    assert KILLS == kills
    assert lives > 1


def sound(address: str, counted: dict[str, int], known: int) -> int:
    """Look at what a killed import left; how many facts there are, never fewer than were known."""
    with open_ledger(address) as ledger:
        assert [] == [*ledger.check()]
        facts = ledger.counts().observations
        reached = ledger.note(f"import git:{next(iter(counted))}")
    assert facts >= max(known, counted[reached] if reached else 0)
    return facts


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A registry with two dozen tags, which all have a layer in common."""
    with Registry() as server:
        for tag, image in IMAGES.items():
            put_into(server, "a/b", image.published, tag)
        yield server


def test_what_a_killed_record_had_told_is_there(
    program: Program, new_address: NewAddress, registry: Registry
) -> None:
    """Each line that was printed is a fact; at most one fact for each kill was not printed; what is held is not asked for."""
    killer = KillingRequest()
    registry.on("*", "*", killer)
    name = f"{registry.address}/a/b"
    chance = random.Random(43)  # noqa: S311 - moments need a seed, not secrecy
    kills = lives = 0
    with Warm(program) as warm:
        whole = new_address()
        assert 0 == warm.run("--ledger", whole, "record", "--all-tags", name).code
        expected = said(facts_at(whole))
        while kills < KILLS:
            address = new_address()
            lives += 1
            told: Counter[str] = Counter()
            killed = survived = 0
            while survived < 2 and kills + killed < KILLS:
                asked = len(registry.requests)
                held = set(told)
                process = warm.start("--ledger", address, "record", "--all-tags", name)
                if chance.random() < 0.5:
                    killer.arm(process.pid, chance.randrange(1, 3 * len(IMAGES)))
                    lines = printed(process, None)
                else:
                    lines = printed(process, chance.randrange(len(IMAGES) + 1))
                killer.disarm()
                done = process.finish()
                assert done.code in (0, -9), done
                told.update(line.partition(b" ")[0].decode() for line in lines)
                survived += done.code == 0
                killed += done.code != 0
                assert (recorded(address, told) - told).total() <= killed
                for request in registry.requests[asked:]:
                    tag = request.path.rpartition("/")[2]
                    assert request.method == "HEAD" or f"{name}:{tag}" not in held
            kills += killed
            assert 0 == warm.run("--ledger", address, "record", "--all-tags", name).code
            assert expected == said(facts_at(address))
    assert KILLS == kills
    assert lives > 1


def printed(process: WarmProcess, count: int | None) -> list[bytes]:
    """The whole lines that it prints; after so many of them it is killed."""
    lines = []
    if count == 0:
        process.kill()
    for line in process.stdout:
        if line.endswith(b"\n"):
            lines.append(line)
        if len(lines) == count:
            process.kill()
    return lines


def recorded(address: str, told: Counter[str]) -> Counter[str]:
    """How many facts there are of each name: all that were told, in a sound ledger."""
    with open_ledger(address) as ledger:
        assert [] == [*ledger.check()]
        found = Counter(
            {
                reference.familiar: sum(
                    state.observations for state in ledger.history(reference)
                )
                for reference in ledger.references()
            }
        )
        assert found.total() == ledger.counts().observations
    assert told <= found
    return found


def said(facts: Facts) -> tuple[Facts, set[str]]:
    """What is held and stated, and of which name: without the moments, which no two runs share."""
    names = {
        text.replace(text[text.index("'observed_at'") : text.index("'source_id'")], "")
        for text in facts["observation"]
    }
    return {
        table: rows for table, rows in facts.items() if table not in OF_MOMENTS
    }, names
