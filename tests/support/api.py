"""The API of a small ledger, asked in this process, and what its description promises."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from support.site_ledger import fill_site_ledger
from tagledger.endpoint.asgi import Application
from tagledger.flows.readers import Readers
from tagledger.site.api.description import describe
from tagledger.site.app import API, make_site

DESCRIPTION: dict[str, Any] = describe(API)

OPERATIONS: dict[str, dict[str, Any]] = {
    item["get"]["operationId"]: {"path": path, **item["get"]}
    for path, item in DESCRIPTION["paths"].items()
}
"""Every operation by its name."""

EXAMPLES = Path(__file__).parents[2] / "src/tagledger/site/api/examples"

_SHOWN = ("text", "pattern", "repository", "since", "limit")
"""What examples say besides what they must, so that they are short and not empty."""


@contextmanager
def served(folder: Path) -> Iterator[tuple[Application, Path]]:
    """The site on the small ledger, and that ledger."""
    ledger = fill_site_ledger(folder / "ledger.sqlite")
    readers = Readers(str(ledger))
    try:
        yield make_site(readers), ledger  # type: ignore[misc]  # Litestar's own types say less
    finally:
        readers.close()


def example_of(parameter: dict[str, Any]) -> Any:  # noqa: ANN401 - a text, a number or several
    """What the description gives as example of a parameter."""
    return parameter["examples"]["ledger"]["value"]


def target(operation: dict[str, Any], *named: str) -> str:
    """The address of an operation with the examples of what it needs, and of these."""
    path, query = operation["path"], []
    for parameter in operation["parameters"]:
        name, value = parameter["name"], example_of(parameter)
        if parameter["in"] == "path":
            path = path.replace(f"{{{name}}}", quote(value))
        elif parameter["required"] or name in named:
            values = value if isinstance(value, list) else [value]
            query += [(name, _text(each)) for each in values]
    return f"{path}?{urlencode(query)}" if query else path


def shown(operation: dict[str, Any]) -> str:
    """The request whose answer the description shows."""
    return target(operation, *_SHOWN)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
