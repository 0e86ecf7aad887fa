r"""How the tools of the field write JSON: the same value, byte for byte alike.

==================  ==========================================  =====================
style               written by                                  measured on
==================  ==========================================  =====================
`GO_INDENT_3`       Docker's push and manifest-tool             manifests 2016-2026,
                    (``json.MarshalIndent(m, "", "   ")``)      lists 2017-2019
`MOJO`              docker-library's put-multiarch (Perl,       lists 2018-2026, the
                    Mojo::JSON): keys sorted, ``/`` as ``\/``   seed's among them
`GO_INDENT_2`       BuildKit and containerd                     attestations 2024-26
`GO_COMPACT`        skopeo, podman, buildah (containers/image)  what they write here
                    and go-containerregistry (ko, kaniko, jib)  (tests)
==================  ==========================================  =====================

Go escapes ``<``, ``>`` and ``&`` (encoding/json, HTMLEscape); Mojo::JSON escapes
``/``. Both write U+2028 and U+2029 as escapes and everything else as UTF-8.
"""

from __future__ import annotations

import json

import msgspec

_GO_ESCAPES = str.maketrans(
    {
        "<": "\\u003c",
        ">": "\\u003e",
        "&": "\\u0026",
        "\u2028": "\\u2028",
        "\u2029": "\\u2029",
    }
)
_MOJO_ESCAPES = str.maketrans(
    {"/": "\\/", "\u2028": "\\u2028", "\u2029": "\\u2029"},
)
_GAP = -1
"""Stands for the unknown number: no size is negative, so no document has it."""


class Style(msgspec.Struct, frozen=True):
    """One way to write JSON; `indent` is None where all stands on one line."""

    name: str
    indent: int | None = None
    is_mojo: bool = False


GO_INDENT_3 = Style("three-space JSON", indent=3)
GO_INDENT_2 = Style("two-space JSON", indent=2)
GO_COMPACT = Style("compact JSON")
MOJO = Style("compact JSON with sorted keys", is_mojo=True)


class Gap(msgspec.Struct, frozen=True):
    """A document in which one number is not known: what stands around it."""

    head: bytes
    tail: bytes

    def filled(self, number: int) -> bytes:
        """The whole document with this number."""
        return b"%b%d%b" % (self.head, number, self.tail)


def serialise(value: object, style: Style) -> bytes:
    """The bytes of a JSON value in this style; keys keep their order unless sorted."""
    compact = style.indent is None
    text = json.dumps(
        value,
        ensure_ascii=False,
        indent=style.indent,
        separators=(",", ":") if compact else None,
        sort_keys=style.is_mojo,
    )
    # Outside of texts, JSON has none of these characters.
    text = text.translate(_MOJO_ESCAPES if style.is_mojo else _GO_ESCAPES)
    return text.encode()


def unknown_size() -> int:
    """The number to put where the size is not known, for `gap`."""
    return _GAP


def gap(value: object, style: Style) -> Gap:
    """The document around its one `unknown_size`.

    Quotes inside of texts are escaped, so a text cannot look like the key.
    """
    mark = b'"size":-1' if style.indent is None else b'"size": -1'
    head, found, tail = serialise(value, style).partition(mark)
    if not found or mark in tail:
        raise ValueError("not exactly one size is left out")
    return Gap(head + mark.removesuffix(b"-1"), tail)
