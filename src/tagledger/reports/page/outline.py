"""Bulleted lists as text: items with a label and a value, and items under them.

::

    -→Total Size: **74.7 MB (74738623 bytes)**
    →(compressed transfer size, not on-disk size)
    -→Layers:
    →-→`sha256:…`
    →→Size: 32.0 B
"""

from __future__ import annotations

import msgspec

from tagledger.errors import DamagedPage
from tagledger.reports.page.form import SPACES, TABS, Bullets


class Item(msgspec.Struct, frozen=True):
    """One item: `label: value`, what continues it, and what stands under it.

    `line` counts from 1 within the outline; `under` are the inner items without their
    bullet, their lines still with the hard breaks between them.
    """

    label: str
    value: str
    line: int
    notes: tuple[str, ...] = ()
    under: tuple[str, ...] = ()

    def line_under(self, position: int) -> int:
        """The line at which the inner item of this position begins."""
        before = sum(text.count("\n") + 1 for text in self.under[:position])
        return self.line + len(self.notes) + 1 + before


def bullets_of(text: str) -> Bullets:
    """Which of the two ways this text draws its lists."""
    return SPACES if text.startswith(SPACES.item) else TABS


def parse_outline(text: str, bullets: Bullets) -> list[Item]:
    """The items of a list that ends in a newline. Raises DamagedPage."""
    first, *texts = f"\n{text[:-1]}".split(f"\n{bullets.item}")
    if first or not texts:
        raise DamagedPage("", 1, "a list was expected here")
    items: list[Item] = []
    seen: set[str] = set()
    line = 1
    for item_text in texts:
        own, *under = item_text.split(f"\n{bullets.inner}")
        said, *notes = own.split("\n")
        label, _, value = said.partition(": ")
        if not value:
            label = label.removesuffix(":")
        if label in seen:
            raise DamagedPage("", line, f"{label[:60]!r} is said twice")
        seen.add(label)
        if any(not note.startswith(bullets.note) for note in notes):
            raise DamagedPage("", line + 1, "a line does not belong to the list")
        notes = [note.removeprefix(bullets.note) for note in notes]
        items.append(Item(label, value, line, tuple(notes), tuple(under)))
        line += item_text.count("\n") + 1
    return items


def inner_lines(text: str, bullets: Bullets) -> list[str]:
    """The lines of an inner item, joined by hard breaks. Raises DamagedPage."""
    lines = text.split(f"  \n{bullets.inner_line}")
    for number, line in enumerate(lines, start=1):
        if "\n" in line:
            raise DamagedPage("", number + 1, "a line does not belong to the item")
    return lines
