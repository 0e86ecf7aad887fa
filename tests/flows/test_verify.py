"""What `verify` finds in layouts, registries and pages."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from support.blobs import Blob, JsonObject, Published, make_blob
from support.images import Image, image_of, index_of, random_image
from support.kinds import KINDS
from support.layers import Layer, make_layer
from support.publishing import put_into, write_layout
from support.registry import Registry
from support.seed_page import PAGE_FILE
from tagledger.errors import TooLarge
from tagledger.flows.open import Place
from tagledger.flows.verification import Verification, Verified
from tagledger.flows.verify import verify, verify_place
from tagledger.flows.verify_pages import CHUNK_PAGES, page_files, verify_pages
from tagledger.model import assembly
from tagledger.model.evidence import Evidence
from tagledger.model.source import Progress, no_progress
from tagledger.reports.page.source import open_page
from tagledger.reports.proof.findings import Finding, Kind
from tagledger.sources.layout import open_layout
from tagledger.sources.registry.options import RegistryOptions
from tagledger.sources.registry.source import open_registry

READ, REPORTED = Evidence.READ, Evidence.REPORTED
CONTRADICTED = Evidence.CONTRADICTED


async def verified(layout: Path, *, progress: Progress = no_progress) -> Verified:
    """What is found in a layout, layers included."""
    source, name = open_layout(f"{layout}:1.0")
    try:
        return await verify_place(Place(source, name), layers=True, progress=progress)
    finally:
        await source.aclose()


def written(folder: Path, published: Published) -> Path:
    """A layout that holds this as `1.0`."""
    return write_layout(folder, {"1.0": published})


def file_of(layout: Path, digest: str) -> Path:
    """Where a layout keeps these bytes."""
    return layout / "blobs" / digest.replace(":", "/")


def finding(result: Verified, digest: str) -> Finding:
    """What was found of this digest."""
    (found,) = [item for item in result.findings if item.digest == digest]
    return found


# A layout cannot hold a signed schema 1 manifest: its bytes are not what its digest is over.
@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind not in ("sparse-index", "schema-1-signed")]
)
async def test_every_kind_is_read_and_hashed_again(kind: str, tmp_path: Path) -> None:
    """Each document and each blob that is held is found to be what its digest says."""
    published = KINDS[kind]()

    result = await verified(written(tmp_path, published))

    held = {blob.digest for blob in (*published.manifests, *published.blobs)}
    found = {str(item.digest): item.evidence for item in result.findings}
    assert held == {digest for digest, evidence in found.items() if evidence is READ}
    elsewhere = {blob.digest for blob in published.elsewhere}
    assert elsewhere == found.keys() - held
    assert {READ, REPORTED} >= {*found.values()}


async def test_layers_are_unpacked_against_their_diff_ids(tmp_path: Path) -> None:
    """gzip, zstd and plain tars are all unpacked, and their reasons say so."""
    for number, kind in enumerate(
        ("docker-image", "zstd-layers", "uncompressed-layers")
    ):
        result = await verified(written(tmp_path / str(number), KINDS[kind]()))

        layers = [item for item in result.findings if item.kind is Kind.LAYER]
        assert layers
        assert all("unpacked" in item.reason for item in layers)


async def test_a_layer_that_unpacks_to_something_else_is_contradicted(
    tmp_path: Path,
) -> None:
    """The packed bytes are right, and the config speaks of another tar (a diff ID that is wrong)."""
    image = random_image(layers=1)
    other = make_layer({"app/other": b"other"})
    swapped = image_of(image.config.content, [other])

    result = await verified(written(tmp_path, swapped.published))

    found = finding(result, other.blob.digest)
    assert found.evidence is CONTRADICTED
    assert image.diff_ids[0] in found.reason


async def test_an_encrypted_layer_is_hashed_and_said_to_be_so(tmp_path: Path) -> None:
    """Nobody without the key can unpack it."""
    published = KINDS["encrypted-layers"]()

    result = await verified(written(tmp_path, published))

    reasons = [item.reason for item in result.findings if item.kind is Kind.LAYER]
    assert 1 == sum("encrypted, so not unpacked" in reason for reason in reasons)


async def test_a_foreign_layer_that_is_not_held_is_reported(tmp_path: Path) -> None:
    """Its bytes live elsewhere: that is no contradiction."""
    published = KINDS["docker-foreign-layers"]()

    result = await verified(written(tmp_path, published))

    found = finding(result, published.elsewhere[0].digest)
    assert (REPORTED, "a foreign layer, not held here") == (
        found.evidence,
        found.reason,
    )


async def test_what_a_sparse_index_lacks_is_reported(tmp_path: Path) -> None:
    """Manifests that are listed and absent are named."""
    published = KINDS["sparse-index"]()

    result = await verified(written(tmp_path, published))

    absent = [item for item in result.findings if item.reason == "not held here"]
    assert absent
    assert {REPORTED} == {item.evidence for item in absent}


@pytest.mark.parametrize("what", ["config", "layer", "manifest"])
async def test_changed_bytes_are_contradicted_and_the_rest_goes_on(
    what: str, tmp_path: Path
) -> None:
    """One wrong document or layer of one platform spoils no other finding (CVE-2025-24882)."""
    images = [random_image(seed, layers=2, format="oci") for seed in (1, 2)]
    layout = written(tmp_path, index_of(images, format="oci"))
    wrong: dict[str, Blob] = {
        "config": images[0].config,
        "layer": images[0].layers[1].blob,
        "manifest": images[0].manifest,
    }
    changed = bytearray(wrong[what].content)
    changed[-2] ^= 1
    file_of(layout, wrong[what].digest).write_bytes(changed)

    result = await verified(layout)

    assert [wrong[what].digest] == [
        item.digest for item in result.findings if item.evidence is CONTRADICTED
    ]
    assert finding(result, images[1].manifest.digest).evidence is READ
    assert all(
        finding(result, layer.blob.digest).evidence is READ
        for layer in images[1].layers
    )


async def test_a_config_that_speaks_of_other_layers_is_contradicted(
    tmp_path: Path,
) -> None:
    """Two statements exclude each other: so many diff IDs, and so many layers."""
    image = random_image(layers=3)
    fewer = image_of(image.config.content, image.layers[:2])

    result = await verified(written(tmp_path, fewer.published))

    found = finding(result, image.config.digest)
    assert (CONTRADICTED, "it names 3 diff IDs, its manifest 2 layers") == (
        found.evidence,
        found.reason,
    )


async def test_a_layer_cut_short_inside_is_contradicted(tmp_path: Path) -> None:
    """Its packed bytes hash to their digest, and cannot be unpacked to the end."""
    whole = make_layer({"app/file": bytes(5000)})
    packed = gzip.compress(b"x" * 10_000)[:-9]
    image = image_with(whole, packed)

    result = await verified(written(tmp_path, image.published))

    found = finding(result, image.layers[0].blob.digest)
    assert found.evidence is CONTRADICTED
    assert "cut short" in found.reason


async def test_an_exploding_layer_is_not_unpacked_to_its_end(tmp_path: Path) -> None:
    """What comes out is bounded by what went in: a bomb is said to be too large, and not followed."""
    bomb = gzip.compress(bytes(200_000_000), compresslevel=6) * 8
    image = image_with(make_layer({"a": b"b"}), bomb)

    result = await verified(written(tmp_path, image.published))

    found = finding(result, image.layers[0].blob.digest)
    assert found.evidence is REPORTED
    assert "not unpacked to its end" in found.reason


def image_with(layer: Layer, packed: bytes) -> Image:
    """An image whose one layer has these packed bytes and another's diff ID."""
    blob = make_blob(layer.blob.media_type, packed)
    config: JsonObject = {
        "os": "linux",
        "architecture": "amd64",
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id]},
    }
    return image_of(config, [Layer(blob, layer.diff_id)])


async def test_an_index_that_leads_to_too_much_is_refused(tmp_path: Path) -> None:
    """The walk over an index is bounded, in width and in depth."""
    nested = index_of([random_image(layers=1, format="oci")], format="oci")
    for _ in range(assembly.MAX_INDEX_DEPTH):
        nested = index_of([nested], format="oci")
    wide = index_of(
        [random_image(layers=1, format="oci")] * (assembly.MAX_CHILDREN + 1),
        format="oci",
    )

    for number, published in enumerate((nested, wide)):
        with pytest.raises(TooLarge):
            await verified(written(tmp_path / str(number), published))


async def test_progress_counts_documents_and_bytes(tmp_path: Path) -> None:
    """A long verification says how far it is."""
    told: list[tuple[str, int, int | None]] = []
    image = random_image(layers=2)

    await verified(
        written(tmp_path, image.published), progress=lambda *said: told.append(said)
    )

    total = sum(layer.blob.size_bytes for layer in image.layers)
    assert ("layers", total, total) == told[-1]
    assert ("documents", 1, None) in told


@pytest.mark.parametrize("kind", ["oci-index", "schema-1-signed"])
async def test_a_registry_is_verified_as_a_layout_is(kind: str) -> None:
    """One flow, whatever the source; a signed schema 1 manifest is hashed without its signature."""
    published = KINDS[kind]()
    async with Registry() as registry:
        put_into(registry, "app", published, "1.0")
        source, name = open_registry(f"{registry.address}/app:1.0", RegistryOptions())
        result = await verify([Place(source, name)], layers=True)
        await source.aclose()

    held = {blob.digest for blob in (*published.manifests, *published.blobs)}
    assert held == {item.digest for item in result.places[0].findings}
    assert {READ} == {item.evidence for item in result.places[0].findings}


async def test_a_root_that_is_not_what_was_asked_for_is_contradicted(
    tmp_path: Path,
) -> None:
    """The first document's digest is where every other begins (CVE-2025-24882)."""
    image = random_image(layers=1)
    layout = written(tmp_path, image.published)
    file_of(layout, image.digest).write_bytes(image.manifest.content + b"\n")

    result = await verified(layout)

    assert [(image.digest, CONTRADICTED)] == [
        (item.digest, item.evidence) for item in result.findings
    ]


async def test_a_place_that_fails_has_its_problem_named(tmp_path: Path) -> None:
    """One missing image does not keep the others from being verified."""
    layout = written(tmp_path, random_image(layers=1).published)
    places = [Place(*open_layout(f"{layout}:{name}")) for name in ("1.0", "1.0")]
    file_of(layout, random_image(layers=1).manifest.digest).unlink()

    result = await verify(places, [PAGE_FILE])

    assert [True, True, False] == [bool(place.problem) for place in result.places]
    assert Evidence.PROVEN in {item.evidence for item in result.places[2].findings}


# --- pages --------------------------------------------------------------------------------


def test_the_seeds_page_is_proven() -> None:
    """List proven, three of three manifests proven, configs reported."""
    (result,) = verify_pages([PAGE_FILE])

    counts = Verification((result,)).counts
    expected = {
        Kind.INDEX: (1, Evidence.PROVEN),
        Kind.MANIFEST: (3, Evidence.PROVEN),
        Kind.CONFIG: (3, Evidence.REPORTED),
    }
    assert expected == {
        kind: (counts[kind][evidence], evidence)
        for kind, (_, evidence) in expected.items()
    }


async def test_a_page_as_a_source_is_proven_too() -> None:
    """`report:FILE` is verified like the file itself."""
    source, name = open_page(str(PAGE_FILE))

    result = await verify_place(Place(source, name))

    evidence = [item.evidence for item in result.findings]
    proven = [Evidence.PROVEN, REPORTED] * 3
    assert [Evidence.PROVEN, *proven] == evidence
    assert {"its bytes are held"}.isdisjoint(item.reason for item in result.findings)


def test_many_pages_come_in_their_order_from_all_processes(tmp_path: Path) -> None:
    """Two processes share the work; results are those of one, in the order of the names."""
    text = PAGE_FILE.read_text()
    for number in range(CHUNK_PAGES + 5):
        tag = f"3.8.{number}-windowsservercore"
        page = tmp_path / f"{number % 7}" / f"{number:03}.md"
        page.parent.mkdir(exist_ok=True)
        page.write_text(text.replace("3.8.0-windowsservercore", tag))
    (tmp_path / "0" / "cut.md").write_text(text[:4000])
    pages = page_files(tmp_path)
    told: list[tuple[str, int, int | None]] = []

    parallel = [*verify_pages(pages, progress=lambda *said: told.append(said))]

    assert [*map(str, pages)] == [result.place for result in parallel]
    assert [*verify_pages(pages, processes=1)] == parallel
    assert ("pages", len(pages), len(pages)) == told[-1]
    assert 1 == len(Verification(tuple(parallel)).problems)


def mutated(change: Callable[[str], str], folder: Path) -> Path:
    """The seed's page with a change."""
    page = folder / "changed.md"
    page.write_text(change(PAGE_FILE.read_text()))
    return page


def test_a_changed_step_is_reported_beside_a_proven_manifest(tmp_path: Path) -> None:
    """Steps, versions and dates are of the config: changing them changes no evidence."""
    page = mutated(lambda text: text.replace("PYTHON_VERSION=3.8.0", "X=1"), tmp_path)

    (result,) = verify_pages([page])

    assert not result.is_contradicted
    assert 4 == sum(item.evidence is Evidence.PROVEN for item in result.findings)


def test_a_changed_platform_contradicts_the_list_of_a_page(tmp_path: Path) -> None:
    """The bytes of the list hold every platform."""
    page = mutated(lambda text: text.replace("17763.864", "17763.865"), tmp_path)

    (result,) = verify_pages([page])

    assert [Kind.INDEX] == [
        item.kind for item in result.findings if item.evidence is CONTRADICTED
    ]


async def test_two_pages_that_exclude_each_other_are_contradicted(
    tmp_path: Path,
) -> None:
    """Neither of two unproven statements of one digest is believed, whichever came first."""
    text = PAGE_FILE.read_text()
    layer = "3889bb8d808bbae6fa5a33e07093e65c31371bcf9e4c38c21be6b9af52ad1548"
    for name, other in (("a", "1" * 64), ("b", "2" * 64)):
        (tmp_path / f"{name}.md").write_text(text.replace(layer, other))

    result = await verify([], page_files(tmp_path))

    found = [
        item
        for place in result.places
        for item in place.findings
        if item.evidence is CONTRADICTED
    ]
    assert 2 == len(found)
    assert all("exclude each other" in item.reason for item in found)
    assert 1 == result.counts[Kind.MANIFEST][CONTRADICTED]
