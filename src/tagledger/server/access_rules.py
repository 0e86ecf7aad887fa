"""Who may read what: the file that says so, read and checked.

::

    anybody = ["library/*"]        # what needs no login; nothing where it is left out
    known = ["*"]                  # what everybody with a login may read
    htpasswd = "users"             # more users, from a file as `htpasswd -B` writes it

    [users.alice]
    password = "$2y$10$…"          # `htpasswd -nB alice`
    read = ["ghcr.io/acme/*"]      # instead of `known`

    [tokens.build]
    sha256 = "…"                   # of a token, which is long and random
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from tagledger.errors import MalformedAccessFile
from tagledger.flows.visitor import Visitor

MAX_FILE_BYTES = 4 * 1024 * 1024
"""Largest file of rules or users: 40,000 users."""

MAX_COST = 14
"""Costliest hash: a check of it takes a second."""

DEFAULT_REALM = "Tagledger"
ALL = "*"

NOBODYS_HASH = b"$2b$10$ddXuL5hAd0ZZ9sKFaXmTr.pebRjB7PbeowwfW/1ButmO.C/wqfhzm"
"""Of no user's password."""

_BCRYPT = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_REALM = re.compile(r"[ !#-\[\]-~]{1,80}", re.ASCII)


class _Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    read: tuple[str, ...] | None = None


class _User(_Login, frozen=True, forbid_unknown_fields=True):
    password: str


class _Token(_Login, frozen=True, forbid_unknown_fields=True):
    sha256: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    realm: str = DEFAULT_REALM
    anybody: tuple[str, ...] = ()
    known: tuple[str, ...] = (ALL,)
    htpasswd: str | None = None
    users: dict[str, _User] = {}
    tokens: dict[str, _Token] = {}


class Rules(msgspec.Struct, frozen=True):
    """What the file says.

    `passwords` are the hashes of users by name, `tokens` the names of tokens by the
    SHA-256 of each. `visitors` are both, by name. `files` are those that it was read
    from.
    """

    realm: str
    anybody: Visitor
    visitors: Mapping[str, Visitor]
    passwords: Mapping[str, bytes]
    tokens: Mapping[bytes, str]
    files: tuple[Path, ...]

    @property
    def decoy(self) -> bytes:
        """A hash to check for who is not known, which takes as long as for who is."""
        return next(iter(self.passwords.values()), NOBODYS_HASH)

    @property
    def opens_something(self) -> bool:
        """Whether there is something to read without a login."""
        return self.anybody.readable != ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


def read_rules(path: Path) -> Rules:
    """The rules of a file. Raises MalformedAccessFile, naming what is wrong."""
    try:
        said = msgspec.toml.decode(_text(path), type=_File)
    except msgspec.DecodeError as exc:
        raise MalformedAccessFile(str(path), str(exc)) from None
    if not _REALM.fullmatch(said.realm):
        raise MalformedAccessFile(str(path), "realm: up to 80 plain characters")
    files = [path]
    if said.htpasswd is not None:
        files.append(path.parent / said.htpasswd)
    passwords = _passwords(said, files)
    tokens = _tokens(path, said, passwords)
    own: dict[str, _Login] = {**said.users, **said.tokens}
    return Rules(
        realm=said.realm,
        anybody=_visitor(None, said.anybody),
        visitors={
            name: _visitor(name, (*said.anybody, *_read(own.get(name), said.known)))
            for name in (*passwords, *tokens.values())
        },
        passwords={name: hashed.encode() for name, hashed in passwords.items()},
        tokens=tokens,
        files=tuple(files),
    )


def _passwords(said: _File, files: Sequence[Path]) -> dict[str, str]:
    passwords = {name: user.password for name, user in said.users.items()}
    for file in files[1:]:
        for name, hashed in _htpasswd(file):
            if name in passwords:
                raise MalformedAccessFile(str(file), f"{name} is there twice")
            passwords[name] = hashed
    for name, hashed in passwords.items():
        _check_name(files[0], name)
        _check_hash(files[0], name, hashed)
    return passwords


def _tokens(path: Path, said: _File, users: Container[str]) -> dict[bytes, str]:
    tokens: dict[bytes, str] = {}
    for name, token in said.tokens.items():
        _check_name(path, name)
        if name in users:
            raise MalformedAccessFile(str(path), f"{name} is a user and a token")
        if not _SHA256.fullmatch(token.sha256):
            problem = f"tokens.{name}: sha256 is 64 lower-case hex digits"
            raise MalformedAccessFile(str(path), problem)
        if tokens.setdefault(bytes.fromhex(token.sha256), name) != name:
            raise MalformedAccessFile(str(path), f"tokens.{name} is there twice")
    return tokens


def _read(own: _Login | None, known: tuple[str, ...]) -> tuple[str, ...]:
    return known if own is None or own.read is None else own.read


def _visitor(name: str | None, patterns: tuple[str, ...]) -> Visitor:
    return Visitor(name, None if ALL in patterns else patterns)


def _check_name(path: Path, name: str) -> None:
    # A colon ends the name where a client sends it.
    if not name or not name.isprintable() or ":" in name or len(name) > 200:
        raise MalformedAccessFile(str(path), f"{name[:200]!r} is no name")


def _check_hash(path: Path, name: str, hashed: str) -> None:
    match = _BCRYPT.fullmatch(hashed)
    if match is None:
        # Not the text: it may be the password itself.
        problem = f"the password of {name} is no bcrypt hash: htpasswd -nB makes one"
        raise MalformedAccessFile(str(path), problem)
    if not 4 <= int(match[1]) <= MAX_COST:
        problem = (
            f"the password of {name} is hashed at a cost of {match[1]}: 4 to {MAX_COST}"
        )
        raise MalformedAccessFile(str(path), problem)


def _htpasswd(path: Path) -> Iterator[tuple[str, str]]:
    seen = set()
    for number, line in enumerate(_text(path).splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, colon, hashed = text.partition(":")
        if not colon or name in seen:
            problem = (
                f"line {number}: not a user and a hash, or a user for the second time"
            )
            raise MalformedAccessFile(str(path), problem)
        seen.add(name)
        yield name, hashed


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as exc:
        raise MalformedAccessFile(str(path), exc.strerror or "not readable") from exc
    if len(content) > MAX_FILE_BYTES:
        raise MalformedAccessFile(str(path), f"more than {MAX_FILE_BYTES} bytes")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise MalformedAccessFile(str(path), "not UTF-8") from None
