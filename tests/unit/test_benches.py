"""The benches run; how fast anything is, no test says."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BENCHES = ("startup", "round_trips", "many", "imports", "endpoint", "service")


@pytest.mark.parametrize("name", BENCHES)
def test_a_bench_prints_its_table(name: str) -> None:
    """With hardly anything to measure, every line of it is there, goals met or missed."""
    done = subprocess.run(
        [sys.executable, "-m", "bench", name, "--quick"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )

    assert done.stderr == ""
    assert done.returncode in {0, 1}
    assert "≤ " in done.stdout


def test_an_unknown_bench_is_named() -> None:
    """A slip of the pen is not taken for everything."""
    done = subprocess.run(
        [sys.executable, "-m", "bench", "start"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )

    assert 2 == done.returncode
    assert "no bench is called start" in done.stdout
