"""Pages from templates: escaped by default, with what every page needs."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import jinja2
import msgspec
from litestar import Response

from tagledger import __version__
from tagledger.flows.visitor import LOGIN
from tagledger.model.printable import printable, printable_line
from tagledger.site.asked import AnyRequest, visitor_of
from tagledger.site.drawing import DRAWN
from tagledger.site.static_files import static_path
from tagledger.site.wording import EVIDENCE_WORDS, FILTERS, ago, short

HTML = "text/html"

_SAFE_IN_PATHS = "/:@!$&'()*+,;=-._~"


class _Page(msgspec.Struct, frozen=True):
    """What is alike in a whole page: where the site is, what time it is."""

    prefix: str
    now: datetime
    unlinked: bool


_PAGE: ContextVar[_Page] = ContextVar("page")
"""The page that is made in this context: so macros are made once, not for each page."""


class Pages:
    """Renders the templates beside this module."""

    def __init__(self) -> None:
        self._templates = jinja2.Environment(
            loader=jinja2.PackageLoader("tagledger.site"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.filters |= FILTERS | DRAWN
        self._templates.filters["ago"] = _ago
        self._templates.filters["printable"] = printable
        self._templates.filters["line"] = printable_line
        self._templates.globals |= {
            "evidence_words": EVIDENCE_WORDS,
            "is_unlinked": _is_unlinked,
            "short": short,
            "static": _static,
            "url": _url,
            "version": __version__,
        }
        # Compiled before the first visitor comes, who would wait for it.
        for name in self._templates.list_templates(extensions=["html"]):
            self._templates.get_template(name)

    def html(
        self,
        template: str,
        /,
        request: AnyRequest,
        *,
        unlinked: bool = False,
        **values: Any,  # noqa: ANN401 - templates take all kinds
    ) -> str:
        """The text of a page; `unlinked` where its digests are not in the ledger."""
        now = datetime.now(UTC)
        token = _PAGE.set(_Page(_prefix(request), now, unlinked))
        try:
            return self._templates.get_template(template).render(
                now=now,
                visitor=visitor_of(request),
                login=request.scope.get(LOGIN),
                **values,
            )
        finally:
            _PAGE.reset(token)

    def address(self, request: AnyRequest, path: str) -> str:
        """The address of a path of this site, below a proxy's prefix."""
        return link(_prefix(request), path)

    def page(
        self,
        template: str,
        /,
        request: AnyRequest,
        *,
        status: int = 200,
        **values: Any,  # noqa: ANN401 - likewise
    ) -> Response[str]:
        """A page as an answer."""
        text = self.html(template, request, **values)
        return Response(text, status_code=status, media_type=HTML)


def _url(path: str, /, **query: str | int | None) -> str:
    return link(_PAGE.get().prefix, path, **query)


def _static(name: str) -> str:
    return link(_PAGE.get().prefix, static_path(name))


def _ago(moment: datetime, now: datetime | None = None) -> str:
    return ago(moment, now or _PAGE.get().now)


def _is_unlinked() -> bool:
    return _PAGE.get().unlinked


def _prefix(request: AnyRequest) -> str:
    return str(request.scope.get("root_path", "")).rstrip("/")


def link(prefix: str, path: str, /, **query: str | int | None) -> str:
    """An address on this site; parameters that are None are left out."""
    given = "&".join(
        f"{name}={quote(str(value), safe=':/@')}"
        for name, value in query.items()
        if value is not None
    )
    address = prefix + quote(path, safe=_SAFE_IN_PATHS)
    return f"{address}?{given}" if given else address
