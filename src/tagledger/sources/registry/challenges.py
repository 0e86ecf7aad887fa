"""`WWW-Authenticate`: what a server wants to see (RFC 9110, section 11.6.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

MAX_CHALLENGE_LENGTH = 8_192

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
# Some registries forget the quotes around a realm.
_PARAMETER = re.compile(
    rf'\s*({_WORD})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",=]+))\s*(?:,|$)', re.ASCII
)
_SCHEME = re.compile(rf"[\s,]*({_WORD})(?:\s+|\s*,|$)", re.ASCII)
_TOKEN68 = re.compile(r"\s*[A-Za-z0-9._~+/-]+=+\s*(?:,|$)", re.ASCII)
_ESCAPE = re.compile(r"\\(.)")


class Challenge(msgspec.Struct, frozen=True):
    """One way to authenticate: `scheme` and the names of parameters in lower case."""

    scheme: str
    parameters: Mapping[str, str] = {}


def parse_challenges(headers: Iterable[str]) -> list[Challenge]:
    """The challenges of all headers, in order; what cannot be read is left out.

    One header may hold several challenges, with commas between them and between their
    parameters alike.
    """
    return [
        challenge
        for header in headers
        if len(header) <= MAX_CHALLENGE_LENGTH
        for challenge in _challenges_of(header)
    ]


def _challenges_of(header: str) -> Iterator[Challenge]:
    position = 0
    while scheme := _SCHEME.match(header, position):
        position = scheme.end()
        parameters: dict[str, str] = {}
        while parameter := _PARAMETER.match(header, position):
            name, quoted, plain = parameter.groups()
            value = plain if quoted is None else _ESCAPE.sub(r"\1", quoted)
            # The first of two alike: a later one may have been slipped in.
            parameters.setdefault(name.lower(), value)
            position = parameter.end()
        if not parameters and (single := _TOKEN68.match(header, position)):
            position = single.end()
        yield Challenge(scheme[1].lower(), parameters)
