"""A document that the ledger holds, as its bytes and laid out for reading."""

from __future__ import annotations

import msgspec

from tagledger.errors import ContentNotHeld
from tagledger.flows.json_text import MAX_LAID_OUT, Token, laid_out
from tagledger.ledger.answers import Found
from tagledger.ledger.protocol import Ledger
from tagledger.model.digest import Digest
from tagledger.model.snapshot import Document

MAX_SHOWN = 65_536
"""Characters shown of what is too long to be laid out, or is no JSON."""

NOT_HELD = "the ledger knows its digest alone; a registry may still have it"


class RawDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The document; `tokens` where it is JSON and short enough, else `text`.

    `is_cut` where not all of it is shown.
    """

    digest: Digest
    document: Document
    found: Found | None
    tokens: tuple[Token, ...] = ()
    text: str = ""
    is_cut: bool = False


def raw_document(ledger: Ledger, digest: Digest) -> RawDocument:
    """The document with this digest. Raises ContentNotHeld or LedgerDamaged."""
    document = ledger.document(digest)
    if document is None:
        raise ContentNotHeld(digest, hint=NOT_HELD)
    shown = RawDocument(digest=digest, document=document, found=ledger.find(digest))
    content = document.received
    if content[:1] in (b"{", b"[") and len(content) <= MAX_LAID_OUT:
        tokens = tuple(laid_out(content.decode(errors="replace")))
        return msgspec.structs.replace(shown, tokens=tokens)
    text = content[: 4 * MAX_SHOWN].decode(errors="replace")[:MAX_SHOWN]
    is_cut = len(content) > len(text.encode(errors="replace"))
    return msgspec.structs.replace(shown, text=text, is_cut=is_cut)
