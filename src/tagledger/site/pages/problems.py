"""What an error is: where the `type` of a problem document leads."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

import msgspec
from litestar import Response, get
from litestar.exceptions import NotFoundException

from tagledger.errors import TagledgerError
from tagledger.site.asked import AnyRequest
from tagledger.site.rendering import Pages
from tagledger.site.statuses import STATUSES, status_of_class


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """An error as a page tells it."""

    code: str
    status: HTTPStatus
    says: str
    hint: str
    is_temporary: bool


def kinds() -> Iterator[Kind]:
    """Every error that an answer of this service may name."""
    waiting: list[type[TagledgerError]] = [*STATUSES]
    seen = set()
    while waiting:
        kind = waiting.pop()
        if kind in seen:
            continue
        seen.add(kind)
        waiting.extend(kind.__subclasses__())
        yield Kind(
            code=kind.code,
            status=HTTPStatus(status_of_class(kind)),
            says=(kind.__doc__ or "").partition("\n")[0],
            hint=kind.hint,
            is_temporary=kind.temporary,
        )


@get("/problems")
async def problems(request: AnyRequest, pages: Pages) -> Response[str]:
    """All of them."""
    found = sorted(kinds(), key=lambda kind: (kind.status, kind.code))
    return pages.page("problems.html", request, kinds=found)


@get("/problems/{code:str}")
async def problem(request: AnyRequest, pages: Pages, code: str) -> Response[str]:
    """The one with this code."""
    found = [kind for kind in kinds() if kind.code == code]
    if not found:
        raise NotFoundException(detail="there is no such error")
    return pages.page("problems.html", request, kinds=found)
