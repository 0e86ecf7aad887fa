"""How fast a ledger answers, on either engine: one from pages, and one made up.

The made one has a million observations, 200,000 manifests, two million layer rows and
as many steps as manifests; with `--growth` also a tenth and a hundredth of that. Of
each question the best of five rounds counts, so that what else the machine does is left
out, and of each group the slowest but a hundredth is held against the goal.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.made_ledger import Size, make_ledger
from bench.questions import Group, asked, groups
from bench.samples import draw
from bench.table import Figure, absent, at_most, print_table
from support.corpus import BUNDLE
from support.postgresql import AS_INSTALLED, PostgresqlServer, missing_postgresql
from tagledger.flows.import_place import import_place
from tagledger.ledger.opening import open_ledger, restore_ledger
from tagledger.ledger.sqlite_file import open_sqlite

OBSERVATIONS = 1_000_000
QUICK_OBSERVATIONS = 2_000
GROWTH = (100, 10, 1)
"""What the number of observations is divided by, for the table of growth."""

SAMPLES = 100
QUICK_SAMPLES = 10
MAKING_SECONDS = {"SQLite": 300.0, "PostgreSQL": 480.0}

_SHOWN = {
    "find DIGEST: manifest": "find DIGEST, of a manifest",
    "find DIGEST: widely shared layer": "find DIGEST, of a layer that very many share",
    "states of a tag: any": "states of a tag",
    "find: rare word": "find --text, a rare word",
    "find: three common words": "find --text, three common words",
    "find: substring": "find --text --exact",
    "find: word in a repository": "find --text --repo",
    "page of 50: newest changes": "the newest 50 changes",
    "page of 50: tags of a repository": "50 tags of a repository",
}
"""The groups of the table of growth."""


def measure(
    *,
    quick: bool = False,
    observations: int = OBSERVATIONS,
    growth: bool = False,
    folder: Path | None = None,
) -> bool:
    """Print a table for each ledger and engine; whether every goal was reached.

    Made ledgers stay in `folder`, where one is given, and are asked again next time.
    """
    wanted = QUICK_OBSERVATIONS if quick else observations
    sizes = [wanted // part for part in GROWTH] if growth else [wanted]
    samples = QUICK_SAMPLES if quick else SAMPLES
    grown: dict[str, dict[int, dict[str, float]]] = {}
    is_met = True
    with ExitStack() as stack:
        place = folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        place.mkdir(parents=True, exist_ok=True)
        server = None
        if missing_postgresql():
            print_table("PostgreSQL", [absent("all of it", "postgresql")])
        else:
            server = stack.enter_context(PostgresqlServer(AS_INSTALLED))
        if BUNDLE.exists() and not quick:
            file = place / "imported.sqlite"
            _imported(file)
            for engine, address in _engines(file, server):
                title = f"{engine}, imported from {BUNDLE.name}"
                met, _ = _ask(title, file, address, samples, has_pages=True)
                is_met &= met
        for size in sizes:
            file = place / f"made-{size}.sqlite"
            is_met &= _made(file, Size(size))
            for engine, address in _engines(file, server):
                title = f"{engine}, made up: {size:,} observations"
                met, slowest = _ask(title, file, address, samples, has_pages=False)
                is_met &= met
                grown.setdefault(engine, {})[size] = slowest
    for engine, by_size in grown.items():
        if len(by_size) > 1:
            _print_growth(engine, by_size)
    return is_met


def _imported(file: Path) -> None:
    with open_ledger(str(file)) as ledger:
        import_place(BUNDLE, ledger, environment=dict(os.environ))


def _made(file: Path, size: Size) -> bool:
    if file.exists():
        return True
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    began = time.perf_counter()
    engine = open_sqlite(part)
    try:
        make_ledger(engine, size)
    finally:
        engine.close()
    seconds = time.perf_counter() - began
    part.replace(file)
    megabytes = file.stat().st_size / 1_000_000
    goal = MAKING_SECONDS["SQLite"] * max(size.observations / OBSERVATIONS, 0.1)
    return print_table(
        f"SQLite, {size.observations:,} observations",
        [at_most("made in", seconds, goal, "s"), Figure("file", f"{megabytes:.0f} MB")],
    )


def _engines(file: Path, server: PostgresqlServer | None) -> Iterator[tuple[str, str]]:
    """Each engine by name, and the address of the ledger there."""
    yield "SQLite", str(file)
    if server is not None:
        with _restored(file, server) as address:
            yield "PostgreSQL", address


@contextmanager
def _restored(file: Path, server: PostgresqlServer) -> Iterator[str]:
    address = server.create("ledger")
    try:
        began = time.perf_counter()
        restore_ledger(file, address)
        seconds = time.perf_counter() - began
        goal = MAKING_SECONDS["PostgreSQL"]
        print_table(
            f"PostgreSQL, {file.stem}", [at_most("filled in", seconds, goal, "s")]
        )
        yield address
    finally:
        server.drop("ledger")


def _ask(
    title: str, file: Path, address: str, samples: int, *, has_pages: bool
) -> tuple[bool, dict[str, float]]:
    """Ask everything, print it, and give what the slowest took."""
    drawn = draw(file, samples)
    slowest: dict[str, float] = {}
    figures = []
    with open_ledger(address, create=False) as ledger:
        for group in groups(ledger, drawn, has_pages=has_pages):
            figure, slowest[group.what] = _figure(group)
            figures.append(figure)
    return print_table(f"{title}: median and p99", figures), slowest


def _figure(group: Group) -> tuple[Figure, float]:
    took = asked(group)
    measured = f"{took.median_ms:8.2f} ms {took.p99_ms:8.2f} ms"
    what = f"{group.what} ({len(group.questions)})"
    if group.limit_ms is None:
        return Figure(what, measured), took.p99_ms
    is_met = took.p99_ms <= group.limit_ms
    return Figure(what, measured, f"≤ {group.limit_ms:g} ms", is_met), took.p99_ms


def _print_growth(engine: str, by_size: dict[int, dict[str, float]]) -> None:
    sizes = " ".join(f"{size:>10,}" for size in by_size)
    figures = [
        Figure(shown, " ".join(f"{took[what]:7.2f} ms" for took in by_size.values()))
        for what, shown in _SHOWN.items()
        if all(what in took for took in by_size.values())
    ]
    print_table(f"{engine}: p99 with {sizes} observations", figures)


def main() -> None:
    """Run as a program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a small one: does it run?"
    )
    parser.add_argument("--observations", type=int, default=OBSERVATIONS)
    parser.add_argument(
        "--growth", action="store_true", help="a tenth and a hundredth of it as well"
    )
    parser.add_argument("--folder", type=Path, help="keep the ledgers here")
    asked_for = parser.parse_args()
    sys.exit(0 if measure(**vars(asked_for)) else 1)


if __name__ == "__main__":
    main()
