import time

from hypothesis import given
from hypothesis import strategies as st

from support.stated import stated_seed
from tagledger.model.config import ImageConfig
from tagledger.model.platform import Platform
from tagledger.model.snapshot import Image, Layer
from tagledger.model.step import Step
from tagledger.reports.proof.config_size import (
    predicted_attestation_size,
    predicted_size,
)
from tagledger.reports.proof.trials import NEAR_BYTES


def image_with(*steps: str) -> Image:
    """An image with these steps."""
    return Image(
        manifest=None,
        platform=Platform("linux", "amd64"),
        config_descriptor=None,
        config=ImageConfig(),
        layers=(Layer(None),),
        steps=tuple(map(Step, steps)),
    )


def test_the_sizes_of_the_seeds_configs_are_near() -> None:
    """The text of the page tells each of the three sizes near enough to be tried first."""
    predicted = [predicted_size(image) for image in stated_seed().images]

    assert 3 == len(predicted)
    for actual, size in zip((6330, 6338, 6337), predicted, strict=True):
        assert abs(actual - size) <= NEAR_BYTES


def test_a_setting_counts_in_both_halves_of_the_config_and_in_its_history() -> None:
    """An ENV stands in `config`, in `container_config` and in the step that made it."""
    short, long = image_with("ENV A=1", "RUN x"), image_with("ENV A=1234", "RUN x")

    assert 9 == predicted_size(long) - predicted_size(short)


def test_characters_that_go_escapes_take_their_escaped_length() -> None:
    r"""`&&` takes twelve bytes in Go's JSON, a quote two."""
    plain = predicted_size(image_with("RUN ab", "RUN x"))

    assert 10 == predicted_size(image_with("RUN &&", "RUN x")) - plain
    assert 1 == predicted_size(image_with('RUN a"', "RUN x")) - plain


def test_the_config_of_an_attestation_is_exact() -> None:
    """167 bytes for one statement and 241 for two, as BuildKit writes them."""
    assert (167, 241) == (predicted_attestation_size(1), predicted_attestation_size(2))


@given(st.lists(st.text(max_size=60), max_size=8))
def test_any_text_gives_a_size(steps: list[str]) -> None:
    """Whatever strangers wrote as steps, a number comes out."""
    assert 0 < predicted_size(image_with(*steps))


def test_a_step_of_many_argument_lines_takes_no_time() -> None:
    """Lines are counted once: 100,000 of them do not take hours."""
    step = "# ARG: a\n" * 100_000 + "RUN x"
    began = time.process_time()

    assert 100_000 < predicted_size(image_with(step))
    assert time.process_time() - began < 20
