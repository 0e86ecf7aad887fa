import json
import time
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from support.any_snapshots import any_snapshots, pairs_of_snapshots
from support.differing import MADE_AT, digest, image, layer, snapshot, steps
from support.kinds import KINDS
from support.memory_contents import snapshot_of
from tagledger.model import media_types
from tagledger.model.config import Healthcheck, ImageConfig
from tagledger.model.descriptor import Descriptor
from tagledger.model.difference.compare import compare
from tagledger.model.difference.values import (
    ImageDifference,
    LayerRelation,
    Relation,
)
from tagledger.model.evidence import Evidence
from tagledger.model.platform import Platform
from tagledger.model.snapshot import (
    Artifact,
    Attestation,
    Image,
    Layer,
    Missing,
    Snapshot,
)


def windows(version: str | None) -> Platform:
    """Windows of this version."""
    return Platform("windows", "amd64", os_version=version)


def compared(before: Snapshot, after: Snapshot) -> ImageDifference:
    """The one image that both have."""
    (found,) = compare(before, after).images
    return found


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(any_snapshots())
def test_nothing_differs_from_itself(one: Snapshot) -> None:
    """A snapshot compared with itself has no difference in any of its parts."""
    found = compare(one, one)

    assert not found.differs
    assert () == found.annotations
    for each in found.images:
        assert each.relation in (Relation.SAME, Relation.UNKNOWN)
        assert not each.is_contradictory
        assert () == tuple(
            item for item in each.settings if item.relation is not Relation.UNKNOWN
        )
        assert {step.relation for step in each.steps} <= {Relation.SAME}
        assert {item.relation for item in each.layers} <= {
            LayerRelation.SHARED,
            LayerRelation.UNKNOWN,
        }
        assert each.base is None or not each.base.is_moved
        assert each.size.delta_bytes in (0, None)


EXCHANGED = {"added": "removed", "removed": "added"}


def mirrored(value: Any) -> Any:  # noqa: ANN401 - any piece of JSON
    """The JSON of a difference with the two sides exchanged, lists without an order."""
    if isinstance(value, list | tuple):
        return sorted((mirrored(item) for item in value), key=json.dumps)
    if not isinstance(value, dict):
        return value
    made: dict[str, Any] = {}
    for key, item in value.items():
        other = key
        if key.startswith("before"):
            other = key.replace("before", "after", 1)
        elif key.startswith("after"):
            other = key.replace("after", "before", 1)
        made[other] = mirrored(item)
        if key == "relation":
            made[other] = EXCHANGED.get(item, item)
        if key == "delta_bytes" and item is not None:
            made[other] = -item
    return dict(sorted(made.items()))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pairs_of_snapshots())
def test_the_other_way_round_it_is_the_same_difference(
    pair: tuple[Snapshot, Snapshot],
) -> None:
    """Whatever is compared, nothing fails, and exchanging the sides exchanges what is said of them."""
    there = msgspec.to_builtins(compare(*pair), enc_hook=str)
    back = msgspec.to_builtins(compare(*reversed(pair)), enc_hook=str)

    assert mirrored(mirrored(there)) == mirrored(back)


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_can_be_compared_with_every_other(kind: str) -> None:
    """Indexes, artifacts, schema 1: nothing differs from itself, everything from another."""
    one = await snapshot_of(KINDS[kind]())
    for other in KINDS:
        two = await snapshot_of(KINDS[other]())
        is_same = bool(one.root and two.root and one.root.digest == two.root.digest)

        assert compare(one, two).differs is not is_same, other


def test_platforms_come_and_go() -> None:
    """In the order in which they are published, what is gone last."""
    names = ("amd64", "arm64", "s390x")
    before, after = (
        snapshot(*(image(f"{side} {n}", platform=Platform("linux", n)) for n in shown))
        for side, shown in (("a", names[:2]), ("b", names[1:]))
    )

    assert [
        ("linux/arm64", Relation.CHANGED),
        ("linux/s390x", Relation.ADDED),
        ("linux/amd64", Relation.REMOVED),
    ] == [(each.platform, each.relation) for each in compare(before, after).images]


def test_a_patched_windows_is_the_same_platform() -> None:
    """Of two builds each goes with its own, although both versions changed."""
    before, after = (
        snapshot(
            *(
                image(version, platform=windows(version))
                for version in (f"10.0.17763.{patch}", f"10.0.14393.{patch}")
            )
        )
        for patch in (864, 914)
    )

    found = compare(before, after).images

    assert [
        ("10.0.17763.864", "10.0.17763.914", True),
        ("10.0.14393.864", "10.0.14393.914", True),
    ] == [
        (
            (each.before_platform or "").rpartition(":")[2],
            (each.after_platform or "").rpartition(":")[2],
            each.is_platform_moved,
        )
        for each in found
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (windows(None), windows("10.0.17763.864")),
        (Platform("unknown", "unknown"), Platform("linux", "amd64")),
        (Platform("linux", "arm64"), Platform("linux", "arm64", "v8")),
        (Platform("linux", "arm"), Platform("linux", "arm", "v7")),
    ],
)
def test_what_states_less_of_its_platform_is_not_another(
    before: Platform, after: Platform
) -> None:
    """A page that names no version or no variant speaks of the same platform."""
    other = image("other", platform=Platform("linux", "s390x"))
    one = snapshot(other, image("one", platform=before))
    two = snapshot(other, image("two", platform=after))

    found = compare(one, two).images

    assert [Relation.SAME, Relation.CHANGED] == [each.relation for each in found]
    assert not found[1].is_platform_moved


def test_two_single_images_are_compared_whatever_they_run_on() -> None:
    """Who names one image on each side wants these two compared."""
    one = image("one", platform=Platform("linux", "amd64"), steps=steps("RUN a"))
    two = image("two", platform=Platform("linux", "arm64"), steps=steps("RUN a"))

    found = compared(snapshot(one), snapshot(two))

    assert (Relation.CHANGED, True) == (found.relation, found.is_platform_moved)
    assert Relation.SAME is found.steps_relation


def test_what_is_listed_and_not_held_is_not_removed() -> None:
    """A sparse copy lists the same manifest: the image is the same, its content unknown."""
    whole = image("one", steps=steps("RUN a"))
    missing = Missing(manifest=whole.manifest, platform=whole.platform)

    found = compared(snapshot(whole, root="r"), snapshot(missing, root="r"))

    assert (Relation.SAME, True, False) == (
        found.relation,
        found.before_is_held,
        found.after_is_held,
    )
    assert (Relation.UNKNOWN, ()) == (found.steps_relation, found.settings)


def test_layers_are_shared_replaced_added_and_removed() -> None:
    """From the lowest up, what lies between two shared ones pairs up."""
    before = image("one", layers=[layer(name) for name in "abcd"])
    after = image("two", layers=[layer(name) for name in "axcde"])

    found = compared(snapshot(before), snapshot(after))

    assert ["shared", "replaced", "shared", "shared", "added"] == [
        each.relation.value for each in found.layers
    ]
    assert (4_000, 5_000, 1_000) == (
        found.size.before_bytes,
        found.size.after_bytes,
        found.size.delta_bytes,
    )


def test_another_compression_is_no_other_layer() -> None:
    """The diff ID is the same: repacked."""
    packed = layer("a")
    again = msgspec.structs.replace(packed, digest=digest("zstd a"), size_bytes=900)

    found = compared(
        snapshot(image("one", layers=[packed])), snapshot(image("two", layers=[again]))
    )

    assert [LayerRelation.REPACKED] == [each.relation for each in found.layers]


def test_layers_that_have_no_digest_in_common_are_unknown() -> None:
    """`docker save` knows diff IDs, a page digests: neither same nor replaced."""
    one = Layer(digest("a"), size_bytes=10)
    two = Layer(None, diff_id=digest("b"), uncompressed_size_bytes=20)

    found = compared(
        snapshot(image("one", layers=[one])), snapshot(image("two", layers=[two]))
    )

    assert [LayerRelation.UNKNOWN] == [each.relation for each in found.layers]
    assert (10, 20, None) == (
        found.size.before_bytes,
        found.size.after_bytes,
        found.size.delta_bytes,
    )


def test_settings_are_compared_field_by_field() -> None:
    """Variables by name, labels by key, ports each for itself, commands as a whole."""
    before = ImageConfig(
        env=("A=1", "B=2"),
        labels={"x": "1"},
        exposed_ports=("80/tcp",),
        command=("sh",),
        user="root",
        healthcheck=Healthcheck(test=("NONE",), retries=3),
    )
    after = ImageConfig(
        env=("B=3", "C=4"),
        labels={"x": "1", "y": "2"},
        exposed_ports=("443/tcp",),
        command=("sh", "-c"),
        healthcheck=Healthcheck(test=("NONE",), retries=4),
    )

    found = compared(
        snapshot(image("one", config=before)), snapshot(image("two", config=after))
    )

    assert [
        ("command", None, "changed", ("sh",), ("sh", "-c")),
        ("user", None, "removed", "root", None),
        ("env", "A", "removed", "1", None),
        ("env", "B", "changed", "2", "3"),
        ("env", "C", "added", None, "4"),
        ("labels", "y", "added", None, "2"),
        ("exposed_ports", "443/tcp", "added", None, ""),
        ("exposed_ports", "80/tcp", "removed", "", None),
        ("healthcheck", "retries", "changed", "3", "4"),
    ] == [
        (each.field, each.key, each.relation.value, each.before, each.after)
        for each in found.settings
    ]


def test_half_a_character_in_an_unknown_field_is_compared() -> None:
    """JSON can hold half a surrogate pair, which nobody can encode."""
    one, two = (ImageConfig(unknown={"x": text}) for text in ("\ud800", "\ud801"))

    found = compared(
        snapshot(image("one", config=one)), snapshot(image("two", config=two))
    )

    assert [("unknown", "x", Relation.CHANGED)] == [
        (each.field, each.key, each.relation) for each in found.settings
    ]


def test_what_a_page_cannot_know_is_not_removed() -> None:
    """A page shows four fields of a config; of the others it says nothing."""
    held = ImageConfig(env=("A=1",), user="me", entrypoint=("x",), docker_version="1")
    told = ImageConfig(docker_version="1")

    found = compared(
        snapshot(image("one", config=held)),
        snapshot(image("two", config=told), evidence=Evidence.REPORTED),
    )

    assert {"user": "unknown", "env": "unknown", "entrypoint": "removed"} == {
        each.field: each.relation.value for each in found.settings
    }


@pytest.mark.parametrize(
    ("shown", "is_known"),
    [
        (ImageConfig(docker_version="1"), False),
        (ImageConfig(created=MADE_AT), True),
    ],
)
def test_what_a_report_shows_it_knows(shown: ImageConfig, *, is_known: bool) -> None:
    """A report of an image on a disk shows the environment: there a lost variable is one."""
    held = ImageConfig(env=("A=1", "B=1"))

    found = compared(
        snapshot(image("one", config=held)),
        snapshot(image("two", config=shown), evidence=Evidence.REPORTED),
    )

    relations = {each.relation for each in found.settings if each.field == "env"}
    assert {Relation.REMOVED if is_known else Relation.UNKNOWN} == relations


def test_one_config_is_the_same_however_it_is_told() -> None:
    """Where one side holds the config that the other names, nothing in it differs."""
    held = image("one", config=ImageConfig(user="me"), steps=steps("RUN a"))
    told = image("one", config=ImageConfig(), steps=steps("RUN told otherwise"))

    found = compare(snapshot(held), snapshot(told, evidence=Evidence.REPORTED))

    assert (False, Relation.SAME) == (found.differs, found.relation)
    assert not found.images[0].is_contradictory


def test_two_reports_of_one_digest_that_differ_are_a_contradiction() -> None:
    """One of two pages is wrong, and that is a difference."""
    one = snapshot(image("one", steps=steps("RUN a")), evidence=Evidence.REPORTED)
    two = snapshot(image("one", steps=steps("RUN b")), evidence=Evidence.REPORTED)

    found = compare(one, two)

    assert found.differs
    assert found.images[0].is_contradictory


def test_attestations_and_artifacts_are_compared() -> None:
    """Another attestation of the same image, and an artifact of which there is a newer one."""
    same = image("one")

    def listing(name: str) -> Snapshot:
        attestation = Attestation(
            manifest=Descriptor(media_types.OCI_MANIFEST, digest(f"att {name}"), 1),
            platform=Platform("unknown", "unknown"),
            subject_digest=same.digest,
        )
        chart = Artifact(
            manifest=Descriptor(media_types.OCI_MANIFEST, digest(f"chart {name}"), 1),
            artifact_type="application/chart",
        )
        return snapshot(same, attestation, chart)

    found = compare(listing("a"), listing("b"))

    assert Relation.CHANGED is found.images[0].attestations.relation
    assert [(Relation.CHANGED, digest("chart a"), digest("chart b"))] == [
        (each.relation, each.before, each.after) for each in found.artifacts
    ]


def test_a_tag_that_came_or_went_is_said_to() -> None:
    """A tag that does not exist is no empty image."""
    there = snapshot(image("one"))
    absent = msgspec.structs.replace(there, root=None, entries=(), is_absent=True)

    assert [Relation.ADDED, Relation.REMOVED, Relation.SAME] == [
        compare(absent, there).relation,
        compare(there, absent).relation,
        compare(absent, absent).relation,
    ]


def test_of_some_platforms_the_index_says_nothing() -> None:
    """Asked for one platform, an index that changed elsewhere is no difference."""
    one, two = snapshot(image("one"), root="a"), snapshot(image("one"), root="b")

    assert compare(one, two).differs
    assert not compare(one, two, is_partial=True).differs


def test_nothing_comparable_is_neither_the_same_nor_another() -> None:
    """Where both sides know nothing in common, that is what is said."""
    bare = Image(
        manifest=None,
        platform=Platform("linux", "amd64"),
        config_descriptor=None,
        config=None,
        layers=(),
        steps=(),
    )
    one = msgspec.structs.replace(snapshot(bare), root=None)

    assert Relation.UNKNOWN is compare(one, one).relation


def test_hostile_images_take_seconds_at_most() -> None:
    """Thousands of steps and layers, none of which is unique, are compared in bounded time."""
    texts = [
        f"RUN {'x' if number % 2 else 'y'} {number % 7}" for number in range(9_000)
    ]
    before = image("one", steps=steps(*texts), layers=[layer("a")] * 9_000)
    shifted = [*texts[3:], *texts[:2]][::-1]
    after = image("two", steps=steps(*shifted), layers=[layer("b"), layer("a")] * 4_000)
    started = time.monotonic()

    compare(snapshot(before), snapshot(after))

    assert time.monotonic() - started < 60


def test_a_thousand_platforms_that_fit_each_other_take_seconds_at_most() -> None:
    """An index of images whose platforms nobody stated is paired in bounded time."""
    nothing = Platform("unknown", "unknown")
    before = snapshot(*(image(f"a{n}", platform=nothing) for n in range(1_000)))
    after = snapshot(
        *(image(f"b{n}", platform=Platform("linux", f"a{n}")) for n in range(1_000))
    )
    started = time.monotonic()

    compare(before, after)

    assert time.monotonic() - started < 60
