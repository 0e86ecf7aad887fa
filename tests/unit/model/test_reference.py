import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagledger.errors import MalformedReference
from tagledger.model.reference import (
    Reference,
    parse_reference,
    parse_repository,
    parse_tag,
)

HEX = "a" * 64


@pytest.mark.parametrize(
    ("text", "full", "familiar"),
    [
        ("python", "docker.io/library/python:latest", "python:latest"),
        ("python:3.8", "docker.io/library/python:3.8", "python:3.8"),
        ("library/python:3", "docker.io/library/python:3", "python:3"),
        ("index.docker.io/a/b:1", "docker.io/a/b:1", "a/b:1"),
        ("docker.io/python:3", "docker.io/library/python:3", "python:3"),
        ("localhost/x", "localhost/x:latest", "localhost/x:latest"),
        ("localhost:5000/x:y", "localhost:5000/x:y", "localhost:5000/x:y"),
        ("[::1]:5000/x", "[::1]:5000/x:latest", "[::1]:5000/x:latest"),
        (f"ghcr.io/a/b@sha256:{HEX}", f"ghcr.io/a/b@sha256:{HEX}", f"ghcr.io/a/b@sha256:{HEX}"),
        (f"x:1@sha256:{HEX}", f"docker.io/library/x:1@sha256:{HEX}", f"x:1@sha256:{HEX}"),
        ("Host/x", "Host/x:latest", "Host/x:latest"),
        ("a__b/c-d.e--f", "docker.io/a__b/c-d.e--f:latest", "a__b/c-d.e--f:latest"),
        ("library/a/b", "docker.io/library/a/b:latest", "library/a/b:latest"),
        ("docker.io/a.b/c", "docker.io/a.b/c:latest", "docker.io/a.b/c:latest"),
        ("docker.io/localhost/c", "docker.io/localhost/c:latest", "docker.io/localhost/c:latest"),
        (f"library/{HEX}", f"docker.io/library/{HEX}:latest", f"library/{HEX}:latest"),
    ],
)  # fmt: skip
def test_references_are_read_as_docker_reads_them(
    text: str, full: str, familiar: str
) -> None:
    """Familiar names get their registry and `library/`, and lose them again."""
    reference = parse_reference(text)

    assert (full, familiar) == (str(reference), reference.familiar)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        (" python", "white space"),
        ("Python", "lower case"),
        ("a/Python", "lower case"),
        ("python:", "not a tag"),
        ("python:-x", "not a tag"),
        ("python:" + "x" * 129, "not a tag"),
        ("python@sha256:12", "not a digest"),
        (f"python@sha256:{HEX[1:]}G", "not a digest"),
        (HEX, "image ID"),
        ("a//b", "path component"),
        ("a/../b", "path component"),
        ("-a/b", "path component"),
        ("a___b", "path component"),
        ("ex ample.com/x", "not a registry"),
        ("exa_mple.com/x", "not a registry"),
        ("example.com:99999/x", "no port"),
        ("example.com/", "missing"),
        ("example.com/" + "a" * 256, "longer"),
        ("a\nb", "path component"),
        ("p\u0443thon", "path component"),
    ],
)
def test_a_malformed_reference_names_the_part_that_is_wrong(
    text: str, problem: str
) -> None:
    """Each malformed part has an error of its own."""
    with pytest.raises(MalformedReference) as caught:
        parse_reference(text)

    assert problem in caught.value.problem


def test_a_repository_takes_no_tag() -> None:
    """Where a repository is asked for, a tag is a mistake and not ignored."""
    assert parse_repository("python").name == "docker.io/library/python"
    with pytest.raises(MalformedReference, match="no tag"):
        parse_repository("python:3.8")


def test_a_tag_is_read_by_its_grammar() -> None:
    """A tag from a registry's list is checked before it goes anywhere."""
    assert parse_tag("3.8-slim_x.Y") == "3.8-slim_x.Y"
    for text in ("", ".x", "a/b", "a b", "x" * 129, "a\n"):
        with pytest.raises(MalformedReference):
            parse_tag(text)


COMPONENT = st.from_regex(r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+){0,2}", fullmatch=True)


@given(
    domain=st.sampled_from(["", "localhost", "localhost:5000", "ghcr.io", "a.b-c.d:1"]),
    path=st.lists(COMPONENT.filter(lambda text: len(text) < 40), min_size=1, max_size=4),
    tag=st.none() | st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True),
)  # fmt: skip
def test_writing_then_reading_changes_nothing(
    domain: str, path: list[str], tag: str | None
) -> None:
    """The full and the familiar form both read back as the same reference."""
    joined = "/".join(path)
    text = f"{domain}/{joined}" if domain else f"docker.io/{joined}"
    try:
        first = parse_reference(f"{text}:{tag}" if tag else text)
    except MalformedReference as exc:
        assert "image ID" in exc.problem or "longer" in exc.problem  # noqa: PT017 - the only ways out
        return

    assert first == parse_reference(str(first))
    assert first == parse_reference(first.familiar)


@given(st.text(max_size=80))
def test_any_text_is_a_reference_or_a_clear_error(text: str) -> None:
    """No text makes the parser fail in another way."""
    try:
        found = parse_reference(text)
    except MalformedReference:
        return

    assert isinstance(found, Reference)
