import os
from pathlib import Path

import pytest

from support.access_files import OPEN, PASSWORDS, access_file, hashed
from tagledger.errors import MalformedAccessFile
from tagledger.server.access_rules import MAX_FILE_BYTES, read_rules
from tagledger.server.current_rules import LOOK_SECONDS, CurrentRules


def written(folder: Path, text: str) -> Path:
    """A file with this text."""
    path = folder / "access.toml"
    path.write_text(text)
    return path


def test_each_reads_what_anybody_may_and_their_own(tmp_path: Path) -> None:
    """A list of one's own stands instead of that for all who are known; `*` is everything."""
    rules = read_rules(access_file(tmp_path))

    assert OPEN == rules.anybody.readable
    assert {
        "alice": None,
        "bob": (*OPEN, "ghcr.io/acme/*"),
        "build": (*OPEN, "ghcr.io/acme/*"),
        "carol": (*OPEN, "debian"),
    } == {name: visitor.readable for name, visitor in rules.visitors.items()}


def test_an_empty_file_lets_nobody_in(tmp_path: Path) -> None:
    """Nothing is open that nobody opened."""
    rules = read_rules(written(tmp_path, ""))

    assert () == rules.anybody.readable
    assert not rules.opens_something
    assert {} == rules.visitors


def test_no_hash_stands_in_a_trace(tmp_path: Path) -> None:
    """What the rules look like when they are printed."""
    assert "$2b$" not in repr(read_rules(access_file(tmp_path)))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("anybody = [", "access.toml"),
        ("anybodys = []", "anybodys"),
        ('anybody = "python"', "anybody"),
        ('[users.dave]\npassword = "opal"', "dave is no bcrypt hash"),
        ("[users.dave]", "password"),
        (f'[users.dave]\npassword = "{hashed("x")}"\nreads = ["*"]', "reads"),
        (f'[users.dave]\npassword = "$2y$31{hashed("x")[6:]}"', "cost of 31"),
        (f'[users."da:ve"]\npassword = "{hashed("x")}"', "no name"),
        (f'[users.""]\npassword = "{hashed("x")}"', "no name"),
        ('[tokens.t]\nsha256 = "abc"', "64 lower-case hex digits"),
        (f'[tokens.t]\nsha256 = "{"a" * 64}"\n[tokens.u]\nsha256 = "{"a" * 64}"', "twice"),
        (f'[users.t]\npassword = "{hashed("x")}"\n[tokens.t]\nsha256 = "{"a" * 64}"', "a user and a token"),
        ('realm = "a\\"b"', "realm"),
        ('htpasswd = "absent"', "absent"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, text: str, problem: str) -> None:
    """A file that says something else than it seems to must not be half believed."""
    with pytest.raises(MalformedAccessFile, match=problem):
        read_rules(written(tmp_path, text))


def test_a_password_that_was_not_hashed_is_not_shown(tmp_path: Path) -> None:
    """The message names the user alone."""
    path = written(tmp_path, '[users.dave]\npassword = "opal and onyx"')

    with pytest.raises(MalformedAccessFile) as caught:
        read_rules(path)

    assert "opal" not in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("carol", "line 1"),
        (f"a:{hashed('x')}\na:{hashed('x')}", "line 2"),
        ("a:$apr1$abc$def", "no bcrypt hash"),
        (f"alice:{hashed('x')}", "twice"),
    ],
)
def test_a_file_of_htpasswd_is_checked_line_by_line(
    tmp_path: Path, lines: str, problem: str
) -> None:
    """Only bcrypt is taken: the other hashes of htpasswd are broken in seconds."""
    path = access_file(tmp_path)
    (tmp_path / "users").write_text(lines)

    with pytest.raises(MalformedAccessFile, match=problem):
        read_rules(path)


def test_a_file_that_is_no_text_or_too_large_is_refused(tmp_path: Path) -> None:
    """Whatever somebody put there by mistake."""
    path = tmp_path / "access.toml"
    for content in (b"\xff\xfe", b"#" * (MAX_FILE_BYTES + 1)):
        path.write_bytes(content)
        with pytest.raises(MalformedAccessFile):
            read_rules(path)


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def test_a_change_counts_without_a_restart(tmp_path: Path) -> None:
    """Both files are looked at, a second after the last look at the earliest."""
    clock = Clock()
    path = access_file(tmp_path)
    current = CurrentRules(path, clock=clock)
    assert "carol" in current().visitors

    users = tmp_path / "users"
    users.write_text(f"dave:{hashed('x')}\n")
    os.utime(users, ns=(1, 1))
    assert "carol" in current().visitors
    clock.now += LOOK_SECONDS

    assert "dave" in current().visitors
    assert "carol" not in current().visitors
    access_file(tmp_path, anybody=("*",))
    os.utime(path, ns=(2, 2))
    clock.now += LOOK_SECONDS
    assert current().anybody.reads_all


def test_while_the_file_is_wrong_the_rules_stay(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A mistake opens nothing and shuts nobody out; it is told, and mended in place."""
    clock = Clock()
    path = access_file(tmp_path)
    current = CurrentRules(path, clock=clock)
    path.write_text("anybody = [")
    clock.now += LOOK_SECONDS

    assert OPEN == current().anybody.readable
    assert "the rules stay as they were" in caplog.text
    caplog.clear()
    clock.now += LOOK_SECONDS
    current()
    assert "" == caplog.text
    path.write_text('anybody = ["debian"]')
    clock.now += LOOK_SECONDS
    assert ("debian",) == current().anybody.readable


def test_a_file_that_is_wrong_from_the_beginning_is_refused(tmp_path: Path) -> None:
    """There are no earlier rules to stay with."""
    with pytest.raises(MalformedAccessFile):
        CurrentRules(tmp_path / "absent.toml")


def test_the_passwords_here_are_those_of_the_file(tmp_path: Path) -> None:
    """The users of the support file are all there."""
    assert PASSWORDS.keys() == read_rules(access_file(tmp_path)).passwords.keys()
