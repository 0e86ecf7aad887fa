"""The steps of an image as the page's Dockerfile block shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tagledger.errors import DamagedPage
from tagledger.model.printable import printable
from tagledger.model.snapshot import Image
from tagledger.model.step import Step, stated_texts
from tagledger.model.times import http_date, parse_http_date
from tagledger.reports.page.wording import DATE_UNKNOWN

DATE_LINE = re.compile(
    rf"^# (?:\w{{3}}, \d\d \w{{3}} \d{{4}} \d\d:\d\d:\d\d GMT|{DATE_UNKNOWN[2:]})$",
    re.ASCII | re.MULTILINE,
)
"""What begins a step on a page, possible as a date or not."""


def published_steps(steps: Iterable[Step]) -> str:
    """The steps as a published page has them: date line and text, as it was."""
    return "".join(
        f"# {http_date(step.created)}\n{step.dockerfile}\n"
        for step in steps
        if step.created is not None
    )


def safe_steps(image: Image) -> str:
    """The steps, so that none can look like two and none can deceive the eye.

    A line inside a step that would read as a date line is indented by a space.
    """
    return "".join(f"{_date_line(step)}\n{text}\n" for step, text in _corrected(image))


def _date_line(step: Step) -> str:
    return DATE_UNKNOWN if step.created is None else f"# {http_date(step.created)}"


def _corrected(image: Image) -> Iterator[tuple[Step, str]]:
    shell = image.config.shell if image.config is not None else None
    texts = stated_texts(image.steps, shell)
    for step, text in zip(image.steps, texts, strict=True):
        yield step, DATE_LINE.sub(r" \g<0>", printable(text))


_BEGINS_STEP = re.compile(
    r"(?:(\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT)"
    rf"|{DATE_UNKNOWN[2:]})(?:\n|\Z)",
    re.ASCII,
)


def split_steps(text: str) -> list[str]:
    """The text of each step, without the ``# `` of its date line.

    Only a date line begins a step: commands may span lines and hold comments. Raises
    DamagedPage where the first line is none.
    """
    if not text:
        return []
    parts = f"\n{text}".split("\n# ")
    if parts[0]:
        raise DamagedPage("", 1, "the first step has no date line")
    groups: list[list[str]] = []
    for part in parts[1:]:
        if _BEGINS_STEP.match(part):
            groups.append([part])
        elif groups:
            groups[-1].append(part)
        else:
            raise DamagedPage("", 1, "the first step has no date line")
    steps = ["\n# ".join(group) for group in groups]
    # Every text ends in a newline of its own; splitting took it from all but one.
    steps[-1] = steps[-1][:-1]
    return steps


def parse_step(text: str) -> Step:
    """One step of `split_steps`. Raises DamagedPage for an impossible date."""
    match = _BEGINS_STEP.match(text)
    if match is None or "\n" not in text:
        raise DamagedPage("", 1, "a step needs a date line and a text")
    try:
        created = None if match[1] is None else parse_http_date(match[1])
    except ValueError as exc:
        raise DamagedPage("", 1, str(exc)) from exc
    return Step(dockerfile=text[match.end() :], created=created)
