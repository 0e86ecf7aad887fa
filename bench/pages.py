"""Published pages: three years of them read to snapshots, and written back.

One process, one reader and one writer, as an import of such a history uses them: what
the versions share is read once. The floor is SHA-256 over the same bytes in the same
loop, which a ledger pays for each of them anyway.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.table import Figure, at_least, at_most, print_table
from support.corpus import BUNDLE, contents, opened_history, versions
from tagledger.errors import DegeneratePage
from tagledger.model.digest import Digest
from tagledger.reports.page.reader import PageReader, write_published
from tagledger.reports.page.writer import PageWriter

SPEED = 60
"""Megabytes a second, read to snapshots."""

SECONDS = 60
"""For all versions, read and written back."""

QUICK = 1_000
"""Versions read to see that it runs; one after the other, as they share the most."""

_MEGABYTE = 1_000_000


def measure(*, quick: bool = False, bundle: Path = BUNDLE) -> bool:
    """Print the table, or that there is no bundle; whether every goal was reached."""
    if not bundle.exists():
        print(f"\nPublished pages: skipped, there is no {bundle.name} beside this")
        return True
    with opened_history(bundle) as repository:
        return _measure(repository, quick=quick)


def _measure(repository: Path, *, quick: bool) -> bool:
    wanted = versions(repository)
    if quick:
        wanted = wanted[-QUICK:]
    writer = PageWriter()
    reader = PageReader(writer)
    observed_at = datetime.now(UTC)
    size_bytes = same = snapshots = 0
    hashing = reading = writing = 0.0
    degenerate = []
    for version, content in zip(wanted, contents(repository, wanted), strict=True):
        size_bytes += len(content)
        started = time.perf_counter()
        Digest.of(content)
        hashed = time.perf_counter()
        hashing += hashed - started
        try:
            page = reader.read(content, place=version.path, observed_at=observed_at)
        except DegeneratePage:
            degenerate.append(version.path)
            continue
        read = time.perf_counter()
        reading += read - hashed
        written = write_published(page, writer=writer)
        writing += time.perf_counter() - read
        same += written == content
        snapshots += len(page.snapshots)
    megabytes = size_bytes / _MEGABYTE
    speed = megabytes / reading
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    expected = len(wanted) - len(degenerate)
    figures = [
        Figure("versions", f"{len(wanted)} ({megabytes:.0f} MB, {snapshots} tags)"),
        Figure("degenerate", ", ".join(degenerate) or "none"),
        Figure(
            *("written back the same", f"{same} of {expected}"),
            *("all", same == expected),
        ),
        Figure("SHA-256 of the same bytes", f"{megabytes / hashing:.0f} MB/s"),
        at_least("reading to snapshots", speed, SPEED, "MB/s"),
        Figure("reading, in times of SHA-256", f"{reading / hashing:.1f}"),
        Figure("writing", f"{megabytes / writing:.0f} MB/s"),
        at_most("reading and writing all", reading + writing, SECONDS, "s"),
        Figure("most memory", f"{peak:.0f} MB"),
    ]
    return print_table("Published pages, one process", figures)


def main() -> None:
    """Run as a program; the bundle may be named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", nargs="?", type=Path, default=BUNDLE)
    parser.add_argument("--quick", action="store_true", help="a small part of it")
    asked = parser.parse_args()
    sys.exit(0 if measure(quick=asked.quick, bundle=asked.bundle) else 1)


if __name__ == "__main__":
    main()
