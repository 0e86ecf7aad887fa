"""Runs one target: by atheris where that is installed, else by a loop of our own.

A target is a function that takes bytes. It may raise `TagledgerError`, with a message
short enough to read; anything else, or ten seconds of work, is a finding: the input is
made smaller, kept in `fuzz/findings/`, and the program ends with 1.
"""

# ruff: noqa: S311 - chance that can be repeated from a seed is what is wanted

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import NamedTuple, NoReturn

from by_atheris import atheris_fuzz, is_installed
from mutation import MAX_INPUT_BYTES, mutated
from reached import Reached

from tagledger.errors import MAX_SHOWN_LENGTH, TagledgerError

FINDINGS = Path(__file__).parent / "findings"
SLOWEST_SECONDS = 10.0
"""Processor time, of which the watch over the lines takes most."""
MAX_CORPUS = 4_000

Check = Callable[[bytes], None]
Seeds = Callable[[], Sequence[bytes]]


class TooSlow(Exception):
    """An input that keeps the processor busy for too long."""


class MessageTooLong(Exception):
    """An error whose text is as long as what it complains of."""


class Target(NamedTuple):
    """What is run: its check, the inputs to begin with, pieces that mean something."""

    name: str
    check: Check
    seeds: Sequence[bytes]
    tokens: Sequence[bytes]
    findings: Path

    def run(self, content: bytes) -> None:
        """Try one input; a finding ends the process."""
        try:
            _bounded(self.check, content)
        except Exception as exc:  # noqa: BLE001 - every other error is a finding
            _report(self, content, exc)


def main(check: Check, seeds: Seeds, tokens: Sequence[bytes] = ()) -> NoReturn:
    """Read the command line, run the target, exit with 0 or 1."""
    name = Path(sys.argv[0]).stem
    asked = _arguments(name)
    signal.signal(signal.SIGVTALRM, _too_slow)
    if asked.inputs:
        for path in asked.inputs:
            _bounded(check, path.read_bytes())
            print(f"{path}: nothing wrong")
        sys.exit(0)
    # All that is left to chance comes from this number.
    seed = int.from_bytes(os.urandom(4)) if asked.seed is None else asked.seed
    print(f"{name}: --seed {seed}", flush=True)
    begun_with = [*seeds(), *_further_seeds(asked.seeds)]
    target = Target(name, check, begun_with, tokens, asked.findings)
    if is_installed() and not asked.own:
        atheris_fuzz(
            target.run,
            target.seeds,
            asked.findings / "corpus" / name,
            seed=seed,
            seconds=asked.seconds,
            runs=asked.runs,
        )
    _own_loop(target, random.Random(seed), asked)
    sys.exit(0)


def _arguments(name: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"{name}.py")
    parser.add_argument("seconds", nargs="?", type=float, help="how long to run (60)")
    parser.add_argument("--runs", type=int, help="how many inputs, instead of seconds")
    parser.add_argument("--seed", type=int, help="repeat what this seed gave")
    parser.add_argument("--own", action="store_true", help="the loop without atheris")
    parser.add_argument(
        "--input",
        dest="inputs",
        action="append",
        type=Path,
        help="try this file and nothing else; repeatable",
    )
    parser.add_argument(
        "--seeds", type=Path, help="a folder of further inputs to begin with"
    )
    parser.add_argument(
        "--findings", type=Path, default=FINDINGS, help="where to keep what fails"
    )
    asked = parser.parse_args()
    if asked.seconds is None and asked.runs is None:
        asked.seconds = 60.0
    return asked


def _further_seeds(folder: Path | None) -> list[bytes]:
    """The files of a folder, at any depth, that are small enough to be mutated."""
    if folder is None:
        return []
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    contents = [path.read_bytes() for path in paths]
    return [content for content in contents if len(content) <= MAX_INPUT_BYTES]


def _own_loop(target: Target, chance: random.Random, asked: argparse.Namespace) -> None:
    reached = Reached()
    corpus = list(dict.fromkeys(target.seeds))
    began = time.monotonic()
    for content in corpus:
        reached.is_new(target.run, content)
    from_seeds, runs = len(reached), len(corpus)
    while (asked.runs is None or runs < asked.runs) and (
        asked.seconds is None or time.monotonic() - began < asked.seconds
    ):
        # What reached something new of late is the likeliest to reach more.
        base = chance.choice(corpus[-40:] if chance.random() < 0.5 else corpus)
        content = mutated(chance, base, corpus, target.tokens)
        if reached.is_new(target.run, content) and len(corpus) < MAX_CORPUS:
            corpus.append(content)
        runs += 1
    print(
        f"{target.name}: nothing wrong in {runs} inputs, "
        f"{time.monotonic() - began:.0f} s; {len(reached)} steps from line to line "
        f"reached, {from_seeds} of them by the {len(target.seeds)} inputs it began with"
    )


def _bounded(check: Check, content: bytes) -> None:
    """Run the check; what is allowed to be raised is swallowed."""
    signal.setitimer(signal.ITIMER_VIRTUAL, SLOWEST_SECONDS)
    try:
        check(content)
    except TagledgerError as exc:
        if len(str(exc)) > MAX_SHOWN_LENGTH or len(exc.hint) > MAX_SHOWN_LENGTH:
            raise MessageTooLong(f"{len(str(exc))} characters") from None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _too_slow(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise TooSlow(f"more than {SLOWEST_SECONDS:g} s of processor time")


def _report(target: Target, content: bytes, exc: Exception) -> NoReturn:
    """Print the finding, keep its input, and end the process at once."""
    name = target.name
    sys.settrace(None)
    traceback.print_exception(exc)
    if not isinstance(exc, TooSlow):
        content = _smaller(target.check, content, exc)
    target.findings.mkdir(parents=True, exist_ok=True)
    kept = target.findings / f"{name}-{hashlib.sha256(content).hexdigest()[:12]}"
    kept.write_bytes(content)
    print(f"{name}: {type(exc).__name__}; its input, {len(content)} bytes, is {kept}")
    print(f"again: python fuzz/{name}.py --input {kept}", flush=True)
    # Not sys.exit: atheris catches it, and asks what became of the run.
    os._exit(1)


def _smaller(check: Check, content: bytes, exc: Exception) -> bytes:
    """The input without what the finding does not need."""
    wanted = _place(exc)
    length = len(content) // 2
    while length:
        at = 0
        while at < len(content):
            shorter = content[:at] + content[at + length :]
            if _fails(check, shorter) == wanted:
                content = shorter
            else:
                at += length
        length //= 2
    return content


def _fails(check: Check, content: bytes) -> object:
    try:
        _bounded(check, content)
    except Exception as exc:  # noqa: BLE001 - any finding
        return _place(exc)
    return None


def _place(exc: BaseException) -> object:
    frames = traceback.extract_tb(exc.__traceback__)
    return type(exc), frames[-1].filename, frames[-1].lineno
