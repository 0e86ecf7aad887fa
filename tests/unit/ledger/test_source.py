from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from support.images import Image, index_of, random_image
from support.layers import Format
from support.told import absent, served, told
from tagledger.errors import (
    ContentNotHeld,
    ManifestNotFound,
    NotObserved,
    PlatformNotFound,
)
from tagledger.flows.stated_pages import StatedPages
from tagledger.ledger.opening import open_ledger
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.source import LedgerSource, known_reference
from tagledger.ledger.stated import Stated
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.platform import parse_platform
from tagledger.model.reference import Reference, parse_reference
from tagledger.model.snapshot import Document, Snapshot
from tagledger.model.source import Wanted

NAME = "example:1.0"
BEGAN = datetime(2019, 11, 20, 14, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger in a file."""
    with open_ledger(str(tmp_path / "ledger.sqlite")) as opened:
        yield opened


@pytest.fixture
def images() -> list[Image]:
    """Two platforms of one image."""
    return [random_image(seed=1), random_image(seed=2, arch="arm64")]


def source(ledger: Ledger, at: datetime | None = None) -> LedgerSource:
    """The ledger as a place, at that moment."""
    return LedgerSource(ledger, read_page=StatedPages(), at=at)


async def observed(
    ledger: Ledger, name: str = NAME, at: datetime | None = None
) -> Snapshot:
    """What the ledger has of the name."""
    return await source(ledger, at).observe(parse_reference(name), Wanted())


@pytest.mark.parametrize("kind", ["docker", "oci"])
async def test_what_a_registry_served_comes_out_as_it_went_in(
    ledger: Ledger, images: list[Image], kind: Format
) -> None:
    """The snapshot is equal, with its source, its moment and all its bytes."""
    fact = await served(index_of(images, format=kind), NAME, BEGAN)
    ledger.record([fact])

    assert fact.snapshot == await observed(ledger)


async def test_layers_have_the_dates_of_then(
    ledger: Ledger, images: list[Image]
) -> None:
    """Last-Modified is that which the registry gave at the observation."""
    fact = await served(images[0].published, NAME, BEGAN, layer_dates=True)
    ledger.record([fact])

    found = await source(ledger).observe(
        parse_reference(NAME), Wanted(layer_dates=True)
    )

    assert fact.snapshot == found


async def test_what_a_page_told_comes_out_as_it_went_in(
    ledger: Ledger, images: list[Image]
) -> None:
    """The snapshot is what the page's reader makes of the page, under its own moment."""
    fact = await told(index_of(images), NAME, BEGAN)
    ledger.record([fact])

    assert fact.snapshot == await observed(ledger)


async def test_what_was_proven_stands_beside_the_page(
    ledger: Ledger, images: list[Image]
) -> None:
    """A document that was proven after the page was read is given as proven."""
    ledger.record([await told(index_of(images), NAME, BEGAN)])
    manifest = images[0].manifest
    digest = Digest(manifest.digest)
    document = Document(manifest.media_type, manifest.content, Evidence.PROVEN)
    ledger.hold({digest: document})

    snapshot = await observed(ledger)

    assert {digest: document} == snapshot.documents


async def test_proven_documents_of_a_registry_s_name_stay_proven(
    ledger: Ledger, images: list[Image]
) -> None:
    """How bytes are known is told as the ledger has it, though it reads them itself."""
    fact = await served(images[0].published, NAME, BEGAN)
    documents = {
        digest: msgspec.structs.replace(document, evidence=Evidence.PROVEN)
        for digest, document in fact.snapshot.documents.items()
    }
    fact = Stated(snapshot=msgspec.structs.replace(fact.snapshot, documents=documents))
    ledger.record([fact])

    assert fact.snapshot == await observed(ledger)


async def test_a_name_is_what_it_was_at_the_moment(
    ledger: Ledger, images: list[Image]
) -> None:
    """Each moment has the latest fact that is not after it; before the first there is none."""
    first = await served(images[0].published, NAME, BEGAN)
    second = await served(images[1].published, NAME, BEGAN + DAY)
    ledger.record([first, second, absent(NAME, BEGAN + 2 * DAY)])

    assert first.snapshot == await observed(ledger, at=BEGAN)
    assert first.snapshot == await observed(ledger, at=BEGAN + DAY / 2)
    assert second.snapshot == await observed(ledger, at=BEGAN + DAY)
    assert (await observed(ledger)).is_absent
    with pytest.raises(NotObserved):
        await observed(ledger, at=BEGAN - DAY)


async def test_the_tags_are_those_that_existed(
    ledger: Ledger, images: list[Image]
) -> None:
    """What was gone at that moment, or not yet seen, is not listed; nor is another repository's."""
    published = images[0].published
    ledger.record(
        [
            await served(published, "example:1", BEGAN),
            await served(published, "example:2", BEGAN + DAY),
            await served(published, "other/example:3", BEGAN),
            absent("example:1", BEGAN + DAY),
        ]
    )

    async def tags(at: datetime) -> list[str]:
        return [
            tag async for tag in source(ledger, at).tags(parse_reference("example"))
        ]

    assert ["1"] == await tags(BEGAN)
    assert ["2"] == await tags(BEGAN + DAY)


async def test_a_digest_is_found_in_the_past(
    ledger: Ledger, images: list[Image]
) -> None:
    """An index that the tag has left, and a manifest of one platform in it, are still named by digest."""
    index = index_of(images)
    fact = await served(index, NAME, BEGAN)
    ledger.record([fact, await served(images[1].published, NAME, BEGAN + DAY)])

    whole = await observed(ledger, f"example@{index.digest}")
    part = await observed(ledger, f"{NAME}@{images[0].digest}")

    assert fact.snapshot.entries == whole.entries
    assert fact.snapshot.entries[:1] == part.entries
    assert part.root is not None
    assert images[0].digest == part.root.digest
    with pytest.raises(NotObserved):
        await observed(ledger, f"other@{index.digest}")
    with pytest.raises(ManifestNotFound):
        await observed(ledger, f"example@{images[0].config.digest}")


async def test_only_wanted_platforms_come(ledger: Ledger, images: list[Image]) -> None:
    """Platforms are chosen of what a page told as of what a registry served."""
    ledger.record(
        [
            await served(index_of(images), "example:served", BEGAN),
            await told(index_of(images), "example:told", BEGAN),
        ]
    )
    place = source(ledger)
    for name in ("example:served", "example:told"):
        wanted = Wanted(platforms=(parse_platform("linux/arm64"),))
        found = await place.observe(parse_reference(name), wanted)

        assert [images[1].digest] == [entry.digest for entry in found.entries]
        wanted = Wanted(platforms=(parse_platform("windows"),))
        with pytest.raises(PlatformNotFound):
            await place.observe(parse_reference(name), wanted)


async def test_documents_are_held_and_layers_are_not(
    ledger: Ledger, images: list[Image]
) -> None:
    """A config's bytes come back; a layer's were never kept."""
    fact = await served(images[0].published, NAME, BEGAN)
    ledger.record([fact])
    place = source(ledger)
    image = fact.snapshot.images[0]
    assert image.config_descriptor is not None
    assert image.manifest is not None
    name = parse_reference(NAME)

    assert images[0].config.content == await place.content(
        name, image.config_descriptor
    )
    layer = msgspec.structs.replace(
        image.manifest, digest=Digest(images[0].layers[0].blob.digest)
    )
    with pytest.raises(ContentNotHeld):
        await place.content(name, layer)
    with pytest.raises(ContentNotHeld):
        await anext(place.blob(name, layer))


async def test_what_is_no_registry_s_name_is_known_too(
    ledger: Ledger, images: list[Image]
) -> None:
    """A layout's own name is found where the ledger has it, and else read as a registry's."""
    fact = await served(images[0].published, NAME, BEGAN)
    local = Reference("", "Build Output", "my tag")
    ledger.record(
        [Stated(snapshot=msgspec.structs.replace(fact.snapshot, reference=local))]
    )

    assert local == known_reference(ledger, "ledger:Build Output:my tag")
    assert parse_reference("x:1") == known_reference(ledger, "x:1")
