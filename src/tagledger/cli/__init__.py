"""The command line: thin commands that read arguments, call one flow and render."""

from __future__ import annotations


def main() -> None:
    """Run `tagledger` with the process's arguments and exit with its code."""
    from tagledger.cli.app import run
    from tagledger.cli.output import open_what_is_closed

    open_what_is_closed()
    raise SystemExit(run())
