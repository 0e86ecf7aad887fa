"""Pages from templates: escaped by default, with what every page needs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import jinja2
from litestar import Response

from tagledger import __version__
from tagledger.flows.visitor import LOGIN
from tagledger.model.printable import printable, printable_line
from tagledger.site.asked import AnyRequest, visitor_of
from tagledger.site.drawing import DRAWN
from tagledger.site.static_files import static_path
from tagledger.site.wording import EVIDENCE_WORDS, FILTERS, short

HTML = "text/html"

_SAFE_IN_PATHS = "/:@!$&'()*+,;=-._~"


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
        self._templates.filters["printable"] = printable
        self._templates.filters["line"] = printable_line
        self._templates.globals |= {
            "evidence_words": EVIDENCE_WORDS,
            "short": short,
            "version": __version__,
        }

    def html(self, template: str, /, request: AnyRequest, **values: Any) -> str:  # noqa: ANN401 - templates take all kinds
        """The text of a page."""
        prefix = _prefix(request)

        def url(path: str, /, **query: str | int | None) -> str:
            return link(prefix, path, **query)

        def static(name: str) -> str:
            return link(prefix, static_path(name))

        return self._templates.get_template(template).render(
            url=url,
            static=static,
            now=datetime.now(UTC),
            visitor=visitor_of(request),
            login=request.scope.get(LOGIN),
            **values,
        )

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
