"""`tagledger record`."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from tagledger.cli.ledger_options import opened_ledger
from tagledger.cli.options import session_options
from tagledger.cli.pace import Pace
from tagledger.cli.session import Session
from tagledger.errors import LedgerError, TagledgerError, shortened
from tagledger.model.source import Progress, no_progress

if TYPE_CHECKING:
    from tagledger.flows.record import Noted
    from tagledger.flows.record_all import Outcome
    from tagledger.ledger.protocol import Ledger


MAX_LIST_BYTES = 16 * 1024 * 1024
"""Longest list of names: some hundred thousand of them."""


@click.command("record")
@click.argument("addresses", metavar="REF...", nargs=-1)
@click.option(
    "--refs-file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="Also those in this file, one a line; # begins a comment.",
)
@click.option("--all-tags", is_flag=True, help="Every tag of each REF's repository.")
@click.option("--dates", is_flag=True, help="Also ask when each layer was modified.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of lines.")
@session_options(platforms=False)
def command(
    session: Session,
    addresses: tuple[str, ...],
    *,
    refs_file: Path | None,
    all_tags: bool,
    dates: bool,
    as_json: bool,
) -> int:
    """Observe images and write down what they are now."""
    from tagledger.cli.exit_codes import INTERRUPTED, exit_code
    from tagledger.flows.json_forms.form import encoded
    from tagledger.flows.json_forms.recording import record_report

    wanted = [*addresses, *_listed(refs_file)]
    if not wanted:
        raise click.UsageError("name what to record: REF… or --refs-file FILE.")
    run = _Run(session, wanted, as_json=as_json)
    with opened_ledger(session, create=True) as ledger:
        try:
            session.run(run.all(ledger, all_tags=all_tags, dates=dates))
        except KeyboardInterrupt:
            session.say(f"tagledger: interrupted: {run.kept}")
            return INTERRUPTED
        except LedgerError:
            session.say(f"tagledger: stopped: {run.kept}")
            raise
        finally:
            if as_json:
                session.write(encoded(record_report(run.noted, run.failures)))
    return exit_code(run.failures[0][1]) if run.failures else 0


class _Run:
    """What fails is told, and the rest goes on.

    Where the ledger itself fails, nothing can go on.
    """

    def __init__(self, session: Session, wanted: list[str], *, as_json: bool) -> None:
        self._session = session
        self._wanted = wanted
        self._as_json = as_json
        self.noted: list[tuple[str, Noted]] = []
        self.failures: list[tuple[str, TagledgerError]] = []
        self._total: int | None = None

    @property
    def kept(self) -> str:
        """What a run that ends early has done."""
        total = "" if self._total is None else f" of {self._total:,}"
        return f"{len(self.noted):,}{total} names were recorded, and stay so"

    async def all(self, ledger: Ledger, *, all_tags: bool, dates: bool) -> None:
        from tagledger.flows.open import Registries
        from tagledger.flows.pauses import Patience, Pauses
        from tagledger.flows.record import held_by
        from tagledger.flows.record_all import record_all

        def say(text: str) -> None:
            self._session.say(f"tagledger: {text}")

        is_one = len(self._wanted) == 1 and not all_tags
        async with aclosing(Registries()) as registries:
            opening = msgspec.structs.replace(
                self._session.opening,
                held=held_by(ledger),
                registries=registries,
                # Of many names it is told how many are done, of one what is read of it.
                progress=self._session.progress if is_one else no_progress,
            )
            outcomes = record_all(
                ledger,
                self._wanted,
                lambda address: self._session.place(address, opening),
                all_tags=all_tags,
                layer_dates=dates,
                pauses=Pauses(Patience(told=say)),
                progress=no_progress if is_one else self._progress(),
            )
            async with aclosing(outcomes):
                async for outcome in outcomes:
                    self._tell(outcome)

    def _progress(self) -> Progress:
        pace = Pace(self._session.progress)

        def tell(what: str, done: int, total: int | None) -> None:
            self._total = total
            pace(what, done, total)

        return tell

    def _tell(self, outcome: Outcome) -> None:
        from tagledger.cli.record_views import noted_line

        if isinstance(outcome.result, TagledgerError):
            self._fail(outcome.name, outcome.result)
            return
        self.noted.append((outcome.address, outcome.result))
        if not self._as_json:
            self._session.write(f"{noted_line(outcome.result)}\n")

    def _fail(self, address: str, problem: TagledgerError) -> None:
        self.failures.append((address, problem))
        name = shortened(address)
        self._session.say(f"tagledger: {name}: not recorded: {problem}")
        if problem.hint:
            self._session.say(f"  {problem.hint}")


def _listed(file: Path | None) -> list[str]:
    if file is None:
        return []
    try:
        with click.open_file(str(file), "rb") as opened:
            content = opened.read(MAX_LIST_BYTES + 1)
        lines = content.decode("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise click.UsageError(f"{file}: not a text that can be read: {exc}.") from exc
    if len(content) > MAX_LIST_BYTES:
        raise click.UsageError(f"{file}: more than {MAX_LIST_BYTES:,} bytes.")
    found = [line.partition("#")[0].strip() for line in lines]
    return [line for line in found if line]
