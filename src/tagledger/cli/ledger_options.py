"""Which ledger is meant: the option, the environment, or the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tagledger.cli.session import Session
    from tagledger.ledger.protocol import Ledger
    from tagledger.settings import Settings

VARIABLE = "TAGLEDGER_LEDGER"
"""The variable of the environment that names the ledger."""

WAIT_VARIABLE = "TAGLEDGER_WAIT"
"""How many seconds another program that writes is waited for."""

MAX_WAIT_DIGITS = 6
"""A week and more."""

ledger_option = click.option(
    "--ledger",
    metavar="PATH",
    help="The ledger: a file, or postgresql://… for one that is shared. "
    f"[default: {VARIABLE}, else the user's own]",
)
"""The option of the program itself: it stands before the command's name."""


def default_ledger(settings: Settings) -> str:
    """What the environment names, else a file under the user's data directory.

    The directory is that of the XDG base directory specification, which has relative
    paths be ignored.
    """
    if named := settings.environment.get(VARIABLE):
        return named
    data = Path(settings.environment.get("XDG_DATA_HOME", ""))
    if not data.is_absolute():
        data = settings.home / ".local" / "share"
    return str(data / "tagledger" / "ledger.sqlite")


def ledger_address() -> str:
    """The address of the ledger that this run of the program is about."""
    from tagledger.settings import current_settings

    named: str | None = click.get_current_context().find_root().params.get("ledger")
    return named or default_ledger(current_settings())


def opened_ledger(session: Session, *, create: bool = False) -> Ledger:
    """Open that ledger; `create` is for commands that write.

    Raises a subclass of LedgerError.
    """
    from tagledger.ledger.opening import open_ledger

    def tell(text: str) -> None:
        session.say(f"tagledger: {text}")

    return open_ledger(
        ledger_address(),
        create=create,
        progress=tell,
        busy_seconds=_waiting(session.opening.settings),
    )


def _waiting(settings: Settings) -> float | None:
    """How long another writer is waited for; None where nothing is said of it."""
    text = settings.environment.get(WAIT_VARIABLE)
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > MAX_WAIT_DIGITS:
        raise click.UsageError(f"{WAIT_VARIABLE} is not a number of seconds: {text!r}")
    return float(text)
