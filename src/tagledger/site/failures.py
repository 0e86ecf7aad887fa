"""Errors as answers: a page for people, a problem document (RFC 9457) for scripts."""

from __future__ import annotations

import logging
from http import HTTPStatus

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException

from tagledger.errors import LedgerError, TagledgerError
from tagledger.site.asked import AnyRequest
from tagledger.site.rendering import Pages
from tagledger.site.statuses import status_of

PROBLEM = "application/problem+json"
API = "/api/"

_log = logging.getLogger("tagledger.site")


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A problem document; `code` is the stable code of docs/errors.md."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    code: str = ""
    hint: str = ""


def problem_of(error: Exception) -> Problem:
    """What went wrong, without anything that is only ours to know."""
    if isinstance(error, TagledgerError):
        status = status_of(error)
        # Where the ledger is, is ours to know.
        said = error.problem if isinstance(error, LedgerError) else str(error)
        return Problem(
            title=HTTPStatus(status).phrase,
            status=status,
            detail=said,
            code=error.code,
            hint=error.hint,
        )
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        return Problem(title=status.phrase, status=status, detail=error.detail)
    _log.error("a request failed", exc_info=error)
    return Problem(title="Internal Server Error", status=500)


class Failures:
    """Answers a request that failed, in the form that its path promises."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def __call__(self, request: AnyRequest, error: Exception) -> Response[str]:
        """The answer."""
        problem = problem_of(error)
        headers = dict(getattr(error, "headers", None) or {})
        if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers["Retry-After"] = "5"
        if request.url.path.startswith(API) or request.url.path.endswith(".json"):
            text = msgspec.json.encode(problem).decode()
            return Response(
                text, status_code=problem.status, media_type=PROBLEM, headers=headers
            )
        answer = self._pages.page(
            "error.html", request, status=problem.status, problem=problem
        )
        answer.headers.update(headers)
        return answer
