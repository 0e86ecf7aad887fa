"""A small ledger with everything that its pages tell apart: moved, gone, back, disputed, read, proven and reported."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec

from support.blobs import Blob, Json, Published
from support.images import Image, image_of, index_of
from support.layers import Layer
from support.media_types import DOCKER_LAYER
from support.memory_contents import snapshot_of
from support.platforms import Platform
from support.statements import BEGAN, REGISTRY_SOURCE, gone, page
from tagledger.ledger.opening import open_ledger
from tagledger.ledger.stated import Stated
from tagledger.model.evidence import Evidence
from tagledger.model.reference import parse_reference
from tagledger.model.source import Wanted
from tagledger.reports.page.writer import write_page

APP = "example/app:1.0"
EDGE = "example/app:edge"
DISPUTED = "example/disputed:1.0"
PAGED = "example/paged:1.0"

PAGED_STATES = 60


def moment(number: int) -> datetime:
    """So many days after the first."""
    return BEGAN + timedelta(days=number)


def digest(name: str) -> str:
    """The digest that stands for this name."""
    return f"sha256:{sha256(name.encode()).hexdigest()}"


def layer(name: str, size_bytes: int) -> Layer:
    """A layer of that size."""
    return Layer(
        Blob(f"{DOCKER_LAYER}.gzip", b"x" * size_bytes, digest(name)),
        digest(f"unpacked {name}"),
    )


def app(version: str, *, base: str = "base 1", architecture: str = "amd64") -> Image:
    """An image on a base of two layers, with two of its own."""
    own = f"{version} {architecture}"
    layers = [
        layer(f"{base} {architecture}", 40_000),
        layer(f"tools of {base} {architecture}", 9_000),
        layer(f"code of {own}", 3_000 * int(version[-1]) + 2_000),
        layer(f"notes {architecture}", 100),
    ]
    config: dict[str, Json] = {
        "architecture": architecture,
        "os": "linux",
        "created": "2017-02-28T12:00:00Z",
        "docker_version": "17.03.0-ce",
        "config": {
            "Env": ["PATH=/usr/local/bin:/usr/bin", f"APP_VERSION={version}"],
            "Cmd": ["serve", "--quiet"],
            "Labels": {"org.example.version": version},
        },
        "history": [
            _step(f"/bin/sh -c #(nop) ADD file:{digest(base)[7:]} in / "),
            _step("/bin/sh -c apt-get update \t&& apt-get install -y curl"),
            _step('/bin/sh -c #(nop)  CMD ["bash"]', makes_layer=False),
            _step(f"/bin/sh -c #(nop)  ENV APP_VERSION={version}", makes_layer=False),
            _step(f"/bin/sh -c curl -fsSL https://example.com/app-{version}.tar.gz | tar -xz -C /opt"),
            _step("/bin/sh -c #(nop) COPY file:notes in /notes "),
            _step('/bin/sh -c #(nop)  CMD ["serve" "--quiet"]', makes_layer=False),
        ],
        "rootfs": {"type": "layers", "diff_ids": [item.diff_id for item in layers]},
    }  # fmt: skip
    return image_of(config, layers, platform=Platform("linux", architecture))


def fill_site_ledger(path: Path) -> Path:
    """Make it. `APP` is v1, v2, gone, v2 again, v1 again, and then on another base and on a second platform."""
    first = app("1.0").published
    second = app("1.1").published
    third = index_of(
        [app("1.2", base="base 2"), app("1.2", base="base 2", architecture="arm64")]
    )
    batch = [
        *(read(APP, first, number) for number in (0, 1)),
        read(APP, second, 5),
        _absent(APP, 9),
        read(APP, second, 12),
        read(APP, first, 20),
        read(APP, third, 30),
        read(EDGE, third, 31),
        *(read(DISPUTED, first, number) for number in (0, 4)),
        *(
            read(DISPUTED, second, number, source="docker://mirror")
            for number in (1, 3)
        ),
        *(reported(page(PAGED, f"{number}", number)) for number in range(PAGED_STATES)),
    ]
    with open_ledger(str(path)) as ledger:
        ledger.record(batch)
    return path


def read(
    name: str, published: Published, number: int, *, source: str = REGISTRY_SOURCE
) -> Stated:
    """What a registry served on that day, all of it read."""
    snapshot = asyncio.run(snapshot_of(published, wanted=Wanted(attestations=True)))
    return Stated(
        snapshot=msgspec.structs.replace(
            snapshot,
            reference=parse_reference(name),
            source=source,
            observed_at=moment(number),
        )
    )


def _absent(name: str, number: int) -> Stated:
    """That a registry knew of no such name on that day."""
    said = gone(name, number, source=REGISTRY_SOURCE)
    return msgspec.structs.replace(said, evidence=Evidence.READ)


def reported(said: Stated) -> Stated:
    """The same with a page that says so, as the record would write it."""
    return msgspec.structs.replace(
        said, parts=(write_page(said.snapshot),), separator=b""
    )


def _step(text: str, *, makes_layer: bool = True) -> dict[str, Json]:
    return {
        "created": "2017-02-28T12:00:00Z",
        "created_by": text,
        **({} if makes_layer else {"empty_layer": True}),
    }
