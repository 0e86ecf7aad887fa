"""Pages of what strangers wrote: how long each takes, and what it comes to.

The ledger is that of `tests/flows/test_hostile_pages.py`, which counts the bytes: steps
of 8 MB, images of 5,000 layers and steps, 2,000 states, 100,000 tags. Each page is
asked for in this process, first as a visitor who comes first, then again.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
import warnings
from pathlib import Path
from typing import cast

from litestar.exceptions import LitestarDeprecationWarning

from bench.arguments import run
from bench.table import Figure, at_most, print_table
from support import hostile
from support.asgi import answer_to, request_scope
from tagledger.endpoint.asgi import Application
from tagledger.flows.readers import Readers
from tagledger.site.app import make_site

SECONDS = 2.0
"""Goal for the first time: a second for the ledger, one for what is made of it."""

ROUNDS = 5

_STEP, _LAYERS = hostile.STEP.familiar, hostile.LAYERS.familiar
_STATES = hostile.STATES.familiar
_THEN = "a_at=2017-03-01"

PAGES = {
    "home": "/",
    "repository of 100,000 tags": f"/r/{hostile.TAGS.familiar_name}",
    "tag, steps of 8 MB": f"/t/{_STEP}",
    "tag, 5,000 layers": f"/t/{_LAYERS}",
    "history, steps of 8 MB": f"/history/{_STEP}",
    "history, 5,000 layers": f"/history/{_LAYERS}",
    "history of 2,000 states": f"/history/{_STATES}",
    "difference, steps of 8 MB": f"/diff?a={_STEP}&{_THEN}&b={_STEP}",
    "difference, 5,000 layers": f"/diff?a={_LAYERS}&{_THEN}&b={_LAYERS}",
    "difference among 2,000 states": f"/diff?a={_STATES}&{_THEN}&b={_STATES}",
    "layer that 100,000 tags have": f"/d/{hostile.SHARED_LAYER}",
    "the same, its last page": f"/d/{hostile.SHARED_LAYER}?page=2000",
}


def measure(*, quick: bool = False) -> bool:
    """Print the table; whether every goal was reached."""
    sizes = {"step_bytes": 20_000, "layers": 50, "tags": 200, "states": 30}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite"
        hostile.fill(path, **(sizes if quick else {}))
        figures = asyncio.run(_measured(path, rounds=1 if quick else ROUNDS))
    return print_table(
        "Pages of a hostile ledger: the first time, goals, medians of more", figures
    )


async def _measured(path: Path, *, rounds: int) -> list[Figure]:
    readers = Readers(str(path), seconds=60)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LitestarDeprecationWarning)
        site = cast("Application", make_site(readers))
    figures = []
    try:
        for name, target in PAGES.items():
            taken = []
            size = 0
            for _ in range(rounds + 1):
                begun = time.perf_counter()
                answer = await answer_to(site, request_scope(target))
                taken.append(time.perf_counter() - begun)
                size = len(answer.body)
                assert answer.status == 200, f"{target}: {answer.status}"
            again = statistics.median(taken[1:])
            told = f"{name} ({size / 1e3:.0f} kB, again {1e3 * again:.0f} ms)"
            figures.append(at_most(told, taken[0], SECONDS, "s"))
    finally:
        readers.close()
    return figures


if __name__ == "__main__":
    run(__doc__.splitlines()[0], measure)
