"""`tagledger restore`."""

from __future__ import annotations

from pathlib import Path

import click

from tagledger.cli.ledger_options import ledger_address
from tagledger.cli.options import session_options
from tagledger.cli.session import Session


@click.command("restore")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="What was written, as JSON.")
@session_options(platforms=False, places=False)
def command(session: Session, file: Path, *, as_json: bool) -> None:
    """Fill a new or empty ledger with what a backup holds."""
    from tagledger.cli.pace import Pace
    from tagledger.flows.backup import restore
    from tagledger.flows.json_forms.backup import restore_report
    from tagledger.flows.json_forms.form import encoded

    try:
        copied = restore(
            file,
            ledger_address(),
            told=lambda text: session.say(f"tagledger: {text}"),
            progress=Pace(session.progress),
        )
    finally:
        session.progress.clear()
    if as_json:
        session.write(encoded(restore_report(copied)))
        return
    session.write(
        f"{copied.ledger}: {copied.counts.observations:,} observations, "
        f"{copied.counts.contents:,} contents restored from {copied.file}\n"
    )
