"""Programs that keep credentials: ``docker-credential-NAME get``.

Source: docker/docker-credential-helpers: the registry's name goes in on stdin, a JSON
object comes out, and a failure is told on stdout.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Callable, Mapping

import msgspec

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
_NOT_KEPT = b"credentials not found"
"""How a program says, in so many words, that it has none: no failure at all."""


class ProgramAnswer(msgspec.Struct, frozen=True):
    """What a program knows."""

    user: str = msgspec.field(name="Username", default="")
    secret: str = msgspec.field(name="Secret", default="")

    def __repr__(self) -> str:
        return "ProgramAnswer(…)"


async def ask_program(
    name: str,
    server: str,
    *,
    environment: Mapping[str, str],
    timeout_seconds: float,
    on_notice: Callable[[str], None],
) -> ProgramAnswer | None:
    """The credentials that the program keeps for the server; None if it has none.

    A program that is missing, fails or takes too long is noted: many images can be
    read without credentials.
    """
    program = f"docker-credential-{name}"
    try:
        answer = await _answer(program, server, environment, timeout_seconds)
    except _Failure as failure:
        on_notice(f"credential helper {program!r}: {failure}; asking without it")
        return None
    return answer if answer.secret else None


class _Failure(Exception):
    """Why a program was of no use."""


async def _answer(
    program: str,
    server: str,
    environment: Mapping[str, str],
    timeout_seconds: float,
) -> ProgramAnswer:
    found = None
    if _NAME.fullmatch(program):
        found = shutil.which(program, path=environment.get("PATH", ""))
    if found is None:
        raise _Failure("no such program")
    try:
        async with asyncio.timeout(timeout_seconds):
            status, output = await _run(found, server.encode(), environment)
    except TimeoutError as exc:
        raise _Failure(f"no answer within {timeout_seconds:g} s") from exc
    except OSError as exc:
        raise _Failure(exc.strerror or "cannot be run") from exc
    if status != 0 and _NOT_KEPT in output:
        return ProgramAnswer()
    if status != 0:
        raise _Failure(f"ended with status {status}")
    try:
        return msgspec.json.decode(output, type=ProgramAnswer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # What it said may be a secret: it is not shown, nor chained.
        raise _Failure("its answer cannot be read") from None


async def _run(
    program: str, text: bytes, environment: Mapping[str, str]
) -> tuple[int, bytes]:
    """Status and output; the program does not outlive us."""
    process = await _started(program, text, environment)
    try:
        output, _ = await process.communicate()
        return await process.wait(), output
    except BaseException:
        if process.returncode is None:
            process.kill()
            await process.wait()
        raise


async def _started(
    program: str, text: bytes, environment: Mapping[str, str]
) -> asyncio.subprocess.Process:
    # The short text waits in the pipe: a program need not read it before it ends.
    reading, writing = os.pipe()
    try:
        os.write(writing, text)
        os.close(writing)
        return await asyncio.create_subprocess_exec(
            program,
            "get",
            stdin=reading,
            stdout=asyncio.subprocess.PIPE,
            # What programs say there is for terminals, and may hold anything.
            stderr=asyncio.subprocess.DEVNULL,
            env=dict(environment),
        )
    finally:
        os.close(reading)
