"""Errors as answers: a page for people, a problem document (RFC 9457) for scripts."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from http import HTTPStatus

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException, ValidationException

from tagledger.errors import LedgerError, TagledgerError, UsageError
from tagledger.reports.json_report import encode_safely
from tagledger.site.asked import AnyRequest
from tagledger.site.host import base_of, path_of
from tagledger.site.rendering import Pages
from tagledger.site.statuses import status_of

PROBLEM = "application/problem+json"
API = "/api/"
DESCRIPTION = "/openapi.json"
FEED = "/feed/"

PROBLEMS = "/problems/"
"""Followed by a code: what an error is, for whoever follows its `type`."""

RETRY_SECONDS = 5

NOTHING_HERE = "there is nothing at this address"

_log = logging.getLogger("tagledger.site")


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A problem document; `code` is the stable code of docs/errors.md."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    code: str = ""
    hint: str = ""


def is_for_scripts(path: str) -> bool:
    """Whether errors under this path are problem documents."""
    return path.startswith((API, FEED)) or path.endswith(".json")


def problem_of(error: Exception, base: str = "") -> Problem:
    """What went wrong, without anything that is only ours to know.

    `base` is where the site is, for the address that describes the error.
    """
    if isinstance(error, TagledgerError):
        status = status_of(error)
        # Where the ledger is, is ours to know.
        said = error.problem if isinstance(error, LedgerError) else str(error)
        return Problem(
            type=f"{base}{PROBLEMS}{error.code}",
            title=HTTPStatus(status).phrase,
            status=status,
            detail=said,
            code=error.code,
            hint=error.hint,
        )
    if isinstance(error, ValidationException):
        return Problem(
            type=f"{base}{PROBLEMS}{UsageError.code}",
            title=HTTPStatus.BAD_REQUEST.phrase,
            status=HTTPStatus.BAD_REQUEST,
            detail="; ".join(_wrong_parameters(error)) or error.detail,
            code=UsageError.code,
        )
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        said = error.detail if error.detail != status.phrase else ""
        if status is HTTPStatus.NOT_FOUND and not said:
            hint = f"{base}/ has the pages, {base}/api what scripts may ask"
            return Problem(
                title=status.phrase, status=status, detail=NOTHING_HERE, hint=hint
            )
        return Problem(title=status.phrase, status=status, detail=said)
    _log.error("a request failed", exc_info=error)
    return Problem(title="Internal Server Error", status=500)


def _wrong_parameters(error: ValidationException) -> Iterator[str]:
    for wrong in error.extra if isinstance(error.extra, list) else ():
        if isinstance(wrong, dict):
            yield f"{wrong.get('key')}: {wrong.get('message')}"


class Failures:
    """Answers a request that failed, in the form that its path promises."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def __call__(self, request: AnyRequest, error: Exception) -> Response[str]:
        """The answer."""
        problem = problem_of(error, base_of(request))
        headers = dict(getattr(error, "headers", None) or {})
        if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers["Retry-After"] = str(RETRY_SECONDS)
        if is_for_scripts(path_of(request)):
            text = encode_safely(problem, compact=True).decode()
            headers["Cache-Control"] = "no-store"
            return Response(
                text, status_code=problem.status, media_type=PROBLEM, headers=headers
            )
        answer = self._pages.page(
            "error.html", request, status=problem.status, problem=problem
        )
        answer.headers.update(headers)
        return answer
