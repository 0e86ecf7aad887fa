"""Where in a page a problem is, for readers that each see only a part of it."""

from __future__ import annotations

from types import TracebackType

from tagledger.errors import DamagedPage


class Below:
    """Moves the line of a DamagedPage down by the lines of `text` before `end`."""

    __slots__ = ("_end", "_text")

    def __init__(self, text: str, end: int) -> None:
        self._text = text
        self._end = end

    def __enter__(self) -> None:
        """Nothing is counted while nothing is wrong."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Count now."""
        if isinstance(problem, DamagedPage):
            raise problem.moved(self._text.count("\n", 0, self._end)) from problem


def different(read: bytes, written: bytes, line: int = 1) -> DamagedPage:
    """The error for a text that is not written again as it was; `line` is its first."""
    theirs, ours = read.split(b"\n"), written.split(b"\n")
    common = next(
        (
            at
            for at, (one, other) in enumerate(zip(theirs, ours, strict=False))
            if one != other
        ),
        min(len(theirs), len(ours)) - 1,
    )
    found, expected = (
        repr(lines[common].decode(errors="replace")[:80]) for lines in (theirs, ours)
    )
    problem = f"{found} instead of {expected}"
    if found == expected:
        problem = "more follows, or less, than belongs there"
    return DamagedPage("", line + common, problem)
