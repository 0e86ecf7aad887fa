"""Snapshots of every shape that the types allow, with hostile text in every field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from choices import Choices

from tagledger.model import media_types
from tagledger.model.config import Healthcheck, HistoryEntry, ImageConfig
from tagledger.model.descriptor import MAX_SIZE_BYTES, Descriptor
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.platform import Platform
from tagledger.model.reference import Reference
from tagledger.model.snapshot import (
    Artifact,
    Attestation,
    Document,
    Entry,
    Image,
    Layer,
    Missing,
    Snapshot,
)
from tagledger.model.step import Step, steps_of

_MOMENTS = (
    datetime(2019, 11, 13, 14, 48, 55, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
)
_SIZES = (0, 1, 999, 1_000, 1_001, 57_000_000, 10**15, MAX_SIZE_BYTES)
_MEDIA_TYPES = (
    *sorted(media_types.INDEXES | media_types.MANIFESTS | media_types.IMAGE_CONFIGS),
    *(media_types.DOCKER_LAYER_GZIP, media_types.DOCKER_LAYER_FOREIGN),
    *("application/vnd.oci.image.layer.v1.tar+zstd", media_types.IN_TOTO, "text/html"),
)


class _Maker:
    """Makes the parts of one snapshot from one source of decisions."""

    def __init__(self, draw: Choices) -> None:
        self.draw = draw

    def snapshot(self) -> Snapshot:
        draw = self.draw
        entries = draw.several(self.entry, 4)
        root = draw.perhaps(self.descriptor)
        held = draw.several(self.digest)
        return Snapshot(
            reference=self.reference(),
            source=draw.text(),
            observed_at=self.moment(),
            root=root,
            entries=entries,
            documents={digest: self.document() for digest in held},
            annotations=self.mapping(),
            artifact_type=draw.perhaps(draw.text),
            subject=draw.perhaps(self.descriptor),
            dates_evidence=draw.pick([*Evidence]),
            contradicted={digest: draw.text() for digest in draw.several(self.digest)},
            is_absent=not entries and draw.flag(),
        )

    def reference(self) -> Reference:
        draw = self.draw
        domain = draw.pick(("docker.io", "localhost:5000", "ghcr.io", ""))
        # In a registry the grammar holds; a folder and a name in it may be anything.
        is_free = not domain
        return Reference(
            domain,
            draw.text() if is_free else draw.pick(("library/python", "a/b__c-d")),
            draw.perhaps(draw.text if is_free else lambda: "3.8-x_Y"),
            draw.perhaps(self.digest),
        )

    def entry(self) -> Entry:
        return self.draw.pick(
            (self.image, self.attestation, self.artifact, self.missing)
        )()

    def image(self) -> Image:
        draw = self.draw
        layers = draw.several(self.layer, 4)
        config = draw.perhaps(self.config)
        steps = draw.several(lambda: self.step(len(layers)))
        if config is not None and draw.flag():
            steps = tuple(
                step
                for step in steps_of(config.history, config.shell)
                if (step.layer or 0) < len(layers)
            )
        return Image(
            manifest=draw.perhaps(self.descriptor),
            within=draw.several(self.digest, 1),
            platform=self.platform(),
            config_descriptor=draw.perhaps(self.descriptor),
            config=config,
            layers=layers,
            steps=steps,
            annotations=self.mapping(),
            artifact_type=draw.perhaps(draw.text),
            subject=draw.perhaps(self.descriptor),
            v1_id=draw.perhaps(draw.text),
        )

    def attestation(self) -> Attestation:
        return Attestation(
            manifest=self.draw.perhaps(self.descriptor),
            within=self.draw.several(self.digest, 1),
            platform=self.platform(),
            subject_digest=self.draw.perhaps(self.digest),
            layers=self.draw.several(self.layer),
        )

    def artifact(self) -> Artifact:
        draw = self.draw
        return Artifact(
            manifest=draw.perhaps(self.descriptor),
            artifact_type=draw.text(),
            platform=draw.perhaps(self.platform),
            config_descriptor=draw.perhaps(self.descriptor),
            layers=draw.several(self.layer),
            annotations=self.mapping(),
            subject=draw.perhaps(self.descriptor),
        )

    def missing(self) -> Missing:
        return Missing(
            manifest=self.draw.perhaps(self.descriptor),
            platform=self.draw.perhaps(self.platform),
        )

    def layer(self) -> Layer:
        draw = self.draw
        return Layer(
            digest=draw.perhaps(self.digest),
            media_type=draw.perhaps(self.media_type),
            size_bytes=draw.perhaps(self.size),
            diff_id=draw.perhaps(self.digest),
            uncompressed_size_bytes=draw.perhaps(self.size),
            last_modified=draw.perhaps(self.moment),
            urls=draw.several(draw.text, 2),
            annotations=self.mapping(),
        )

    def step(self, layers: int) -> Step:
        draw = self.draw
        layer = draw.below(layers) if layers and draw.flag() else None
        return Step(
            dockerfile=draw.text() or "RUN x",
            created=draw.perhaps(self.moment),
            created_by=draw.perhaps(draw.text),
            comment=draw.text(),
            author=draw.text(),
            layer=layer,
            makes_layer=layer is not None or draw.perhaps(draw.flag),
        )

    def config(self) -> ImageConfig:
        draw = self.draw
        return ImageConfig(
            platform=draw.perhaps(self.platform),
            created=draw.perhaps(self.moment),
            author=draw.perhaps(draw.text),
            docker_version=draw.perhaps(draw.text),
            env=draw.several(draw.text),
            entrypoint=draw.perhaps(self.words),
            command=draw.perhaps(self.words),
            shell=draw.perhaps(self.words),
            user=draw.perhaps(draw.text),
            working_dir=draw.perhaps(draw.text),
            hostname=draw.perhaps(draw.text),
            exposed_ports=self.words(),
            volumes=self.words(),
            labels=self.mapping(),
            healthcheck=draw.perhaps(self.healthcheck),
            stop_signal=draw.perhaps(draw.text),
            on_build=self.words(),
            args_escaped=draw.perhaps(draw.flag),
            diff_ids=draw.several(self.digest),
            history=draw.several(self.history),
            unknown=dict(self.mapping()),
        )

    def history(self) -> HistoryEntry:
        draw = self.draw
        return HistoryEntry(
            created=draw.perhaps(self.moment),
            created_by=draw.text(),
            comment=draw.text(),
            author=draw.text(),
            empty_layer=draw.flag(),
            argv=draw.perhaps(self.words),
        )

    def healthcheck(self) -> Healthcheck:
        draw = self.draw
        return Healthcheck(
            test=self.words(),
            interval_ns=draw.perhaps(self.size),
            timeout_ns=draw.perhaps(self.size),
            start_period_ns=draw.perhaps(self.size),
            start_interval_ns=draw.perhaps(self.size),
            retries=draw.perhaps(self.size),
        )

    def platform(self) -> Platform:
        draw = self.draw
        return Platform(
            os=draw.text(),
            architecture=draw.text(),
            variant=draw.perhaps(draw.text),
            os_version=draw.perhaps(draw.text),
            os_features=draw.several(draw.text, 2),
            features=draw.several(draw.text, 1),
        )

    def descriptor(self) -> Descriptor:
        draw = self.draw
        return Descriptor(
            media_type=self.media_type(),
            digest=self.digest(),
            size_bytes=draw.perhaps(self.size),
            urls=draw.several(draw.text, 1),
            annotations=self.mapping(),
            platform=draw.perhaps(self.platform),
            artifact_type=draw.perhaps(draw.text),
            unknown=dict(self.mapping()),
        )

    def document(self) -> Document:
        content = self.draw.take(self.draw.below(20))
        return Document(self.media_type(), content, self.draw.pick([*Evidence]))

    def media_type(self) -> str:
        draw = self.draw
        return draw.text() if draw.below(4) == 0 else draw.pick(_MEDIA_TYPES)

    def digest(self) -> Digest:
        # Few, so that they meet: an attestation's subject is an image sometimes.
        algorithm = "sha512" if self.draw.below(8) == 0 else "sha256"
        return Digest.of(bytes([self.draw.below(6)]), algorithm)

    def moment(self) -> datetime:
        moment = self.draw.pick(_MOMENTS)
        if moment.year == _MOMENTS[0].year:
            moment += timedelta(
                seconds=self.draw.below(1 << 24), microseconds=self.draw.byte()
            )
        return moment

    def size(self) -> int:
        return self.draw.pick(_SIZES) if self.draw.flag() else self.draw.below(1 << 24)

    def words(self) -> tuple[str, ...]:
        return self.draw.several(self.draw.text)

    def mapping(self) -> Mapping[str, str]:
        draw = self.draw
        return {draw.text(): draw.text() for _ in range(draw.below(3))}


def snapshot_from(content: bytes) -> Snapshot:
    """The snapshot that these bytes decide on."""
    return _Maker(Choices(content)).snapshot()
