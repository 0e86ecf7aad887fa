"""The command line: thin commands that read arguments, call one flow and render."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run `tagledger` with the process's arguments and exit with its code."""
    from tagledger.cli.help_text import said_at_once
    from tagledger.cli.output import open_what_is_closed

    open_what_is_closed()
    # What is being loaded is no garbage; `loading.loaded` switches it on again.
    gc.disable()
    text = said_at_once(sys.argv[1:])
    code = None if text is None else _say(text)
    if code is None:
        from tagledger.cli.app import run

        code = run()
    # All memory goes back at once: looking through it for garbage before that takes a
    # tenth of the time of `report`.
    gc.freeze()
    raise SystemExit(code)


def _say(text: str) -> int | None:
    """Print a text; the exit code, None where stdout lacks a character of it."""
    from tagledger.cli.output import ReaderGone, writing

    try:
        with writing():
            sys.stdout.write(f"{text}\n")
    except UnicodeEncodeError:
        return None
    except ReaderGone:
        return 0
    except Exception as exc:
        from tagledger.cli.failures import tell

        code = tell(exc)
        if code is None:
            raise
        return code
    return 0
