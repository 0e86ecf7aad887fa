"""What every ledger does, on SQLite and on a real PostgreSQL."""

import os
import sqlite3
import threading
from datetime import timedelta
from pathlib import Path

import msgspec
import psycopg
import pytest

from support.statements import day, digest, from_registry, gone, image, page
from tagledger.errors import (
    DigestMismatch,
    LedgerNotEmpty,
    LedgerNotFound,
    MalformedDigest,
    WriteFailed,
)
from tagledger.ledger.answers import Hit, Search, Use
from tagledger.ledger.opening import open_ledger, restore_ledger
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.stated import Recorded
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.reference import parse_reference
from tagledger.model.snapshot import Document, Missing

PYTHON = parse_reference("python:3.6")


def titles(found: list[Hit] | list[Use]) -> list[str]:
    """The names of what was found."""
    return [item.reference.title for item in found]


def spoil(address: str, sql: str) -> None:
    """Change what is stored behind the ledger's back."""
    if address.startswith("postgresql"):
        with psycopg.connect(address) as server:
            server.execute(sql.encode())
    else:
        file = sqlite3.connect(address)
        with file:
            file.execute(sql)
        file.close()


def test_history_tells_each_state_and_what_came_back(ledger: Ledger) -> None:
    """A state lasts until something else is said; being gone and coming back are states too."""
    said = [
        page("python:3.6", "a", 0),
        page("python:3.6", "a", 2),
        page("python:3.6", "b", 3),
        gone("python:3.6", 5),
        page("python:3.6", "a", 7),
    ]

    ledger.record(said)
    states = [
        (
            state.first.root,
            state.first.observed_at,
            state.last_seen,
            state.ended_at,
            state.observations,
            state.is_back_to,
        )
        for state in ledger.history(PYTHON)
    ]

    a, b = digest("list a"), digest("list b")
    assert [
        (a, day(0), day(2), day(3), 2, None),
        (b, day(3), day(3), day(5), 1, None),
        (None, day(5), day(5), day(7), 1, None),
        (a, day(7), day(7), None, 1, day(0)),
    ] == states


def test_facts_may_come_in_any_order(ledger: Ledger) -> None:
    """What is recorded later may have been observed earlier."""
    ledger.record([page("python:3.6", "b", 3)])
    ledger.record([page("python:3.6", "a", 0)])

    assert [digest("list a"), digest("list b")] == [
        state.first.root for state in ledger.history(PYTHON)
    ]


def test_a_second_recording_adds_nothing(address: str) -> None:
    """The same facts again, also by another program, are the same facts."""
    said = [
        page("python:3.6", "a", 0),
        gone("python:3.5", 1),
        from_registry("python:3.6", "c", 2),
    ]
    with open_ledger(address) as first:
        first.record(said)
        before = first.counts()
        again = first.record(said)
    with open_ledger(address) as second:
        later = second.record(said)

        assert Recorded() == again == later
        assert before == second.counts()


def test_what_many_share_is_kept_once(ledger: Ledger) -> None:
    """A known section, layer or step is only referred to."""
    first = ledger.record([page("python:3.6", "a", 0), page("python:3", "a", 0)])
    second = ledger.record([page("python:3", "b", 1)])

    assert (2, 2, 1, 3) == (
        first.observations,
        first.statements,
        first.entries,
        first.contents,
    )
    assert (1, 1, 1, 2) == (
        second.observations,
        second.statements,
        second.entries,
        second.contents,
    )
    counts = ledger.counts()
    assert (3, 1) == (counts.layers, counts.steps)


def test_a_moment_has_the_latest_fact_before_it(ledger: Ledger) -> None:
    """Nothing is known before the first fact; a fact holds from its own moment on."""
    ledger.record([page("python:3.6", "a", 0), page("python:3.6", "b", 3)])

    assert ledger.at(PYTHON, day(0) - timedelta(microseconds=1)) is None
    for moment, version in (
        (day(0), "a"),
        (day(2), "a"),
        (day(3), "b"),
        (day(900), "b"),
    ):
        fact = ledger.at(PYTHON, moment)
        assert fact is not None
        assert digest(f"list {version}") == fact.root
        assert Evidence.REPORTED == fact.evidence


def test_a_page_comes_out_as_it_went_in(ledger: Ledger) -> None:
    """The parts of a page, joined again, are its exact bytes."""
    stated = page(
        "python:3.6", "a", 0, images=(image("a"), image("a", architecture="arm"))
    )
    odd = msgspec.structs.replace(
        stated, parts=(b"", b"\xff\0", b"\r\n" * 300_000), separator=b""
    )
    ledger.record(
        [stated, msgspec.structs.replace(odd, snapshot=gone("python:2", 0).snapshot)]
    )

    for name, expected in (("python:3.6", stated), ("python:2", odd)):
        fact = ledger.at(parse_reference(name), day(0))
        assert fact is not None
        assert fact.statement is not None
        assert expected.separator.join(expected.parts) == ledger.page(fact.statement)


def test_a_registry_leaves_bytes_and_dates(ledger: Ledger) -> None:
    """Documents are held by digest, and Last-Modified of the layers with the statement."""
    stated = from_registry("python:3.6", "c", 2)
    (own, document), *_ = stated.snapshot.documents.items()
    ledger.record([stated])
    fact = ledger.at(PYTHON, day(2))

    assert fact is not None
    assert fact.statement is not None
    assert ledger.page(fact.statement) is None
    assert document == ledger.document(own)
    assert {own} == ledger.held([own, digest("base")])
    assert {digest("base"): day(2), digest("layer of c"): day(2)} == ledger.dates(
        fact.statement
    )
    assert ledger.document(digest("base")) is None


def test_what_can_be_read_is_told_of_many_statements_at_once(ledger: Ledger) -> None:
    """A page, and a root whose bytes are held; not one of which only the digest is known."""
    read = from_registry("python:3.6", "c", 2)
    (own, document), *_ = read.snapshot.documents.items()
    bare = msgspec.structs.replace(
        read, snapshot=msgspec.structs.replace(read.snapshot, documents={})
    )
    ledger.record([page("python:3.6", "a", 0), bare])
    (_, first), (_, second) = (
        (state, state.first.statement or 0) for state in ledger.history(PYTHON)
    )
    before = ledger.readable([first, second, 99])
    ledger.hold({own: document})

    assert {first} == before
    assert {first, second} == ledger.readable([first, second, 99])
    assert set() == ledger.readable([])


def test_a_step_of_megabytes_is_kept_and_found(ledger: Ledger) -> None:
    """Its words as far as its first 100,000 characters, any piece of it to its end."""
    words = " ".join(f"w{number:x}" for number in range(600_000))
    huge = image("a", steps=(f"RUN first {words} theveryend",))
    ledger.record([page("python:3.6", "a", 0, images=(huge,))])

    found = [
        ledger.search(Search(words="first w1f")),
        ledger.search(Search(exact="w927bf theveryend")),
        ledger.search(Search(words="first nowhere")),
    ]
    assert [1, 1, 0] == [len(hits) for hits in found]
    assert [] == list(ledger.check())


def test_entries_say_what_is_shared(ledger: Ledger) -> None:
    """The entries of a statement stand in published order, with equal numbers for equal lists."""
    images = (image("a"), image("a", architecture="arm", steps=("CMD sh",)))
    ledger.record([page("python:3.6", "a", 0, images=images)])
    fact = ledger.at(PYTHON, day(0))

    assert fact is not None
    assert fact.statement is not None
    first, second = ledger.entries(fact.statement)
    assert ("image", "linux/amd64", 1_010) == (
        first.kind,
        first.platform,
        first.total_size_bytes,
    )
    assert (digest("manifest a arm"), digest("config a arm")) == (
        second.manifest,
        second.config,
    )
    assert first.layer_list == second.layer_list
    assert first.recipe != second.recipe


@pytest.mark.parametrize(
    ("name", "roles", "images"),
    [
        ("list a", ("index",), 1),
        ("manifest a amd64", ("manifest",), 1),
        ("config a amd64", ("config",), 1),
        ("base", ("layer",), 2),
        ("base unpacked", ("diff ID",), 2),
    ],
)
def test_any_digest_is_found(
    ledger: Ledger, name: str, roles: tuple[str, ...], images: int
) -> None:
    """Index, manifest, config, layer and diff ID: what it is, and in how many images."""
    ledger.record([page("python:3.6", "a", 0), page("python:3", "b", 1)])
    found = ledger.find(digest(name))

    assert found is not None
    assert (roles, images) == (found.roles, found.images)
    named = [entry.manifest for entry in ledger.images(digest(name))]
    assert [digest(f"manifest {version} amd64") for version in "ba"][-images:] == named
    assert named[1:] == [
        entry.manifest for entry in ledger.images(digest(name), offset=1)
    ]
    assert [] == ledger.images(digest("never seen"))
    assert ledger.find(digest("never seen")) is None


def test_uses_name_the_tags_and_the_times(ledger: Ledger) -> None:
    """Each name that had it, when first and last, and when it ended."""
    ledger.record(
        [
            page("python:3.6", "a", 0),
            page("python:3.6", "a", 1),
            page("python:3.6", "b", 3),
            page("python:3", "a", 4),
        ]
    )
    uses = ledger.uses(digest("manifest a amd64"))

    assert [
        ("python:3", day(4), day(4), None, 1),
        ("python:3.6", day(0), day(1), day(3), 2),
    ] == [
        (
            use.reference.title,
            use.first_seen,
            use.last_seen,
            use.ended_at,
            use.observations,
        )
        for use in uses
    ]
    assert ["python:3.6"] == titles(ledger.uses(digest("base"), limit=1, offset=1))


def test_layers_told_of_a_missing_image_are_found(ledger: Ledger) -> None:
    """The listing of an image that broke off names its lowest layers: the tag had them then."""
    whole = page("python:3.6", "a", 0)
    (made,) = whole.snapshot.images
    missing = Missing(manifest=made.manifest, layers=made.layers[:1])
    broken = msgspec.structs.replace(
        whole.snapshot, entries=(missing,), observed_at=day(2)
    )
    ledger.record(
        [
            whole,
            msgspec.structs.replace(whole, snapshot=broken, parts=(b"broken off",)),
            page("python:3.6", "b", 4, images=(image("c"),)),
        ]
    )

    assert [(day(0), day(4), 3)] == [
        (use.first_seen, use.last_seen, use.observations)
        for use in ledger.uses(digest("base"))
    ]
    assert [(day(0), 1)] == [
        (use.last_seen, use.observations) for use in ledger.uses(digest("layer of a"))
    ]
    assert [("missing", 0)] == [
        (entry.kind, entry.total_size_bytes)
        for entry in ledger.images(digest("base"))
        if entry.kind != "image"
    ]


def test_a_prefix_finds_all_that_begin_so(ledger: Ledger) -> None:
    """Six digits or more, odd or even in number, with the algorithm or without."""
    ledger.record([page("python:3.6", "a", 0)])
    own = digest("list a")

    for prefix in (own, own[7:], own[:14], own[7:13], own[7:14], own[7:20].upper()):
        assert [own] == ledger.resolve(prefix), prefix
    assert [] == ledger.resolve(f"sha512:{own.encoded[:8]}")
    for wrong in ("abcde", "sha256:abc", "xyz0123", ""):
        with pytest.raises(MalformedDigest):
            ledger.resolve(wrong)


STEPS = (
    "RUN curl -fsSL https://example.org/get.sh | bash",
    "RUN apt-get install curl",
    "RUN /usr/local/bin/bash -c 'pip install'",
    "ENV DISCOUNT=100%_OFF[*]",
)


STEP_SEARCHES = [
    (Search(words="curl bash"), [STEPS[0]]),
    (Search(words="BASH Curl"), [STEPS[0]]),
    (Search(words="apt-get"), [STEPS[1]]),
    (Search(words="get apt"), [STEPS[1]]),
    (Search(words="get-apt"), []),
    (Search(words="install"), [STEPS[1], STEPS[2]]),
    (Search(words="bash"), [STEPS[0], STEPS[2]]),
    (Search(words="| '"), []),
    (Search(words='"curl* OR) & !x:*'), []),
    (Search(exact=".sh | ba"), [STEPS[0]]),
    (Search(exact="CURL"), []),
    (Search(exact="100%_OFF[*]"), [STEPS[3]]),
    (Search(exact="0%"), [STEPS[3]]),
    (Search(exact="_"), [STEPS[3]]),
    (Search(words="install", exact="pip"), [STEPS[2]]),
]


@pytest.mark.parametrize(("search", "expected"), STEP_SEARCHES)
def test_steps_are_found_by_words_and_by_substring(
    ledger: Ledger, search: Search, expected: list[str]
) -> None:
    """All words stand in one step, in any order and case; an exact text as it is."""
    ledger.record([page("python:3.6", "a", 0, images=(image("a", steps=STEPS),))])

    found = [str(hit.step) for hit in ledger.search(search)]

    assert sorted(expected) == sorted(found)


@pytest.mark.parametrize(("search", "expected"), STEP_SEARCHES)
@pytest.mark.parametrize(
    "narrowed", [{"platform": "linux"}, {"repository": "py*"}, {"env": "A"}]
)
def test_steps_are_found_the_same_way_among_few_images(
    ledger: Ledger, search: Search, expected: list[str], narrowed: dict[str, str]
) -> None:
    """What an index finds among all is told from the texts where few images are left."""
    made = image("a", steps=STEPS, env=("A=1",))
    ledger.record([page("python:3.6", "a", 0, images=(made,))])
    ledger.record(
        [
            page(
                "ghcr.io/me/tool:1",
                "b",
                1,
                images=(image("b", architecture="arm", steps=("RUN true",)),),
            )
        ]
    )

    found = ledger.search(msgspec.structs.replace(search, **narrowed))

    assert sorted(expected) == sorted(str(hit.step) for hit in found)


def test_what_newer_images_elsewhere_say_hides_nothing(ledger: Ledger) -> None:
    """A search in one repository, or for one value, finds what thousands of steps elsewhere say too."""
    ledger.record(
        [
            page(
                "python:3.6",
                "a",
                0,
                images=(image("a", steps=("RUN apt-get python",), env=("A=1",)),),
            )
        ]
    )
    steps = [f"RUN apt-get {number}" for number in range(1_200)]
    others = [
        page(
            f"me/tool:{start}",
            f"v{start}",
            start,
            images=(image(f"v{start}", steps=tuple(steps[start : start + 12])),),
        )
        for start in range(0, len(steps), 12)
    ]
    ledger.record(others)

    searches = [
        Search(repository="python"),
        Search(env="A"),
        Search(env="A=1"),
    ]
    for search in searches:
        for text in ({"words": "apt-get"}, {"exact": "apt-get"}):
            asked = msgspec.structs.replace(search, **text)
            assert ["python:3.6"] == titles(ledger.search(asked)), asked


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        (Search(env="PYTHON_VERSION"), ["python:3", "python:3.6"]),
        (Search(env="PYTHON_VERSION=3.6"), ["python:3.6"]),
        (Search(label="maintainer=me"), ["python:3"]),
        (Search(label="PYTHON_VERSION"), []),
        (Search(platform="linux/arm"), ["ghcr.io/me/tool:1"]),
        (Search(repository="library/*"), ["python:3", "python:3.6"]),
        (Search(repository="pyth?n"), ["python:3", "python:3.6"]),
        (Search(repository="ghcr.io/*"), ["ghcr.io/me/tool:1"]),
        (Search(repository="me/%"), []),
        (Search(since=day(1)), ["ghcr.io/me/tool:1", "python:3"]),
        (Search(until=day(1)), ["python:3", "python:3.6"]),
        (Search(words="bash", since=day(1), until=day(1)), ["python:3"]),
    ],
)
def test_a_search_may_be_narrowed(
    ledger: Ledger, search: Search, expected: list[str]
) -> None:
    """By variable, label, platform, repository and time, alone or with words."""
    ledger.record(
        [
            page(
                "python:3.6", "a", 0, images=(image("a", env=("PYTHON_VERSION=3.6",)),)
            ),
            page(
                "python:3",
                "b",
                1,
                images=(
                    image(
                        "b", env=("PYTHON_VERSION=3.7",), labels={"maintainer": "me"}
                    ),
                ),
            ),
            page("ghcr.io/me/tool:1", "c", 2, images=(image("c", architecture="arm"),)),
        ]
    )

    assert expected == sorted(titles(ledger.search(search)))


def test_a_search_comes_in_pages(ledger: Ledger) -> None:
    """Pages follow each other without gap or repeat."""
    ledger.record(
        [page(f"python:{number}", f"v{number}", number) for number in range(7)]
    )
    everything = ledger.search(Search(words="bash"), limit=100)

    pages = [
        ledger.search(Search(words="bash"), limit=3, offset=start)
        for start in (0, 3, 6, 9)
    ]

    assert 7 == len(everything)
    assert everything == [hit for found in pages for hit in found]


def told_apart(ledger: Ledger) -> list[tuple[str, str | None, int, object, bool]]:
    """Of each state its source, digest, how often it was seen, when it ended, and whether it had been so before."""
    return [
        (
            state.first.source,
            state.first.root,
            state.observations,
            state.ended_at,
            state.is_back_to is not None,
        )
        for state in ledger.history(PYTHON)
    ]


def test_sources_that_disagree_do_not_interrupt_each_other(ledger: Ledger) -> None:
    """Each source has a state of its own, that lasts, however their facts alternate; `at` is the latest of all."""
    for number in range(6):
        version, source = ("a", "one") if number % 2 == 0 else ("b", "other")
        ledger.record([page("python:3.6", version, number, source=source)])

    a, b = digest("list a"), digest("list b")
    assert [("one", a, 3, None, False), ("other", b, 3, None, False)] == told_apart(
        ledger
    )
    facts = [ledger.at(PYTHON, day(number)) for number in range(6)]
    assert [a, b] * 3 == [fact.root for fact in facts if fact is not None]
    (state,) = ledger.history(PYTHON, source="other")
    assert (b, day(1), day(5)) == (
        state.first.root,
        state.first.observed_at,
        state.last_seen,
    )


def test_a_source_ends_and_repeats_only_its_own_states(ledger: Ledger) -> None:
    """Gone, moved and back again are told within a source; states come by their first observation."""
    ledger.record(
        [
            page("python:3.6", "a", 0, source="one"),
            page("python:3.6", "b", 1, source="other"),
            gone("python:3.6", 2, source="other"),
            page("python:3.6", "b", 3, source="one"),
            page("python:3.6", "a", 4, source="other"),
            page("python:3.6", "a", 5, source="one"),
        ]
    )

    a, b = digest("list a"), digest("list b")
    assert [
        ("one", a, 1, day(3), False),
        ("other", b, 1, day(2), False),
        ("other", None, 1, day(4), False),
        ("one", b, 1, day(5), False),
        ("other", a, 1, None, False),
        ("one", a, 1, None, True),
    ] == told_apart(ledger)


def test_two_facts_of_one_moment_both_stay(ledger: Ledger) -> None:
    """Each source's word is kept, and can be asked for alone."""
    ledger.record(
        [page("python:3.6", "a", 0), page("python:3.6", "b", 0, source="other pages")]
    )

    assert 2 == len(ledger.history(PYTHON))
    (state,) = ledger.history(PYTHON, source="other pages")
    assert digest("list b") == state.first.root


def test_a_batch_is_written_whole_or_not_at_all(ledger: Ledger) -> None:
    """What fails leaves nothing, not even a note, and does not keep the next from being written."""
    own = digest("other bytes")
    lie = from_registry("python:3.6", "c", 2)
    lie = msgspec.structs.replace(
        lie,
        snapshot=msgspec.structs.replace(
            lie.snapshot, documents={own: Document("text/plain", b"x")}
        ),
    )
    before = ledger.counts()

    with pytest.raises(DigestMismatch):
        ledger.record([page("python:3.6", "a", 0), lie], notes={"import": "half"})

    assert before == ledger.counts()
    assert ledger.note("import") is None
    ledger.record([page("python:3.6", "a", 0)], notes={"import": "whole"})
    assert "whole" == ledger.note("import")
    assert [] == [*ledger.check()]


def test_a_verdict_and_what_it_proves_are_written_both_or_neither(
    ledger: Ledger,
) -> None:
    """Where the bytes are not what was proven, no verdict stays; a kill between the two cannot be."""
    own, other = Digest.of(b"{}"), digest("other bytes")
    right = Document("application/json", b"{}", Evidence.PROVEN)
    verdicts = {own: (Evidence.PROVEN, "rebuilt"), other: (Evidence.PROVEN, "rebuilt")}

    with pytest.raises(DigestMismatch):
        ledger.judge(verdicts, proven={own: right, other: right})

    assert [None, None] == [ledger.verdict(own), ledger.verdict(other)]
    assert not ledger.held([own, other])
    ledger.judge({own: verdicts[own]}, proven={own: right})
    assert ((Evidence.PROVEN, "rebuilt"), right) == (
        ledger.verdict(own),
        ledger.document(own),
    )


def test_proofs_are_kept_beside_the_statement(ledger: Ledger) -> None:
    """Proven bytes are held, a failed trial is not repeated, and reading outranks proving."""
    ledger.record([page("python:3.6", "a", 0)])
    content = b"{}"
    proven = Document("application/json", content, Evidence.PROVEN)
    statement = ledger.unproven()[0]

    ledger.judge({digest("list a"): (Evidence.REPORTED, "the size is not known")})
    assert [statement] == ledger.unproven()
    ledger.judge({digest("manifest a amd64"): (Evidence.CONTRADICTED, "no trial fits")})
    assert [] == ledger.unproven()
    assert (Evidence.CONTRADICTED, "no trial fits") == ledger.verdict(
        digest("manifest a amd64")
    )
    ledger.hold({Digest.of(content): proven})
    assert proven == ledger.document(Digest.of(content))
    ledger.hold(
        {Digest.of(content): msgspec.structs.replace(proven, evidence=Evidence.READ)}
    )
    ledger.hold({Digest.of(content): proven})
    held = ledger.document(Digest.of(content))
    assert held is not None
    assert Evidence.READ == held.evidence


def test_a_signed_manifest_keeps_the_form_that_it_came_in(ledger: Ledger) -> None:
    """The payload has the digest, and the signed text is given back with it."""
    document = Document("text/plain", b"payload", signed_form=b"signed payload")

    ledger.hold({Digest.of(b"payload"): document})

    assert document == ledger.document(Digest.of(b"payload"))


def test_strangers_texts_do_no_harm(ledger: Ledger) -> None:
    """NUL, lone surrogates and endless names, in every field, are recorded and found."""
    hostile = "\0\ud800'; DROP TABLE step; --" + "\U0001f433" * 3_000
    made = image(
        "a", steps=(hostile,), env=(f"A={hostile}",), labels={hostile: hostile}
    )
    made = msgspec.structs.replace(
        made,
        platform=msgspec.structs.replace(
            made.platform, os_version=hostile, os_features=(hostile,) * 40
        ),
        layers=tuple(
            msgspec.structs.replace(layer, media_type=hostile) for layer in made.layers
        ),
    )

    ledger.record([page("python:3.6", "a", 0, images=(made,), source=hostile)])

    assert ["python:3.6"] == titles(ledger.search(Search(words="drop table step")))
    assert ["python:3.6"] == titles(ledger.search(Search(env="A")))
    assert [] == [*ledger.check()]
    assert Recorded() == ledger.record(
        [page("python:3.6", "a", 0, images=(made,), source=hostile)]
    )


@pytest.mark.parametrize("text", ["\udcff", "a\0b", "%", "*?[", "\\"])
def test_a_question_may_hold_any_text(ledger: Ledger, text: str) -> None:
    """What no database takes finds what it became when it was recorded, and does no harm elsewhere."""
    step = f"RUN begin {text} end"
    ledger.record([page("python:3.6", "a", 0, images=(image("a", steps=(step,)),))])
    asked = (
        *(Search(words=text), Search(exact=text), Search(env=f"{text}={text}")),
        *(Search(label=text), Search(repository=text)),
    )

    for search in asked:
        ledger.search(search)
    assert [] == [*ledger.references(text)]
    assert ["python:3.6"] == titles(ledger.search(Search(exact=step)))


def test_names_of_every_kind_come_back(ledger: Ledger) -> None:
    """Registry, path, tag and digest are what they were; a layout's names have no registry."""
    names = [
        parse_reference("ghcr.io/me/tool:1"),
        parse_reference(f"localhost:5000/x@{digest('x')}"),
        msgspec.structs.replace(PYTHON, domain="", path="my.folder/a b", tag="c:d"),
        PYTHON,
    ]
    stated = page("python:3.6", "a", 0)
    ledger.record(
        [
            msgspec.structs.replace(
                stated,
                snapshot=msgspec.structs.replace(stated.snapshot, reference=name),
            )
            for name in names
        ]
    )

    assert {*map(str, names)} == {*map(str, ledger.references())}
    assert [PYTHON] == [*ledger.references("py*")]


def test_writers_take_turns_and_agree(address: str) -> None:
    """Several writers of overlapping facts end with the facts of one; a reader is never kept waiting."""
    said = [page(f"python:{number % 9}", f"v{number}", number) for number in range(120)]
    problems: list[BaseException] = []

    def write(start: int) -> None:
        try:
            with open_ledger(address) as own:
                for at in range(start, 120, 10):
                    own.record(said[at : at + 20])
        except BaseException as exc:  # noqa: BLE001 - told to the test below
            problems.append(exc)

    writers = [threading.Thread(target=write, args=(start,)) for start in (0, 5, 0)]
    for writer in writers:
        writer.start()
    with open_ledger(address) as reader:
        while any(writer.is_alive() for writer in writers):
            reader.history(parse_reference("python:1"))
        for writer in writers:
            writer.join()

        assert [] == problems
        assert 120 == reader.counts().observations == reader.counts().statements
        assert 121 == reader.counts().layers
        assert [] == [*reader.check()]


@pytest.mark.parametrize(
    ("sql", "where"),
    [
        (
            "UPDATE digest SET hash = {hash} WHERE id = (SELECT MIN(digest_id) FROM content)",
            "sha256:ab",
        ),
        (
            "UPDATE content SET start_byte = start_byte + 1 WHERE start_byte > 0",
            "pack 1",
        ),
        ("DELETE FROM statement_part WHERE position = 0", "statement 1"),
        ("DELETE FROM recipe_step", "recipe 1"),
        ("UPDATE pack SET compressed = {hash}", "pack 1"),
        ("UPDATE pack SET size_bytes = 99999999999", "pack 1"),
    ],
)
def test_check_names_what_is_wrong(address: str, sql: str, where: str) -> None:
    """A changed byte, a lost row, a moved border: each is named."""
    with open_ledger(address) as ledger:
        ledger.record([page("python:3.6", "a", 0)])
        assert [] == [*ledger.check()]
    is_server = address.startswith("postgresql")
    spoil(
        address,
        sql.format(hash=f"'\\x{'ab' * 32}'" if is_server else f"x'{'ab' * 32}'"),
    )

    with open_ledger(address) as ledger:
        findings = [*ledger.check()]

    assert any(item.where.startswith(where) for item in findings), findings


def test_a_backup_holds_everything_and_can_be_restored(
    address: str, tmp_path: Path
) -> None:
    """It is written while the ledger is in use, and fills a new ledger, but never one with rows."""
    copy = tmp_path / "backup.db"
    with open_ledger(address) as ledger:
        ledger.record(
            [page("python:3.6", "a", 0), from_registry("python:3.6", "c", 2)],
            notes={"import": "1"},
        )
        ledger.backup(copy)
        ledger.record([page("python:3.6", "d", 3)])
        with pytest.raises(LedgerNotEmpty):
            restore_ledger(copy, address)
        with pytest.raises(WriteFailed, match="already"):
            ledger.backup(copy)

    restored = str(tmp_path / "restored.db")
    restore_ledger(copy, restored)
    with open_ledger(restored) as ledger:
        assert [day(0), day(2)] == [
            state.first.observed_at for state in ledger.history(PYTHON)
        ]
        assert "1" == ledger.note("import")
        assert ["python:3.6"] == titles(
            [*ledger.search(Search(words="bash", until=day(0)))]
        )
        assert [] == [*ledger.check()]
        assert 1 == ledger.record([page("python:3.6", "d", 3)]).observations


def test_a_backup_is_of_one_moment(address: str, tmp_path: Path) -> None:
    """What is written while it is made is not in it, nor does it begin anew; the copy is whole."""
    told: list[tuple[int, int | None]] = []
    with open_ledger(address) as ledger, open_ledger(address) as other:
        ledger.record([page("python:3.6", "a", 0)])
        for _ in range(6):
            content = os.urandom(4_000_000)
            ledger.hold({Digest.of(content): Document("text/plain", content)})

        def write(_what: str, done: int, total: int | None) -> None:
            told.append((done, total))
            other.record([page("python:3.6", "b", len(told))])

        held = ledger.backup(tmp_path / "copy.db", progress=write)

        assert 1 == held.observations
        assert 1 + len(told) == ledger.counts().observations
    assert len(told) > 2
    assert sorted(told) == told
    assert told[-1][0] == told[-1][1]
    with open_ledger(str(tmp_path / "copy.db")) as copy:
        assert held == copy.counts()
        assert [] == [*copy.check()]


def test_a_backup_restores_to_the_engine_it_came_from(
    address: str, tmp_path: Path
) -> None:
    """An SQLite file of either engine fills a ledger on either engine."""
    file = tmp_path / "other.db"
    with open_ledger(str(file)) as other:
        other.record([page("python:3.6", "a", 0)])

    restore_ledger(file, address)

    with open_ledger(address) as ledger:
        assert 1 == ledger.counts().observations
        assert [] == [*ledger.check()]


def test_opening_without_making_finds_nothing(address: str) -> None:
    """A question makes no ledger where there is none."""
    with pytest.raises(LedgerNotFound):
        open_ledger(address, create=False)


def test_a_new_ledger_is_told_of_in_a_word(address: str) -> None:
    """Once, when it is made; never with a password."""
    words: list[str] = []
    for _ in range(2):
        open_ledger(address, progress=words.append).close()

    assert 1 == len(words)
    assert words[0].endswith("a new ledger")
    assert "opal" not in words[0]
