"""`tagledger tags`."""

from __future__ import annotations

import json

import click

from tagledger.cli.options import session_options
from tagledger.cli.session import Session


@click.command("tags")
@click.argument("address", metavar="REPO")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of lines.")
@click.option(
    "--unsorted", is_flag=True, help="As the registry lists them, while they come."
)
@session_options(platforms=False)
def command(session: Session, address: str, *, as_json: bool, unsorted: bool) -> None:
    """List the tags of a repository, newest version first."""
    from tagledger.flows.tags import list_tags, stream_tags

    async def read() -> None:
        async with session.opened(address) as place:
            if unsorted and not as_json:
                async for tag in stream_tags(place.source, place.name):
                    session.write(f"{tag}\n")
                return
            if unsorted:
                tags = [tag async for tag in stream_tags(place.source, place.name)]
            else:
                tags = await list_tags(place.source, place.name)
            if as_json:
                listing = {"repository": place.name.name, "tags": tags}
                session.write(json.dumps(listing, indent=2) + "\n")
            else:
                session.write("".join(f"{tag}\n" for tag in tags))

    session.run(read())
