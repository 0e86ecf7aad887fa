"""The way through atheris (libFuzzer for Python), which need not be installed."""

from __future__ import annotations

import gc
import hashlib
import importlib.util
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FunctionType
from typing import NoReturn

from reached import PACKAGE


def is_installed() -> bool:
    """Whether there is an atheris to import."""
    return importlib.util.find_spec("atheris") is not None


def atheris_fuzz(
    one: Callable[[bytes], None],
    seeds: Iterable[bytes],
    corpus: Path,
    *,
    seed: int,
    seconds: float | None,
    runs: int | None,
) -> NoReturn:
    """Let libFuzzer choose the inputs; it ends the process itself.

    The modules are loaded by now, so ours are instrumented as they stand. `corpus`
    keeps what reached something new, for the next run.
    """
    import atheris  # type: ignore[import-untyped,import-not-found,unused-ignore]

    corpus.mkdir(parents=True, exist_ok=True)
    for content in seeds:
        (corpus / hashlib.sha1(content).hexdigest()).write_bytes(content)  # noqa: S324 - libFuzzer's names
    for function in gc.get_objects():
        if isinstance(function, FunctionType) and (
            function.__code__.co_filename.startswith(PACKAGE)
        ):
            atheris.instrument_func(function)
    # libFuzzer takes a seed of 0 for none.
    options = [f"-seed={seed % 2**31 or 1}", "-timeout=60", "-max_len=20000"]
    if seconds is not None:
        options.append(f"-max_total_time={max(1, round(seconds))}")
    if runs is not None:
        options.append(f"-runs={runs}")
    atheris.Setup(["fuzz", *options, str(corpus)], one)
    atheris.Fuzz()
    raise AssertionError("atheris ends the process")
