"""`tagledger pull`."""

from __future__ import annotations

import json

import click

from tagledger.cli.options import session_options
from tagledger.cli.session import Session
from tagledger.flows.pull import PullResult, pull
from tagledger.sources.layout_writer import parse_layout_target


@click.command("pull")
@click.argument("address", metavar="REF")
@click.argument("target", metavar="oci:DIR[:tag]")
@click.option("--no-foreign", is_flag=True, help="Leave foreign layers where they are.")
@click.option("--verify-held", is_flag=True, help="Hash what is there already as well.")
@click.option("--json", "as_json", is_flag=True, help="Say what was copied as JSON.")
@session_options()
def command(
    session: Session,
    address: str,
    target: str,
    *,
    no_foreign: bool,
    verify_held: bool,
    as_json: bool,
) -> None:
    """Copy an image into an OCI layout, every digest checked.

    A copy that was interrupted goes on where it stopped.
    """
    layout = parse_layout_target(target)

    async def copy() -> PullResult:
        async with session.opened(address) as place:
            return await pull(
                place.source,
                place.name,
                session.wanted,
                layout,
                include_foreign=not no_foreign,
                verify_existing=verify_held,
                progress=session.progress,
            )

    result = session.run(copy())
    for entry in result.snapshot.missing:
        session.say(f"listed and not there: {entry.digest}")
    for blob in result.left_out:
        session.say(f"foreign, left out: {blob.digest}")
    if result.not_held:
        count = len(result.not_held)
        session.say(f"{count} blobs are not held by this kind of source (--json)")
    if as_json:
        session.write(json.dumps(_summary(result), indent=2) + "\n")
    else:
        session.say(
            f"{result.snapshot.reference.title}: {len(result.written)} blobs copied, "
            f"{len(result.kept)} were there"
        )
        session.write(f"{result.root.digest}\n")


def _summary(result: PullResult) -> dict[str, object]:
    return {
        "digest": result.root.digest,
        "layout": str(result.target.folder),
        "tag": result.target.tag,
        "copied": [blob.digest for blob in result.written],
        "held_before": [blob.digest for blob in result.kept],
        "left_out": [blob.digest for blob in result.left_out],
        "not_held": [blob.digest for blob in result.not_held],
        "missing": [entry.digest for entry in result.snapshot.missing],
    }
