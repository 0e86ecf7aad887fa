"""Bytes by digest: written in packs, and verified whenever they are read."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

import msgspec

from tagledger.errors import DigestMismatch, LedgerDamaged, MalformedDigest
from tagledger.ledger.engine import Engine
from tagledger.ledger.evidence import EVIDENCE, EVIDENCE_NUMBERS
from tagledger.ledger.keys import bounded
from tagledger.ledger.numbers import Numbers
from tagledger.ledger.packs import packed, unpacked
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.snapshot import Document

PAGE_PART = "text/markdown"
"""The media type of a part of a published page."""

SIGNED_FORM = "application/jose+json"
"""Kept of a signed schema 1 manifest as it came, whose digest is over the payload."""

ALGORITHMS = {1: "sha256", 2: "sha512"}

MAX_CACHED_PACKS = 32
"""Unpacked packs remembered, some 8 MB: who reads one part mostly reads the next."""


def digest_of(algorithm: int, raw: bytes) -> Digest:
    """The digest that is kept as these two."""
    return Digest(f"{ALGORITHMS[algorithm]}:{raw.hex()}")


def algorithm_of(raw: bytes) -> int:
    """The number of the algorithm, which the length gives away."""
    return 1 if len(raw) == 32 else 2


class _Subject(msgspec.Struct, frozen=True):
    digest: str


class _WithSubject(msgspec.Struct, frozen=True):
    subject: _Subject | None = None


class ContentWriter:
    """Writes what is not held yet; every digest must have been numbered before."""

    def __init__(self, engine: Engine, numbers: Numbers) -> None:
        self._engine = engine
        self._numbers = numbers

    def write_parts(self, parts: Mapping[bytes, bytes]) -> tuple[int, int]:
        """Keep parts of pages by their SHA-256: how many were new, and their bytes."""
        return self._write(
            {key: (part, PAGE_PART, 1, None) for key, part in parts.items()}
        )[0]

    def write(self, documents: Mapping[Digest, Document]) -> tuple[int, int]:
        """Keep documents: how many were new, and their bytes. Raises DigestMismatch."""
        rows: dict[bytes, tuple[bytes, str, int, bytes | None]] = {}
        for digest, document in documents.items():
            digest.verify(document.content)
            evidence = EVIDENCE_NUMBERS[document.evidence]
            signed: bytes | None = None
            if document.signed_form is not None:
                signed = Digest.of(document.signed_form).raw
                rows[signed] = (document.signed_form, SIGNED_FORM, evidence, None)
            rows[digest.raw] = (document.content, document.media_type, evidence, signed)
        written, new = self._write(rows)
        self._write_subjects(new, documents)
        for key, (_, _, evidence, signed) in rows.items():
            if evidence == EVIDENCE_NUMBERS[Evidence.READ]:
                self._strengthen(key, signed)
        return written

    def _strengthen(self, key: bytes, signed: bytes | None) -> None:
        """What was proven before, and is now read, counts as read."""
        self._engine.execute(
            "strengthen_content",
            digest_id=self._numbers.of("digest", key),
            signed_form_id=signed and self._numbers.of("digest", signed),
        )

    def _write(
        self, contents: Mapping[bytes, tuple[bytes, str, int, bytes | None]]
    ) -> tuple[tuple[int, int], list[bytes]]:
        """How many were new, and their bytes; and which."""
        number = self._numbers.of
        ids = {key: number("digest", key) for key in contents}
        held = self._engine.known("content", list(ids.values()))
        new = [key for key in contents if ids[key] not in held]
        rows = []
        packs = []
        size = 0
        for pack in packed((key, contents[key][0]) for key in new):
            pack_id = self._numbers.next("pack")
            packs.append((pack_id, pack.size_bytes, pack.compressed))
            size += pack.size_bytes
            for key, start in zip(pack.keys, pack.starts, strict=True):
                content, media_type, evidence, signed = contents[key]
                rows.append(
                    (
                        *(ids[key], pack_id, start, len(content)),
                        *(number("media_type", bounded(media_type)), evidence),
                        signed and number("digest", signed),
                    )
                )
        self._engine.append("pack", packs)
        self._engine.append("content", rows)
        return (len(new), size), new

    def _write_subjects(
        self, new: Sequence[bytes], documents: Mapping[Digest, Document]
    ) -> None:
        fresh = {*new}
        rows = []
        for digest, document in documents.items():
            if digest.raw in fresh and (subject := subject_of(document)):
                number = self._numbers.of
                own = number("digest", digest.raw)
                rows.append((own, number("digest", subject.raw)))
        self._engine.append("subject", rows)


def subject_of(document: Document) -> Digest | None:
    """The manifest that this one says it belongs to; None where it says so of none.

    What the document should not be is no matter here: it is kept as it came.
    """
    if b'"subject"' not in document.content:
        return None
    with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        subject = msgspec.json.decode(document.content, type=_WithSubject).subject
        with suppress(MalformedDigest):
            return None if subject is None else Digest(subject.digest)
    return None


class ContentReader:
    """Reads what is held; packs that were just unpacked are kept for a while."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._packs: OrderedDict[int, bytes] = OrderedDict()

    def document(self, digest: Digest) -> Document | None:
        """The bytes of this digest. Raises LedgerDamaged if they are others."""
        rows = self._engine.query("content", hash=digest.raw)
        if not rows:
            return None
        pack_id, start, size, media_type, evidence, signed_id = rows[0]
        content = self._cut(pack_id, start, size)
        self._verify(digest, content)
        signed = None
        if signed_id is not None:
            row = self._engine.query("content_of_number", digest_id=signed_id)[0]
            signed = self._cut(*row[2:])
            self._verify(digest_of(row[0], row[1]), signed)
        return Document(media_type, content, EVIDENCE[evidence], signed_form=signed)

    def parts(self, statement: int) -> Sequence[bytes]:
        """The parts of a page, in order. Raises LedgerDamaged."""
        return [*self._parts(statement)]

    def _parts(self, statement: int) -> Iterator[bytes]:
        rows = self._engine.query("statement_parts", statement_id=statement)
        for algorithm, raw, pack_id, start, size in rows:
            content = self._cut(pack_id, start, size)
            self._verify(digest_of(algorithm, raw), content)
            yield content

    def _verify(self, digest: Digest, content: bytes) -> None:
        try:
            digest.verify(content)
        except DigestMismatch as exc:
            raise LedgerDamaged(self._engine.place, str(exc)) from exc

    def _cut(self, pack_id: int, start: int, size: int) -> bytes:
        return self._pack(pack_id)[start : start + size]

    def _pack(self, pack_id: int) -> bytes:
        found = self._packs.get(pack_id)
        if found is None:
            size, compressed = self._engine.query("pack", pack_id=pack_id)[0]
            found = unpacked(compressed, size, self._engine.place, pack_id)
            self._packs[pack_id] = found
            if len(self._packs) > MAX_CACHED_PACKS:
                self._packs.popitem(last=False)
        self._packs.move_to_end(pack_id)
        return found
