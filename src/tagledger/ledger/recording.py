"""A batch of statements, turned into rows: what is known is only referred to.

Everything is numbered from the outside in: of a statement that is known nothing more
is looked at, of a new one only the entries that are new, and so on down to the
digests. Then rows are written from the inside out, so that each refers to what is
there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import TypeVar

from tagledger.ledger import keys
from tagledger.ledger.contents import (
    PAGE_PART,
    SIGNED_FORM,
    ContentWriter,
    subject_of,
)
from tagledger.ledger.deriving import derive
from tagledger.ledger.engine import Engine
from tagledger.ledger.entry_parts import EntryParts, EntryReader
from tagledger.ledger.entry_writer import EntryWriter
from tagledger.ledger.evidence import EVIDENCE_NUMBERS
from tagledger.ledger.names import repository_name, tag_name
from tagledger.ledger.numbers import Numbers
from tagledger.ledger.stated import Recorded, Stated
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.snapshot import (
    Artifact,
    Attestation,
    Document,
    Image,
    Snapshot,
)

_T = TypeVar("_T")


class Recorder:
    """Writes batches; belongs to one engine, and remembers between batches."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._numbers = Numbers(engine)
        self._reader = EntryReader()
        self._entries = EntryWriter(engine, self._numbers)
        self._contents = ContentWriter(engine, self._numbers)

    def record(self, batch: Sequence[Stated], notes: Mapping[str, str]) -> Recorded:
        """As `Ledger.record`."""

        def write() -> Recorded:
            recorded = self._record(batch)
            for name, text in notes.items():
                self._engine.execute("write_note", name=name, text=text)
            return recorded

        return self._written(write)

    def hold(self, documents: Mapping[Digest, Document]) -> Recorded:
        """As `Ledger.hold`."""
        return self.judge({}, documents)

    def judge(
        self,
        verdicts: Mapping[Digest, tuple[Evidence, str]],
        proven: Mapping[Digest, Document],
    ) -> Recorded:
        """As `Ledger.judge`."""

        def write() -> Recorded:
            contents, size = self._write_documents([proven])
            self._entries.add_digests(verdicts)
            for digest, (outcome, reason) in verdicts.items():
                self._engine.execute(
                    "write_verdict",
                    digest_id=self._entries.digest(digest),
                    outcome=EVIDENCE_NUMBERS[outcome],
                    reason=keys.storable(reason),
                )
            return Recorded(contents=contents, content_bytes=size)

        return self._written(write)

    def _written(self, write: Callable[[], _T]) -> _T:
        try:
            with self._engine.transaction():
                self._numbers.begin()
                return write()
        except BaseException:
            # What was numbered and remembered on the way did not come to be.
            self._numbers.forget()
            self._reader.forget()
            raise

    def _record(self, batch: Sequence[Stated]) -> Recorded:
        last = self._numbers.last
        after, after_entry = last("observation"), last("entry")
        after_tag = last("tag")
        fresh: dict[bytes, EntryParts] = {}
        said = [
            None if _is_gone(stated) else _Statement(stated, self._reader, fresh)
            for stated in batch
        ]
        by_key = {item.key: item for item in said if item is not None}
        new = [by_key[key] for key in self._numbers.add("statement", by_key)]
        entries = self._entries.write(
            (key for item in new for key in item.entries), fresh
        )
        parts = {
            key: part
            for item in new
            for key, part in zip(item.hashes, item.stated.parts, strict=True)
        }
        self._entries.add_hashes(parts)
        self._entries.add_names("media_type", [PAGE_PART] if parts else [])
        contents, size = self._contents.write_parts(parts)
        held, held_size = self._write_documents(
            item.snapshot.documents for item in batch
        )
        self._write_statements(new)
        observations = self._write_observations(batch, said)
        if observations:
            derive(
                self._engine, after=after, after_tag=after_tag, after_entry=after_entry
            )
        return Recorded(
            observations=observations,
            statements=len(new),
            entries=entries,
            contents=contents + held,
            content_bytes=size + held_size,
        )

    def _write_documents(
        self, groups: Iterable[Mapping[Digest, Document]]
    ) -> tuple[int, int]:
        documents = {key: item for group in groups for key, item in group.items()}
        if not documents:
            return 0, 0
        signed = [item.signed_form for item in documents.values() if item.signed_form]
        self._entries.add_digests(documents)
        self._entries.add_digests(map(Digest.of, signed))
        self._entries.add_digests(map(subject_of, documents.values()))
        types = {item.media_type for item in documents.values()}
        self._entries.add_names("media_type", [*types, *([SIGNED_FORM] * bool(signed))])
        return self._contents.write(documents)

    def _write_statements(self, new: Sequence[_Statement]) -> None:
        roots = [item.stated.snapshot.root for item in new]
        self._entries.add_digests(root.digest for root in roots if root)
        self._entries.add_digests(digest for item in new for digest in item.dates)
        self._entries.add_names(
            "media_type", [root.media_type for root in roots if root]
        )
        number = self._numbers.of
        rows = []
        parts: list[tuple[int, int, int]] = []
        entries: list[tuple[int, int, int]] = []
        dates = []
        for item, root in zip(new, roots, strict=True):
            own = number("statement", item.key)
            rows.append(
                (
                    *(own, item.key),
                    self._entries.digest(root.digest if root else None),
                    self._entries.name("media_type", root.media_type if root else None),
                    item.stated.separator if item.stated.parts else None,
                )
            )
            parts += [
                (own, position, number("digest", key))
                for position, key in enumerate(item.hashes)
            ]
            entries += [
                (own, position, number("entry", key))
                for position, key in enumerate(item.entries)
            ]
            dates += [
                (own, self._entries.digest(digest), moment)
                for digest, moment in item.dates.items()
            ]
        self._engine.append("statement", rows)
        self._engine.append("statement_part", parts)
        self._engine.append("statement_entry", entries)
        self._engine.append("statement_date", dates)

    def _write_observations(
        self, batch: Sequence[Stated], said: Sequence[_Statement | None]
    ) -> int:
        snapshots = [stated.snapshot for stated in batch]
        self._entries.add_names("source", (item.source for item in snapshots))
        self._entries.add_names(
            "repository", (repository_name(item.reference) for item in snapshots)
        )
        number = self._numbers.of
        names = [
            (
                number("repository", repository_name(item.reference)),
                tag_name(item.reference),
            )
            for item in snapshots
        ]
        new = self._numbers.add("tag", names)
        self._engine.append("tag", [(number("tag", name), *name) for name in new])
        facts: dict[tuple[int, int, int], tuple[Stated, _Statement | None]] = {}
        for name, stated, statement in zip(names, batch, said, strict=True):
            fact = (
                number("tag", name),
                keys.microseconds(stated.snapshot.observed_at),
                number("source", keys.bounded(stated.snapshot.source)),
            )
            facts.setdefault(fact, (stated, statement))
        known = self._engine.known("observation", list(facts))
        rows = [
            (
                *(self._numbers.next("observation"), *fact),
                None if statement is None else number("statement", statement.key),
                int(stated.snapshot.is_absent),
                EVIDENCE_NUMBERS[stated.evidence],
            )
            for fact, (stated, statement) in facts.items()
            if fact not in known
        ]
        self._engine.append("observation", rows)
        return len(rows)


class _Statement:
    """What one of the batch says, with the keys of all its pieces."""

    __slots__ = ("dates", "entries", "hashes", "key", "stated")

    def __init__(
        self, stated: Stated, reader: EntryReader, fresh: dict[bytes, EntryParts]
    ) -> None:
        snapshot = stated.snapshot
        root = snapshot.root
        self.stated = stated
        self.entries = [reader.key(entry, fresh) for entry in snapshot.entries]
        self.hashes = [sha256(part).digest() for part in stated.parts]
        self.dates = {} if stated.parts else _dates(snapshot)
        self.key = keys.record_key(
            root and (root.digest, keys.bounded(root.media_type)),
            stated.separator if stated.parts else None,
            keys.list_key(self.hashes),
            keys.list_key(self.entries),
            sorted(self.dates.items()),
        )


def _is_gone(stated: Stated) -> bool:
    snapshot = stated.snapshot
    return snapshot.is_absent and snapshot.root is None and not stated.parts


def _dates(snapshot: Snapshot) -> dict[Digest, int]:
    return {
        layer.digest: keys.microseconds(layer.last_modified)
        for entry in snapshot.entries
        if isinstance(entry, Image | Attestation | Artifact)
        for layer in entry.layers
        if layer.digest is not None and layer.last_modified is not None
    }
