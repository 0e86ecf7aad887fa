"""A page of the site as a browser would find it: its links, its text, and what must not be in it."""

from html.parser import HTMLParser

import msgspec

from support.service import Answer

_ADDRESSES = {"href", "src", "action"}
_WITHIN_A_LINE = {"a", "b", "code", "data", "mark", "small", "span", "strong", "time"}


class SeenPage(msgspec.Struct, frozen=True):
    """What was found in the HTML."""

    title: str
    text: str
    links: tuple[str, ...]
    elements: tuple[tuple[str, dict[str, str]], ...]

    def having(self, kind: str, /, **attributes: str) -> list[dict[str, str]]:
        """The attributes of the elements of that kind that have these, ``class_`` for class."""
        wanted = {key.rstrip("_"): value for key, value in attributes.items()}
        return [
            given
            for element, given in self.elements
            if element == kind and wanted.items() <= given.items()
        ]


def seen(answer: Answer) -> SeenPage:
    """Read an answer that is a page."""
    assert answer.headers["content-type"] == "text/html; charset=utf-8", answer
    reader = _Reader()
    reader.feed(answer.text)
    reader.close()
    links = [
        value
        for _, attributes in reader.elements
        for key, value in attributes.items()
        if key in _ADDRESSES
    ]
    return SeenPage(
        title=" ".join("".join(reader.title).split()),
        text=" ".join("".join(reader.texts).split()),
        links=tuple(dict.fromkeys(links)),
        elements=tuple(reader.elements),
    )


def assert_nothing_runs(page: SeenPage) -> None:
    """Nothing inline, nothing from elsewhere: no more than a strict policy of content lets through."""
    for element, attributes in page.elements:
        assert element not in {"style", "iframe", "object", "embed", "base"}, element
        assert "style" not in attributes, (element, attributes)
        for name, value in attributes.items():
            assert not name.startswith("on"), (element, attributes)
            if name in _ADDRESSES:
                assert value.startswith(("/", "#", "?")), (element, attributes)
                assert not value.startswith("//"), (element, attributes)
        if element == "script":
            assert attributes["src"].startswith("/static/"), attributes
        if element == "img":
            assert attributes["src"].startswith("/static/"), attributes


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.title: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._open.append(tag)
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass
        self._part(tag)

    def _part(self, tag: str) -> None:
        """What stands apart on the page stands apart in the text."""
        if tag not in _WITHIN_A_LINE:
            self.texts.append(" ")

    def handle_data(self, data: str) -> None:
        if "title" in self._open[-1:]:
            # A drawing has titles too: they are text for who points at it.
            (self.texts if "svg" in self._open else self.title).append(data)
        elif "script" not in self._open[-1:]:
            self.texts.append(data)
