"""A ledger without what may not be seen is as one into which it was never recorded, on both engines."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec
import pytest

from support.statements import day, digest, from_registry, gone, image, page
from tagledger.errors import LedgerReadOnly
from tagledger.ledger.answers import EntryRow, Observation, Search
from tagledger.ledger.opening import open_ledger
from tagledger.ledger.pages import Page
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.stated import Stated
from tagledger.model import media_types
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.reference import Reference, parse_reference
from tagledger.model.snapshot import Document

T = TypeVar("T")

PUBLIC, SECRET = parse_reference("python:3.6"), parse_reference("ghcr.io/acme/shop:1")
SHARED = digest("base")
"""A layer that images of both have."""


def said_of(name: str, *versions: str, begin: int = 0) -> list[Stated]:
    """That a name was these versions, one a day, each with a step and a label of its own."""
    return [
        page(
            name,
            version,
            begin + at,
            images=(
                image(
                    version,
                    steps=("RUN make all", f"RUN make {version}"),
                    env=(f"VERSION={version}",),
                    labels={"made": version},
                ),
            ),
        )
        for at, version in enumerate(versions)
    ]


def referring(name: str, subject: Digest, at: int) -> Stated:
    """That a registry served something that says of itself that it belongs to another."""
    said = from_registry(name, f"of {subject}", at)
    content = msgspec.json.encode(
        {
            "schemaVersion": 2,
            "for": name,
            "subject": {
                "mediaType": media_types.OCI_MANIFEST,
                "digest": str(subject),
                "size": 9,
            },
        }
    )
    own = Descriptor(media_types.OCI_MANIFEST, Digest.of(content), len(content))
    (entry,) = said.snapshot.entries
    snapshot = msgspec.structs.replace(
        said.snapshot,
        root=own,
        entries=(msgspec.structs.replace(entry, manifest=own),),
        documents={own.digest: Document(own.media_type, content)},
    )
    return Stated(snapshot=snapshot)


SUBJECTS = [digest("signed"), digest("signed too")]

IN_PUBLIC = [
    *said_of("python:3.6", "a", "b", "a"),
    *said_of("python:3", "b", "c", begin=1),
    *said_of("debian:9", "d"),
    gone("python:3.5", 4),
    referring("python:signature", SUBJECTS[0], 5),
    from_registry("python:3.7", "e", 5),
]
IN_SECRET = [
    *said_of("ghcr.io/acme/shop:1", "a", "s1", "s2", "s3"),
    *said_of("ghcr.io/acme/shop:2", "s4", "s5", begin=2),
    *said_of("acme/other:1", "s6", "b", begin=1),
    *(referring("ghcr.io/acme/shop:signature", one, 5) for one in SUBJECTS),
    from_registry("ghcr.io/acme/shop:3", "s7", 6),
]
ONLY_SECRET = [
    *(digest(f"{what} s1") for what in ("list", "layer of")),
    *(digest(f"{what} s1 amd64") for what in ("manifest", "config")),
    digest("layer of s1 unpacked"),
]


def is_public(name: Reference) -> bool:
    """What may be seen."""
    return name.domain == "docker.io" and not name.path.startswith("acme/")


@pytest.fixture
def whole(ledger: Ledger) -> Ledger:
    """A ledger with both, the secret ones before, between and after the others."""
    ledger.record(IN_SECRET[:3])
    ledger.record(IN_PUBLIC[:4])
    ledger.record(IN_SECRET[3:])
    ledger.record(IN_PUBLIC[4:])
    ledger.judge(dict.fromkeys((SHARED, *ONLY_SECRET), (Evidence.REPORTED, "no")))
    return ledger


@pytest.fixture
def part(whole: Ledger) -> Ledger:
    """The public part of it."""
    return whole.only(is_public)


@pytest.fixture
def never(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A ledger into which nothing secret was recorded."""
    address = str(tmp_path_factory.mktemp("never") / "ledger.db")
    with open_ledger(address) as opened:
        opened.record(IN_PUBLIC)
        opened.judge({SHARED: (Evidence.REPORTED, "no")})
        yield opened


def everything(
    ask: Callable[..., Page[T]], *what: object, cursor: str, size: int = 2
) -> list[T]:
    """All items of a list, asked for page by page; every page but the last is full."""
    items: list[T] = []
    more = None
    while True:
        found = ask(*what, limit=size, **{cursor: more})
        items += found.items
        if found.more is None:
            return items
        assert size == len(found.items)
        more = found.more


def batches(ask: Callable[..., list[T]], what: object, *, size: int = 2) -> list[T]:
    """The same for a list with offsets."""
    items: list[T] = []
    while True:
        found = ask(what, limit=size, offset=len(items))
        items += found
        if len(found) < size:
            return items


def unnumbered(value: Any) -> Any:  # noqa: ANN401 - whatever a ledger answers
    """The value without the numbers of rows, in which two ledgers may differ."""
    match value:
        case EntryRow():
            return msgspec.structs.replace(value, entry=0, layer_list=0, recipe=0)
        case Observation():
            return msgspec.structs.replace(value, statement=0)
        case msgspec.Struct():
            fields = {
                name: unnumbered(getattr(value, name))
                for name in value.__struct_fields__
            }
            return (type(value), fields)
        case list() | tuple():
            return [unnumbered(item) for item in value]
    return value


def in_any_order(items: list[Any]) -> list[str]:
    """The items, of which the order follows from when each was first recorded."""
    return sorted(repr(unnumbered(item)) for item in items)


def digests() -> list[Digest]:
    """Some of every kind, of both."""
    return [
        SHARED,
        digest("base unpacked"),
        *(digest(f"list {version}") for version in ("a", "b", "s1")),
        *(digest(f"manifest {version} amd64") for version in ("a", "b", "s1")),
        *(digest(f"config {version} amd64") for version in ("c", "s5")),
        *(digest(f"layer of {version}") for version in ("a", "s2")),
        *(one for said in (IN_PUBLIC[-1], IN_SECRET[-1]) for one in documents(said)),
    ]


def documents(said: Stated) -> list[Digest]:
    """The documents that came with it."""
    return [*said.snapshot.documents]


def references() -> list[Reference]:
    """Names of both."""
    names = ("python:3.6", "python:3.5", "python:3.7", "debian:9")
    return [
        *map(parse_reference, names),
        SECRET,
        parse_reference("acme/other:1"),
        parse_reference("ghcr.io/acme/shop:3"),
    ]


SEARCHES = [
    Search(words="make"),
    Search(words="make s1"),
    Search(words="s1"),
    Search(exact="RUN make"),
    Search(exact="make s"),
    Search(words="make", exact="all"),
    Search(env="VERSION"),
    Search(env="VERSION=s1"),
    Search(label="made=a"),
    Search(label="made=s2"),
    Search(repository="acme/*"),
    Search(repository="ghcr.io/*"),
    Search(platform="linux"),
    Search(words="make", since=day(3)),
]


def statements(ledger: Ledger) -> list[int]:
    """The numbers of all statements of the names."""
    return [
        state.first.statement
        for name in references()
        for state in ledger.history(name)
        if state.first.statement is not None
    ]


def by_statement(
    method: str,
) -> Callable[[Ledger], list[object]]:
    """What a ledger says of every statement that it names."""
    return lambda ledger: [
        unnumbered(getattr(ledger, method)(number)) for number in statements(ledger)
    ]


ASKED: dict[str, Callable[[Ledger], object]] = {
    "references": lambda ledger: [*ledger.references()],
    "history": lambda ledger: [
        unnumbered(ledger.history(name)) for name in references()
    ],
    "at": lambda ledger: [unnumbered(ledger.at(name, day(3))) for name in references()],
    "entries": by_statement("entries"),
    "parts": by_statement("parts"),
    "page": by_statement("page"),
    "dates": by_statement("dates"),
    "readable": lambda ledger: len(ledger.readable(range(1, 500))),
    "document": lambda ledger: [*map(ledger.document, digests())],
    "held": lambda ledger: sorted(ledger.held(digests())),
    "resolve": lambda ledger: [
        ledger.resolve(text, limit=3)
        for one in digests()
        for text in (one.raw.hex()[:6], str(one)[:20], one.raw.hex())
    ],
    "find": lambda ledger: [unnumbered(ledger.find(one)) for one in digests()],
    "images": lambda ledger: [
        in_any_order(batches(ledger.images, one)) for one in digests()
    ],
    "uses": lambda ledger: [batches(ledger.uses, one) for one in digests()],
    "search": lambda ledger: [
        in_any_order(batches(ledger.search, what)) for what in SEARCHES
    ],
    "recent": lambda ledger: unnumbered(everything(ledger.recent, cursor="before")),
    "changes": lambda ledger: [
        unnumbered(everything(ledger.changes, of, cursor="before"))
        for of in (None, *references())
    ],
    "repositories": lambda ledger: [
        everything(ledger.repositories, of, cursor="after", size=1)
        for of in ("*", "*o*")
    ],
    "tags_of": lambda ledger: [
        unnumbered(everything(ledger.tags_of, of, cursor="after", size=1))
        for of in references()
    ],
    "sizes": lambda ledger: [ledger.sizes(name) for name in references()],
    "verdict": lambda ledger: [*map(ledger.verdict, digests())],
    "had_manifest": lambda ledger: [
        ledger.had_manifest(name, one, day(9)) is not None
        for name in references()
        for one in digests()
    ],
    "had_blob": lambda ledger: [
        ledger.had_blob(name, one, day(9)) is not None
        for name in references()
        for one in digests()
    ],
    "carriers": lambda ledger: [
        sorted(ledger.carriers(name, one)) for name in references() for one in digests()
    ],
    "referrers": lambda ledger: [ledger.referrers(one) for one in SUBJECTS],
    "tags_at": lambda ledger: [ledger.tags_at(name, day(5)) for name in references()],
    "has_tags": lambda ledger: [ledger.has_tags(name, day(9)) for name in references()],
    "known_since": lambda ledger: [*map(ledger.known_since, references())],
}
"""Every question of the protocol, asked about what may be seen and what may not."""

OTHERWISE = {
    *("record", "hold", "judge", "check", "backup"),  # refused
    *("note", "counts", "unproven"),  # of the whole ledger
    *("verdicts", "contradictions", "activity", "days", "platforms", "documents"),
    *("within", "only", "close"),  # no questions
}


def test_every_question_of_the_protocol_is_asked_here() -> None:
    """A question that is added to the protocol is either asked below or said to be none."""
    methods = {name for name in vars(Ledger) if not name.startswith("_")}

    assert methods == ASKED.keys() | OTHERWISE


@pytest.mark.parametrize("name", ASKED)
def test_what_may_not_be_seen_is_not_there(
    part: Ledger, never: Ledger, whole: Ledger, name: str
) -> None:
    """Every answer is that of a ledger into which it was never recorded, page by page."""
    ask = ASKED[name]

    assert ask(never) == ask(part)
    assert ask(part) != ask(whole)


def test_numbers_of_statements_open_nothing(part: Ledger, whole: Ledger) -> None:
    """Who guesses the number of a statement about something secret gets nothing."""
    secret = {
        state.first.statement
        for state in whole.history(parse_reference("ghcr.io/acme/shop:2"))
    }

    assert secret
    for number in secret:
        assert number is not None
        assert whole.page(number) is not None
        assert (None, None, [], {}) == (
            part.page(number),
            part.parts(number),
            part.entries(number),
            part.dates(number),
        )
        assert (set(), {number}) == (part.readable([number]), whole.readable([number]))


def test_what_was_said_of_both_is_seen(part: Ledger, whole: Ledger) -> None:
    """A document that a public repository had as well is there, whoever brought it first."""
    fact = whole.at(PUBLIC, day(9))

    assert fact is not None
    assert fact.statement is not None
    assert whole.page(fact.statement) == part.page(fact.statement)
    found = part.find(digest("manifest a amd64"))
    assert found is not None
    assert 1 == found.images


def test_only_what_is_seen_is_counted(part: Ledger, whole: Ledger) -> None:
    """Observations, tags and repositories are counted, the rest is 0."""
    counts = part.counts()

    assert (9, 6, 2) == (counts.observations, counts.tags, counts.repositories)
    assert {0} == {counts.statements, counts.entries, counts.steps, counts.layers, counts.contents}  # fmt: skip
    assert counts.observations < whole.counts().observations


def test_notes_and_work_to_do_are_of_the_whole(part: Ledger, whole: Ledger) -> None:
    """Where an import stands, and what was not proven, tells of what may not be seen."""
    whole.record([], notes={"import": "ghcr.io/acme/shop"})

    assert "ghcr.io/acme/shop" == whole.note("import")
    assert part.note("import") is None
    assert whole.unproven() != []
    assert [] == part.unproven()


def test_nothing_is_written_through_a_part(part: Ledger) -> None:
    """Writing, checking and copying are of the whole."""
    document = Document("application/json", b"{}")
    for refused in (
        lambda: part.record(IN_PUBLIC),
        lambda: part.hold({Digest.of(b"{}"): document}),
        lambda: part.judge({SHARED: (Evidence.REPORTED, "no")}),
        part.check,
        lambda: part.backup(None),  # type: ignore[arg-type]
    ):
        with pytest.raises(LedgerReadOnly):
            refused()


def test_a_part_leaves_the_whole_open(whole: Ledger) -> None:
    """It is made for one question; its end ends nothing else."""
    with whole.only(is_public) as part:
        part.close()

    assert whole.history(SECRET) != []


def test_a_part_of_a_part_is_less(part: Ledger) -> None:
    """Both rules hold."""
    less = part.only(lambda name: name.path != "library/debian")

    assert {"python"} == {name.familiar_name for name in less.references()}


def test_an_index_in_an_index_is_reached_from_outside(ledger: Ledger) -> None:
    """It is no entry: by its own digest it is not there, from the index that lists it, it is."""
    inner = msgspec.json.encode(
        {"schemaVersion": 2, "mediaType": media_types.OCI_INDEX, "manifests": []}
    )
    child = Digest.of(inner)
    listed = {
        "mediaType": media_types.OCI_INDEX,
        "digest": str(child),
        "size": len(inner),
    }
    outer = msgspec.json.encode(
        {"schemaVersion": 2, "mediaType": media_types.OCI_INDEX, "manifests": [listed]}
    )
    root = Digest.of(outer)
    said = from_registry("python:3.6", "a", 0)
    assert said.snapshot.root is not None
    snapshot = msgspec.structs.replace(
        said.snapshot,
        root=msgspec.structs.replace(
            said.snapshot.root, media_type=media_types.OCI_INDEX, digest=root
        ),
        documents={
            **said.snapshot.documents,
            root: Document(media_types.OCI_INDEX, outer),
            child: Document(media_types.OCI_INDEX, inner),
        },
    )
    ledger.record([Stated(snapshot=snapshot)])
    part = ledger.only(is_public)

    assert part.document(child) is None
    assert part.document(root) is not None
    assert part.document(child) is not None
    assert {root, child} == part.held([root, child])
    assert ledger.only(lambda _: False).document(root) is None
