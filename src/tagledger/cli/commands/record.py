"""`tagledger record`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from tagledger.cli.ledger_options import opened_ledger
from tagledger.cli.options import session_options
from tagledger.cli.session import Session
from tagledger.errors import LedgerError, TagledgerError

if TYPE_CHECKING:
    from tagledger.flows.open import Opening, Place
    from tagledger.flows.record import Noted
    from tagledger.ledger.protocol import Ledger


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
    from tagledger.cli.exit_codes import exit_code
    from tagledger.flows.json_forms.form import encoded
    from tagledger.flows.json_forms.recording import record_report

    wanted = [*addresses, *_listed(refs_file)]
    if not wanted:
        raise click.UsageError("name what to record: REF… or --refs-file FILE.")
    run = _Run(session, dates=dates, as_json=as_json)
    with opened_ledger(session, create=True) as ledger:
        session.run(run.all(ledger, wanted, all_tags=all_tags))
    if as_json:
        session.write(encoded(record_report(run.noted, run.failures)))
    return exit_code(run.failures[0][1]) if run.failures else 0


class _Run:
    """One after the other: what fails is told, and the rest goes on.

    Where the ledger itself fails, nothing can go on.
    """

    def __init__(self, session: Session, *, dates: bool, as_json: bool) -> None:
        self._session = session
        self._dates = dates
        self._as_json = as_json
        self.noted: list[tuple[str, Noted]] = []
        self.failures: list[tuple[str, TagledgerError]] = []

    async def all(self, ledger: Ledger, wanted: list[str], *, all_tags: bool) -> None:
        from tagledger.flows.record import held_by

        opening = msgspec.structs.replace(self._session.opening, held=held_by(ledger))
        for address in wanted:
            try:
                async for place in _places(address, opening, all_tags=all_tags):
                    await self._one(ledger, address, place)
            except LedgerError:
                raise
            except TagledgerError as exc:
                self._fail(address, exc)

    async def _one(self, ledger: Ledger, address: str, place: Place) -> None:
        from tagledger.cli.record_views import noted_line
        from tagledger.flows.record import Patience, record

        patience = Patience(told=lambda text: self._session.say(f"tagledger: {text}"))
        try:
            noted = await record(
                ledger, place, layer_dates=self._dates, patience=patience
            )
        except LedgerError:
            raise
        except TagledgerError as exc:
            self._fail(place.name.familiar, exc)
            return
        self.noted.append((address, noted))
        if not self._as_json:
            self._session.write(f"{noted_line(noted)}\n")

    def _fail(self, address: str, problem: TagledgerError) -> None:
        self.failures.append((address, problem))
        self._session.say(f"tagledger: {address}: not recorded: {problem}")
        if problem.hint:
            self._session.say(f"  {problem.hint}")


async def _places(
    address: str, opening: Opening, *, all_tags: bool
) -> AsyncIterator[Place]:
    from tagledger.flows.open import opened
    from tagledger.flows.record import tagged

    async with opened(address, opening) as place:
        if not all_tags:
            yield place
            return
        async for one in tagged(place):
            yield one


def _listed(file: Path | None) -> list[str]:
    if file is None:
        return []
    with click.open_file(str(file), encoding="utf-8") as lines:
        found = [line.partition("#")[0].strip() for line in lines]
    return [line for line in found if line]
