"""The fuzz targets run, and the loop that runs them finds what there is to find."""

import subprocess
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).parents[2] / "fuzz"
TARGETS = sorted(FUZZ.glob("fuzz_*.py"))

FAULTY = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from loop import main
from tagledger.errors import MalformedDigest

def check(content: bytes) -> None:
    if b"7" in content:
        raise KeyError("planted")
    raise MalformedDigest("allowed")

main(check, lambda: [b"0123456", b"89"])
"""


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A fuzz program, to its end."""
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("target", TARGETS, ids=lambda path: path.stem)
def test_a_target_finds_nothing_in_its_first_inputs(
    target: Path, tmp_path: Path
) -> None:
    """Each target still fits the program that it tries, and what it begins with is right."""
    done = run(target, "--runs=120", "--seed=1", "--own", f"--findings={tmp_path}")

    assert 0 == done.returncode, done.stdout + done.stderr
    assert "nothing wrong in 1" in done.stdout


def test_a_fault_is_found_made_small_and_kept(tmp_path: Path) -> None:
    """What fails ends the run with 1, and leaves the few bytes that it takes."""
    program, findings = tmp_path / "fuzz_faulty.py", tmp_path / "findings"
    program.write_text(FAULTY)

    done = run(program, FUZZ, "--seed=1", "--own", f"--findings={findings}")

    assert 1 == done.returncode
    assert "KeyError: 'planted'" in done.stderr
    (kept,) = findings.iterdir()
    assert b"7" == kept.read_bytes()
    assert f"--input {kept}" in done.stdout


def test_the_same_seed_tries_the_same_inputs() -> None:
    """A run is repeated by the number that it prints."""
    first, second = (
        run(FUZZ / "fuzz_config.py", "--runs=400", "--seed=5", "--own").stdout
        for _ in range(2)
    )

    assert "--seed 5" in first
    assert first.partition(" s;")[2] == second.partition(" s;")[2]


@pytest.mark.parametrize("name", ["fuzz_assembly", "fuzz_registry"])
def test_an_input_that_was_kept_is_tried_again(name: str, tmp_path: Path) -> None:
    """Alone, without the inputs that a run begins with."""
    kept = tmp_path / "kept"
    kept.write_bytes(b"\x01\x02")

    done = run(FUZZ / f"{name}.py", "--input", kept)

    assert f"{kept}: nothing wrong\n" == done.stdout
