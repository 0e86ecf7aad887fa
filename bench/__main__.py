"""All benches, one after another, each in a process of its own: `python -m bench`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
ORDER = (
    *("startup", "round_trips", "many", "pages", "imports", "answers"),
    *("proof", "endpoint", "service", "hostile_pages"),
)
"""The programs among the modules; the others are what they are made of."""


def main() -> int:
    """Run those named on the command line, or all; 1 if a goal was missed."""
    options = [word for word in sys.argv[1:] if word.startswith("-")]
    named = [word for word in sys.argv[1:] if word not in options]
    if unknown := [name for name in named if name not in ORDER]:
        print(f"no bench is called {unknown[0]}; there are {', '.join(ORDER)}")
        return 2
    codes = [
        subprocess.run(
            (sys.executable, "-m", f"bench.{name}", *options),
            cwd=FOLDER.parent,
            check=False,
        ).returncode
        for name in named or ORDER
        if (FOLDER / f"{name}.py").exists()
    ]
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
