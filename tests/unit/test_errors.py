import inspect
import pickle
from collections.abc import Iterator

import pytest

from tagledger import errors
from tagledger.cli.exit_codes import EXIT_CODES, exit_code


def every_class() -> Iterator[type[errors.TagledgerError]]:
    """The whole tree, root first."""
    waiting = [errors.TagledgerError]
    while waiting:
        kind = waiting.pop()
        yield kind
        waiting.extend(kind.__subclasses__())


@pytest.mark.parametrize("kind", [*every_class()], ids=lambda kind: kind.__name__)
def test_every_error_has_a_code_and_stands_in_the_tree(
    kind: type[errors.TagledgerError],
) -> None:
    """Each class has its own stable code, and is drawn in the module's docstring."""
    assert kind.__name__ in (errors.__doc__ or "")
    assert "code" in vars(kind)
    codes = [other.code for other in every_class()]
    assert 1 == codes.count(kind.code)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.MalformedDigest, 2),
        (errors.PlatformNotFound, 3),
        (errors.UnsafeAddress, 4),
        (errors.RateLimited, 5),
        (errors.DigestMismatch, 6),
    ],
)
def test_exit_codes_follow_the_tree(
    kind: type[errors.TagledgerError], code: int
) -> None:
    """Every subclass has the code of the branch that it stands on."""
    assert code == exit_code(kind.__new__(kind))


def test_an_error_comes_from_another_process_as_it_is() -> None:
    """Its class, words, facts and hint: pickled and read again."""
    error = errors.WriteFailed("/tmp/x", "it is full", hint="make room")  # noqa: S108 - only a name
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own

    assert (errors.WriteFailed, str(error)) == (type(again), str(again))
    assert {"place": "/tmp/x", "hint": "make room"} == vars(again)  # noqa: S108 - likewise


def test_every_branch_of_the_tree_has_an_exit_code() -> None:
    """No error that can be raised ends in the code for findings."""
    for kind in every_class():
        if kind is not errors.TagledgerError:
            assert any(issubclass(kind, branch) for branch in EXIT_CODES)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "https://user:secret@example.com:444/v2/x?token=secret#secret",
            "https://example.com:444/v2/x",
        ),
        ("https://[::1]:5000/x?y", "https://[::1]:5000/x"),
        ("https://[::1/x", "(an unreadable address)"),
        ("https://example.com:port/x?secret", "(an unreadable address)"),
    ],
)
def test_urls_in_messages_hold_no_secret(url: str, expected: str) -> None:
    """User, password, query and fragment are cut before a message is built."""
    assert expected == errors.redacted(url)


def test_no_error_keeps_a_signed_url() -> None:
    """The errors that name a URL redact it themselves."""
    signed = "https://cdn.example.com/blob?X-Amz-Signature=secret"
    for error in (
        errors.UnsafeAddress(signed, "x"),
        errors.ServerFailed(signed, 500),
        errors.InvalidAnswer(signed, "x"),
    ):
        assert "secret" not in f"{error} {vars(error)}"


def test_what_strangers_wrote_is_quoted_in_part() -> None:
    """A media type of megabytes does not flood the terminal; what is wrong with it stays."""
    long = "a" * 4_000_000

    shown = str(errors.MediaTypeMismatch("sha256:12", long, "an index"))

    assert len(shown) <= errors.MAX_SHOWN_LENGTH
    assert shown.startswith("sha256:12: announced as aaa")
    assert shown.endswith("aaa, says it is an index")


def test_a_thousand_platforms_are_listed_in_part() -> None:
    """A hint is for reading as well."""
    error = errors.PlatformNotFound("linux/arm", ("linux/riscv64",) * 1_000)

    assert len(error.hint) <= errors.MAX_SHOWN_LENGTH


def test_the_docstring_draws_no_class_that_is_gone() -> None:
    """The drawn tree and the module agree in the other direction as well."""
    drawn = {
        word
        for line in (errors.__doc__ or "").split("\n")
        if "─" in line or "·" in line
        for word in line.split()
        if word[0].isupper()
    }
    known = {name for name, _ in inspect.getmembers(errors, inspect.isclass)}

    assert drawn <= known
