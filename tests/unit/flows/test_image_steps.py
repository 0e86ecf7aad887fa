"""Steps beside their layers, and where the base ends."""

from datetime import UTC, datetime, timedelta

from support.statements import image
from tagledger.flows.image_steps import addresses_in, image_steps
from tagledger.model.digest import Digest
from tagledger.model.platform import Platform
from tagledger.model.snapshot import Image, Layer
from tagledger.model.step import Step

BEGAN = datetime(2020, 1, 1, tzinfo=UTC)


def image_with(*steps: Step, layers: int = 0) -> Image:
    """An image of these steps, with so many layers, each ten bytes larger than the one before."""
    return Image(
        manifest=None,
        platform=Platform("linux", "amd64"),
        config_descriptor=None,
        config=None,
        layers=tuple(
            Layer(digest=Digest.of(bytes([number])), size_bytes=10 * number + 10)
            for number in range(layers)
        ),
        steps=steps,
    )


def test_the_base_ends_with_a_command_that_is_not_the_last_word() -> None:
    """What follows a CMD and changes files is the image's own."""
    told = image_steps(
        image_with(
            Step("ADD rootfs /", layer=0, makes_layer=True),
            Step('CMD ["bash"]', makes_layer=False),
            Step("RUN make", layer=1, makes_layer=True),
            Step('CMD ["serve"]', makes_layer=False),
            layers=2,
        )
    )

    assert (2, 1, 10) == (told.base_steps, told.base_layers, told.base_bytes)
    assert [True, True, False, False] == [row.is_base for row in told.rows]
    assert [1, None, 2, None] == [row.number for row in told.rows]
    assert [0.5, 0.0, 1.0, 0.0] == [row.share for row in told.rows]


def test_a_pause_alone_is_no_base() -> None:
    """Of one image nobody knows whether a build cache made it."""
    told = image_steps(
        image_with(
            Step("ADD rootfs /", created=BEGAN, layer=0, makes_layer=True),
            Step(
                "RUN make", created=BEGAN + timedelta(days=9), layer=1, makes_layer=True
            ),
            layers=2,
        )
    )

    assert (0, 0) == (told.base_steps, told.base_layers)


def test_layers_come_first_where_no_step_is_known_to_have_made_one() -> None:
    """A page does not say which step made which, and the counts do not either."""
    told = image_steps(
        image_with(Step("RUN a"), Step("RUN b"), Step("RUN c"), layers=2)
    )

    assert not told.are_tied
    assert [1, 2, None, None, None] == [row.number for row in told.rows]


def test_layers_without_sizes() -> None:
    """No share is made up."""
    nothing = Layer(digest=None, diff_id=Digest.of(b"x"))
    made = Image(
        manifest=None,
        platform=Platform("linux", "amd64"),
        config_descriptor=None,
        config=None,
        layers=(nothing,),
        steps=(),
    )

    assert [0.0] == [row.share for row in image_steps(made).rows]


def test_addresses_that_steps_name() -> None:
    """Each once, with the step that named it first, without what is around them."""
    made = image(
        "1",
        steps=(
            "RUN curl -L 'https://a.example/x.tar.gz' | tar x; wget http://b.example/y.",
            "ADD https://a.example/x.tar.gz /",
        ),
    )

    assert (
        (0, "https://a.example/x.tar.gz"),
        (0, "http://b.example/y"),
    ) == addresses_in(made)
