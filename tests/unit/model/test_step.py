import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagledger.model.config import HistoryEntry
from tagledger.model.step import NOTHING_RECORDED, dockerfile_text, steps_of

POWERSHELL = "powershell -Command $ErrorActionPreference = 'Stop';"


@pytest.mark.parametrize(
    ("created_by", "expected"),
    [
        ('/bin/sh -c #(nop)  CMD ["bash"]', 'CMD ["bash"]'),
        ("/bin/sh -c #(nop) ADD file:9ca in / ", "ADD file:9ca in / "),
        ("/bin/sh -c apt-get update", "RUN apt-get update"),
        ("|2 A=1 B=2 /bin/sh -c make", "# ARGS: A=1 B=2\nRUN make"),
        ("|1 A=b c /bin/sh -c make", "# ARGS: A=b c\nRUN make"),
        (
            "|1 A=b weird -c make",
            "# unable to parse image command string further:\n|1 A=b weird -c make",
        ),
        ("cmd /S /C #(nop) COPY file:ea in C: ", "COPY file:ea in C: "),
        ("cmd /S /C powershell -Command x", "RUN powershell -Command x"),
        ("RUN /bin/sh -c make # buildkit", "RUN make # buildkit"),
        (
            "RUN |1 A=b /bin/sh -c make # buildkit",
            "# ARGS: A=b\nRUN make # buildkit",
        ),
        ("COPY a b # buildkit", "COPY a b # buildkit"),
        ("WORKDIR /app", "WORKDIR /app"),
        ("Apply image 1607-RTM-amd64", "RUN Apply image 1607-RTM-amd64"),
        ("/bin/sh -c echo a\necho b\n", "RUN echo a\necho b\n"),
        ("", NOTHING_RECORDED),
        (" ", NOTHING_RECORDED),
    ],
)
def test_a_builder_s_text_becomes_an_instruction(
    created_by: str, expected: str
) -> None:
    """Each form that a builder writes has its instruction."""
    (step,) = steps_of([HistoryEntry(created_by=created_by)], None)

    assert (expected, created_by) == (step.dockerfile, step.created_by)


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (("/bin/sh", "-c", "#(nop) CMD [bash]"), "CMD [bash]"),
        (("/bin/sh", "-c", "a && \t\tb"), "RUN a && \\\n\t\tb"),
        (("/bin/sh", "-c", "a\n    b"), "RUN a\n    b"),
        (("|1", 'A="x"', "/bin/sh", "-c", "b"), '# ARG: "A" => "\\"x\\""\nRUN b'),
        (("a", "b/c"), 'RUN ["a","b/c"]'),
        ((), NOTHING_RECORDED),
    ],
)
def test_a_schema_1_command_list_becomes_an_instruction(
    argv: tuple[str, ...], expected: str
) -> None:
    """Command lists are read as Docker wrote them before 1.10."""
    assert expected == dockerfile_text(HistoryEntry(argv=argv), [])


def test_windows_steps_are_read_with_the_shell_that_made_them() -> None:
    """Before SHELL it is cmd, after it what SHELL declared, which is then stripped."""
    history = [
        HistoryEntry(created_by=f"cmd /S /C #(nop)  SHELL [{POWERSHELL}]"),
        HistoryEntry(created_by=f"{POWERSHELL} #(nop)  ENV A=b"),
        HistoryEntry(created_by=f"{POWERSHELL} Write-Host hi"),
        HistoryEntry(created_by="cmd /S /C dir"),
    ]

    steps = steps_of(history, None)

    assert [
        f"SHELL [{POWERSHELL}]",
        "ENV A=b",
        "RUN Write-Host hi",
        "RUN dir",
    ] == [step.dockerfile for step in steps]


def test_a_shell_that_only_the_config_names_is_stripped_too() -> None:
    """A builder that drops SHELL from the history keeps it in the config."""
    entry = HistoryEntry(created_by="/bin/bash -o pipefail -c make")

    (step,) = steps_of([entry], ("/bin/bash", "-o", "pipefail", "-c"))

    assert step.dockerfile == "RUN make"


def test_steps_are_tied_to_the_layers_that_they_made() -> None:
    """Layers count up with the steps that are not empty."""
    history = [
        HistoryEntry(created_by="ADD x /"),
        HistoryEntry(created_by="ENV a=b", empty_layer=True),
        HistoryEntry(created_by="RUN y"),
    ]

    assert [step.layer for step in steps_of(history, None)] == [0, None, 1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN make", "RUN"),
        ("# ARGS: A=b\nRUN make", "RUN"),
        ('# ARG: "A" => "b"\nCOPY a b', "COPY"),
        (NOTHING_RECORDED, ""),
        ("CMD", "CMD"),
    ],
)
def test_a_step_knows_its_instruction(text: str, expected: str) -> None:
    """The keyword stands behind the lines with build arguments."""
    (step,) = steps_of([HistoryEntry(created_by="x")], None)
    other = type(step)(dockerfile=text)

    assert expected == other.instruction


@given(st.text(max_size=200), st.lists(st.text(min_size=1, max_size=9), max_size=3))
def test_any_text_becomes_some_instruction(text: str, shell: list[str]) -> None:
    """No text of a builder makes the reader fail or lose the text."""
    (step,) = steps_of([HistoryEntry(created_by=text)], tuple(shell))

    assert step.created_by == text
    assert step.dockerfile
