"""What a registry of the past asks of a ledger, on both engines."""

from datetime import timedelta

import msgspec
import pytest

from support.blobs import Json, compact_json
from support.statements import REGISTRY_SOURCE, day, digest, gone, image, page
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.source import LATEST
from tagledger.model import media_types
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.reference import parse_repository
from tagledger.model.snapshot import Document

PYTHON = parse_repository("python")
OTHER = parse_repository("ghcr.io/other/python")
ROOT, MANIFEST, CONFIG = (
    digest("list 3.6"),
    digest("manifest 3.6 amd64"),
    digest("config 3.6 amd64"),
)
LAYER, BASE = digest("layer of 3.6"), digest("base")


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    """Two repositories, of which one had the image of 3.6 and the other the base alone."""
    ledger.record(
        [
            page("python:3.6", "3.6", 0),
            page("python:3.7", "3.7", 2),
            page("python:3.7-rc", "3.7", 3),
            gone("python:3.6", 4),
            page("ghcr.io/other/python:1", "other", 1),
        ]
    )
    return ledger


def test_a_repository_had_what_its_names_said(filled: Ledger) -> None:
    """Index and manifest are manifests, config and layers are blobs, and neither is the other."""
    for had in (ROOT, MANIFEST):
        assert day(0) == filled.had_manifest(PYTHON, had, LATEST)
        assert filled.had_blob(PYTHON, had, LATEST) is None
    for had in (CONFIG, LAYER, BASE):
        assert filled.had_blob(PYTHON, had, LATEST) is not None
        assert filled.had_manifest(PYTHON, had, LATEST) is None


def test_what_another_repository_had_is_not_there(filled: Ledger) -> None:
    """A layer that both have is in both, one that only one has is in that one."""
    assert filled.had_manifest(OTHER, MANIFEST, LATEST) is None
    assert filled.had_blob(OTHER, LAYER, LATEST) is None
    assert day(1) == filled.had_blob(OTHER, BASE, LATEST)


def test_nothing_was_had_before_it_was_observed(filled: Ledger) -> None:
    """The moment counts; that a tag moved on later takes nothing away."""
    before = day(0) - timedelta(microseconds=1)

    assert filled.had_manifest(PYTHON, ROOT, before) is None
    assert filled.had_blob(PYTHON, LAYER, before) is None
    assert day(0) == filled.had_manifest(PYTHON, ROOT, day(9))


def test_carriers_are_those_of_the_repository(filled: Ledger) -> None:
    """Of a layer that all have, only the manifests of this repository are named."""
    carriers = {digest("manifest 3.6 amd64"), digest("manifest 3.7 amd64")}

    assert carriers == {*filled.carriers(PYTHON, BASE)}
    assert [digest("manifest other amd64")] == filled.carriers(OTHER, BASE)
    assert [MANIFEST] == filled.carriers(PYTHON, CONFIG)
    assert 1 == len(filled.carriers(PYTHON, BASE, limit=1))


def test_an_index_in_an_index_was_had_with_it(ledger: Ledger) -> None:
    """No entry lists it: the bytes of the outer one do, where its repository had that."""
    inner = _index(digest("manifest 3.6 amd64"), media_types.DOCKER_MANIFEST)
    middle = _index(Digest.of(inner.content), media_types.OCI_INDEX)
    outer = _index(Digest.of(middle.content), media_types.OCI_INDEX)
    stray = _index(digest("manifest 3.6 amd64"), media_types.OCI_MANIFEST)
    digests = [Digest.of(item.content) for item in (inner, middle, outer, stray)]
    stated = page("python:3.6", "3.6", 0)
    root = Descriptor(media_types.OCI_INDEX, digests[2], len(outer.content))
    snapshot = msgspec.structs.replace(stated.snapshot, root=root)
    ledger.record(
        [
            msgspec.structs.replace(stated, snapshot=snapshot),
            page("ghcr.io/other/python:1", "other", 1),
        ]
    )
    ledger.hold(dict(zip(digests, (inner, middle, outer, stray), strict=True)))
    seen = ledger.only(lambda repository: repository.domain == PYTHON.domain)
    hidden = ledger.only(lambda repository: repository.domain != PYTHON.domain)

    for found in digests[:3]:
        assert ledger.had_manifest(PYTHON, found, day(0)) is not None
        assert ledger.had_manifest(OTHER, found, day(9)) is None
        assert hidden.had_manifest(PYTHON, found, day(9)) is None
        assert seen.document(found) is None or found == digests[2]
        assert seen.had_manifest(PYTHON, found, day(9)) is not None
        assert seen.document(found) is not None
    assert ledger.had_manifest(PYTHON, digests[0], day(-1)) is None
    assert ledger.had_manifest(PYTHON, digests[3], LATEST) is None


def _index(child: Digest, media_type: str) -> Document:
    described: dict[str, Json] = {"mediaType": media_type, "digest": child, "size": 9}
    index: dict[str, Json] = {"schemaVersion": 2, "manifests": [described]}
    return Document(media_types.OCI_INDEX, compact_json(index))


def test_what_is_not_seen_is_not_there(filled: Ledger) -> None:
    """A ledger without a repository answers of it as of one that nobody knows."""
    rest = filled.only(lambda repository: repository.domain == OTHER.domain)

    assert rest.had_manifest(PYTHON, ROOT, LATEST) is None
    assert rest.had_blob(PYTHON, LAYER, LATEST) is None
    assert [] == rest.carriers(PYTHON, BASE)
    assert [] == rest.tags_at(PYTHON, LATEST)
    assert not rest.has_tags(PYTHON, LATEST)
    assert rest.known_since(PYTHON) is None
    assert day(1) == rest.had_blob(OTHER, BASE, LATEST)
    assert ["1"] == rest.tags_at(OTHER, LATEST)
    assert rest.has_tags(OTHER, LATEST)
    assert day(1) == rest.known_since(OTHER)
    assert [digest("manifest other amd64")] == rest.carriers(OTHER, BASE)


def test_the_tags_are_those_of_the_moment(filled: Ledger) -> None:
    """A tag is there from its first observation on, until one says that it is gone."""
    assert [] == filled.tags_at(PYTHON, day(-1))
    assert ["3.6"] == filled.tags_at(PYTHON, day(0))
    assert ["3.6", "3.7", "3.7-rc"] == filled.tags_at(PYTHON, day(3))
    assert ["3.7", "3.7-rc"] == filled.tags_at(PYTHON, LATEST)
    assert [False, True] == [filled.has_tags(PYTHON, at) for at in (day(-1), day(0))]
    assert not filled.has_tags(parse_repository("nobody/knows"), LATEST)


def test_tags_come_in_parts_without_regard_to_case(ledger: Ledger) -> None:
    """Each part begins behind the last name of the one before, whether that is there or not."""
    names = [
        "_",
        "1.0",
        "1.0-RC",
        "1.0-rc",
        "1.10",
        "alpha",
        "Beta",
        "beta",
        "gamma",
        "Z",
    ]
    ledger.record(
        [
            *(page(f"python:{name}", "3.6", 0) for name in names),
            gone("python:gamma", 1),
        ]
    )
    left = sorted({*names} - {"gamma"}, key=lambda name: (name.lower(), name))

    assert left == ledger.tags_at(PYTHON, LATEST)
    for limit in (1, 3, 20):
        found: list[str] = []
        while part := ledger.tags_at(
            PYTHON, LATEST, after=found[-1] if found else "", limit=limit
        ):
            found += part
        assert left == found
    assert ["Z"] == ledger.tags_at(PYTHON, LATEST, after="GAMMA")
    assert left == ledger.tags_at(PYTHON, LATEST, after="!")
    assert [] == ledger.tags_at(PYTHON, LATEST, after="\0"), "it is kept as a high one"
    assert [] == ledger.tags_at(PYTHON, LATEST, after="z" * 5_000)


def test_since_when_a_name_is_known(filled: Ledger) -> None:
    """A name by its own first observation, a repository by that of its first name."""
    tag = msgspec.structs.replace(PYTHON, tag="3.7")

    assert day(2) == filled.known_since(tag)
    assert day(0) == filled.known_since(PYTHON)
    assert filled.known_since(msgspec.structs.replace(PYTHON, tag="none")) is None
    assert filled.known_since(parse_repository("nobody/knows")) is None


def test_referrers_are_the_manifests_that_say_so(ledger: Ledger) -> None:
    """Of whatever kind they are; what is malformed belongs to nothing."""
    said: dict[str, Json] = {
        "mediaType": media_types.OCI_MANIFEST,
        "digest": digest("a"),
        "size": 1,
    }
    contents = [
        compact_json({"schemaVersion": 2, "subject": said, "number": 1}),
        compact_json({"schemaVersion": 2, "subject": said, "number": 2}),
        compact_json({"schemaVersion": 2, "subject": {**said, "digest": digest("b")}}),
        compact_json({"schemaVersion": 2, "subject": {**said, "digest": "sha256:x"}}),
        compact_json({"schemaVersion": 2, "subject": "none", "number": 3}),
        b'no JSON, but "subject"',
    ]
    documents = {
        Digest.of(content): Document(media_types.OCI_MANIFEST, content)
        for content in contents
    }
    for _ in range(2):
        ledger.hold(documents)

    assert sorted(map(Digest.of, contents[:2])) == ledger.referrers(digest("a"))
    assert [Digest.of(contents[2])] == ledger.referrers(digest("b"))
    assert [] == ledger.referrers(digest("c"))
    assert [] == ledger.only(lambda _: True).referrers(digest("a")), "no repository had"
    assert [] == [*ledger.check()]


def test_a_name_without_a_tag_is_no_tag(ledger: Ledger) -> None:
    """What was observed by its digest alone is had, and listed under no name."""
    stated = page(
        "python:3.6", "3.6", 0, images=(image("3.6"),), source=REGISTRY_SOURCE
    )
    reference = msgspec.structs.replace(PYTHON, digest=ROOT)
    snapshot = msgspec.structs.replace(stated.snapshot, reference=reference)
    ledger.record([msgspec.structs.replace(stated, snapshot=snapshot)])

    assert [] == ledger.tags_at(PYTHON, LATEST)
    assert day(0) == ledger.had_manifest(PYTHON, MANIFEST, LATEST)
