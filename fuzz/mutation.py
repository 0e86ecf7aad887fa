"""Inputs made from other inputs: bytes changed blindly, JSON changed as JSON."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

MAX_INPUT_BYTES = 20_000

_DIGEST = "sha256:" + "ab" * 32
_ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2,
    255,
    2**31,
    2**53 + 1,
    2**63 - 1,
    2**63,
    2**64,
    -(2**63) - 1,
    10**30,
    1e308,
    -0.0,
    1.5,
    "",
    " ",
    "a",
    "a" * 5000,
    "\x00",
    "\x1b[31m",
    "\u202e",
    "\ud800",
    "```",
    "latest",
    "unknown",
    _DIGEST,
    _DIGEST.upper(),
    "sha512:" + "0" * 128,
    "sha256:../../etc/passwd",
    "md5:" + "0" * 32,
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59.999999999-23:59",
    "2019-11-13T14:48:55.123456789Z",
    "2019-02-30T00:00:00Z",
    "2016-12-31T23:59:60Z",
    "https://user:pass@example.org/?token=x",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
    "application/vnd.oci.empty.v1+json",
    "application/vnd.in-toto+json",
    "e30",
    "e30=",
    [],
    {},
    [[]],
    [None],
    [""],
    {"": ""},
    [{}] * 40,
    {str(number): number for number in range(80)},
)
_ODD_KEYS = (
    *("manifests", "config", "layers", "fsLayers", "blobs", "history", "signatures"),
    *("mediaType", "schemaVersion", "digest", "size", "urls", "data", "platform"),
    *("annotations", "subject", "artifactType", "os.version", "os.features", "os"),
    *("created", "created_by", "empty_layer", "throwaway", "rootfs", "diff_ids"),
    *("container_config", "Cmd", "Shell", "Entrypoint", "Env", "Labels", "id", ""),
    *("vnd.docker.reference.type", "vnd.docker.reference.digest"),
)
_ODD_BYTES = (
    *(
        b"\x00",
        b"\xff",
        b"\n",
        b"\r\n",
        b'"',
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
    ),
    *(b"/", b"..", b"../", b"@", b"%2e", b"\xc0\xaf", b"\xed\xa0\x80", b"\xe2\x80\xae"),
    *(b"null", b"NaN", b"Infinity", b"1e400", b"-0", b"1" * 41, b"\\ud800", b"\\u0000"),
    *(b"[" * 70, b'{"a":' * 70, b"`" * 5, b"\x1b[31m", b"\xef\xbb\xbf", b" ", b"\t"),
    *(b"sha256:", b"9223372036854775808", b"Bearer realm=", b'rel="next"', b";", b"="),
)

Mutate = Callable[[random.Random, bytes, Sequence[bytes]], bytes]


def mutated(
    chance: random.Random,
    content: bytes,
    others: Sequence[bytes],
    tokens: Sequence[bytes] = (),
) -> bytes:
    """The input changed in one to a few places; `others` lend pieces of themselves.

    JSON stays JSON in half of the cases; `tokens` are pieces that mean something to
    the target.
    """
    if chance.random() < 0.5:
        try:
            changed = _mutated_json(chance, json.loads(content), others)
        except (ValueError, RecursionError):
            pass
        else:
            return changed[:MAX_INPUT_BYTES]
    for _ in range(1 << chance.randrange(4)):
        content = _mutated_bytes(chance, content, others, tokens)
    return content[:MAX_INPUT_BYTES]


def _mutated_bytes(
    chance: random.Random,
    content: bytes,
    others: Sequence[bytes],
    tokens: Sequence[bytes],
) -> bytes:
    start = chance.randrange(len(content) + 1)
    length = min(1 << chance.randrange(8), len(content) - start)
    end = start + chance.randrange(length + 1)
    head, middle, tail = content[:start], content[start:end], content[end:]
    kind = chance.randrange(8)
    if kind == 0 and start < len(content):
        middle = bytes([content[start] ^ 1 << chance.randrange(8)])
        tail = content[start + 1 :]
    elif kind == 1:
        middle = b""
    elif kind == 2:
        middle *= chance.choice((2, 2, 3, 50))
    elif kind == 3:
        middle = chance.randbytes(chance.randrange(1, 9))
    elif kind == 4 and others:
        other = chance.choice(others)
        at = chance.randrange(len(other) + 1)
        middle = other[at : at + (1 << chance.randrange(10))]
    elif kind == 5:
        at = chance.randrange(len(content) + 1)
        head, tail = content[:at], content[at:]
    elif kind == 6:
        middle = chance.choice((*_ODD_BYTES, *tokens))
    else:
        middle = chance.choice((*_ODD_BYTES, *tokens)) + middle
    return head + middle + tail


def _mutated_json(
    chance: random.Random,
    value: Any,  # noqa: ANN401 - any JSON
    others: Sequence[bytes],
) -> bytes:
    for _ in range(1 << chance.randrange(3)):
        value = _changed(chance, value, others)
    text = json.dumps(
        value,
        ensure_ascii=chance.random() < 0.8,
        separators=(",", ":"),
        indent=3 if chance.random() < 0.2 else None,
    )
    if chance.random() < 0.05:
        text = text.replace("{", f'{{"{chance.choice(_ODD_KEYS)}":1,', 1)
    return text.encode("utf-8", "surrogatepass")


def _changed(chance: random.Random, value: Any, others: Sequence[bytes]) -> Any:  # noqa: ANN401
    """A copy of `value` with one place in it, at any depth, made odd."""
    is_here = not isinstance(value, (dict, list)) or not value or chance.random() < 0.15
    if is_here:
        return _odd(chance, value, others)
    if isinstance(value, list):
        items = list(value)
        at = chance.randrange(len(items))
        kind = chance.random()
        if kind < 0.1:
            items.pop(at)
        elif kind < 0.25:
            items.insert(chance.randrange(len(items)), items[at])
        else:
            items[at] = _changed(chance, items[at], others)
        return items
    fields = dict(value)
    key = chance.choice(list(fields))
    kind = chance.random()
    if kind < 0.1:
        fields.pop(key)
    elif kind < 0.15:
        fields[chance.choice(_ODD_KEYS)] = fields.pop(key)
    elif kind < 0.25:
        fields[chance.choice(_ODD_KEYS)] = fields[key]
    else:
        fields[key] = _changed(chance, fields[key], others)
    return fields


def _odd(chance: random.Random, value: Any, others: Sequence[bytes]) -> Any:  # noqa: ANN401
    kind = chance.random()
    if kind < 0.1:
        return [value]
    if kind < 0.2:
        return {chance.choice(_ODD_KEYS): value}
    if kind < 0.3 and isinstance(value, str):
        middle = chance.randrange(len(value) + 1)
        return value[:middle] + str(chance.choice(_ODD_VALUES)) + value[middle:]
    if kind < 0.35 and others:
        return chance.choice(others)[:200].decode("latin-1")
    return chance.choice(_ODD_VALUES)
