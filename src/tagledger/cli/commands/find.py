"""`tagledger find`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from tagledger.cli.ledger_options import opened_ledger
from tagledger.cli.moments import MomentType
from tagledger.cli.options import session_options
from tagledger.cli.session import Session

if TYPE_CHECKING:
    from tagledger.ledger.answers import Search
    from tagledger.ledger.protocol import Ledger

AMBIGUOUS = 2
"""Several digests begin so: the request has to say more."""


@click.command("find")
@click.argument("digest", required=False)
@click.option("--text", help="Images with a step that has all these words.")
@click.option("--exact", is_flag=True, help="The text stands in a step as it is.")
@click.option("--env", metavar="NAME[=VALUE]", help="Images with this variable.")
@click.option("--label", metavar="NAME[=VALUE]", help="Images with this label.")
@click.option("--platform", metavar="OS[/ARCH[/VARIANT]]", help="Only for these.")
@click.option("--repo", metavar="PATTERN", help="Only here, as 'library/*'.")
@click.option("--since", type=MomentType(), help="Only what was seen from then on.")
@click.option(
    "--until", type=MomentType(ends_day=True), help="Only what was seen until then."
)
@click.option(
    "--limit",
    type=click.IntRange(1, 1_000),
    default=20,
    show_default=True,
    help="Results on a page.",
)
@click.option(
    "--page",
    type=click.IntRange(1, 1_000_000),
    default=1,
    show_default=True,
    help="Which page of results.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON instead of lines.")
@session_options(platforms=False, places=False)
def command(
    session: Session,
    digest: str | None,
    *,
    text: str | None,
    exact: bool,
    env: str | None,
    label: str | None,
    platform: str | None,
    repo: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    page: int,
    as_json: bool,
) -> int:
    """Find where a digest was, or images by their steps and settings.

    DIGEST is of an index, manifest, config, layer or diff ID, or at least the first
    six digits of one.
    """
    from tagledger.ledger.answers import Search

    if exact and not text:
        raise click.UsageError("--exact goes with --text.")
    search = Search(
        words=None if exact else text,
        exact=text if exact else None,
        env=env,
        label=label,
        platform=platform,
        repository=repo,
        since=since,
        until=until,
    )
    if digest is not None and search != Search():
        raise click.UsageError("find a DIGEST, or search by options: not both.")
    if digest is None and search == Search():
        raise click.UsageError("name a DIGEST, or what to search for.")
    with opened_ledger(session) as ledger:
        if digest is None:
            _search(session, ledger, search, limit, page, as_json=as_json)
            return 0
        return _find(session, ledger, digest, limit, page, as_json=as_json)


def _find(
    session: Session,
    ledger: Ledger,
    digest: str,
    limit: int,
    page: int,
    *,
    as_json: bool,
) -> int:
    from tagledger.cli.find_views import digest_lines
    from tagledger.flows.find import find_digest
    from tagledger.flows.json_forms.find import find_digest_report
    from tagledger.flows.json_forms.form import encoded

    found = find_digest(ledger, digest, limit=limit, page=page)
    if as_json:
        session.write(encoded(find_digest_report(found)))
    else:
        session.write("".join(f"{line}\n" for line in digest_lines(found)))
    if found.is_ambiguous:
        session.say(f"tagledger: several digests begin with {digest}: say more of it")
        return AMBIGUOUS
    if found.has_more:
        session.say(f"tagledger: more follow: --page {page + 1}")
    return 0


def _search(
    session: Session,
    ledger: Ledger,
    search: Search,
    limit: int,
    page: int,
    *,
    as_json: bool,
) -> None:
    from tagledger.cli.find_views import hit_lines
    from tagledger.flows.find import find_images
    from tagledger.flows.json_forms.find import find_images_report
    from tagledger.flows.json_forms.form import encoded

    found = find_images(ledger, search, limit=limit, page=page)
    if as_json:
        session.write(encoded(find_images_report(found)))
        return
    session.write("".join(f"{line}\n" for line in hit_lines(found)))
    if not found.hits:
        session.say("tagledger: nothing fits")
    if found.has_more:
        session.say(f"tagledger: more follow: --page {page + 1}")
