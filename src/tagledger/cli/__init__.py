"""The command line: thin commands that read arguments, call one flow and render."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `tagledger` with the process's arguments and exit with its code."""
    from tagledger.cli.help_text import said_at_once
    from tagledger.cli.output import open_what_is_closed

    open_what_is_closed()
    text = said_at_once(sys.argv[1:])
    code = None if text is None else _say(text)
    if code is None:
        from tagledger.cli.app import run

        code = run()
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
