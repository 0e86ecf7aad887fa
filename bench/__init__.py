"""Measurements of what the project promises; `python -m bench` runs them all.

Each module with a `main` is a program of its own (`python -m bench.startup`).
"""

import sys
from pathlib import Path

# The images and servers that are measured are those that the tests make.
sys.path.append(str(Path(__file__).parents[1] / "tests"))
