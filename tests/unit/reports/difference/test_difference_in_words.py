import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from support.any_snapshots import pairs_of_snapshots
from support.differing import LINUX, image, layer, snapshot, steps
from tagledger.model.config import ImageConfig
from tagledger.model.difference.compare import compare
from tagledger.model.platform import Platform
from tagledger.model.snapshot import Image, Snapshot
from tagledger.reports.difference.words import difference_in_words, signed_size

ARM = Platform("linux", "arm64")
S390X = Platform("linux", "s390x")
BASE = ("ADD file:a in /", 'CMD ["bash"]')


def app(
    name: str,
    *,
    base: str = "base",
    own: str = "RUN make",
    size_bytes: int = 1_000,
    platform: Platform = LINUX,
) -> Image:
    """A base layer below one of its own."""
    return image(
        f"{name} {platform}",
        platform=platform,
        layers=[layer(base), layer(f"{base} {own}", size_bytes)],
        steps=steps(*BASE, "ENV A=1", own, 'CMD ["app"]', days=[0, 0, 9, 9, 9]),
    )


def words(before: Snapshot, after: Snapshot) -> str:
    """The line for these two."""
    return difference_in_words(compare(before, after))


PLAIN = snapshot(app("one"))
ABSENT = msgspec.structs.replace(PLAIN, root=None, entries=(), is_absent=True)
BARE = image("one", layers=[layer("a")])


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (PLAIN, PLAIN, "the same"),
        (ABSENT, PLAIN, "is published now"),
        (PLAIN, ABSENT, "is gone"),
        (ABSENT, ABSENT, "does not exist on either side"),
        (PLAIN, snapshot(app("two", base="new")), "base moved (1 of 1 layer)"),
        (
            PLAIN,
            snapshot(app("two", base="new", own="RUN make -j", size_bytes=1_201_000)),
            "base moved (1 of 1 layer), 1 step changed, +1.2 MB",
        ),
        (
            PLAIN,
            snapshot(app("two", own="RUN make all", size_bytes=400)),
            "1 step changed, -600 B",
        ),
        (PLAIN, snapshot(app("one"), root="x"), "only the index differs"),
        (
            PLAIN,
            snapshot(app("one"), app("one", platform=ARM)),
            "linux/arm64 added",
        ),
        (
            snapshot(*(image(n, platform=Platform("linux", n)) for n in "abcd")),
            snapshot(image("a", platform=Platform("linux", "a"))),
            "3 platforms removed",
        ),
        (
            snapshot(app("one"), app("one", platform=ARM)),
            snapshot(app("two", base="n"), app("two", base="n", platform=ARM)),
            "base moved (1 of 1 layer) on both platforms",
        ),
        (
            snapshot(*(app("one", platform=each) for each in (ARM, S390X)), app("one")),
            snapshot(
                app("two", base="n", platform=ARM),
                app("one", platform=S390X),
                app("two", own="RUN make all"),
            ),
            "base moved (1 of 1 layer) on linux/arm64; 1 step changed on linux/amd64",
        ),
        (
            snapshot(BARE),
            snapshot(image("two", layers=[layer("b")])),
            "1 layer of 1 replaced",
        ),
        (
            snapshot(BARE),
            snapshot(image("two", layers=[layer("a")], config=ImageConfig(user="me"))),
            "1 setting changed",
        ),
        (
            snapshot(BARE),
            snapshot(image("two", layers=[layer("a")])),
            "rebuilt to the same layers",
        ),
    ],
)
def test_the_line_says_what_matters(
    before: Snapshot, after: Snapshot, expected: str
) -> None:
    """Base, steps and size; what is common to several platforms once."""
    assert expected == words(before, after)


def test_sizes_of_all_platforms_are_added_up() -> None:
    """And said to be a sum."""
    before = snapshot(app("one"), app("one", platform=ARM))
    after = snapshot(
        app("two", own="RUN x", size_bytes=2_000),
        app("two", own="RUN x", size_bytes=2_500, platform=ARM),
    )

    assert words(before, after).endswith(", +2.5 KB in all")


def test_many_kinds_of_change_are_summed_up() -> None:
    """A line stays a line, however many platforms changed in their own way."""
    names = ("a", "b", "c", "d")
    before, after = (
        snapshot(
            *(
                image(
                    f"{side} {name}",
                    platform=Platform("linux", name),
                    steps=steps(*["RUN a"] * (number + 1 if side == "two" else 0)),
                )
                for number, name in enumerate(names)
            )
        )
        for side in ("one", "two")
    )

    assert words(before, after) == (
        "1 step added on linux/a; 2 steps added on linux/b; "
        "otherwise changed on 2 platforms"
    )


@pytest.mark.parametrize(
    ("size_bytes", "expected"), [(0, "+0 B"), (1_250_000, "+1.2 MB"), (-30, "-30 B")]
)
def test_a_size_has_its_sign(size_bytes: int, expected: str) -> None:
    """Decimal, as all sizes for people."""
    assert expected == signed_size(size_bytes)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pairs_of_snapshots())
def test_there_are_words_for_everything(pair: tuple[Snapshot, Snapshot]) -> None:
    """Whatever differs, the line says something, and says "the same" of nothing that differs."""
    difference = compare(*pair)

    text = difference_in_words(difference)

    assert text
    assert (text in ("the same", "nothing is known to differ")) is not (
        difference.differs or difference.before.is_absent
    )
