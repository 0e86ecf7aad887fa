"""`tagledger export`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from tagledger.cli.exit_codes import exit_code
from tagledger.cli.ledger_options import opened_ledger
from tagledger.cli.moments import MomentType
from tagledger.cli.options import session_options
from tagledger.cli.pace import Pace
from tagledger.cli.session import Session

MAX_SHOWN = 20
"""Files and names of one kind that are shown; `--json` has them all."""


@click.command("export")
@click.option(
    "--pages",
    "folder",
    metavar="DIR",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of the tree; it is made if it is not there.",
)
@click.option("--at", type=MomentType(), help="As the ledger was at this time.")
@click.option("--repo", metavar="PATTERN", help="Only these, as 'library/*'.")
@click.option(
    "--form",
    type=click.Choice(["2019", "2021"]),
    default="2019",
    show_default=True,
    help="Form of pages that were not read from one; 2021 adds the platform count.",
)
@click.option("--json", "as_json", is_flag=True, help="What came of it, as JSON.")
@session_options(platforms=False, places=False)
def command(
    session: Session,
    folder: Path,
    *,
    at: datetime | None,
    repo: str | None,
    form: str,
    as_json: bool,
) -> int:
    """Write the ledger's pages as a tree of files that can be committed.

    The tree is that of the public record. Files of which the bytes would stay are not
    touched. A page of a name that is gone is removed if the ledger could write it
    again; nothing else is.
    """
    from tagledger.cli.export_views import export_json, export_line
    from tagledger.flows.export_pages import export_pages
    from tagledger.reports.page.form import FORMS

    with opened_ledger(session) as ledger:
        result = session.run(
            export_pages(
                ledger,
                folder,
                at=at,
                repository=repo or "*",
                form=FORMS[form],
                progress=Pace(session.progress),
            )
        )
    _say(session, [f"left alone, none of ours: {path}" for path in result.kept])
    _say(
        session, [f"left out: {item.name}: {item.problem}" for item in result.left_out]
    )
    _say(session, [f"no page: {item.name}: {item.problem}" for item in result.failures])
    session.write(export_json(result) if as_json else f"{export_line(result)}\n")
    return exit_code(result.failures[0].problem) if result.failures else 0


def _say(session: Session, lines: Sequence[str]) -> None:
    for line in lines[:MAX_SHOWN]:
        session.say(f"tagledger: {line}")
    if len(lines) > MAX_SHOWN:
        session.say(f"tagledger: {len(lines) - MAX_SHOWN:,} more like it (--json)")
