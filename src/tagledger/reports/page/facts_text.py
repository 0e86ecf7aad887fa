"""What stands above an image's Dockerfile, read into values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import msgspec

from tagledger.errors import DamagedPage
from tagledger.model.config import ImageConfig
from tagledger.model.snapshot import Layer
from tagledger.reports.page import markup
from tagledger.reports.page.outline import Item
from tagledger.reports.page.size_text import parse_size_text
from tagledger.reports.page.wording import SIZE_UNKNOWN, TRANSFER_NOTE, UNPACKED_NOTE

_T = TypeVar("_T")

IMAGE_LABELS = (
    *("Docker Version", "Manifest MIME", "Total Size", "Image ID"),
    *("Entrypoint", "Default Command", "`SHELL`"),
)


class Facts(msgspec.Struct, frozen=True):
    """The items of one list by their labels, each read when it is asked for.

    Reading raises DamagedPage with the item's line in the list.
    """

    items: dict[str, Item]

    @classmethod
    def of(cls, items: Sequence[Item], allowed: Iterable[str]) -> Facts:
        """Check that every item belongs there."""
        for item in items:
            if item.label not in allowed:
                problem = f"{item.label[:60]!r} does not belong here"
                raise DamagedPage("", item.line, problem)
        return cls({item.label: item for item in items})

    def span(self, label: str) -> str | None:
        """The code span under this label, None if it is not there."""
        return self.read(label, markup.parse_span)

    def read(self, label: str, parse: Callable[[str], _T]) -> _T | None:
        """The value under this label, None if it is not there."""
        item = self.items.get(label)
        if item is None:
            return None
        try:
            return parse(item.value)
        except ValueError as exc:
            raise DamagedPage("", item.line, str(exc)) from exc

    def require(self, label: str) -> str:
        """The code span under this label."""
        value = self.span(label)
        if value is None:
            raise DamagedPage("", 1, f"{label!r} is missing")
        return value

    def config(self) -> ImageConfig:
        """What a page tells of the config."""
        return ImageConfig(
            docker_version=self.read("Docker Version", markup.parse_bare),
            entrypoint=self.read("Entrypoint", _words),
            command=self.read("Default Command", _words),
            shell=self.read("`SHELL`", _words),
        )

    def check_total(self, layers: Sequence[Layer]) -> None:
        """Refuse a total that is not the sum of the layers. Raises DamagedPage."""
        total = self.items.get("Total Size")
        if total is None:
            raise DamagedPage("", 1, "'Total Size' is missing")
        if total.value == SIZE_UNKNOWN:
            return
        stated = self.read("Total Size", _total)
        if total.notes == (TRANSFER_NOTE,):
            summed = sum(layer.size_bytes or 0 for layer in layers)
        elif total.notes == (UNPACKED_NOTE,):
            summed = sum(layer.uncompressed_size_bytes or 0 for layer in layers)
        else:
            raise DamagedPage("", total.line + 1, "what the size is of is not said")
        if stated != summed:
            problem = f"the layers add up to {summed} bytes, not to {stated}"
            raise DamagedPage("", total.line, problem)


def _words(text: str) -> tuple[str, ...]:
    return markup.parse_json_list(markup.parse_span(text))


def _total(text: str) -> int:
    if not text.startswith("**") or not text.endswith("**  "):
        raise ValueError(f"{text[:60]!r} is not a total size")
    return parse_size_text(text[2:-4])
