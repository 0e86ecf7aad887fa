"""Errors, told to a person on stderr."""

from __future__ import annotations

import click

from tagledger.cli.exit_codes import exit_code
from tagledger.errors import TagledgerError
from tagledger.model.printable import printable_line


def tell(error: Exception) -> int | None:
    """Say what went wrong and what to do; the exit code, None if it is not ours."""
    if not isinstance(error, TagledgerError):
        return None
    click.echo(f"tagledger: {printable_line(str(error))}", err=True)
    if error.hint:
        click.echo(f"  {printable_line(error.hint)}", err=True)
    return exit_code(error)
