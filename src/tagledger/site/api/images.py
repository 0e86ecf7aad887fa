"""What a name is and was: the image, its history, its sizes, and what changed."""

from __future__ import annotations

from typing import Annotated, Literal

from litestar import Response, get
from litestar.params import Parameter

from tagledger.errors import NotObserved
from tagledger.flows.diff_states import Moment, diff_states
from tagledger.flows.history import history
from tagledger.flows.json_forms.history import HistoryReport, history_report
from tagledger.flows.json_forms.sizes import SizesReport, sizes_report
from tagledger.flows.sizes import sizes
from tagledger.flows.tag_state import TagState, tag_state
from tagledger.ledger.protocol import Ledger
from tagledger.model.difference.values import Difference
from tagledger.model.platform import PlatformFilter, parse_platform
from tagledger.reports.difference.json_report import encode_difference
from tagledger.reports.difference.markdown import write_difference
from tagledger.reports.json_form import SnapshotReport
from tagledger.reports.json_report import encode_report
from tagledger.reports.page.writer import write_page
from tagledger.site.api.answers import JSON, answered, content
from tagledger.site.api.parameters import (
    MAX_TEXT,
    At,
    PlatformText,
    Ref,
    Since,
    Until,
    moment,
)
from tagledger.site.asked import Asked
from tagledger.site.kept import Kept

MARKDOWN = "text/markdown; charset=utf-8"

Format = Annotated[
    Literal["json", "markdown"],
    Parameter(query="format", description="JSON, or Markdown for people."),
]


@get("/image", summary="What a name is, or was")
async def image(
    asked: Asked, kept: Kept, ref: Ref, at: At = None, form: Format = "json"
) -> Response[SnapshotReport]:
    """All that was published under a name: what `tagledger report --json` prints.

    As Markdown, the page in the form of the public record.
    """
    when = moment("at", at)

    async def written(ledger: Ledger) -> bytes:
        state = await tag_state(ledger, kept.snapshots, ref, at=when)
        if state.snapshot is None:
            raise state.problem or NotObserved(ref, when)
        if form == "json":
            return encode_report(state.snapshot)
        return _page(ledger, state)

    body = await asked.follow(written)
    return content(asked.request, body, JSON if form == "json" else MARKDOWN)


def _page(ledger: Ledger, state: TagState) -> bytes:
    statement = state.fact.statement
    is_whole = state.reference.digest is None and statement is not None
    page = ledger.page(statement) if is_whole and statement is not None else None
    if page is None and state.snapshot is not None:
        return write_page(state.snapshot)
    return page or b""


@get("/history", summary="What a name was, and when")
async def history_of(
    asked: Asked,
    kept: Kept,
    ref: Ref,
    at: At = None,
    source: Annotated[
        str | None,
        Parameter(
            query="source",
            max_length=MAX_TEXT,
            description="Only what this source said, as `sources` names it.",
        ),
    ] = None,
) -> Response[HistoryReport]:
    """Each state of a name, oldest first: what `tagledger history --json` prints.

    Where telling what changed takes too long, `change` is null in the last states.
    """
    when = moment("at", at)

    async def told(ledger: Ledger) -> HistoryReport:
        found = await history(
            ledger, ref, at=when, source=source, snapshots=kept.snapshots
        )
        return history_report(found)

    return answered(asked.request, await asked.follow(told))


@get("/sizes", summary="How images grew")
async def sizes_of(
    asked: Asked,
    ref: Ref,
    platform: PlatformText = None,
    since: Since = None,
    until: Until = None,
) -> Response[SizesReport]:
    """The sizes of a tag's images, or of all tags of a repository.

    What `tagledger sizes --json` prints.
    """
    start, end = moment("since", since, ends_day=False), moment("until", until)
    wanted = _platforms(platform)

    def found(ledger: Ledger) -> SizesReport:
        return sizes_report(
            sizes(ledger, ref, platforms=wanted, since=start, until=end)
        )

    return answered(asked.request, await asked.ask(found))


SideName = Annotated[
    str, Parameter(max_length=MAX_TEXT, description="A name as people write it.")
]
SideTime = Annotated[
    str | None,
    Parameter(max_length=60, description="When; without it: now."),
]


@get("/diff", summary="What changed")
async def diff_of(
    asked: Asked,
    kept: Kept,
    a: SideName,
    b: SideName,
    a_at: SideTime = None,
    b_at: SideTime = None,
    platform: PlatformText = None,
    form: Format = "json",
) -> Response[Difference]:
    """What changed from `a` to `b`: what `tagledger diff --json` prints."""
    first = Moment(a, moment("a_at", a_at))
    second = Moment(b, moment("b_at", b_at))
    wanted = _platforms(platform)

    async def compared(ledger: Ledger) -> bytes:
        found = await diff_states(
            ledger, kept.snapshots, first, second, platforms=wanted
        )
        if form == "json":
            return encode_difference(found.difference)
        return write_difference(found.difference).encode()

    body = await asked.follow(compared)
    return content(asked.request, body, JSON if form == "json" else MARKDOWN)


def _platforms(text: str | None) -> tuple[PlatformFilter, ...]:
    return (parse_platform(text),) if text else ()
