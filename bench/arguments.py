"""What every bench takes on its command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable


def run(
    description: str, measure: Callable[..., bool], *, asks_a_registry: bool = False
) -> None:
    """Run a bench as a program: 0 if every goal was reached, 1 if one was missed."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="hardly anything of everything: to see that it runs, not how fast",
    )
    if asks_a_registry:
        parser.add_argument(
            "--debian",
            action="store_true",
            help="ask Debian's docker-registry instead of the tests' own",
        )
    sys.exit(0 if measure(**vars(parser.parse_args())) else 1)
