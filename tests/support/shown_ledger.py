"""A small ledger with one of everything that a page has to show."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from support import kinds
from support.artifacts import helm_chart
from support.blobs import JsonObject
from support.images import Image, image_of, index_of, random_image
from support.layers import make_layer
from support.schema1 import schema_1_signed
from support.seed_page import PAGE_FILE
from support.statements import from_registry
from support.told import absent, served, told
from tagledger.flows.prove_ledger import prove_ledger
from tagledger.ledger.opening import open_ledger
from tagledger.ledger.stated import Stated
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.reports.page.parts import cut_page
from tagledger.reports.page.reader import read_page

BEGAN = datetime(2019, 11, 13, 12, tzinfo=UTC)
DAY = timedelta(days=1)

MOVED = "example:1.0"
"""Was one image for two days, then another; `example:1.0-gone` is not there any more."""

SEED = "python:3.8.0-windowsservercore"
REPORTED = "other/told:1"
CONTRADICTED = "other/wrong:1"
PARTIAL = "other/partly:1"
INDEX = "example/many:2.0"
ATTESTED = "example/attested:1"
SPARSE = "example/sparse:1"
CHART = "example/chart:1"
FOREIGN = "example/foreign:1"
OLD = "example/old:1"
WHY = "the config that it names is another image's"

_BASE = make_layer({"base": b"base" * 500})


def built(version: str) -> Image:
    """An image on a base that all versions share, with every setting that there is."""
    own = make_layer({"version": version.encode() * 50})
    history = (
        ("/bin/sh -c #(nop) ADD file:1234 in / ", False),
        ('/bin/sh -c #(nop)  CMD ["bash"]', True),
        (f"/bin/sh -c curl -fsSL https://x.example/{version}.tar.gz | tar -x", False),
        (f"/bin/sh -c #(nop)  ENV VERSION={version}", True),
    )
    config: JsonObject = {
        "architecture": "amd64",
        "os": "linux",
        "created": "2019-11-12T10:00:00Z",
        "author": "somebody",
        "config": {
            "Env": ["PATH=/bin", f"VERSION={version}"],
            "Labels": {"org.example.kind": "test"},
            "Entrypoint": ["/entry"],
            "Cmd": ["serve"],
            "User": "nobody",
            "ExposedPorts": {"8080/tcp": {}},
            "Volumes": {"/data": {}},
            "WorkingDir": "/srv",
            "StopSignal": "SIGINT",
            "Healthcheck": {
                "Test": ["CMD-SHELL", "curl localhost"],
                "Interval": 30_000_000_000,
            },
        },
        "rootfs": {"type": "layers", "diff_ids": [_BASE.diff_id, own.diff_id]},
        "history": [
            {"created": "2019-11-12T10:00:00Z", "created_by": text}
            | ({"empty_layer": True} if is_empty else {})
            for text, is_empty in history
        ],
    }
    return image_of(config, [_BASE, own])


ONE, TWO = built("1.0.1"), built("1.0.2")


def fill(path: Path) -> Path:
    """Make the ledger; what a page told is proven where it can be."""
    asyncio.run(_fill(path))
    return path


async def _fill(path: Path) -> None:
    wrong = await told(random_image(seed=12).published, CONTRADICTED, BEGAN)
    with open_ledger(str(path)) as ledger:
        ledger.record(
            [
                await served(ONE.published, MOVED, BEGAN),
                await served(ONE.published, MOVED, BEGAN + DAY),
                await served(TWO.published, MOVED, BEGAN + 2 * DAY),
                await served(ONE.published, "example:1.0-gone", BEGAN),
                absent("example:1.0-gone", BEGAN + DAY),
                await served(kinds.docker_list(), INDEX, BEGAN),
                await served(kinds.attested_index(), ATTESTED, BEGAN),
                await served(kinds.sparse_index(), SPARSE, BEGAN),
                await served(kinds.docker_foreign_layers(), FOREIGN, BEGAN),
                await served(schema_1_signed(), OLD, BEGAN),
                await served(helm_chart(), CHART, BEGAN),
                from_registry(PARTIAL, "1", 0),
                *_seed(),
            ]
        )
        prove_ledger(ledger)
        # After the proof, which would find that these can be proven.
        reported = index_of([random_image(seed=5)])
        ledger.record([await told(reported, REPORTED, BEGAN), wrong])
        assert wrong.snapshot.root is not None
        verdicts: dict[Digest, tuple[Evidence, str]] = {
            wrong.snapshot.root.digest: (Evidence.CONTRADICTED, WHY)
        }
        ledger.judge(verdicts)


def _seed() -> Iterator[Stated]:
    """The founding page, as its file is imported."""
    page = PAGE_FILE.read_bytes()
    snapshot = read_page(page, place="history of pages", observed_at=BEGAN)
    parts, separator = cut_page(page)
    yield Stated(
        snapshot=snapshot.snapshots[0],
        parts=parts,
        separator=separator,
        evidence=Evidence.REPORTED,
    )
