"""Figures beside their goals, as a small table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

_VERDICTS = {True: "ok", False: "MISSED", None: ""}


class Figure(NamedTuple):
    """One line: what was measured, the figure, the goal, and whether it was reached.

    `is_met` is None where there is no goal, or where a peer to compare with is absent.
    """

    what: str
    measured: str
    goal: str = ""
    is_met: bool | None = None


def at_most(what: str, figure: float, goal: float, unit: str) -> Figure:
    """A figure that must not be larger than its goal."""
    return Figure(what, f"{figure:.4g} {unit}", f"≤ {goal:.4g} {unit}", figure <= goal)


def at_least(what: str, figure: float, goal: float, unit: str) -> Figure:
    """A figure that must not be smaller than its goal."""
    return Figure(what, f"{figure:.4g} {unit}", f"≥ {goal:.4g} {unit}", figure >= goal)


def absent(what: str, peer: str, goal: str = "") -> Figure:
    """A comparison that cannot be made here."""
    return Figure(what, f"{peer} is not installed", goal)


def print_table(title: str, figures: Sequence[Figure]) -> bool:
    """Print them; whether no goal was missed."""
    widths = [
        max(len(texts[column]) for texts in _texts(figures)) for column in range(3)
    ]
    print(f"\n{title}")
    for figure, texts in zip(figures, _texts(figures), strict=True):
        what, measured, goal = map(_padded, texts, widths)
        print(f"  {what}  {measured}  {goal}  {_VERDICTS[figure.is_met]}".rstrip())
    return all(figure.is_met is not False for figure in figures)


def _texts(figures: Sequence[Figure]) -> list[tuple[str, str, str]]:
    return [(figure.what, figure.measured, figure.goal) for figure in figures]


def _padded(text: str, width: int) -> str:
    return text.ljust(width)
