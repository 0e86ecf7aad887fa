"""`tagledger backup`."""

from __future__ import annotations

from pathlib import Path

import click

from tagledger.cli.ledger_options import ledger_address, opened_ledger
from tagledger.cli.options import session_options
from tagledger.cli.session import Session


@click.command("backup")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="What was written, as JSON.")
@session_options(platforms=False, places=False)
def command(session: Session, file: Path, *, as_json: bool) -> None:
    """Write all that the ledger holds into a new file, while it is in use."""
    from tagledger.cli.pace import Pace
    from tagledger.flows.backup import back_up
    from tagledger.flows.json_forms.backup import backup_report
    from tagledger.flows.json_forms.form import encoded

    with opened_ledger(session) as ledger:
        try:
            copied = back_up(
                ledger, ledger_address(), file, progress=Pace(session.progress)
            )
        finally:
            session.progress.clear()
    if as_json:
        session.write(encoded(backup_report(copied)))
        return
    session.write(
        f"{copied.file}: {copied.counts.observations:,} observations, "
        f"{copied.counts.contents:,} contents, {copied.size_bytes:,} bytes\n"
    )
