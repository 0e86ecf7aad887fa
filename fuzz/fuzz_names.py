"""Texts that people and servers write: references, digests, platforms, tags, times."""

from __future__ import annotations

from loop import main

from tagledger.errors import MalformedDigest, MalformedPlatform, MalformedReference
from tagledger.model.digest import Digest
from tagledger.model.host_platform import choose_for_host, parse_host_platform
from tagledger.model.platform import Platform, parse_platform
from tagledger.model.printable import UNSAFE, printable_line
from tagledger.model.reference import parse_reference, parse_repository
from tagledger.model.tag_order import newest_first
from tagledger.model.times import http_date, parse_http_date, parse_rfc3339, rfc3339

_SEEDS = (
    "python",
    "python:3.8.0-windowsservercore",
    "docker.io/library/python:3.8",
    "localhost:5000/a/b_c__d-e.f:latest",
    "[2001:db8::1]:443/x@sha256:" + "a1" * 32,
    "ghcr.io/a/b:1.0@sha512:" + "0f" * 64,
    "sha256:" + "ab" * 32,
    "linux/arm/v7",
    "windows/amd64:10.0.17763.864",
    "windows(10.0.20348+win32k)/amd64",
    "arm64/v9.2",
    "3.10.0rc1-alpine3.18\nlatest\n20240131\nsha-1a2b3c4\nv1\n1.0.0\nbookworm",
    "2019-11-13T14:48:55.123456789+01:00",
    "Wed, 13 Nov 2019 14:48:55 GMT",
)
_TOKENS = tuple(
    token.encode()
    for token in (
        *(":", "@", "/", ".", "..", "_", "__", "-", "(", ")", "+", "[", "]", "\n"),
        *("docker.io", "index.docker.io", "library/", "localhost", "sha256:", "v8.1"),
        *("٣", "ﬀ", "K", "9" * 300, "10.0.26100", "0000", "-00:00", "x86-64"),
    )
)


def check(content: bytes) -> None:
    """What is read is written so that it reads the same again."""
    text = content.decode("utf-8", "replace")
    _check_references(text)
    _check_digest(text)
    _check_platforms(text)
    _check_times(text)
    tags = text.split("\n")
    ordered = newest_first(tags)
    assert sorted(tags) == sorted(ordered)
    assert ordered == newest_first(reversed(tags)), "the order depends on the input's"
    shown = printable_line(text)
    assert not UNSAFE.search(shown)
    assert "\n" not in shown


def _check_references(text: str) -> None:
    try:
        reference = parse_reference(text)
    except MalformedReference:
        pass
    else:
        assert reference == parse_reference(str(reference))
        assert reference == parse_reference(reference.familiar)
        assert str(reference).isascii()
        assert ".." not in reference.name.split("/")
    try:
        repository = parse_repository(text)
    except MalformedReference:
        return
    assert (repository.tag, repository.digest) == (None, None)


def _check_digest(text: str) -> None:
    try:
        digest = Digest(text)
    except MalformedDigest:
        return
    assert digest == f"{digest.algorithm}:{digest.raw.hex()}"


def _check_platforms(text: str) -> None:
    try:
        wanted = parse_platform(text)
        wanted.matches(Platform("linux", "arm", "v7"))
        host = parse_host_platform(text)
    except MalformedPlatform:
        return
    published = [host, Platform(text, text[:3], text[3:]), Platform("", "")]
    assert choose_for_host(host, published) is not None, "a host must run its own"


def _check_times(text: str) -> None:
    try:
        moment = parse_rfc3339(text)
    except ValueError:
        pass
    else:
        assert moment == parse_rfc3339(rfc3339(moment))
    try:
        moment = parse_http_date(text)
    except ValueError:
        return
    assert text == http_date(moment)


if __name__ == "__main__":
    main(check, lambda: [text.encode() for text in _SEEDS], _TOKENS)
