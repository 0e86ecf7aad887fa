"""`tagledger diff`."""

from __future__ import annotations

from datetime import datetime

import click
import msgspec

from tagledger.cli.exit_codes import DIFFERS
from tagledger.cli.moments import MomentType
from tagledger.cli.options import session_options
from tagledger.cli.parameters import Parsed
from tagledger.cli.session import Session
from tagledger.flows.diff import diff
from tagledger.model.difference.values import Difference
from tagledger.model.platform import PlatformFilter, parse_platform


@click.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option(
    "--other-platform",
    "others",
    type=Parsed("platform", parse_platform),
    multiple=True,
    help="Of B, where it is not that of A; repeatable.",
)
@click.option(
    "--other-at", type=MomentType(), help="What B was at this time; --at is for A."
)
@click.option("--full", is_flag=True, help="Also what is the same; nothing is cut.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a view.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Markdown instead.")
@session_options()
def command(
    session: Session,
    before: str,
    after: str,
    *,
    others: tuple[PlatformFilter, ...],
    other_at: datetime | None,
    full: bool,
    as_json: bool,
    as_markdown: bool,
) -> int:
    """Show what changed from one image to another.

    A and B are addresses of any kind. What one of them cannot know is no difference.
    The exit code is 1 if anything differs, else 0.
    """
    if as_json and as_markdown:
        raise click.UsageError("--json and --markdown exclude each other.")
    wanted_after = None
    if others:
        wanted_after = msgspec.structs.replace(session.wanted, platforms=others)

    opening_after = msgspec.structs.replace(session.opening, at=other_at)

    async def read() -> Difference:
        async with (
            session.opened(before) as first,
            session.opened(after, opening=opening_after) as second,
        ):
            return await diff(
                first, second, wanted=session.wanted, wanted_after=wanted_after
            )

    difference = session.run(read())
    if as_json:
        from tagledger.reports.difference.json_report import encode_difference

        session.write(encode_difference(difference))
    elif as_markdown:
        from tagledger.reports.difference.markdown import write_difference

        session.write(write_difference(difference, full=full))
    else:
        from tagledger.cli.console import console
        from tagledger.cli.output import writing
        from tagledger.reports.difference.terminal import render_difference

        with writing():
            render_difference(difference, console(), full=full)
    return DIFFERS if difference.differs else 0
