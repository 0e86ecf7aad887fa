"""Importing three years of published pages from a git bundle into a new SQLite ledger.

The program runs as a user starts it, in a process of its own; git's processes count for
the time and not for the memory. A second import of the same must find nothing new.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.table import Figure, at_most, print_table
from bench.timing import PYTHON
from support.corpus import BUNDLE, SAMPLES
from tagledger.ledger.opening import open_ledger

SECONDS = 30
RESIDENT_MEGABYTES = 600
FILE_MEGABYTES = 80

_MEGABYTE = 1_000_000


def measure(*, quick: bool = False, bundle: Path = BUNDLE) -> bool:
    """Print the table; whether every goal was reached."""
    place = SAMPLES if quick else bundle
    if not place.exists():
        print(f"\nImport: skipped, ≤ {SECONDS} s: there is no {place.name} beside this")
        return True
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.sqlite"
        seconds, processor_seconds, resident = _import(place, file)
        again, _, _ = _import(place, file)
        size = file.stat().st_size / _MEGABYTE
        with open_ledger(str(file), create=False) as ledger:
            counts = ledger.counts()
    figures = [
        Figure("observations", f"{counts.observations:,}"),
        Figure("contents", f"{counts.contents:,} ({counts.content_bytes:,} bytes)"),
        at_most("import", seconds, SECONDS, "s"),
        Figure("its processor time, git's included", f"{processor_seconds:.1f} s"),
        at_most("most memory", resident, RESIDENT_MEGABYTES, "MB"),
        at_most("file with its search index", size, FILE_MEGABYTES, "MB"),
        Figure("the same again", f"{again:.1f} s"),
    ]
    title = f"Import of {place.name}, {os.cpu_count()} cores, without proof"
    return print_table(title, figures)


def _import(place: Path, file: Path) -> tuple[float, float, float]:
    """Seconds by the clock and of processors, and most megabytes resident."""
    program = (
        "import resource, sys; from tagledger.cli.app import run;"
        "code = run(sys.argv[1:]);"
        "own = resource.getrusage(resource.RUSAGE_SELF);"
        "git = resource.getrusage(resource.RUSAGE_CHILDREN);"
        "used = own.ru_utime + own.ru_stime + git.ru_utime + git.ru_stime;"
        "print(used, own.ru_maxrss); sys.exit(code)"
    )
    started = time.perf_counter()
    done = subprocess.run(
        (
            PYTHON,
            "-c",
            program,
            "--ledger",
            str(file),
            "import",
            "--no-proof",
            str(place),
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    seconds = time.perf_counter() - started
    used, resident = done.stdout.splitlines()[-1].split()
    return seconds, float(used), int(resident) * 1024 / _MEGABYTE


def main() -> None:
    """Run as a program; the bundle may be named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", nargs="?", type=Path, default=BUNDLE)
    parser.add_argument("--quick", action="store_true", help="some pages instead")
    asked = parser.parse_args()
    sys.exit(0 if measure(quick=asked.quick, bundle=asked.bundle) else 1)


if __name__ == "__main__":
    main()
