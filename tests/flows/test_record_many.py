"""`record` of many names: several are observed side by side, and written in their order."""

import asyncio
import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support import faults
from support.access import BearerAccess
from support.exchange import Answer, Fault, Reply, Request
from support.images import random_image
from support.program import Program, finished
from support.pseudo_terminal import run_in_terminal
from support.publishing import put_into, write_layout
from support.registry import Registry
from support.tokens import TokenIssuer
from tagledger.errors import NotFound
from tagledger.flows.open import Opening, Place, open_place
from tagledger.flows.pauses import Patience, Pauses
from tagledger.flows.record import Noted
from tagledger.flows.record_all import SIDE_BY_SIDE, Outcome, record_all
from tagledger.ledger.opening import open_ledger
from tagledger.settings import Settings
from tagledger.sources.registry.options import RegistryOptions

IMAGES = {f"{number:03}": random_image(seed=number) for number in range(20)}
WAITING_SECONDS = 30


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A registry with twenty tags."""
    with Registry() as server:
        for tag, image in IMAGES.items():
            put_into(server, "a/b", image.published, tag)
        yield server


def names(registry: Registry) -> list[str]:
    """What the tags are called."""
    return [f"{registry.address}/a/b:{tag}" for tag in IMAGES]


def together(count: int) -> Fault:
    """The usual answer, once so many ask at a time."""
    waiting = 0
    all_here = asyncio.Event()

    async def fault(request: Request, answer: Answer) -> Reply:
        nonlocal waiting
        waiting += 1
        if waiting >= count:
            all_here.set()
        await asyncio.wait_for(all_here.wait(), WAITING_SECONDS)
        return await answer(request)

    return fault


def test_names_are_observed_side_by_side_and_written_in_their_order(
    program: Program, registry: Registry
) -> None:
    """So many ask at a time and no more, and each line stands where its tag does."""
    registry.on("HEAD", "*/manifests/*", together(SIDE_BY_SIDE))

    done = program.run("record", "--all-tags", f"{registry.address}/a/b")

    assert 0 == done.code
    assert names(registry) == [
        line.partition(" ")[0] for line in done.out.decode().splitlines()
    ]
    assert SIDE_BY_SIDE == registry.most_at_once


def test_what_is_slow_does_not_change_the_order(
    program: Program, registry: Registry
) -> None:
    """The second name waits until the last of those beside it was answered, and is still the second."""
    others = asyncio.Event()

    async def last(request: Request, answer: Answer) -> Reply:
        await asyncio.wait_for(others.wait(), WAITING_SECONDS)
        return await answer(request)

    async def told(request: Request, answer: Answer) -> Reply:
        others.set()
        return await answer(request)

    registry.on("HEAD", "*/manifests/001", last)
    registry.on("HEAD", f"*/manifests/{SIDE_BY_SIDE:03}", told)

    done = program.run("record", *names(registry))

    assert names(registry) == [
        line.partition(" ")[0] for line in done.out.decode().splitlines()
    ]


def test_names_of_one_registry_share_token_and_connections(
    program: Program, tmp_path: Path
) -> None:
    """Of twenty names in a file, one token is asked for, and no more connections than names side by side."""
    with Registry(access=BearerAccess(TokenIssuer())) as registry:
        for tag, image in IMAGES.items():
            put_into(registry, "a/b", image.published, tag)
        refs = tmp_path / "refs.txt"
        refs.write_text("\n".join(names(registry)))

        done = program.run("record", "--refs-file", str(refs))

    assert 0 == done.code
    assert 1 == len(registry.asked(path="/token"))
    assert len({request.remote_port for request in registry.requests}) <= SIDE_BY_SIDE


def test_one_that_fails_keeps_its_place(
    program: Program, registry: Registry, tmp_path: Path
) -> None:
    """What cannot be opened, listed or observed is told; all others are recorded, in order."""
    registry.on("*", "*/manifests/003", faults.status(403))
    layout = write_layout(tmp_path / "layout", {"1.0": IMAGES["000"].published})

    done = program.run(
        *("record", "--json", f"oci:{layout}:1.0", *names(registry)[:5]),
        *("No Name", f"oci:{layout}:none", names(registry)[5]),
    )

    said = json.loads(done.out)
    assert 4 == done.code
    assert [
        f"oci:{layout}:1.0",
        *(name for name in names(registry)[:6] if not name.endswith(":003")),
    ] == [item["address"] for item in said["observations"]]
    assert ["access-denied", "malformed-reference", "tag-not-found"] == [
        item["code"] for item in said["failures"]
    ]


def test_tags_that_cannot_be_listed_are_no_fact(
    program: Program, registry: Registry
) -> None:
    """A repository that the registry does not know has no tags; another one is recorded all the same."""
    unknown, known = f"{registry.address}/none/none", f"{registry.address}/a/b"

    done = program.run("record", "--json", "--all-tags", unknown, known)

    said = json.loads(done.out)
    assert 3 == done.code
    assert [unknown] == [item["address"] for item in said["failures"]]
    assert len(IMAGES) == len(said["observations"])


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\n", b"a" * (17 << 20)], ids=["no text", "endless"]
)
def test_a_list_that_is_none(program: Program, content: bytes) -> None:
    """What is no text, or has no end, is named; no ledger is made."""
    (program.home / "refs").write_bytes(content)

    done = program.run("record", "--refs-file", "refs")

    assert (2, b"") == (done.code, done.out)
    assert "refs: " in done.err
    assert ["refs"] == [path.name for path in program.home.iterdir()]


def test_a_list_from_another_system(program: Program, registry: Registry) -> None:
    """With a byte order mark, and line breaks as they are there; a line that is no name is told, shortened."""
    rows = ["# ours", *names(registry)[:2], "\0" * 100_000]
    (program.home / "refs").write_text("\ufeff" + "\r\n".join(rows))

    done = program.run("record", "--refs-file", "refs")

    assert 2 == done.code
    assert 2 == len(done.out.splitlines())
    assert len(done.err) < 10_000


def hangs() -> Fault:
    """No answer."""
    return faults.slow_start(3600)


@pytest.mark.parametrize("form", ["lines", "json"])
def test_ctrl_c_keeps_what_was_acknowledged_and_says_so(
    program: Program, registry: Registry, form: str
) -> None:
    """The sixth tag does not answer: five are recorded, in the ledger and in what is printed, and no more."""
    registry.on("HEAD", "*/manifests/005", hangs())
    arguments = ["record", "--all-tags", f"{registry.address}/a/b"]
    if form == "json":
        arguments.append("--json")
    process = program.start(*arguments)
    assert process.stdout is not None
    if form == "lines":
        printed = b"".join(process.stdout.readline() for _ in range(5))
    else:
        printed = b""
        ledger = program.home / ".local/share/tagledger/ledger.sqlite"
        while not ledger.exists() or counted(ledger) < 5:
            assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    done = finished(process.returncode, printed + out, err)

    assert 130 == done.code
    assert "interrupted: 5 of 20 names were recorded, and stay so" in done.err
    if form == "json":
        noted = [item["address"] for item in json.loads(done.out)["observations"]]
        assert 5 == len(noted)
    else:
        noted = [line.partition(" ")[0] for line in done.out.decode().splitlines()]
        assert names(registry)[:5] == noted
    found = program.output("tags", "--unsorted", f"ledger:{registry.address}/a/b")
    assert [*IMAGES][:5] == found.decode().split()


def counted(path: Path) -> int:
    """How many facts another program has written so far."""
    with open_ledger(str(path)) as ledger:
        return ledger.counts().observations


def test_a_long_list_shows_how_fast_and_how_long_still(
    program: Program, registry: Registry
) -> None:
    """On a terminal: names done of all, with rate and time left."""
    registry.delay_seconds = 0.2

    done = run_in_terminal(
        program, "record", "--all-tags", f"{registry.address}/a/b", keeps_stdout=True
    )

    shown = done.err.split("\r\x1b[2K")
    # Three answers for each name, eight names at a time.
    paced = [text for text in shown if "/s, 0:0" in text]
    assert paced
    assert all(
        text.startswith("reading: names, ") and text.endswith(f" of {len(IMAGES)}")
        for text in paced
    )


class Clock:
    """A time in which sleeping takes none."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.said: list[str] = []
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The time, with all that was slept through."""
        return datetime.now(UTC) + self._ahead

    async def sleep(self, seconds: float) -> None:
        """Be so much later."""
        self.slept.append(seconds)
        self._ahead += timedelta(seconds=seconds)

    def pauses(self) -> Pauses:
        """Rate limits, waited out in no time."""
        return Pauses(Patience(now=self.now, sleep=self.sleep, told=self.said.append))


async def outcomes(
    path: Path, addresses: list[str], pauses: Pauses, *, all_tags: bool = False
) -> list[Outcome]:
    """What a run comes to, with nothing in the surroundings."""
    opening = Opening(
        settings=Settings({}, path), registry=RegistryOptions(environment={}, home=path)
    )

    def place(address: str) -> Place:
        return open_place(address, opening)

    with open_ledger(str(path / "ledger.sqlite")) as ledger:
        found = record_all(ledger, addresses, place, all_tags=all_tags, pauses=pauses)
        return [outcome async for outcome in found]


async def test_a_rate_limit_holds_for_all_names_and_is_told_once(
    registry: Registry, tmp_path: Path
) -> None:
    """Whoever is refused says until when; all wait, and go on."""
    registry.on(
        "GET",
        "*/manifests/*",
        faults.times(SIDE_BY_SIDE, faults.too_many_requests("90")),
    )
    clock = Clock()
    found = await outcomes(tmp_path, names(registry), clock.pauses())

    assert len(IMAGES) == len(
        [outcome for outcome in found if isinstance(outcome.result, Noted)]
    )
    assert [f"{registry.address} has had enough of us: paused until"] == [
        text.partition(" 2")[0] for text in clock.said
    ]
    assert 1 <= len(clock.slept) <= SIDE_BY_SIDE


async def test_a_rate_limit_on_the_list_of_tags_is_waited_out(
    registry: Registry, tmp_path: Path
) -> None:
    """The list is asked for again from its beginning: no tag is missing, none is there twice."""
    registry.on("GET", "*/tags/list", faults.times(1, faults.too_many_requests("3600")))
    clock = Clock()
    found = await outcomes(
        tmp_path, [f"{registry.address}/a/b"], clock.pauses(), all_tags=True
    )

    assert 1 == len(clock.said)
    assert 1 == len(clock.slept)
    assert names(registry) == [outcome.name for outcome in found]


async def test_places_are_closed_once_their_names_are_done(tmp_path: Path) -> None:
    """Also that of a name that fails, and that of a run that was given up: no file stays open (a warning is an error)."""
    layout = write_layout(
        tmp_path / "layout", {tag: image.published for tag, image in IMAGES.items()}
    )
    found = await outcomes(tmp_path, [f"oci:{layout}"], Pauses(), all_tags=True)
    missing = await outcomes(tmp_path, [f"oci:{layout}:none"], Pauses())

    assert len(IMAGES) == len(found)
    assert isinstance(missing[0].result, NotFound)
