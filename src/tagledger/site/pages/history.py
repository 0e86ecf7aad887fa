"""Every state of a tag: when, for how long, what changed, and how large it was."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import msgspec
from litestar import Response, get

from tagledger.errors import LedgerTooSlow, MalformedReference, NotObserved
from tagledger.flows.history import Episode, History, Turn, history
from tagledger.flows.sizes_over_time import SizesOverTime, sizes_over_time
from tagledger.ledger.answers import State
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.source import known_reference
from tagledger.model.evidence import Evidence
from tagledger.reports.duration_text import duration_text
from tagledger.site.addresses import HISTORY, moment_text
from tagledger.site.asked import Asked
from tagledger.site.charts.size_chart import size_chart
from tagledger.site.kept import Kept
from tagledger.site.pages.absent import absent
from tagledger.site.parameters import name_behind, page_of, text_of
from tagledger.site.rendering import Pages

STATES = 25
"""States on a page. What changed in each is worked out for these alone."""

MAX_OTHERS = 5
"""States of other sources named beside one."""

MAX_SOURCES = 50
"""Sources to choose from."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a history, and the sizes over all of it."""

    told: History
    sizes: SizesOverTime | None
    sources: tuple[str, ...]


@get("/history/{name:path}")
async def history_page(
    asked: Asked, pages: Pages, kept: Kept, name: str
) -> Response[str]:
    """The timeline of a name, the newest state first."""
    request = asked.request
    name = name_behind(request, HISTORY)
    source = text_of(request, "source") or None
    chosen = text_of(request, "page")
    page = page_of(request) if chosen else None

    async def look(ledger: Ledger) -> Shown:
        # What is cheap comes first: what changed is told as far as the time goes.
        reference = known_reference(ledger, name)
        states = ledger.history(reference)
        sizes: SizesOverTime | None = None
        with suppress(LedgerTooSlow):
            said = [item for item in states if source in (None, item.first.source)]
            sizes = sizes_over_time(ledger, said)
        told = await history(
            ledger,
            name,
            source=source,
            part=lambda count: page_range(count, page),
            tellings=kept.tellings,
        )
        return Shown(told=told, sizes=sizes, sources=_sources(states))

    try:
        shown = await asked.follow(look)
    except (MalformedReference, NotObserved) as error:
        return await absent(asked, pages, kept, name, error)
    total = len(shown.told.states)
    count = page_count(total)
    current = min(page or count, count)
    states = page_range(total, page)
    return pages.page(
        "history.html",
        request,
        shown=shown,
        told=shown.told,
        reference=shown.told.reference,
        episodes=[*map(_entry, reversed(shown.told.episodes))],
        chart=None if shown.sizes is None else size_chart(shown.sizes),
        source=source,
        sources=shown.sources[:MAX_SOURCES],
        sources_left=max(len(shown.sources) - MAX_SOURCES, 0),
        total=total,
        first_shown=states.start + 1,
        last_shown=states.stop,
        newer=None if current == count else current + 1,
        older=None if current == 1 else current - 1,
    )


def page_count(states: int) -> int:
    """How many pages so many states fill."""
    return max(states // STATES, 1)


def page_range(states: int, page: int | None) -> range:
    """The positions of the states on a page, which are numbered from the oldest.

    So a page stays what it is when the tag moves on: only the last one, which is shown
    where none is asked for, grows until it is two.
    """
    last = page_count(states)
    number = min(page or last, last)
    return range((number - 1) * STATES, states if number == last else number * STATES)


def _sources(states: Sequence[State]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(state.first.source for state in states))


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A state as the timeline shows it; `flag` is what stands out, `kind` its style."""

    episode: Episode
    kind: str
    flag: str | None
    lasted: str
    at: str | None
    before_at: str | None
    others_left: int


_KINDS = {
    Turn.FIRST: "first",
    Turn.MOVED: "moved",
    Turn.MOVED_BACK: "back",
    Turn.GONE: "gone",
    Turn.CAME_BACK: "back",
}


def _entry(episode: Episode) -> Entry:
    state = episode.state
    others = len(episode.same) + len(episode.otherwise)
    return Entry(
        episode=episode,
        kind=_KINDS[episode.turn],
        flag=_flag(episode),
        lasted=duration_text(episode.lasted),
        at=moment_text(state.first.observed_at),
        before_at=None
        if episode.before is None
        else moment_text(episode.before.first.observed_at),
        others_left=max(others - MAX_OTHERS, 0),
    )


def _flag(episode: Episode) -> str | None:
    if episode.turn is Turn.GONE:
        fact = episode.state.first
        is_silent = fact.statement is None and fact.evidence is Evidence.REPORTED
        return "not told of any more" if is_silent else "does not exist"
    if episode.turn is Turn.CAME_BACK:
        is_same = episode.state.is_back_to is not None
        return "came back" if is_same else "came back, as something else"
    return "moved back" if episode.turn is Turn.MOVED_BACK else None
