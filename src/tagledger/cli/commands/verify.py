"""`tagledger verify`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from pathlib import Path

import click

from tagledger.cli.exit_codes import DIFFERS
from tagledger.cli.ledger_options import opened_ledger
from tagledger.cli.options import session_options
from tagledger.cli.pace import Pace
from tagledger.cli.parameters import Parsed, parse_range
from tagledger.cli.proof_views import ledger_verification_lines
from tagledger.cli.session import Session
from tagledger.cli.verification import (
    verification_exit_code,
    verification_json,
    verification_lines,
)
from tagledger.errors import TagledgerError
from tagledger.flows.open import Place
from tagledger.flows.search_urls import known_urls, read_pages, search_and_keep
from tagledger.flows.verification import Verification, Verified, concluded, failed
from tagledger.flows.verify import verify
from tagledger.flows.verify_ledger import verify_ledger
from tagledger.flows.verify_pages import page_files
from tagledger.reports.proof.foreign_urls import ForeignUrls
from tagledger.reports.proof.url_search import FoundUrl
from tagledger.sources.layout_index import VERSION_FILE


@click.command("verify")
@click.argument("addresses", metavar="ADDRESS...", nargs=-1)
@click.option(
    "--ledger",
    "of_ledger",
    is_flag=True,
    help="Prove what the ledger holds of pages instead, where nobody tried yet.",
)
@click.option(
    "--layers", is_flag=True, help="Also hash every layer, packed and unpacked."
)
@click.option(
    "--search-urls",
    "numbers",
    type=Parsed("first-last", parse_range),
    help="Try these link numbers for foreign layers whose URL is not known.",
)
@click.option(
    "--urls",
    "table",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A table of URLs of your own; what is found is kept there.",
)
@click.option("--json", "as_json", is_flag=True, help="All findings, as JSON.")
@session_options(platforms=False)
def command(
    session: Session,
    addresses: tuple[str, ...],
    *,
    of_ledger: bool,
    layers: bool,
    numbers: range | None,
    table: Path | None,
    as_json: bool,
) -> int:
    """Prove pages, and re-hash everything in images.

    ADDRESS is a page's file, a folder of pages or of a layout, or any other address.
    """
    if of_ledger:
        _refuse_beside_ledger(session, addresses, layers=layers, numbers=numbers)
        return _verify_ledger(session, table, as_json=as_json)
    if not addresses:
        raise click.UsageError("name what to verify: ADDRESS..., or --ledger.")
    pages, others, unread = _sorted(addresses)
    if numbers is None:
        urls = known_urls(table, must_exist=True)
    else:
        urls = _searched(session, pages, numbers, table)
    verification = session.run(_verify(session, others, pages, layers, urls))
    verification = concluded([*unread, *verification.places])
    for place in verification.problems:
        if place.problem is not None:
            session.say(f"tagledger: {place.problem.text}")
            if place.problem.hint:
                session.say(f"  {place.problem.hint}")
    if as_json:
        session.write(f"{verification_json(verification)}\n")
    else:
        session.write("".join(f"{line}\n" for line in verification_lines(verification)))
    return verification_exit_code(verification)


def _refuse_beside_ledger(
    session: Session, addresses: tuple[str, ...], *, layers: bool, numbers: range | None
) -> None:
    """What says something of addresses says nothing of a ledger."""
    if addresses:
        raise click.UsageError(
            "verify ADDRESS..., or --ledger: not both. The path of a ledger stands "
            "before the command: tagledger --ledger PATH verify --ledger."
        )
    if layers:
        raise click.UsageError("--layers goes with ADDRESS: a ledger has no layers.")
    if numbers is not None:
        raise click.UsageError("--search-urls goes with ADDRESS: name the pages.")
    if session.opening.at is not None:
        raise click.UsageError("--at goes with ledger:REF, not with --ledger.")


def _verify_ledger(session: Session, table: Path | None, *, as_json: bool) -> int:
    from tagledger.flows.json_forms.form import encoded
    from tagledger.flows.json_forms.proof import ledger_verification_report

    urls = known_urls(table, must_exist=True)
    with opened_ledger(session) as ledger:
        try:
            verification = verify_ledger(
                ledger, urls=urls, progress=Pace(session.progress)
            )
        finally:
            session.progress.clear()
    if as_json:
        session.write(encoded(ledger_verification_report(verification)))
    else:
        lines = ledger_verification_lines(verification)
        session.write("".join(f"{line}\n" for line in lines))
    return DIFFERS if verification.is_contradicted else 0


def _sorted(
    addresses: Iterable[str],
) -> tuple[list[Path], list[str], list[Verified]]:
    """Pages, other addresses, and folders that hold neither.

    A folder is a layout if it says so, and else one of pages.
    """
    pages: list[Path] = []
    others: list[str] = []
    unread: list[Verified] = []
    for address in addresses:
        path = Path(address)
        if _is((path / VERSION_FILE).is_file):
            others.append(f"oci:{address}")
        elif _is(path.is_dir):
            try:
                pages.extend(page_files(path))
            except TagledgerError as exc:
                unread.append(failed(address, exc))
        elif _is(path.is_file) or (path.suffix == ".md" and ":" not in address):
            pages.append(path)
        else:
            others.append(address)
    return pages, others, unread


def _is(asked: Callable[[], bool]) -> bool:
    try:
        return asked()
    except OSError:  # a name too long for a file, or a folder closed to us
        return False


async def _verify(
    session: Session,
    addresses: list[str],
    pages: list[Path],
    layers: bool,
    urls: ForeignUrls,
) -> Verification:
    results: list[Verified] = []
    async with AsyncExitStack() as stack:
        for address in addresses:
            try:
                place: Place = await stack.enter_async_context(session.opened(address))
            except TagledgerError as exc:
                results.append(failed(address, exc))
                continue
            one = await verify(
                [place], layers=layers, urls=urls, progress=session.progress
            )
            results.extend(one.places)
    of_pages = await verify([], pages, urls=urls, progress=session.progress)
    return concluded([*results, *of_pages.places])


def _searched(
    session: Session, pages: list[Path], numbers: range, table: Path | None
) -> ForeignUrls:
    """What is known of URLs after the search; finds are said as they come."""

    def tell(found: FoundUrl) -> None:
        session.say(f"found: {found.layer} {found.url}")

    try:
        return search_and_keep(
            read_pages(pages),
            numbers,
            table=table,
            told=tell,
            progress=session.progress,
        )
    finally:
        session.progress.clear()
