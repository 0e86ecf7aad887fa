"""The way through atheris (libFuzzer for Python), which need not be installed."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn


def is_installed() -> bool:
    """Whether there is an atheris to import."""
    return importlib.util.find_spec("atheris") is not None


def atheris_fuzz(
    one: Callable[[bytes], None],
    seeds: Sequence[bytes],
    *,
    seed: int,
    seconds: float | None,
    runs: int | None,
) -> NoReturn:
    """Let libFuzzer choose the inputs; it ends the process itself.

    The modules are loaded by now, so they are instrumented as they stand.
    """
    import atheris  # type: ignore[import-untyped,import-not-found,unused-ignore]

    corpus = Path(tempfile.mkdtemp(prefix="tagledger-fuzz-"))
    for number, content in enumerate(seeds):
        (corpus / str(number)).write_bytes(content)
    # libFuzzer takes a seed of 0 for none.
    options = [f"-seed={seed % 2**31 or 1}", "-timeout=60", "-max_len=20000"]
    if seconds is not None:
        options.append(f"-max_total_time={max(1, round(seconds))}")
    if runs is not None:
        options.append(f"-runs={runs}")
    atheris.instrument_all()
    atheris.Setup(["fuzz", *options, str(corpus)], one)
    atheris.Fuzz()
    raise AssertionError("atheris ends the process")
