"""How much a ledger holds, as several forms say it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from tagledger.flows.json_forms.form import CountField, SizeField
from tagledger.ledger.answers import Counts


class CountsReport(msgspec.Struct, frozen=True, kw_only=True):
    """How much the ledger holds."""

    observations: Annotated[
        CountField, Meta(description="Facts: who said what of a name, and when.")
    ]
    tags: Annotated[CountField, Meta(description="Names that were ever observed.")]
    repositories: CountField
    statements: Annotated[
        CountField, Meta(description="What was said, each counted once.")
    ]
    entries: Annotated[
        CountField, Meta(description="Images and what else statements list.")
    ]
    steps: Annotated[CountField, Meta(description="Different build steps.")]
    layers: Annotated[
        CountField, Meta(description="Different layers, by what is said.")
    ]
    contents: Annotated[
        CountField,
        Meta(description="Documents and parts of pages whose bytes are held."),
    ]
    content_bytes: SizeField
    compressed_bytes: Annotated[SizeField, Meta(description="What they take up.")]


def counts_report(counts: Counts) -> CountsReport:
    """The report of a ledger's counts."""
    return CountsReport(**msgspec.structs.asdict(counts))
