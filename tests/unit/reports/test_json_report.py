import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.attestations import attestation_of
from support.images import index_of, random_image
from support.kinds import KINDS
from support.memory_contents import MOMENT, snapshot_of
from tagledger.model.config import ImageConfig
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.entries import UNKNOWN_PLATFORM
from tagledger.model.evidence import Evidence
from tagledger.model.media_types import DOCKER_CONFIG, DOCKER_MANIFEST
from tagledger.model.platform import Platform
from tagledger.model.printable import UNSAFE
from tagledger.model.reference import parse_reference
from tagledger.model.snapshot import Document, Image, Layer, Snapshot
from tagledger.model.source import Wanted
from tagledger.model.step import Step
from tagledger.reports.json_report import encode_report

MANIFEST, CONFIG, LAYER = (Digest.of(name) for name in (b"m", b"c", b"l"))
ALL = Wanted(layer_dates=True, attestations=True)


def decoded(snapshot: Snapshot) -> Any:  # noqa: ANN401 - any JSON
    """What a script reads."""
    return json.loads(encode_report(snapshot))


def page_like(**changes: object) -> Snapshot:
    """A snapshot as a page gives it: one manifest proven, the rest reported."""
    image = Image(
        manifest=Descriptor(DOCKER_MANIFEST, MANIFEST, 300),
        platform=Platform("linux", "arm", variant="v7"),
        config_descriptor=Descriptor(DOCKER_CONFIG, CONFIG, None),
        config=ImageConfig(docker_version="18.09.7", command=("sh",)),
        layers=(Layer(LAYER, size_bytes=5, last_modified=MOMENT),),
        steps=(Step('CMD ["sh"]', makes_layer=False), Step("COPY a b", layer=0)),
    )
    snapshot = Snapshot(
        reference=parse_reference("docker.io/library/python:3.8"),
        source="page:python.md",
        observed_at=MOMENT,
        root=image.manifest,
        entries=(image,),
        documents={MANIFEST: Document(DOCKER_MANIFEST, b"m", Evidence.PROVEN)},
        dates_evidence=Evidence.REPORTED,
    )
    return msgspec.structs.replace(snapshot, **changes)


async def test_the_three_digests_are_named_and_each_says_how_it_is_known() -> None:
    """Index, manifest and config digest stand in full under their own names."""
    published = KINDS["oci-index"]()

    snapshot = await snapshot_of(published, wanted=ALL)
    report = decoded(snapshot)

    assert published.digest == report["index_digest"] == report["root"]["digest"]
    assert report["root_evidence"] == "read"
    for image, shown in zip(snapshot.images, report["images"], strict=True):
        assert image.digest == shown["manifest_digest"] == shown["manifest"]["digest"]
        assert image.image_id == shown["config_digest"] == shown["image_id"]
        expected = {"manifest": "read", "config": "read", "layer_dates": "read"}
        assert expected == shown["evidence"]


def test_beside_a_proven_manifest_settings_and_dates_stay_reported() -> None:
    """Proof of a manifest proves nothing of the config or of Last-Modified."""
    (image,) = decoded(page_like())["images"]

    expected = {"manifest": "proven", "config": "reported", "layer_dates": "reported"}
    assert expected == image["evidence"]


def test_a_contradiction_is_said_with_its_reason() -> None:
    """Where statements exclude each other, the report says so and why."""
    report = decoded(
        page_like(documents={}, contradicted={MANIFEST: "two sizes for one layer"})
    )

    expected = [{"digest": MANIFEST, "problem": "two sizes for one layer"}]
    assert expected == report["contradictions"]
    assert [report["root_evidence"]] == ["contradicted"]
    assert report["images"][0]["evidence"]["manifest"] == "contradicted"


def test_steps_and_layers_name_each_other() -> None:
    """Each layer has the position of the step that made it, and the step the layer's."""
    (image,) = decoded(page_like())["images"]

    assert [1] == [layer["step"] for layer in image["layers"]]
    assert [None, 0] == [step["layer"] for step in image["steps"]]
    assert ["CMD", "COPY"] == [step["instruction"] for step in image["steps"]]


def test_what_is_not_known_is_null() -> None:
    """A source without a registry's digests says null, and makes up no total."""
    layers = (
        Layer(None, diff_id=LAYER, uncompressed_size_bytes=10),
        Layer(None, diff_id=LAYER),
    )
    image = Image(
        manifest=None,
        platform=Platform("linux", "amd64"),
        config_descriptor=Descriptor(DOCKER_CONFIG, CONFIG, 1),
        config=None,
        layers=layers,
        steps=(),
    )

    report = decoded(page_like(root=None, entries=(image,)))

    (shown,) = report["images"]
    assert [None] * 3 == [
        report[key] for key in ("root", "root_evidence", "index_digest")
    ]
    assert [None] * 3 == [
        shown[key] for key in ("manifest", "manifest_digest", "total_size_bytes")
    ]
    assert [None] * 3 == list(shown["evidence"].values())
    assert [None] * 4 == [
        shown["layers"][0][key]
        for key in ("digest", "is_foreign", "compression", "step")
    ]


SETTINGS = (
    *("env", "exposed_ports", "volumes", "labels"),
    *("on_build", "diff_ids", "unknown"),
)
"""What is empty in a config that says nothing of it, and null where it was not read."""


def test_what_a_page_leaves_out_of_a_config_is_unknown_and_not_empty() -> None:
    """Settings that a page does not tell are null, and its words are as they were."""
    (image,) = decoded(page_like())["images"]

    assert [None] * 7 == [image["config"][key] for key in SETTINGS]
    assert image["config"]["command"] == ["sh"]


def test_what_a_page_leaves_out_of_an_unproven_manifest_is_unknown() -> None:
    """URLs and annotations are null unless the bytes that would hold them are known."""
    keys = ("urls", "annotations")

    (proven,) = decoded(page_like())["images"]
    reported = decoded(page_like(documents={}))
    (image,) = reported["images"]

    assert [[], {}] == [proven["layers"][0][key] for key in keys]
    assert [None] * 2 == [image["layers"][0][key] for key in keys]
    for descriptor in (reported["root"], image["manifest"], image["config_descriptor"]):
        assert [None] * 3 == [descriptor[key] for key in (*keys, "unknown")]
    assert [None, None] == [reported["annotations"], image["annotations"]]


async def test_what_a_config_that_was_read_leaves_out_is_empty() -> None:
    """Nothing said in bytes that are held is known to be nothing."""
    report = decoded(await snapshot_of(KINDS["oci-image"]()))

    (image,) = report["images"]
    assert [[], {}] == [image["config"][key] for key in ("on_build", "unknown")]
    assert [{}, {}, []] == [
        image["annotations"],
        image["manifest"]["unknown"],
        image["layers"][0]["urls"],
    ]


async def test_schema_1_has_no_diff_ids_to_know() -> None:
    """Its diff IDs are null, and its other settings as its manifest has them."""
    (image,) = decoded(await snapshot_of(KINDS["schema-1-signed"]()))["images"]

    assert image["config"]["diff_ids"] is None
    assert image["config"]["on_build"] == []


async def test_statements_that_nobody_asked_for_are_unknown() -> None:
    """The layers of an attestation are null where its manifest was not read."""
    report = decoded(await snapshot_of(KINDS["attested-index"]()))

    assert [None] * 2 == [entry["layers"] for entry in report["attestations"]]


def test_a_page_of_before_platforms_has_none() -> None:
    """An unknown platform is null instead of a word that looks like one."""
    page = page_like()
    image = msgspec.structs.replace(page.images[0], platform=UNKNOWN_PLATFORM)

    (shown,) = decoded(page_like(entries=(image,)))["images"]

    assert shown["platform"] is None


async def test_attestations_name_the_manifest_that_they_speak_of() -> None:
    """They are no images, and each image lists those that attest it."""
    snapshot = await snapshot_of(KINDS["attested-index"](), wanted=ALL)

    report = decoded(snapshot)

    images = {image["manifest_digest"]: image for image in report["images"]}
    assert len(images) == len(report["attestations"]) == 2
    for attestation in report["attestations"]:
        subject = images[attestation["subject_digest"]]
        assert [attestation["manifest_digest"]] == subject["attestation_digests"]
        assert attestation["layers"]


async def test_published_order_survives_the_kinds() -> None:
    """Images, missing entries and the rest keep their place among all that is published."""
    report = decoded(await snapshot_of(KINDS["sparse-index"]()))

    assert [0, 2, 4] == [image["position"] for image in report["images"]]
    assert [1, 3] == [entry["position"] for entry in report["missing"]]


async def test_nested_entries_say_what_they_are_within() -> None:
    """An image of an inner index names that index."""
    snapshot = await snapshot_of(KINDS["nested-index"]())

    paths = [image["within_indexes"] for image in decoded(snapshot)["images"]]

    inner = next(iter(snapshot.images[0].within))
    assert [[inner], [inner], []] == paths


async def test_what_no_specification_knows_is_kept() -> None:
    """Unknown fields of descriptors and configs come out as they came in."""
    report = decoded(await snapshot_of(KINDS["unknown-fields"]()))

    (image,) = report["images"]
    assert {"org.example.future": True} == image["manifest"]["unknown"]
    assert image["config"]["unknown"] == {
        "org.example.future": {"deep": [1, 2.5, None, "é"]}
    }


async def test_a_schema_1_manifest_answers_for_its_settings() -> None:
    """It has its config inside: an own image ID, no config digest, and its evidence."""
    report = decoded(await snapshot_of(KINDS["schema-1-signed"]()))

    (image,) = report["images"]
    assert image["config_digest"] is None
    assert len(image["image_id"]) == 64
    assert ["read", "read"] == [
        image["evidence"][key] for key in ("manifest", "config")
    ]


async def test_compact_and_indented_say_the_same() -> None:
    """Both are one JSON text with a line end; only the white space differs."""
    snapshot = await snapshot_of(
        index_of([image := random_image(), attestation_of(image)])
    )

    compact = encode_report(snapshot, compact=True)
    indented = encode_report(snapshot)

    assert json.loads(compact) == json.loads(indented)
    assert compact.count(b"\n") == 1
    assert indented.endswith(b"\n}\n")


def test_times_are_rfc_3339() -> None:
    """In UTC, with a fraction only where there is one."""
    moment = datetime(2019, 11, 13, 14, 48, 55, 250_000, tzinfo=UTC)

    assert "2019-11-20T14:30:00Z" == decoded(page_like())["observed_at"]
    assert (
        decoded(page_like(observed_at=moment))["observed_at"]
        == "2019-11-13T14:48:55.250000Z"
    )


ODD = st.text(
    st.characters(codec=None) | st.sampled_from("\x1b\x7f\x9b\u202e\u2028\ufeff")
)


@given(ODD, st.dictionaries(ODD, ODD, max_size=2))
def test_odd_characters_are_written_so_that_looking_is_safe(
    text: str, annotations: dict[str, str]
) -> None:
    """Whatever a field holds, the report is UTF-8 JSON of the same value without terminal controls."""
    encoded = encode_report(page_like(source=text, annotations=annotations))

    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if whole == text:
        assert text == json.loads(encoded)["source"]
    assert UNSAFE.search(encoded.decode()) is None


def test_half_a_surrogate_pair_becomes_a_replacement_character() -> None:
    """It is no character, and no reason to fail."""
    report = decoded(page_like(source="a\ud800b", annotations={"\udfff": "\ud83d"}))

    assert ["a\ufffdb", {"\ufffd": "\ufffd"}] == [
        report["source"],
        report["annotations"],
    ]


def test_half_a_surrogate_pair_deep_inside_is_replaced_as_well() -> None:
    """In a list of entries as much as at the top."""
    (image,) = page_like().images
    step = Step("RUN \udc80", layer=0)
    odd = msgspec.structs.replace(
        image, platform=Platform("\ud800", "x"), steps=(step,)
    )

    (shown,) = decoded(page_like(entries=(odd,)))["images"]

    assert shown["platform"]["os"] == "\ufffd"
    assert shown["steps"][0]["dockerfile"] == "RUN \ufffd"


def test_controls_keep_their_value() -> None:
    """Escape sequences, C1 controls and bidi overrides read back as they were."""
    text = "\x1b[31m\x9b2J\x7f\u202e\U000e0041\n\t"

    assert text == decoded(page_like(source=text))["source"]


def test_sums_beyond_64_bits_are_written() -> None:
    """Absurd sizes from a hostile manifest are no reason to fail."""
    layers = (Layer(LAYER, size_bytes=2**63 - 1),) * 3
    (image,) = page_like().images
    huge = msgspec.structs.replace(image, layers=layers)

    (shown,) = decoded(page_like(entries=(huge,)))["images"]

    assert 3 * (2**63 - 1) == shown["total_size_bytes"]


def test_no_terminal_library_is_loaded() -> None:
    """A script that wants JSON does not wait for what draws tables."""
    code = "import sys, tagledger.reports.json_report; print('rich' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

    assert done.stdout == b"False\n"


@pytest.mark.parametrize("is_absent", [True, False])
def test_an_absent_tag_is_said_to_be_absent(*, is_absent: bool) -> None:
    """Nothing published is a statement too."""
    report = decoded(page_like(root=None, entries=(), is_absent=is_absent))

    assert is_absent == report["is_absent"]
