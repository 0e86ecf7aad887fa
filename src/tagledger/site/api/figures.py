"""Figures: of the whole ledger, and how images grew."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from litestar import Response, get

from tagledger.flows.json_forms.sizes import SizesReport, sizes_report
from tagledger.flows.json_forms.stats import StatsReport, stats_report
from tagledger.flows.sizes import sizes
from tagledger.flows.stats import Span, stats
from tagledger.ledger.protocol import Ledger
from tagledger.site.api.answers import answered
from tagledger.site.api.parameters import (
    Platforms,
    Ref,
    Since,
    Until,
    described,
    moment,
    platforms,
)
from tagledger.site.asked import Asked
from tagledger.site.kept import Kept

By = Annotated[
    Literal["month", "year"] | None,
    described(
        "What observations are counted by; without it whichever fits.", example="month"
    ),
]


@get(
    "/api/v1/sizes",
    operation_id="getSizes",
    summary="How images grew",
    form=SizesReport,
)
async def sizes_of(
    asked: Asked,
    *,
    ref: Ref,
    platform: Platforms = None,
    since: Since = None,
    until: Until = None,
) -> Response[Any]:
    """The sizes of a tag's images, or of all tags of a repository.

    What `tagledger sizes --json` prints.
    """
    start, end = moment("since", since, ends_day=False), moment("until", until)
    wanted = platforms(platform)

    def found(ledger: Ledger) -> SizesReport:
        return sizes_report(
            sizes(ledger, ref, platforms=wanted, since=start, until=end)
        )

    return answered(asked.request, await asked.ask(found))


@get(
    "/api/v1/stats",
    operation_id="getStats",
    summary="Figures of the ledger",
    form=StatsReport,
)
async def stats_told(
    asked: Asked,
    kept: Kept,
    *,
    since: Since = None,
    until: Until = None,
    by: By = None,
) -> Response[Any]:
    """What `tagledger stats --json` prints, up to five minutes old.

    All that was ever observed is counted. Where that takes longer than a second, the
    answer is 503 with `Retry-After`, and the figures are there soon after.
    """
    start, end = moment("since", since, ends_day=False), moment("until", until)
    span = None if by is None else Span(by)

    def told(ledger: Ledger) -> StatsReport:
        return stats_report(stats(ledger, since=start, until=end, span=span))

    key = (asked.visitor.readable, start, end, span)
    found = await kept.stats.get(key, lambda: asked.ask(told, is_long=True))
    return answered(asked.request, found)
