"""`tagledger import`."""

from __future__ import annotations

from pathlib import Path

import click

from tagledger.cli.exit_codes import INTERRUPTED
from tagledger.cli.ledger_options import opened_ledger
from tagledger.cli.options import session_options
from tagledger.cli.pace import Pace
from tagledger.cli.parameters import Parsed, parse_path
from tagledger.cli.proof_views import proof_line
from tagledger.cli.session import Session
from tagledger.flows.collecting import rarely_collected
from tagledger.flows.import_place import import_place
from tagledger.flows.importing import Imported
from tagledger.flows.json_forms.form import encoded
from tagledger.flows.json_forms.recording import import_report
from tagledger.flows.prove_ledger import Proven, prove_ledger

_KEPT = "what was written stays, and the same command goes on from there"

MAX_SHOWN = 20
"""Versions that could not be read and are shown; `--json` has them all."""


@click.command("import")
@click.argument("path", metavar="PATH", type=Parsed("path", parse_path))
@click.option("--no-proof", is_flag=True, help="Do not try to prove what came in.")
@click.option("--json", "as_json", is_flag=True, help="What came of it, as JSON.")
@session_options(platforms=False)
def command(session: Session, path: Path, *, no_proof: bool, as_json: bool) -> int:
    """Take pages, their git history or an OCI layout into the ledger.

    PATH is a page, a folder of pages, a git repository (plain, bare or a bundle) with
    its whole history, or an OCI layout. What is there already adds nothing, and an
    import that was interrupted goes on where it stopped. Then what pages state is
    proven as far as that goes.
    """
    with opened_ledger(session, create=True) as ledger, rarely_collected():
        try:
            imported = import_place(
                path,
                ledger,
                environment=session.opening.settings.environment,
                progress=Pace(session.progress),
            )
            proven = None
            if not no_proof:
                proven = prove_ledger(ledger, progress=Pace(session.progress))
        except KeyboardInterrupt:
            session.say(f"tagledger: interrupted: {_KEPT}")
            return INTERRUPTED
        finally:
            session.progress.clear()
    for skipped in imported.skipped[:MAX_SHOWN]:
        session.say(f"tagledger: not read: {skipped.problem}")
    if len(imported.skipped) > MAX_SHOWN:
        more = len(imported.skipped) - MAX_SHOWN
        session.say(f"tagledger: {more} more were not read (--json)")
    if as_json:
        session.write(encoded(import_report(imported, proven)))
    else:
        session.write("".join(f"{line}\n" for line in _lines(imported, proven)))
    return 0


def _lines(imported: Imported, proven: Proven | None) -> list[str]:
    added = imported.recorded
    lines = []
    if imported.pages or imported.gone or added.observations:
        read = f"{imported.pages:,} versions of pages read, {imported.gone:,} gone"
        new = f"{added.statements:,} statements, {added.entries:,} images"
        size = f"{added.content_bytes / 1e6:,.1f} MB"
        lines += [
            f"{added.observations:,} observations added ({read})",
            f"{new}, {added.contents:,} contents of {size} were new",
        ]
    else:
        lines.append("nothing new")
    if proven is not None and proven != Proven():
        lines.append(proof_line(proven))
    return lines
