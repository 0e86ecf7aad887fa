"""A page of the site as a test looks at it: its text, its links, and what it is made of."""

from __future__ import annotations

from html.parser import HTMLParser

import msgspec

_EMPTY = frozenset(
    (
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"),
        *("source", "track", "wbr", "circle", "line", "rect", "path"),
    )
)


_APART = frozenset(
    ("td", "th", "li", "p", "div", "h1", "h2", "h3", "h4", "dt", "dd", "option", "pre")
)
"""What a reader does not run together with what follows."""


class Element(msgspec.Struct, frozen=True):
    """An element: its name, its attributes, and all text inside."""

    name: str
    attributes: dict[str, str]
    text: str

    @property
    def classes(self) -> list[str]:
        """The words of its class."""
        return self.attributes.get("class", "").split()


class _Open(msgspec.Struct):
    name: str
    attributes: dict[str, str]
    texts: list[str]


class HtmlPage(HTMLParser):
    """What a browser would make of the page; `elements` are in the order in which they end."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.unclosed: list[str] = []
        self._open: list[_Open] = []
        self.feed(text)
        self.close()
        self.unclosed += [item.name for item in self._open]

    @property
    def text(self) -> str:
        """All text, white space as one space."""
        (root,) = self.named("html")
        return " ".join(root.text.split())

    @property
    def title(self) -> str:
        """What the tab of a browser says."""
        return " ".join(self.named("title")[0].text.split())

    def named(self, name: str) -> list[Element]:
        """The elements of that name."""
        return [element for element in self.elements if element.name == name]

    def of_class(self, name: str) -> list[Element]:
        """The elements of that class."""
        return [element for element in self.elements if name in element.classes]

    @property
    def links(self) -> list[str]:
        """Every address that a person can follow."""
        return [element.attributes.get("href", "") for element in self.named("a")]

    def link(self, text: str) -> str:
        """The address behind the first link that says so."""
        found = [
            element.attributes["href"]
            for element in self.named("a")
            if " ".join(element.text.split()) == text
        ]
        assert found, f"no link says {text!r}"
        return found[0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """As HTMLParser calls it."""
        attributes = {name: value or "" for name, value in attrs}
        if tag in _EMPTY:
            self.elements.append(Element(tag, attributes, ""))
        else:
            self._open.append(_Open(tag, attributes, []))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """As HTMLParser calls it: `<path … />`."""
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append(Element(tag, attributes, ""))

    def handle_endtag(self, tag: str) -> None:
        """As HTMLParser calls it."""
        if tag in _EMPTY:
            return
        while self._open:
            ended = self._open.pop()
            self.elements.append(
                Element(ended.name, ended.attributes, "".join(ended.texts))
            )
            if ended.name in _APART:
                self.handle_data(" ")
            if ended.name == tag:
                return
            self.unclosed.append(ended.name)

    def handle_data(self, data: str) -> None:
        """As HTMLParser calls it."""
        for item in self._open:
            item.texts.append(data)
