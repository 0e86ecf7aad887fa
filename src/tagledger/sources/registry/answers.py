"""Answers of a registry: the headers that matter, and what a refusal means."""

from __future__ import annotations

from datetime import datetime

import msgspec
from multidict import CIMultiDictProxy
from yarl import URL

from tagledger.errors import (
    AccessDenied,
    InvalidAnswer,
    MalformedDigest,
    RepositoryNotFound,
    ServerFailed,
    TagledgerError,
)
from tagledger.model.digest import Digest
from tagledger.model.times import parse_http_date


class Answer(msgspec.Struct, frozen=True):
    """An answer that has come whole."""

    url: URL
    status: int
    headers: CIMultiDictProxy[str]
    body: bytes
    is_elsewhere: bool = False
    """Whether a redirect led away from the registry."""

    @property
    def media_type(self) -> str | None:
        """`Content-Type` without parameters, in lower case."""
        text = self.headers.get("Content-Type")
        if text is None:
            return None
        return text.partition(";")[0].strip().lower() or None

    @property
    def digest(self) -> Digest | None:
        """`Docker-Content-Digest`. Raises InvalidAnswer if it is not a digest."""
        text = self.headers.get("Docker-Content-Digest")
        if text is None:
            return None
        try:
            return Digest(text)
        except MalformedDigest as exc:
            problem = "Docker-Content-Digest is not a digest"
            raise InvalidAnswer(str(self.url), problem) from exc

    @property
    def last_modified(self) -> datetime | None:
        """`Last-Modified`; None where it is missing or is no HTTP date."""
        text = self.headers.get("Last-Modified")
        try:
            return None if text is None else parse_http_date(text)
        except ValueError:
            return None

    @property
    def size_bytes(self) -> int | None:
        """How many bytes there are: of a part's answer, in the whole."""
        text = self.headers.get("Content-Length", "")
        if self.status == 206:
            text = self.headers.get("Content-Range", "").rpartition("/")[2]
        is_number = text.isascii() and text.isdigit() and len(text) <= 18
        return int(text) if is_number else None

    @property
    def error_codes(self) -> frozenset[str]:
        """The codes of the specification's error body; empty if it has none."""
        try:
            found = msgspec.json.decode(self.body, type=_Errors).errors
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return frozenset()
        return frozenset(error.code for error in found)


class _Error(msgspec.Struct):
    code: str = ""


class _Errors(msgspec.Struct):
    errors: tuple[_Error, ...] = ()


def refusal(answer: Answer, name: str) -> TagledgerError:
    """What an answer means that is neither content nor a plain "not found".

    `name` is the repository as people write it. What the server says in words is not
    repeated: only its codes are looked at.
    """
    if answer.status in (401, 403):
        return AccessDenied(name)
    if answer.status == 404 and "NAME_UNKNOWN" in answer.error_codes:
        return RepositoryNotFound(name)
    if answer.status >= 500:
        return ServerFailed(str(answer.url), answer.status)
    return InvalidAnswer(str(answer.url), f"unexpected status {answer.status}")
