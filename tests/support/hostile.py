"""A ledger as a stranger would fill it: markup, control characters, and too much of everything."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec

from support.blobs import Blob, Json, Published
from support.images import image_of, index_of
from support.layers import Layer
from support.media_types import DOCKER_LAYER
from support.memory_contents import snapshot_of
from support.platforms import Platform
from support.site_ledger import reported
from support.statements import BEGAN, PAGE_SOURCE, digest, page
from tagledger.ledger.opening import open_ledger
from tagledger.ledger.stated import Stated
from tagledger.model.reference import Reference, parse_reference
from tagledger.model.source import Wanted

MARKUP = "\"><script>alert('owned')</script><img src=x onerror=alert(1)>&amp;{{ 7*7 }}"
"""What would run, or break out of its place, where it is not escaped."""

CONTROLS = "a\x1b[31mb\x00c\x9bd\u202ee\u2066f\ufeffg\u2028h"
"""Escape sequences, bidirectional controls, and what cannot be seen."""

FREE_NAME = Reference("", f"{MARKUP}", "<b>x</b>")
"""A name as only a layout has it: free text."""

STEP = parse_reference("hostile/step:1.0")
LAYERS = parse_reference("hostile/layers:1.0")
WORDS = parse_reference("hostile/markup:1.0")
STATES = parse_reference("hostile/states:1.0")
TAGS = parse_reference("hostile/tags:t0")

SHARED_LAYER = digest("base")
"""The layer that all tags and all states have."""

_BATCH = 5_000


def fill(
    path: Path,
    *,
    step_bytes: int = 7_900_000,
    layers: int = 5_000,
    tags: int = 100_000,
    states: int = 2_000,
) -> Path:
    """Make the ledger. A config may have 8 MiB, so a step that was read has less; a page's step has 10 MB."""
    with open_ledger(str(path)) as ledger:
        ledger.record([*_of_markup(), *_of_layers(layers)])
        ledger.record([_page(number) for number in range(states)])
        for first in range(0, tags, _BATCH):
            numbers = range(first, min(first + _BATCH, tags))
            ledger.record([*_tags(numbers)])
        ledger.record([*_of_steps(step_bytes)])
    return path


def _of_markup() -> Iterator[Stated]:
    for number in range(2):
        text = f"{MARKUP} {CONTROLS} {number}"
        names = ["a", f"b{number}"]
        config: dict[str, Json] = {
            "architecture": "amd64",
            "os": f"linux{MARKUP}",
            "author": text,
            "created": "2017-03-01T12:00:00Z",
            "config": {
                "Env": [f"{MARKUP}={text}", f"PATH=/{number}"],
                "Labels": {MARKUP: text, f"only {number} {MARKUP}": text},
                "User": text,
                "Cmd": [text, "</pre></details>"],
                "WorkingDir": text,
            },
            "history": [
                {"created_by": f"RUN {text}", "comment": text, "author": text},
                {
                    "created_by": f"/bin/sh -c #(nop)  ENV {MARKUP}={number}",
                    "empty_layer": True,
                },
                {"created_by": f"RUN echo {number} {MARKUP} # buildkit"},
            ],
            "rootfs": {
                "type": "layers",
                "diff_ids": [_digest(f"d {n}") for n in names],
            },
            MARKUP: {MARKUP: text},
        }
        built = image_of(
            config,
            [_layer(name) for name in names],
            format="oci",
            platform=Platform("linux", f"amd64{MARKUP}"),
            annotations={MARKUP: text},
        )
        odd = image_of(
            config,
            [_layer(name, media_type=f"{DOCKER_LAYER}{MARKUP}") for name in names],
            format="oci",
            platform=Platform(f"os{MARKUP}", "amd64"),
        )
        published = index_of([built, odd], format="oci", annotations={MARKUP: text})
        yield _stated(WORDS, published, number)
        yield _stated(FREE_NAME, published, number, source=f"oci:/{MARKUP}{CONTROLS}")


def _of_steps(step_bytes: int) -> Iterator[Stated]:
    for number in range(2):
        words = (f"word{at}-{number} " for at in range(step_bytes // 14))
        long = "".join(words)[: step_bytes - 500]
        config: dict[str, Json] = {
            "architecture": "amd64",
            "os": "linux",
            "history": [
                {"created_by": f"RUN {long}"},
                {"created_by": f"RUN {number}<", "empty_layer": True},
            ],
            "rootfs": {"type": "layers", "diff_ids": [_digest(f"d s{number}")]},
        }
        yield _stated(STEP, image_of(config, [_layer(f"s{number}")]).published, number)


def _of_layers(layers: int) -> Iterator[Stated]:
    """Two images of which every third layer and step is another."""
    for number in range(2):
        names = [f"{at} {number if at % 3 == 0 else ''}" for at in range(layers)]
        config: dict[str, Json] = {
            "architecture": "amd64",
            "os": "linux",
            "config": {
                "Env": [f"VARIABLE_{name.replace(' ', '_')}=1" for name in names],
                "Labels": {f"label {name}": f"{number}" for name in names},
            },
            "history": [{"created_by": f"RUN make {name}"} for name in names],
            "rootfs": {
                "type": "layers",
                "diff_ids": [_digest(f"d {name}") for name in names],
            },
        }
        built = image_of(config, [_layer(name) for name in names])
        yield _stated(LAYERS, built.published, number)


def _page(number: int) -> Stated:
    """One of very many states of one tag, no two of which are alike."""
    return reported(page(STATES.familiar, f"{number}", number))


def _tags(numbers: range) -> Iterator[Stated]:
    """Very many tags of one repository, all of one image."""
    said = reported(page(TAGS.familiar, "of all tags", 0))
    for number in numbers:
        reference = parse_reference(f"{TAGS.familiar_name}:t{number}")
        snapshot = msgspec.structs.replace(said.snapshot, reference=reference)
        yield msgspec.structs.replace(said, snapshot=snapshot)


def _stated(
    name: Reference, published: Published, number: int, *, source: str = PAGE_SOURCE
) -> Stated:
    snapshot = asyncio.run(snapshot_of(published, wanted=Wanted(attestations=True)))
    return Stated(
        snapshot=msgspec.structs.replace(
            snapshot, reference=name, source=source, observed_at=_moment(number)
        )
    )


def _layer(name: str, *, media_type: str = f"{DOCKER_LAYER}.gzip") -> Layer:
    """A layer of which there is only the name."""
    return Layer(
        Blob(media_type, b"x" * (len(name) + 1), _digest(name)), _digest(f"d {name}")
    )


def _digest(name: str) -> str:
    return f"sha256:{sha256(name.encode()).hexdigest()}"


def _moment(number: int) -> datetime:
    return BEGAN + timedelta(days=number)
