import pytest

from support.differing import image, layer, snapshot, steps
from tagledger.model.difference.compare import compare
from tagledger.model.difference.steps import MAX_CHANGED
from tagledger.model.difference.values import (
    BaseDifference,
    ImageDifference,
    Relation,
)
from tagledger.model.evidence import Evidence
from tagledger.model.snapshot import Image

DEBIAN = ("ADD file:aaa in /", 'CMD ["bash"]')
OWN = ("ENV A=1", "RUN make", 'CMD ["app"]')


def compared(before: Image, after: Image) -> ImageDifference:
    """The one image of two snapshots."""
    (found,) = compare(snapshot(before), snapshot(after)).images
    return found


def told(before: tuple[str, ...], after: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """What became of each step: relation, text before, text after."""
    found = compared(
        image("one", steps=steps(*before)), image("two", steps=steps(*after))
    )
    return [
        (
            step.relation.value,
            step.before.text if step.before else "",
            step.after.text if step.after else "",
        )
        for step in found.steps
        if step.relation is not Relation.SAME
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (("RUN a", "RUN b"), ("RUN a", "RUN b"), []),
        (("RUN a",), ("RUN a", "RUN b"), [("added", "", "RUN b")]),
        (("RUN a", "RUN b"), ("RUN b",), [("removed", "RUN a", "")]),
        (
            ("ENV V=1.0", "RUN a"),
            ("ENV V=1.1", "RUN a"),
            [("changed", "ENV V=1.0", "ENV V=1.1")],
        ),
        (
            ("ENV A=1", "ENV B=2"),
            ("ENV B=3",),
            [("removed", "ENV A=1", ""), ("changed", "ENV B=2", "ENV B=3")],
        ),
        (
            ('CMD ["bash"]',),
            ('CMD ["/usr/bin/python3","-m","x"]',),
            [("changed", 'CMD ["bash"]', 'CMD ["/usr/bin/python3","-m","x"]')],
        ),
        (
            ("RUN a", "COPY x /", "RUN b"),
            ("COPY x /", "RUN b", "RUN a"),
            [("moved", "RUN a", "RUN a")],
        ),
        (
            ("RUN apt-get install -y curl ca-certificates git",),
            ("RUN rm -rf /tmp",),
            [
                ("removed", "RUN apt-get install -y curl ca-certificates git", ""),
                ("added", "", "RUN rm -rf /tmp"),
            ],
        ),
        (
            ("RUN apt-get install -y curl git",),
            ("RUN apt-get install -y curl git make",),
            [
                (
                    "changed",
                    "RUN apt-get install -y curl git",
                    "RUN apt-get install -y curl git make",
                )
            ],
        ),
        (
            ("USER a",),
            ("WORKDIR a",),
            [("removed", "USER a", ""), ("added", "", "WORKDIR a")],
        ),
    ],
)
def test_steps_are_aligned(
    before: tuple[str, ...],
    after: tuple[str, ...],
    expected: list[tuple[str, str, str]],
) -> None:
    """A step is the same, changed, added, removed or moved; never two of these."""
    assert expected == told(before, after)


def test_a_step_of_a_page_is_the_step_of_a_config() -> None:
    """The record wraps what Windows builders wrote in a shell: the instruction is the same."""
    page = steps(
        "SHELL [powershell -Command x;]", "RUN powershell -Command x; #(nop) COPY a b"
    )
    page = tuple(type(step)(step.dockerfile, created=step.created) for step in page)
    before = snapshot(image("one", steps=page), evidence=Evidence.REPORTED)
    config = steps("SHELL [powershell -Command x;]", "COPY a b")

    (found,) = compare(before, snapshot(image("two", steps=config))).images

    assert Relation.SAME is found.steps_relation


def python(
    name: str, *, base: str = "base", own: tuple[str, ...] = OWN, days: int = 9
) -> Image:
    """An image of one base layer and one of its own."""
    texts = (*DEBIAN, *own)
    made = [layer(base), *(layer(f"{base} {text}") for text in own if text[0] == "R")]
    dates = [0, 0, *(days for _ in own)]
    return image(name, layers=made, steps=steps(*texts, days=dates))


def test_a_moved_base_is_told_from_the_image_s_own_steps() -> None:
    """The base's layer is another; the image's own steps are as they were, and made anew."""
    found = compared(python("one"), python("two", base="newer", days=10))

    assert (
        BaseDifference(
            is_moved=True,
            before_steps=2,
            after_steps=2,
            before_layers=1,
            after_layers=1,
            kept_layers=0,
        )
        == found.base
    )
    assert [False, False, True, True, True] == [step.is_own for step in found.steps]
    assert {Relation.SAME} == {step.relation for step in found.steps}
    assert 1 == found.base.replaced_layers


def test_a_base_that_stayed_is_not_said_to_have_moved() -> None:
    """A changed step of the image's own is no change of the base."""
    found = compared(
        python("one"), python("two", own=("ENV A=1", "RUN make -j", OWN[2]))
    )

    assert found.base is not None
    assert not found.base.is_moved
    assert 0 == found.base.replaced_layers


def test_a_pause_gives_a_base_away() -> None:
    """Windows bases have no CMD: they were made days before."""
    texts = ("RUN Apply image 1809", "RUN Install update 1809", "ENV A=1", "RUN make")

    def windows(name: str, update: str, day: int) -> Image:
        layers = [layer("rtm"), layer(update), layer(f"{update} env")]
        return image(
            name, layers=layers, steps=steps(*texts, days=[0, day, day + 3, day + 3])
        )

    found = compared(windows("one", "may", 30), windows("two", "june", 60))

    assert found.base is not None
    assert (True, 2, 1) == (
        found.base.is_moved,
        found.base.after_layers,
        found.base.kept_layers,
    )


@pytest.mark.parametrize("day", [0, 9])
def test_what_is_built_from_nothing_has_no_base(day: int) -> None:
    """A root file system with its CMD is the image's own, however old it is."""
    before = image("one", layers=[layer("a")], steps=steps(*DEBIAN, days=[0, day]))
    after = image("two", layers=[layer("b")], steps=steps(*DEBIAN, days=[0, day]))

    assert compared(before, after).base is None


def test_steps_made_at_once_are_no_base() -> None:
    """A build of one Dockerfile without a pause gives nothing away."""
    texts = ("ADD rootfs.tar /", "RUN setup", "COPY app /", 'CMD ["app"]')
    before = image("one", layers=[layer(n) for n in "abc"], steps=steps(*texts))
    after = image("two", layers=[layer(n) for n in "xyz"], steps=steps(*texts))

    assert compared(before, after).base is None


def test_layers_of_a_page_are_tied_to_its_steps_by_their_count() -> None:
    """A page does not say which step made which layer; RUN, COPY and ADD did, if that adds up."""
    told = [
        type(step)(step.dockerfile, created=step.created)
        for step in python("one").steps
    ]
    found = compared(
        image("one", layers=[layer("a"), layer("b")], steps=told),
        image("two", layers=[layer("c"), layer("d")], steps=told),
    )

    assert [0, None, None, 1, None] == [
        step.after.layer for step in found.steps if step.after
    ]
    assert found.base is not None
    assert 1 == found.base.replaced_layers


def test_without_a_tie_dates_say_what_was_made_anew() -> None:
    """Where no count fits, a base of another date has moved, and no layers are counted."""
    texts = ("RUN a", 'CMD ["bash"]', "RUN b", "RUN c")
    before = image(
        "one",
        layers=[layer("a")],
        steps=[type(s)(s.dockerfile, created=s.created) for s in steps(*texts)],
    )
    after = image(
        "two",
        layers=[layer("b")],
        steps=[
            type(s)(s.dockerfile, created=s.created)
            for s in steps(*texts, days=[5, 5, 5, 5])
        ],
    )

    found = compared(before, after)

    assert found.base is not None
    assert (True, None) == (found.base.is_moved, found.base.replaced_layers)
    assert {True} == {step.is_rebuilt for step in found.steps}


def test_no_more_text_than_a_real_image_has_is_compared_word_by_word() -> None:
    """Changed steps of megabytes are told as changed, each as a whole."""
    long = " ".join(f"w{number}" for number in range(MAX_CHANGED // 8))
    before = [f"ENV A{number}={long}" for number in range(20)]

    found = compared(
        image("one", steps=steps(*before)),
        image("two", steps=steps(*(f"{text} more" for text in before))),
    )

    assert {Relation.CHANGED} == {step.relation for step in found.steps}
    assert 1 == len(found.steps[-1].pieces)
    assert found.steps[-1].pieces[0].before == before[-1]
