"""`tagledger import`."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from tagledger.cli.ledger_options import opened_ledger
from tagledger.cli.options import session_options
from tagledger.cli.pace import Pace
from tagledger.cli.session import Session
from tagledger.flows.import_place import import_place
from tagledger.flows.importing import Imported

MAX_SHOWN = 20
"""Versions that could not be read and are shown; `--json` has them all."""


@click.command("import")
@click.argument("path", metavar="PATH", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="What came of it, as JSON.")
@session_options(platforms=False)
def command(session: Session, path: Path, *, as_json: bool) -> None:
    """Take pages, their git history or an OCI layout into the ledger.

    PATH is a page, a folder of pages, a git repository (plain, bare or a bundle) with
    its whole history, or an OCI layout. What is there already adds nothing, and an
    import that was interrupted goes on where it stopped.
    """
    with opened_ledger(session, create=True) as ledger:
        try:
            imported = import_place(
                path,
                ledger,
                environment=session.opening.settings.environment,
                progress=Pace(session.progress),
            )
        finally:
            session.progress.clear()
    for skipped in imported.skipped[:MAX_SHOWN]:
        session.say(f"tagledger: not read: {skipped.problem}")
    if len(imported.skipped) > MAX_SHOWN:
        more = len(imported.skipped) - MAX_SHOWN
        session.say(f"tagledger: {more} more were not read (--json)")
    if as_json:
        session.write(msgspec.json.format(msgspec.json.encode(_summary(imported))))
        session.write("\n")
    else:
        session.write("".join(f"{line}\n" for line in _lines(imported)))


def _summary(imported: Imported) -> dict[str, object]:
    return {
        "pages": imported.pages,
        "gone": imported.gone,
        "added": msgspec.to_builtins(imported.recorded),
        "skipped": [
            {
                "where": skipped.where,
                "code": skipped.problem.code,
                "problem": str(skipped.problem),
            }
            for skipped in imported.skipped
        ],
    }


def _lines(imported: Imported) -> list[str]:
    added = imported.recorded
    if not (imported.pages or imported.gone or added.observations):
        return ["nothing new"]
    read = f"{imported.pages:,} versions of pages read, {imported.gone:,} names gone"
    new = f"{added.statements:,} statements, {added.entries:,} images"
    size = f"{added.content_bytes / 1e6:,.1f} MB"
    return [
        f"{added.observations:,} observations added ({read})",
        f"{new}, {added.contents:,} contents of {size} were new",
    ]
