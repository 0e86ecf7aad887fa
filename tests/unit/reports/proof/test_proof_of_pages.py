import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.images import index_of, random_image
from support.kinds import KINDS
from support.seed_page import BLOBS
from support.stated import image_at, stated, stated_seed, with_image, with_layer
from tagledger.model import media_types
from tagledger.model.config import ImageConfig
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.snapshot import Document, Snapshot
from tagledger.reports.proof.findings import Kind
from tagledger.reports.proof.learned import Learned
from tagledger.reports.proof.manifests import LIMIT_REACHED
from tagledger.reports.proof.prove import Proof, prove
from tagledger.reports.proof.trials import Budget

SOMETHING = Digest("sha256:" + "0" * 64)


def evidence_of(proof: Proof, kind: Kind) -> list[Evidence]:
    """How the documents of one kind are known, in the order of the page."""
    return [item.evidence for item in proof.findings if item.kind is kind]


def reason_of(proof: Proof, kind: Kind) -> str:
    """Why the first document of this kind is known so."""
    return next(item.reason for item in proof.findings if item.kind is kind)


def changed(digest: str, position: int = 30) -> Digest:
    """The digest with one digit changed."""
    digit = "1" if digest[position] == "0" else "0"
    return Digest(digest[:position] + digit + digest[position + 1 :])


def test_the_seed_is_proven_to_the_byte() -> None:
    """List and manifests of the seed page come out as the bytes that are known."""
    proof = prove(stated_seed())

    held = {
        digest.encoded: document.content
        for digest, document in proof.snapshot.documents.items()
    }
    assert held == {path.name: path.read_bytes() for path in BLOBS.iterdir()}
    assert [Evidence.PROVEN] == evidence_of(proof, Kind.INDEX)
    assert [Evidence.PROVEN] * 3 == evidence_of(proof, Kind.MANIFEST)


def test_a_config_stays_reported_beside_its_proven_manifest() -> None:
    """Proof of a manifest proves nothing of the config's bytes."""
    proof = prove(stated_seed())

    assert [Evidence.REPORTED] * 3 == evidence_of(proof, Kind.CONFIG)
    assert "diff IDs" in reason_of(proof, Kind.CONFIG)
    config = image_at(proof.snapshot, 0).config_descriptor
    assert config is not None
    assert proof.snapshot.evidence(config.digest) is Evidence.REPORTED


def test_sizes_and_urls_that_proof_tells_join_the_snapshot() -> None:
    """What a page leaves out and the bytes say is filled in; what it says stays."""
    before = stated_seed()
    after = prove(before).snapshot

    image = image_at(after, 0)
    assert after.root is not None
    assert image.manifest is not None
    assert image.config_descriptor is not None
    assert (846, 2904, 6330) == (
        after.root.size_bytes,
        image.manifest.size_bytes,
        image.config_descriptor.size_bytes,
    )
    assert ("https://go.microsoft.com/fwlink/?linkid=837859",) == image.layers[0].urls
    assert image_at(before, 0).steps == image.steps
    assert image_at(before, 0).layers[2:] == image.layers[2:]


@pytest.mark.parametrize(
    "kind", ["docker-image", "docker-list", "oci-image", "oci-index", "attested-index"]
)
async def test_what_tools_write_is_proven_from_its_facts(kind: str) -> None:
    """Docker's, containers/image's and go-containerregistry's forms are rebuilt to the byte."""
    published = KINDS[kind]()

    proof = prove(await stated(published))

    expected = {
        blob.digest: blob.content
        for blob in published.manifests
        if b"in-toto" not in blob.content
        and (kind != "attested-index" or blob.digest != published.digest)
    }
    found = {
        str(digest): document.content
        for digest, document in proof.snapshot.documents.items()
    }
    assert expected == found


async def test_an_octet_stream_config_of_old_docker_is_found() -> None:
    """Docker up to 1.12 pushed the config as octet-stream; the bytes say so."""
    published = KINDS["docker-image-with-octet-stream-config"]()

    proof = prove(await stated(published))

    config = image_at(proof.snapshot, 0).config_descriptor
    assert config is not None
    assert media_types.OCTET_STREAM == config.media_type
    assert [Evidence.PROVEN] == evidence_of(proof, Kind.MANIFEST)


# --- what is changed is no longer proven ---------------------------------------------


@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_changed_image_id_contradicts_the_manifest(position: int) -> None:
    """An official image of Docker's own push can only have been written in one form."""
    snapshot = stated_seed()
    config = image_at(snapshot, position).config_descriptor
    assert config is not None
    other = msgspec.structs.replace(config, digest=changed(config.digest))

    proof = prove(with_image(snapshot, position, config_descriptor=other))

    expected = [Evidence.PROVEN] * 3
    expected[position] = Evidence.CONTRADICTED
    assert expected == evidence_of(proof, Kind.MANIFEST)
    manifest = image_at(snapshot, position).digest
    assert proof.snapshot.evidence(manifest) is Evidence.CONTRADICTED


def test_a_list_is_proven_though_one_of_its_manifests_is_not() -> None:
    """The size of an unproven manifest is narrow enough to be tried with the list."""
    snapshot = stated_seed()
    layers = image_at(snapshot, 1).layers
    swapped = (*layers[:3], layers[4], layers[3], *layers[5:])

    proof = prove(with_image(snapshot, 1, layers=swapped))

    assert [Evidence.PROVEN] == evidence_of(proof, Kind.INDEX)
    assert evidence_of(proof, Kind.MANIFEST)[1] is Evidence.CONTRADICTED


def test_a_changed_foreign_layer_stays_reported() -> None:
    """The URL of a foreign layer that no table knows may explain why nothing fits."""
    snapshot = stated_seed()
    digest = image_at(snapshot, 0).layers[0].digest
    assert digest is not None

    proof = prove(with_layer(snapshot, 0, 0, digest=changed(digest)))

    assert evidence_of(proof, Kind.MANIFEST)[0] is Evidence.REPORTED
    assert "foreign layer" in reason_of(proof, Kind.MANIFEST)


def test_a_changed_platform_contradicts_the_list() -> None:
    """The manifests stay proven; the list of them is not the one published."""
    snapshot = stated_seed()
    platform = msgspec.structs.replace(
        image_at(snapshot, 2).platform, os_version="10.0.17763.865"
    )

    proof = prove(with_image(snapshot, 2, platform=platform))

    assert [Evidence.CONTRADICTED] == evidence_of(proof, Kind.INDEX)
    assert [Evidence.PROVEN] * 3 == evidence_of(proof, Kind.MANIFEST)


def test_a_changed_list_digest_contradicts_the_list() -> None:
    """All manifests are proven, and no form of a list of them has this digest."""
    snapshot = stated_seed()
    assert snapshot.root is not None
    root = msgspec.structs.replace(snapshot.root, digest=changed(snapshot.root.digest))

    proof = prove(msgspec.structs.replace(snapshot, root=root))

    assert [Evidence.CONTRADICTED] == evidence_of(proof, Kind.INDEX)


def test_changed_steps_versions_and_dates_change_no_evidence() -> None:
    """They are not in the manifest: it stays proven, and they were never more than reported."""
    snapshot = stated_seed()
    proof = prove(
        with_image(
            snapshot, 0, steps=(), config=ImageConfig(docker_version="17.06.0-ce")
        )
    )

    assert [Evidence.PROVEN] * 3 == evidence_of(proof, Kind.MANIFEST)


@st.composite
def mutations(draw: st.DrawFn, snapshot: Snapshot) -> Snapshot:
    """One digit, one size, one order or one platform of an image changed."""
    position = draw(st.integers(0, len(snapshot.entries) - 1))
    image = image_at(snapshot, position)
    what = draw(
        st.sampled_from(["manifest", "config", "layer", "size", "order", "drop"])
    )
    digit = draw(st.integers(len("sha256:"), len(SOMETHING) - 1))
    layer = draw(st.integers(0, len(image.layers) - 1))
    assert image.manifest is not None
    assert image.config_descriptor is not None
    if what == "manifest":
        other = msgspec.structs.replace(
            image.manifest, digest=changed(image.manifest.digest, digit)
        )
        return with_image(snapshot, position, manifest=other)
    if what == "config":
        other = msgspec.structs.replace(
            image.config_descriptor, digest=changed(image.config_descriptor.digest)
        )
        return with_image(snapshot, position, config_descriptor=other)
    if what == "layer":
        digest = image.layers[layer].digest
        assert digest is not None
        return with_layer(snapshot, position, layer, digest=changed(digest, digit))
    if what == "size":
        size = (image.layers[layer].size_bytes or 0) + draw(st.integers(1, 10**6))
        return with_layer(snapshot, position, layer, size_bytes=size)
    if what == "order":
        turned = (*image.layers[1:], image.layers[0])
        return with_image(snapshot, position, layers=turned)
    return with_image(snapshot, position, layers=image.layers[:-1])


@pytest.fixture(scope="module")
def two_platforms() -> Snapshot:
    """What a page states of a list of two small images of Docker's own push."""
    import asyncio

    images = [random_image(seed, layers=2, arch="arm64") for seed in (1, 2)]
    return asyncio.run(stated(index_of(images)))


@settings(max_examples=25, deadline=None)
@given(drawn=st.data())
def test_no_mutation_of_a_proven_page_is_proven(
    two_platforms: Snapshot, drawn: st.DataObject
) -> None:
    """Whatever digit, size or order is changed, some document is contradicted, and none is proven falsely."""
    mutated = drawn.draw(mutations(two_platforms))

    proof = prove(mutated)

    manifests = evidence_of(proof, Kind.MANIFEST)
    assert Evidence.CONTRADICTED in manifests
    assert {Evidence.PROVEN, Evidence.CONTRADICTED} >= {*manifests}
    for digest, document in proof.snapshot.documents.items():
        digest.verify(document.content)


# --- what may be explained otherwise stays reported ------------------------------------


async def test_elsewhere_another_tool_may_have_written_it() -> None:
    """Outside of the official images a form that is not known explains why nothing fits."""
    published = random_image(layers=1).published
    snapshot = await stated(published, name="example.com/app:1")

    proof = prove(with_layer(snapshot, 0, 0, digest=SOMETHING))

    assert [Evidence.REPORTED] == evidence_of(proof, Kind.MANIFEST)
    assert "form that is not known" in reason_of(proof, Kind.MANIFEST)


async def test_without_a_docker_version_nothing_is_contradicted() -> None:
    """Only the classic builder's images were certainly pushed by Docker itself."""
    snapshot = await stated(random_image(layers=1).published)
    without = with_image(snapshot, 0, config=ImageConfig())

    proof = prove(with_layer(without, 0, 0, digest=SOMETHING))

    assert [Evidence.REPORTED] == evidence_of(proof, Kind.MANIFEST)


async def test_annotations_of_an_oci_image_leave_it_reported() -> None:
    """A page shows no annotations, so their image cannot be rebuilt, and nothing is contradicted."""
    published = random_image(
        format="oci", layers=1, annotations={"org.opencontainers.image.version": "1"}
    ).published

    proof = prove(await stated(published))

    assert [Evidence.REPORTED] == evidence_of(proof, Kind.MANIFEST)
    assert "annotations" in reason_of(proof, Kind.MANIFEST)


@pytest.mark.parametrize("kind", ["schema-1", "schema-1-signed"])
async def test_a_schema_1_manifest_stays_reported(kind: str) -> None:
    """Its config is inside, and a page does not show all of it."""
    proof = prove(await stated(KINDS[kind]()))

    assert [Evidence.REPORTED] == evidence_of(proof, Kind.MANIFEST)
    assert "schema 1" in reason_of(proof, Kind.MANIFEST)


async def test_layers_without_a_media_type_are_docker_layers() -> None:
    """Pages before July 2016 state no media types, and are proven with Docker's."""
    snapshot = await stated(random_image(layers=2).published)
    for layer in range(2):
        snapshot = with_layer(snapshot, 0, layer, media_type=None)

    proof = prove(snapshot)

    assert [Evidence.PROVEN] == evidence_of(proof, Kind.MANIFEST)
    layers = image_at(proof.snapshot, 0).layers
    assert [None, None] == [layer.media_type for layer in layers]


async def test_a_page_without_layers_stays_reported() -> None:
    """Some pages of June 2016 name no layers at all."""
    snapshot = await stated(random_image(layers=1).published)

    proof = prove(with_image(snapshot, 0, layers=()))

    assert "the page names no layers" == reason_of(proof, Kind.MANIFEST)


async def test_a_sparse_index_and_artifacts_stay_reported() -> None:
    """What is not there, and what is no image, is named and not rebuilt."""
    for kind in ("sparse-index", "helm-chart", "nested-index"):
        snapshot = await stated(KINDS[kind]())

        proof = prove(snapshot)

        assert Evidence.CONTRADICTED not in {item.evidence for item in proof.findings}
        assert Evidence.REPORTED in {item.evidence for item in proof.findings}


def test_a_tag_that_does_not_exist_gives_no_findings() -> None:
    """The page of a missing tag states nothing that could be proven."""
    absent = msgspec.structs.replace(
        stated_seed(), root=None, entries=(), is_absent=True
    )

    assert () == prove(absent).findings


# --- two statements, or a statement and bytes ---------------------------------------------


def test_bytes_proven_from_one_page_contradict_another_page() -> None:
    """The same digest cannot have other layers on the next page; its bytes are not lent to it."""
    learned = Learned()
    prove(stated_seed(), learned=learned)
    other = with_layer(stated_seed(), 0, 3, size_bytes=1211)

    proof = prove(other, learned=learned)

    digest = image_at(other, 0).digest
    assert digest is not None
    assert evidence_of(proof, Kind.MANIFEST)[0] is Evidence.CONTRADICTED
    assert "another size of layer 4" in reason_of(proof, Kind.MANIFEST)
    assert digest not in proof.snapshot.documents


async def test_what_the_first_page_left_out_the_bytes_say() -> None:
    """A page without media types proves the manifest; another with a wrong one is contradicted by its bytes."""
    learned = Learned()
    snapshot = await stated(random_image(layers=1).published)
    silent = with_layer(snapshot, 0, 0, media_type=None)
    wrong = with_layer(snapshot, 0, 0, media_type=media_types.DOCKER_LAYER_FOREIGN)
    twice = msgspec.structs.replace(silent, entries=(*silent.entries, *wrong.entries))

    proofs = [prove(page, learned=learned) for page in (silent, snapshot, wrong)]

    expected = [Evidence.PROVEN, Evidence.PROVEN, Evidence.CONTRADICTED]
    assert expected == [evidence_of(proof, Kind.MANIFEST)[0] for proof in proofs]
    assert "another media type of layer 1" in reason_of(proofs[2], Kind.MANIFEST)
    both = evidence_of(prove(twice), Kind.MANIFEST)
    assert [Evidence.CONTRADICTED] * 2 == both


def test_a_list_proven_before_contradicts_another_order() -> None:
    """The bytes of a list say in which order its manifests stand."""
    learned = Learned()
    seed = stated_seed()
    prove(seed, learned=learned)

    turned = msgspec.structs.replace(seed, entries=seed.entries[::-1])
    proof = prove(turned, learned=learned)

    assert [Evidence.CONTRADICTED] == evidence_of(proof, Kind.INDEX)
    assert "another manifest 1" in reason_of(proof, Kind.INDEX)


def test_what_a_page_states_twice_must_agree() -> None:
    """One digest with two different configs on one page is contradicted."""
    seed = stated_seed()
    manifest = image_at(seed, 0).manifest
    twice = with_image(seed, 1, manifest=manifest)

    proof = prove(twice)

    evidence = evidence_of(proof, Kind.MANIFEST)
    assert [Evidence.CONTRADICTED] * 2 == evidence[:2]
    assert "differently" in reason_of(proof, Kind.MANIFEST)


def test_bytes_held_contradict_a_statement() -> None:
    """Bytes that were there before are compared with what is stated."""
    seed = stated_seed()
    digest = image_at(seed, 0).digest
    assert digest is not None
    content = (BLOBS / digest.encoded).read_bytes()
    documents = {digest: Document(media_types.DOCKER_MANIFEST, content)}
    held = msgspec.structs.replace(seed, documents=documents)

    agreeing, excluding = prove(held), prove(with_layer(held, 0, 3, size_bytes=1211))

    assert evidence_of(agreeing, Kind.MANIFEST)[0] is Evidence.READ
    assert evidence_of(excluding, Kind.MANIFEST)[0] is Evidence.CONTRADICTED


# --- bounds -------------------------------------------------------------------------------


async def test_no_page_makes_proof_run_long() -> None:
    """What a page may cost is shared by all of its images: then trials end, and nothing is contradicted."""
    images = [random_image(seed, layers=2) for seed in range(40)]
    snapshot = await stated(index_of(images))
    for position in range(len(images)):
        snapshot = with_layer(snapshot, position, 0, digest=SOMETHING)
    budget = Budget(max_bytes=1_000_000)

    proof = prove(snapshot, budget=budget)

    assert budget.is_spent
    assert {LIMIT_REACHED} == {
        item.reason for item in proof.findings if item.kind is Kind.MANIFEST
    }
    assert {Evidence.REPORTED} == {item.evidence for item in proof.findings}


async def test_a_budget_is_enough_for_what_is_proven_at_once() -> None:
    """Proofs that succeed cost next to nothing, so a small budget does for many."""
    images = [random_image(seed, layers=2) for seed in range(3)]
    budget = Budget(max_bytes=1_000_000_000)

    proof = prove(await stated(index_of(images)), budget=budget)

    assert not budget.is_spent
    assert [Evidence.PROVEN] * 3 == evidence_of(proof, Kind.MANIFEST)


def test_many_unproven_manifests_leave_a_list_reported() -> None:
    """Their possible sizes are too many to be tried together."""
    seed = stated_seed()
    for position in range(3):
        for layer in range(2):
            seed = with_layer(
                seed, position, layer, digest=changed(SOMETHING, 20 + position)
            )

    entries = tuple(
        msgspec.structs.replace(
            entry,
            manifest=entry.manifest
            and msgspec.structs.replace(
                entry.manifest, digest=Digest(f"sha256:{number:064x}")
            ),
        )
        for number, entry in enumerate(seed.entries * 3)
    )
    proof = prove(
        msgspec.structs.replace(seed, entries=entries), budget=Budget(50_000_000)
    )

    assert [Evidence.REPORTED] == evidence_of(proof, Kind.INDEX)
    assert "9 of its 9 manifests are not known" in reason_of(proof, Kind.INDEX)
