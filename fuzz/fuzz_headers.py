"""What registries say in headers and URLs: challenges, links, dates, places to ask."""

from __future__ import annotations

from datetime import UTC, datetime

from loop import main
from multidict import CIMultiDict
from yarl import URL

from tagledger.errors import InvalidAnswer, Refused, UnknownAddress
from tagledger.sources.registry.addresses import (
    AddressKind,
    Purpose,
    Standing,
    kind_of_address,
    kind_of_host,
)
from tagledger.sources.registry.answers import Answer, refusal
from tagledger.sources.registry.challenges import parse_challenges
from tagledger.sources.registry.endpoint import endpoint_of
from tagledger.sources.registry.links import next_link
from tagledger.sources.registry.named_urls import check_named_url, parse_named_url
from tagledger.sources.registry.options import RegistryOptions
from tagledger.sources.registry.retries import retry_at

_NOW = datetime(2019, 11, 20, 14, 30, tzinfo=UTC)
_BASE = URL("https://registry.example.org/v2/a/tags/list?n=100")
_SEEDS = (
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io"',
    'Basic realm="simple", Bearer realm=https://x/token,error="invalid_token"',
    'Negotiate YWJj==, Digest realm="a\\"b", nonce="x", Basic',
    '</v2/_catalog?last=b&n=100>; rel="next"',
    "<https://registry.example.org/v2/a/tags/list?n=1&last=x>;rel=next, <b>;rel=prev",
    '<?n=1>; title="a, b"; rel="prev next"; foo*=UTF-8\'\'x',
    "Wed, 13 Nov 2019 14:48:55 GMT",
    "120",
    "https://127.0.0.1:5000/token?service=x",
    "https://[::ffff:169.254.169.254]/latest/meta-data/",
    "https://user:pass@2130706433/",
    "//metadata.google.internal./computeMetadata/v1/",
    "https://cdn.example.org/blob?X-Amz-Signature=abc&x=%2F..%2f#frag",
    "bytes 0-0/4069985900",
    '{"errors":[{"code":"NAME_UNKNOWN","message":"x","detail":{"name":"a"}}]}',
    "https://mirror.example.org/v2/hub/",
)
_TOKENS = tuple(
    token.encode()
    for token in (
        *("Bearer ", "Basic ", "realm=", "service=", "scope=", '"', "\\", ",", ";"),
        *("rel=next", "<", ">", "://", "//", "..", "%2e%2e", "?", "#", "@", "[::1]"),
        *("127.1", "0x7f000001", "localhost.", "169.254.169.254", ":65536", ":0"),
        *("\r\n", "\t", "\x00", "é", "。", "xn--", "[fe80::1%25eth0]", "\u2028"),
    )
)


def check(content: bytes) -> None:
    """Each reader gives a value or a clean error, and no place slips through."""
    text = content.decode("utf-8", "surrogateescape")
    for challenge in parse_challenges([text, text]):
        assert challenge.scheme == challenge.scheme.lower()
        _check_place(challenge.parameters.get("realm", ""), Purpose.TOKEN)
    _check_place(text, Purpose.REDIRECT)
    _check_place(text, Purpose.FOREIGN)
    target = next_link([text])
    if target is not None:
        assert "<" not in target
        _check_place(target, Purpose.REDIRECT)
    waited = retry_at({"Retry-After": text}, _NOW)
    assert waited is None or waited.utcoffset() is not None
    _check_answer(text, content)
    _check_mirror(text)


def _check_place(text: str, purpose: Purpose) -> None:
    """A public registry's word leads to https and to no place of this machine."""
    standing = Standing()
    standing.kind = AddressKind.PUBLIC
    try:
        url = parse_named_url(text, _BASE)
        check_named_url(url, purpose, standing)
    except (InvalidAnswer, Refused):
        return
    assert url.scheme == "https"
    assert url.raw_user is None
    assert url.raw_host
    assert url.raw_host.isascii()
    # What is asked is what was checked.
    again = URL(str(url), encoded=True)
    assert (again.raw_host, again.port) == (url.raw_host, url.port)
    assert not {"\r", "\n", " "} & {*str(url)}
    kind = kind_of_host(url.raw_host, kind_of_address)
    if kind is not None and kind is not AddressKind.PUBLIC:
        assert standing.objection_to_kind(kind, purpose)


def _check_answer(text: str, content: bytes) -> None:
    names = ("Content-Type", "Docker-Content-Digest", "Last-Modified")
    sizes = ("Content-Length", "Content-Range")
    headers = CIMultiDict(dict.fromkeys((*names, *sizes), text))
    for status in (200, 206, 404, 500):
        answer = Answer(_BASE, status, headers, content)  # type: ignore[arg-type]
        assert answer.size_bytes is None or answer.size_bytes >= 0
        assert answer.last_modified is None or answer.last_modified.tzinfo
        assert not answer.media_type or answer.media_type == answer.media_type.strip()
        assert refusal(answer, "a/b").code
        try:
            assert answer.digest is None or ":" in answer.digest
        except InvalidAnswer:
            continue


def _check_mirror(text: str) -> None:
    options = RegistryOptions(mirrors=(("docker.io", text),))
    try:
        endpoint = endpoint_of("docker.io", options, kind_of_address)
    except UnknownAddress:
        return
    assert endpoint.credentials_key != "docker.io", "a mirror with the Hub's login"


if __name__ == "__main__":
    main(check, lambda: [text.encode() for text in _SEEDS], _TOKENS)
