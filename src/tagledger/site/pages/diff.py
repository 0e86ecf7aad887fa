"""What changed from one state of a name to another: as a page, JSON or Markdown."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from litestar import Response, get
from litestar.exceptions import ClientException

from tagledger.errors import (
    LedgerError,
    MalformedReference,
    NotObserved,
    TagledgerError,
)
from tagledger.flows.diff_states import Comparison, Moment, diff_states
from tagledger.ledger.answers import State
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.source import LATEST, known_reference
from tagledger.model.platform import parse_platform
from tagledger.site.answers import JSON, content
from tagledger.site.asked import AnyRequest, Asked
from tagledger.site.kept import Kept
from tagledger.site.pages.diff_view import diff_view, earlier
from tagledger.site.parameters import moment_of, text_of
from tagledger.site.rendering import Pages
from tagledger.site.renditions import Sides as Compared
from tagledger.site.renditions import difference_text
from tagledger.site.statuses import status_of

WRITER = "`tagledger diff`"
"""What gives a difference of any length."""

MAX_CHOICES = 100
"""Moments offered for each side: the newest states."""


class Sides(msgspec.Struct, frozen=True, kw_only=True):
    """What the address asks for; the moments as they are written there."""

    a: str
    b: str
    a_at: str
    b_at: str
    platform: str

    @property
    def is_whole(self) -> bool:
        """Whether there are two names to compare."""
        return bool(self.a and self.b)


def sides_of(request: AnyRequest) -> Sides:
    """What stands in the address."""
    return Sides(
        a=text_of(request, "a"),
        b=text_of(request, "b"),
        a_at=text_of(request, "a_at"),
        b_at=text_of(request, "b_at"),
        platform=text_of(request, "platform"),
    )


@get("/diff")
async def diff_page(asked: Asked, pages: Pages, kept: Kept) -> Response[str]:
    """Both sides beside each other, or the form to choose them."""
    request = asked.request
    sides = sides_of(request)
    if not sides.is_whole:
        return await _choosing(asked, pages, sides)

    async def look(ledger: Ledger) -> Response[str]:
        comparison = await _compared(ledger, kept, request, sides)
        view = diff_view(comparison, sides.platform)
        # Made here, where it holds up nobody: a long page takes its time.
        return pages.page(
            "diff.html",
            request,
            sides=sides,
            view=view,
            a_choices=_choices(comparison.before_states),
            b_choices=_choices(comparison.after_states),
        )

    try:
        return await asked.follow(look)
    except LedgerError:
        raise
    except (TagledgerError, ClientException) as problem:
        return await _choosing(asked, pages, sides, problem)


@get("/diff.json")
async def diff_json(asked: Asked, kept: Kept) -> Response[bytes]:
    """What `tagledger diff --json` prints."""
    body = await difference_text(asked, kept, _sides(asked.request), is_json=True)
    return content(asked.request, body, JSON, writer=WRITER)


@get("/diff.md")
async def diff_markdown(asked: Asked, kept: Kept) -> Response[bytes]:
    """What `tagledger diff --markdown` prints, as text that a browser shows."""
    is_full = text_of(asked.request, "full") not in ("", "0")
    body = await difference_text(
        asked, kept, _sides(asked.request), is_json=False, is_full=is_full
    )
    return content(asked.request, body, "text/plain", writer=WRITER)


def _sides(request: AnyRequest) -> Compared:
    sides = sides_of(request)
    if not sides.is_whole:
        raise ClientException(detail="name both sides: ?a=REF&b=REF")
    return Compared(
        before=Moment(sides.a, moment_of(request, "a_at")),
        after=Moment(sides.b, moment_of(request, "b_at")),
        platforms=(parse_platform(sides.platform),) if sides.platform else (),
    )


async def _compared(
    ledger: Ledger, kept: Kept, request: AnyRequest, sides: Sides
) -> Comparison:
    return await diff_states(
        ledger,
        kept.snapshots,
        Moment(sides.a, moment_of(request, "a_at")),
        Moment(sides.b, moment_of(request, "b_at")),
    )


async def _choosing(
    asked: Asked,
    pages: Pages,
    sides: Sides,
    problem: Exception | None = None,
) -> Response[str]:
    """The form, with what can be chosen, and what was wrong with what was asked."""

    def look(ledger: Ledger) -> tuple[tuple[State, ...], tuple[State, ...]]:
        one = _states(ledger, sides.a or sides.b)
        return one, one if sides.a == sides.b else _states(ledger, sides.b or sides.a)

    a_states, b_states = await asked.ask(look)
    known = b_states or a_states
    last = max((state.last_seen for state in known), default=None)
    return pages.page(
        "diff_choice.html",
        asked.request,
        status=_status(problem),
        sides=sides,
        problem=problem,
        a_choices=_choices(a_states),
        b_choices=_choices(b_states),
        name=(sides.b or sides.a) if b_states else sides.a,
        earlier=[] if last is None else [*earlier(known, last)],
    )


def _states(ledger: Ledger, text: str) -> tuple[State, ...]:
    if not text:
        return ()
    try:
        reference = known_reference(ledger, text)
    except MalformedReference:
        return ()
    if reference.digest is not None or ledger.at(reference, LATEST) is None:
        return ()
    return tuple(ledger.history(reference))


def _choices(states: tuple[State, ...]) -> list[State]:
    """The states offered as moments, the newest first."""
    return [*reversed(states)][:MAX_CHOICES]


def _status(problem: Exception | None) -> int:
    if isinstance(problem, NotObserved):
        return HTTPStatus.NOT_FOUND
    if isinstance(problem, TagledgerError):
        return status_of(problem)
    if isinstance(problem, ClientException):
        return problem.status_code
    return HTTPStatus.OK
