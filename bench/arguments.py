"""What every bench takes on its command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable


def run(description: str, measure: Callable[..., bool]) -> None:
    """Run a bench as a program: 0 if every goal was reached, 1 if one was missed."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="hardly anything of everything: to see that it runs, not how fast",
    )
    asked = parser.parse_args()
    sys.exit(0 if measure(quick=asked.quick) else 1)
