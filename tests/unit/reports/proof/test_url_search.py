import msgspec
import pytest

from support.blobs import compact_json, make_blob
from support.images import image_of
from support.layers import Layer, make_layer
from support.stated import image_at, stated, stated_seed
from tagledger.errors import NotSupported
from tagledger.model import media_types
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.snapshot import Snapshot
from tagledger.reports.proof.config_size import predicted_size
from tagledger.reports.proof.foreign_urls import LINK, ForeignUrls
from tagledger.reports.proof.prove import prove
from tagledger.reports.proof.url_search import MAX_NUMBERS, FoundUrl, search_urls

NUMBERS = range(837_000, 837_040)


def foreign(name: str, number: int) -> Layer:
    """A layer that Microsoft keeps at this number."""
    blob = make_blob(media_types.DOCKER_LAYER_FOREIGN, name.encode())
    return Layer(blob, blob.digest, (LINK.format(number),), is_held=False)


async def page_of(*layers: Layer) -> Snapshot:
    """What a page states of a Windows image on these layers, with a config of a likely size."""
    config = {"os": "windows", "architecture": "amd64", "os.version": "10.0.14393.206"}
    own = make_layer({"Files/a": layers[0].blob.content})
    bare = await stated(image_of(config, [*layers, own]).published)
    content = compact_json(dict(config)).ljust(predicted_size(image_at(bare, 0)) + 40)
    return await stated(image_of(content, [*layers, own]).published)


async def test_an_unknown_number_is_found_and_proves_the_page() -> None:
    """The manifest's own digest confirms the URL; with it the manifest is proven."""
    layer = foreign("base", 837_021)
    page = await page_of(layer)
    assert [Evidence.REPORTED] == [
        item.evidence for item in prove(page, urls=ForeignUrls()).findings[:1]
    ]

    (found,) = search_urls([page], numbers=NUMBERS, urls=ForeignUrls())

    digest = image_at(page, 0).digest
    assert digest is not None
    expected = FoundUrl(Digest(layer.blob.digest), LINK.format(837_021), digest)
    assert expected == found
    urls = ForeignUrls().joined([(found.layer, found.url)])
    assert prove(page, urls=urls).findings[0].evidence is Evidence.PROVEN


async def test_an_image_with_two_unknown_layers_waits_for_another() -> None:
    """The base is found with one image, then the update on it with the next."""
    base, update = foreign("base", 837_005), foreign("update", 837_030)
    pages = [await page_of(base, update), await page_of(base)]

    found = search_urls(pages, numbers=NUMBERS, urls=ForeignUrls())

    expected = [base.blob.digest, update.blob.digest]
    assert expected == [item.layer for item in found]


async def test_two_unknown_layers_alone_are_not_searched() -> None:
    """Two unknown numbers in one manifest are too many choices."""
    page = await page_of(foreign("base", 837_005), foreign("update", 837_030))

    assert [] == search_urls([page], numbers=NUMBERS, urls=ForeignUrls())


async def test_a_number_out_of_range_is_not_found() -> None:
    """The search ends, and says nothing that is not confirmed."""
    page = await page_of(foreign("base", 900_000))

    assert [] == search_urls([page], numbers=NUMBERS, urls=ForeignUrls())


async def test_an_interrupted_search_loses_nothing() -> None:
    """What is found is told at once, so that it can be kept before the search ends."""
    pages = [
        await page_of(foreign("one", 837_001)),
        await page_of(foreign("two", 837_002)),
    ]
    kept: list[FoundUrl] = []

    def interrupted(_what: str, _done: int, _total: int | None) -> None:
        if kept:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search_urls(
            pages,
            numbers=NUMBERS,
            urls=ForeignUrls(),
            found=kept.append,
            progress=interrupted,
        )

    assert 1 == len(kept)


async def test_progress_names_the_layer_and_how_far_it_is() -> None:
    """The sizes tried are told of those to try."""
    told: list[tuple[str, int, int | None]] = []
    layer = foreign("base", 900_000)

    search_urls(
        [await page_of(layer)],
        numbers=range(1),
        urls=ForeignUrls(),
        progress=lambda *said: told.append(said),
    )

    assert [*range(561)] == [done for _, done, _ in told]
    assert {(f"the URL of {layer.blob.digest[:19]}", 561)} == {
        (what, total) for what, _, total in told
    }


def test_too_wide_a_range_is_refused() -> None:
    """Nobody waits for hours by a slip of the keyboard."""
    with pytest.raises(NotSupported):
        search_urls([], numbers=range(MAX_NUMBERS + 1), urls=ForeignUrls())


def test_pages_without_unknown_layers_need_no_search() -> None:
    """The seed's layers are known, and other media types have no such URLs."""
    seed = stated_seed()
    oci = msgspec.structs.replace(seed, entries=())

    assert [] == search_urls([seed, oci], urls=prove_urls())


def prove_urls() -> ForeignUrls:
    """All foreign layers of the seed, known."""
    layers = [layer for image in stated_seed().images for layer in image.layers]
    return ForeignUrls().joined(
        (layer.digest, "https://example.com/x") for layer in layers if layer.digest
    )
