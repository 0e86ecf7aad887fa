"""One section of a page, read: what stands under one heading of the third level."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from tagledger.errors import DamagedPage, MalformedDigest
from tagledger.model import media_types
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.entries import UNKNOWN_PLATFORM
from tagledger.model.platform import Platform
from tagledger.model.snapshot import (
    Artifact,
    Attestation,
    Entry,
    Image,
    Layer,
    Missing,
)
from tagledger.model.step import Step
from tagledger.reports.page.cache import BoundedCache
from tagledger.reports.page.dockerfile_text import parse_step, split_steps
from tagledger.reports.page.facts_text import IMAGE_LABELS, Facts
from tagledger.reports.page.form import TABS, Bullets
from tagledger.reports.page.layer_text import (
    digest_problem,
    parse_attestation,
    parse_digest_text,
    parse_layer,
)
from tagledger.reports.page.outline import Item, bullets_of, parse_outline
from tagledger.reports.page.platform_text import parse_platform_text
from tagledger.reports.page.position import Below
from tagledger.reports.page.wording import ARTIFACT, ATTESTATIONS, NOT_HELD

MAX_CACHED_PARTS_BYTES = 32 * 1024 * 1024
"""Text of the steps, and of the layers, remembered: three years of 22 images have
7 MB and 4 MB."""

_PULL = re.compile(r"(`{3,})console\n\$ docker pull (.+)@([^\s@]+)\n\1\n\n")
_OPENING = re.compile(r"\n(`{3,})dockerfile\n")
_V1_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)
_OCI_LAYER = "application/vnd.oci.image.layer."
_CONFIG_TYPES = {
    media_types.DOCKER_MANIFEST: media_types.DOCKER_CONFIG,
    media_types.OCI_MANIFEST: media_types.OCI_CONFIG,
}
_ARTIFACT_LABELS = (
    *("Digest", "Manifest MIME", "Artifact Type", "Platform", "Config", "Subject"),
    *("Total Size", "Blobs"),
)
_STATEMENTS_HEADING = "unknown; unknown"
_LAYERS = ("Layers", "Blobs")


class SectionContext(msgspec.Struct, frozen=True):
    """What a page's head decides for its sections.

    `pull_name` is set under a list or index, `root` on the page of a single manifest,
    whose digest stands in the head alone. `infers_types` where the media type that a
    section states is not believed against its layers.
    """

    pull_name: str | None
    root: Digest | None
    infers_types: bool


class SectionContent(msgspec.Struct, frozen=True):
    """What a section says; `entry` is None for loose attestations."""

    entry: Entry | None
    attestations: tuple[Attestation, ...] = ()
    stated_type: str | None = None
    bullets: Bullets | None = None


class SectionReader:
    """Reads sections; the steps and layers that many share are read once."""

    def __init__(self) -> None:
        self._steps: BoundedCache[str, Step] = BoundedCache(MAX_CACHED_PARTS_BYTES)
        self._layers: BoundedCache[str, Layer] = BoundedCache(MAX_CACHED_PARTS_BYTES)

    def read(self, heading: str, body: str, context: SectionContext) -> SectionContent:
        """The content under this heading. Raises DamagedPage with the body's line.

        Line 1 is the body's first, so the heading is at line -1.
        """
        if heading == ATTESTATIONS:
            items = parse_outline(body, TABS)
            Facts.of(items, ("Attestations",))
            return SectionContent(None, tuple(_attestations(items, TABS, None)))
        if heading == ARTIFACT:
            return self._artifact(body)
        try:
            platform = parse_platform_text(heading)
        except ValueError as exc:
            raise DamagedPage("", -1, str(exc)) from exc
        digest, start = _pulled(body, context)
        with Below(body, start):
            rest = body[start:]
            if rest.endswith(f"\t{NOT_HELD}\n"):
                return _missing(rest, platform, digest)
            content = self._image(rest, platform or UNKNOWN_PLATFORM, digest, context)
        return _as_attestation(content) if heading == _STATEMENTS_HEADING else content

    def _image(
        self,
        body: str,
        platform: Platform,
        digest: Digest | None,
        context: SectionContext,
    ) -> SectionContent:
        bullets = bullets_of(body)
        opening, steps_end, end = _fenced(body)
        facts = Facts.of(parse_outline(body[: opening.start()], bullets), IMAGE_LABELS)
        with Below(body, opening.end()):
            steps = self._read_steps(body[opening.end() : steps_end])
        with Below(body, end):
            items = parse_outline(body[end:], bullets)
            Facts.of(items, ("Layers", "Attestations"))
            layers = self._read_layers(items, bullets)
            found = tuple(_attestations(items, bullets, digest or context.root))
        facts.check_total(layers)
        stated = facts.span("Manifest MIME")
        if (stated is None) != (digest is None and context.root is None):
            raise DamagedPage("", 1, "a manifest has a digest and a media type")
        media_type = _true_type(stated, layers, context)
        config_descriptor, v1_id = _image_id(facts, media_type)
        manifest = _descriptor(media_type, digest, platform)
        if manifest is None:
            manifest = _descriptor(media_type, context.root)
        image = Image(
            manifest=manifest,
            platform=platform,
            config_descriptor=config_descriptor,
            config=facts.config(),
            layers=layers,
            steps=steps,
            v1_id=v1_id,
        )
        return SectionContent(image, found, stated, bullets)

    def _artifact(self, body: str) -> SectionContent:
        items = parse_outline(body, TABS)
        facts = Facts.of(items, _ARTIFACT_LABELS)
        digest = facts.read("Digest", parse_digest_text)
        stated = facts.span("Manifest MIME")
        if (digest is None) != (stated is None):
            raise DamagedPage("", 1, "a manifest has a digest and a media type")
        layers = self._read_layers(items, TABS)
        facts.check_total(layers)
        entry = Artifact(
            manifest=_descriptor(stated, digest),
            artifact_type=facts.require("Artifact Type"),
            platform=facts.read("Platform", parse_platform_text),
            config_descriptor=_untyped(facts.read("Config", parse_digest_text)),
            layers=layers,
            subject=_untyped(facts.read("Subject", parse_digest_text)),
        )
        return SectionContent(entry)

    def _read_steps(self, text: str) -> tuple[Step, ...]:
        steps = []
        line = 0
        for step_text in split_steps(text):
            step = self._steps.get(step_text)
            if step is None:
                try:
                    step = parse_step(step_text)
                except DamagedPage as exc:
                    raise exc.moved(line) from exc
                self._steps.put(step_text, step, len(step_text))
            steps.append(step)
            line += step_text.count("\n") + 1
        return tuple(steps)

    def _read_layers(
        self, items: Sequence[Item], bullets: Bullets
    ) -> tuple[Layer, ...]:
        layers = []
        item = next((item for item in items if item.label in _LAYERS), None)
        if item is None:
            raise DamagedPage("", 1, "the layers are missing")
        for position, text in enumerate(item.under):
            layer = self._layers.get(text)
            if layer is None:
                try:
                    layer = parse_layer(text, bullets)
                except DamagedPage as exc:
                    raise exc.moved(item.line_under(position) - 1) from exc
                self._layers.put(text, layer, len(text))
            layers.append(layer)
        return tuple(layers)


def _pulled(body: str, context: SectionContext) -> tuple[Digest | None, int]:
    """The digest of the section's own pull line, and where that block ends."""
    block = _PULL.match(body)
    if block is None and context.pull_name is None:
        return None, 0
    if block is None or context.pull_name is None:
        problem = "the pull line of a manifest stands here only under a list or index"
        raise DamagedPage("", 1, problem)
    if block[2] != context.pull_name:
        problem = f"the pull line names {block[2][:80]!r}, not {context.pull_name!r}"
        raise DamagedPage("", 2, problem)
    try:
        return Digest(block[3]), block.end()
    except MalformedDigest as exc:
        raise DamagedPage("", 2, digest_problem(exc.text)) from exc


def _fenced(body: str) -> tuple[re.Match[str], int, int]:
    """The fence's opening line, the end of what is inside, the start of what follows.

    What is inside may hold the fence itself: only one before the layers closes it.
    """
    opening = _OPENING.search(body)
    if opening is None:
        raise DamagedPage("", body.count("\n") + 1, "the Dockerfile block is missing")
    closing = f"\n{opening[1]}\n\n"
    at = body.rfind(closing, opening.end() - 1)
    if at < 0:
        line = body.count("\n") + 1
        raise DamagedPage("", line, "the Dockerfile block is not closed: page cut?")
    return opening, at + 1, at + len(closing)


def _missing(
    text: str, platform: Platform | None, digest: Digest | None
) -> SectionContent:
    stated, _, _ = text.rpartition(f"-\t{NOT_HELD}\n")
    media_type = None
    if stated:
        facts = Facts.of(parse_outline(stated, TABS), ("Manifest MIME",))
        media_type = facts.span("Manifest MIME")
    if (media_type is None) != (digest is None):
        raise DamagedPage("", 1, "a manifest has a digest and a media type")
    manifest = _descriptor(media_type, digest, platform)
    return SectionContent(Missing(manifest=manifest, platform=platform))


def _attestations(
    items: Sequence[Item], bullets: Bullets, subject: Digest | None
) -> Iterator[Attestation]:
    for item in items:
        if item.label != "Attestations":
            continue
        for position, text in enumerate(item.under):
            try:
                yield parse_attestation(text, bullets, subject)
            except DamagedPage as exc:
                raise exc.moved(item.line_under(position) - 1) from exc


def _descriptor(
    media_type: str | None, digest: Digest | None, platform: Platform | None = None
) -> Descriptor | None:
    if media_type is None or digest is None:
        return None
    return Descriptor(media_type, digest, None, platform=platform)


def _untyped(digest: Digest | None) -> Descriptor | None:
    # The page gives the digest alone, and a descriptor has to say something.
    return _descriptor(media_types.OCTET_STREAM, digest)


def _true_type(
    stated: str | None, layers: Sequence[Layer], context: SectionContext
) -> str | None:
    """The manifest's media type, judged by its layers where upstream wrote a constant.

    Under an OCI index the record says Docker's schema 2 of every manifest; OCI layers
    and statements stand in OCI manifests only.
    """
    is_believed = not context.infers_types or stated != media_types.DOCKER_MANIFEST
    if not is_believed and layers and all(map(_is_oci, layers)):
        return media_types.OCI_MANIFEST
    return stated


def _is_oci(layer: Layer) -> bool:
    kind = layer.media_type or ""
    return kind.startswith(_OCI_LAYER) or kind == media_types.IN_TOTO


def _as_attestation(content: SectionContent) -> SectionContent:
    """The record lists attestations like images; their layers give them away."""
    image = content.entry
    if not isinstance(image, Image) or not image.layers or image.steps:
        return content
    if any(layer.media_type != media_types.IN_TOTO for layer in image.layers):
        return content
    attestation = Attestation(
        manifest=image.manifest,
        platform=image.platform,
        subject_digest=None,
        layers=image.layers,
        config_descriptor=image.config_descriptor,
    )
    return msgspec.structs.replace(content, entry=attestation)


def _image_id(
    facts: Facts, media_type: str | None
) -> tuple[Descriptor | None, str | None]:
    """The config's descriptor, or the ID of a schema 1 image, which has none."""
    text = facts.span("Image ID")
    if text is None or _V1_ID.fullmatch(text):
        return None, text
    digest = facts.read("Image ID", parse_digest_text)
    if digest is None:
        return None, None
    kind = _CONFIG_TYPES.get(media_type or "", media_types.DOCKER_CONFIG)
    return Descriptor(kind, digest, None), None
