"""The pages of before June 2016, read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from tagledger.errors import DamagedPage, MalformedDigest
from tagledger.model import media_types
from tagledger.model.config import ImageConfig
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.entries import UNKNOWN_PLATFORM
from tagledger.model.evidence import Evidence
from tagledger.model.snapshot import Image, Layer, Missing, Snapshot
from tagledger.model.step import Step
from tagledger.model.times import parse_http_date
from tagledger.reports.page.cache import BoundedCache
from tagledger.reports.page.characters import decode_text
from tagledger.reports.page.facts_text import Facts
from tagledger.reports.page.form import TABS, OldForm, OldLayer, PageForm
from tagledger.reports.page.head_reader import parse_title
from tagledger.reports.page.layer_text import digest_problem, parse_digest_text
from tagledger.reports.page.old_page import old_head, old_layer_section, totals
from tagledger.reports.page.outline import parse_outline
from tagledger.reports.page.position import Below, different
from tagledger.reports.page.size_text import parse_size_text

MAX_LAYERS = 1_000
"""Most layers of one page; engines stop at 127."""

MAX_CACHED_BYTES = 16 * 1024 * 1024
"""Text of read layers remembered."""

_HEAD = re.compile(
    r"## (?P<title>[^\n]+)\n\n"
    r"(?:```console\n\$ docker pull (?P<library>library/)?[^\n@]+@(?P<digest>\S+)\n"
    r"```\n\n)?(?P<totals>(?:-\t[^\n]*\n)+)\n### Layers \((?P<count>\d{1,4})\)\n"
)
_V1_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TOTALS = ("Total Virtual Size", "Total v2 Content-Length")
_LABELS = (
    *("Created", "Parent Layer", "Docker Version", "Virtual Size", "v2 Blob"),
    *("v2 Content-Length", "v2 Last-Modified"),
)
_OPENING = "`\n\n```dockerfile\n"
_CLOSING = "\n```\n\n"
_SEPARATOR = b"\n#### `"


class _Row(msgspec.Struct, frozen=True):
    old: OldLayer
    layer: Layer
    step: Step
    encoding: str | None


def is_old(content: bytes) -> bool:
    """Whether the page of one tag lists layer by layer."""
    return b"\n### Layers (" in content[:2_000]


class OldPageReader:
    """Reads old pages; a layer that many of them share is read once."""

    def __init__(self) -> None:
        self._rows: BoundedCache[bytes, _Row] = BoundedCache(MAX_CACHED_BYTES)

    def read(self, content: bytes, *, source: str, observed_at: datetime) -> Snapshot:
        """The snapshot of a page. Raises DamagedPage with the page's line."""
        head_bytes, *pieces = content.split(_SEPARATOR, MAX_LAYERS + 1)
        if len(pieces) > MAX_LAYERS:
            raise DamagedPage("", 1, f"more than {MAX_LAYERS} layers")
        head_text, encoding = decode_text(head_bytes)
        head = _HEAD.fullmatch(head_text)
        if head is None:
            raise DamagedPage("", 1, "the head of the page is incomplete")
        reference = parse_title(head["title"])
        rows = self._read_rows(pieces, head_bytes.count(b"\n") + 2)
        encodings = {encoding, *(row.encoding for row in rows)} - {None}
        if not rows or len(encodings) > 1:
            raise DamagedPage("", 1, "no layers, or layers in different encodings")
        _check_chain(rows)
        root = None
        if head["digest"] is not None:
            root = Descriptor(media_types.DOCKER_SCHEMA1, _digest(head), None)
        image = _image(root, rows)
        old = _form(head, image, tuple(row.old for row in rows))
        missing = Missing(manifest=root, layers=image.layers)
        form = PageForm(
            as_published=True,
            encoding=next(iter(encodings - {None}), None) or "utf-8",
            old=old,
        )
        snapshot = Snapshot(
            reference=reference,
            source=source,
            observed_at=observed_at,
            root=root,
            entries=(image if old.fragment is None else missing,),
            dates_evidence=Evidence.REPORTED,
            form=form,
        )
        written = old_head(snapshot, old).encode(form.encoding)
        if written != head_bytes:
            raise different(head_bytes, written)
        return snapshot

    def _read_rows(self, pieces: Sequence[bytes], line: int) -> list[_Row]:
        rows = []
        for piece in pieces:
            row = self._rows.get(piece)
            if row is None:
                try:
                    row = _read_row(piece)
                except DamagedPage as exc:
                    raise exc.moved(line - 1) from exc
                self._rows.put(piece, row, len(piece))
            rows.append(row)
            line += piece.count(b"\n") + 1
        return rows


def _read_row(piece: bytes) -> _Row:
    text, encoding = decode_text(piece)
    v1_id, opening, rest = text.partition(_OPENING)
    command, closing, listed = rest.rpartition(_CLOSING)
    if not opening or not _V1_ID.fullmatch(v1_id):
        raise DamagedPage("", 1, "the ID of a layer and its command were expected")
    if not closing:
        raise DamagedPage("", text.count("\n") + 1, "the command is not closed")
    with Below(text, len(text) - len(listed)):
        facts = Facts.of(parse_outline(listed, TABS), _LABELS)
        digest = facts.read("v2 Blob", parse_digest_text)
        layer = Layer(
            digest=digest,
            size_bytes=facts.read("v2 Content-Length", parse_size_text),
            uncompressed_size_bytes=facts.read("Virtual Size", parse_size_text),
            last_modified=facts.read("v2 Last-Modified", parse_http_date),
        )
        created = facts.read("Created", parse_http_date)
        old = OldLayer(
            v1_id=v1_id,
            parent=facts.span("Parent Layer"),
            docker_version=facts.read("Docker Version", str),
        )
    step = Step(command, created=created, makes_layer=True)
    written = old_layer_section(old, layer, step).encode(encoding or "utf-8")
    if written != b"#### `" + piece:
        raise different(b"#### `" + piece, written)
    return _Row(old, layer, step, encoding)


def _placed(row: _Row, position: int) -> Step:
    # Every step of a schema 1 image has a blob, if only that of nothing.
    return msgspec.structs.replace(row.step, layer=position)


def _check_chain(rows: Sequence[_Row]) -> None:
    """Refuse layers that do not stand on each other, as when one was cut out."""
    below: str | None = None
    for row in rows:
        if row.old.parent != below:
            raise DamagedPage("", 1, f"layer {row.old.v1_id} does not stand on {below}")
        below = row.old.v1_id


def _image(root: Descriptor | None, rows: Sequence[_Row]) -> Image:
    newest = rows[-1]
    return Image(
        manifest=root,
        platform=UNKNOWN_PLATFORM,
        config_descriptor=None,
        config=ImageConfig(
            created=newest.step.created, docker_version=newest.old.docker_version
        ),
        layers=tuple(row.layer for row in rows),
        steps=tuple(_placed(row, position) for position, row in enumerate(rows)),
        v1_id=newest.old.v1_id,
    )


def _form(head: re.Match[str], image: Image, layers: tuple[OldLayer, ...]) -> OldForm:
    """The form that explains what the head says of the layers. Raises DamagedPage."""
    with Below(head.string, head.start("totals")):
        facts = Facts.of(parse_outline(head["totals"], TABS), _TOTALS)
        stated = (
            int(head["count"]),
            facts.read(_TOTALS[0], parse_size_text),
            facts.read(_TOTALS[1], parse_size_text) or 0,
        )
        form = OldForm(layers=layers, pulls_library=head["library"] is not None)
        for twice in (False, True):
            found = totals(image, counts_newest_twice=twice)
            if stated == found:
                return msgspec.structs.replace(form, counts_newest_twice=twice)
        found = totals(image, counts_newest_twice=False)
        if stated[0] > found[0] and stated[2] > found[2]:
            return msgspec.structs.replace(form, fragment=image, announced=stated)
        problem = f"the layers add up to {found[2]} bytes, not to {stated[2]}"
        if stated[1] != found[1]:
            problem = f"the layers add up to {found[1]} bytes, not to {stated[1]}"
        if stated[0] != found[0]:
            problem = f"{stated[0]} layers are announced, {found[0]} follow"
        raise DamagedPage("", 1, problem)


def _digest(head: re.Match[str]) -> Digest:
    try:
        return Digest(head["digest"])
    except MalformedDigest as exc:
        line = head.string.count("\n", 0, head.start("digest")) + 1
        raise DamagedPage("", line, digest_problem(exc.text)) from exc
