"""What a path under ``/v2/`` asks for."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from urllib.parse import unquote_to_bytes

import msgspec

from tagledger.endpoint import problems
from tagledger.endpoint.names import AT, is_dated, moment_of, repository_of
from tagledger.endpoint.problems import Problem, name_invalid
from tagledger.errors import MalformedDigest, MalformedReference
from tagledger.ledger.source import LATEST
from tagledger.model.digest import Digest
from tagledger.model.reference import Reference, parse_tag

MAX_PATH_BYTES = 2_000
"""Longest path looked at: a moment, a name, a tag or digest are 600 at most."""


class Wanted(Enum):
    """The endpoints of the specification that only read, by their first word."""

    BASE = ""
    CATALOG = "_catalog"
    TAGS = "tags"
    MANIFEST = "manifests"
    BLOB = "blobs"
    REFERRERS = "referrers"


class Asked(msgspec.Struct, frozen=True):
    """One request: for what, of which repository, as of when.

    `base` is how the repository is spelled, with its moment, between ``/v2/`` and what
    comes behind; `tag` or `digest` is there where the endpoint has one.
    """

    wanted: Wanted
    base: str = ""
    repository: Reference = Reference("", "")
    by: datetime = LATEST
    tag: str | None = None
    digest: Digest = Digest.of(b"")


_WITH_REFERENCE = {
    each.value: each for each in (Wanted.MANIFEST, Wanted.BLOB, Wanted.REFERRERS)
}


def parse_path(raw: bytes) -> Asked:
    """Read the path as it was sent, ``/v2/…``. Raises Problem."""
    if len(raw) > MAX_PATH_BYTES:
        raise name_invalid("the path is longer than any name and digest")
    # Divided first: a slash that was escaped divides nothing.
    segments = [_decoded(segment) for segment in raw.split(b"/")[2:]]
    before, segments, by = _without_moment(segments)
    if segments in ([], [""]):
        return Asked(Wanted.BASE)
    if segments == [Wanted.CATALOG.value]:
        return Asked(Wanted.CATALOG, base=before.rstrip("/"), by=by)
    if len(segments) < 3:
        raise _nothing_there()
    name, last_but_one, last = "/".join(segments[:-2]), *segments[-2:]
    if (last_but_one, last) == (Wanted.TAGS.value, "list"):
        return Asked(Wanted.TAGS, before + name, repository_of(name), by)
    if "/blobs/uploads" in f"/{name}/{last_but_one}/{last}":
        raise Problem(404, problems.BLOB_UPLOAD_UNKNOWN, "nothing is uploaded here")
    wanted = _WITH_REFERENCE.get(last_but_one)
    if wanted is None:
        raise _nothing_there()
    repository = repository_of(name)
    if wanted is Wanted.MANIFEST and ":" not in last:
        return Asked(wanted, before + name, repository, by, tag=_tag(last))
    return Asked(wanted, before + name, repository, by, digest=_digest(last))


def _without_moment(segments: list[str]) -> tuple[str, list[str], datetime]:
    """What stands before the name, the rest, and the moment that was meant.

    A repository of Docker Hub may be called ``at/2019-11-20``: then no name follows.
    """
    if len(segments) < 2 or segments[0] != AT or not is_dated(segments[1]):
        return "", segments, LATEST
    is_name = len(segments) in (3, 4) and segments[2] in (
        *_WITH_REFERENCE,
        Wanted.TAGS.value,
    )
    if is_name:
        return "", segments, LATEST
    return f"{AT}/{segments[1]}/", segments[2:], moment_of(segments[1])


def _decoded(segment: bytes) -> str:
    if b"%" in segment:
        segment = unquote_to_bytes(segment)
        if b"/" in segment:
            raise name_invalid("a slash that is escaped stands in no name")
    try:
        return segment.decode()
    except UnicodeDecodeError as exc:
        raise name_invalid("the path is not UTF-8") from exc


def _digest(text: str) -> Digest:
    try:
        return Digest(text)
    except MalformedDigest as exc:
        raise Problem(400, problems.DIGEST_INVALID, str(exc)) from exc


def _tag(text: str) -> str:
    try:
        return parse_tag(text)
    except MalformedReference as exc:
        # There is none of this name, as there could be none.
        raise Problem(404, problems.MANIFEST_UNKNOWN, str(exc)) from exc


def _nothing_there() -> Problem:
    return Problem(404, problems.NAME_UNKNOWN, "there is no such place in this API")
