"""What a name is and was: the image, its bytes, its history, and what changed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from litestar import Response, get

from tagledger.errors import NotObserved
from tagledger.flows.diff_states import Moment
from tagledger.flows.history import history
from tagledger.flows.json_forms.history import HistoryReport, history_report
from tagledger.flows.json_forms.lists import TagNamesReport
from tagledger.flows.raw import raw
from tagledger.flows.stated_pages import StatedPages
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.source import LATEST, LedgerSource, known_reference
from tagledger.model.digest import Digest
from tagledger.model.reference import parse_repository
from tagledger.model.source import Wanted
from tagledger.model.tag_order import newest_first
from tagledger.reports.difference.json_report import DifferenceReport
from tagledger.reports.json_form import SnapshotReport
from tagledger.site.answers import JSON, MARKDOWN, content
from tagledger.site.api.answers import answered
from tagledger.site.api.digests import sent_bytes
from tagledger.site.api.parameters import (
    AndAt,
    At,
    OtherAt,
    OtherPlatforms,
    Platforms,
    Ref,
    Repository,
    described,
    moment,
    platforms,
    reference,
    written,
)
from tagledger.site.asked import Asked
from tagledger.site.kept import Kept
from tagledger.site.renditions import Sides, difference_text, image_text

Format = Annotated[
    Literal["json", "markdown"],
    described("JSON, or Markdown for people.", example="json"),
]

SourceName = Annotated[
    str | None,
    written(
        "Only what this source said, as a history names it.",
        example="docker://registry",
    ),
]

Config = Annotated[
    bool, described("The config instead of the manifest.", example=False)
]

Full = Annotated[
    bool,
    described("In Markdown: also what is the same; nothing is cut.", example=False),
]


@get(
    "/api/v1/image",
    operation_id="getImage",
    summary="What a name is, or was",
    form=SnapshotReport,
    other_form=MARKDOWN,
)
async def image(
    asked: Asked,
    kept: Kept,
    *,
    ref: Ref,
    at: At = None,
    platform: Platforms = None,
    format: Format = "json",  # noqa: A002 - so it is called in the address
) -> Response[Any]:
    """All that was published under a name: what `tagledger report --json` prints.

    As Markdown, the page in the form of the public record.
    """
    is_json = format == "json"
    body = await image_text(
        asked,
        kept,
        ref,
        at=moment("at", at),
        is_json=is_json,
        platforms=platforms(platform),
    )
    return content(asked.request, body, JSON if is_json else MARKDOWN)


@get(
    "/api/v1/raw",
    operation_id="getRaw",
    summary="The exact bytes of what a name is, or was",
    form=bytes,
)
async def raw_of(
    asked: Asked,
    *,
    ref: Ref,
    at: At = None,
    platform: Platforms = None,
    config: Config = False,
) -> Response[Any]:
    """The index or manifest: what `tagledger raw` prints.

    With a platform that platform's manifest, with `config` its config.
    """
    when, wanted = moment("at", at), Wanted(platforms=platforms(platform))

    async def read(ledger: Ledger) -> bytes:
        name = known_reference(ledger, ref)
        source = LedgerSource(ledger, read_page=StatedPages(), at=when)
        return await raw(source, name, wanted, config=config)

    body = await asked.follow(read)
    return sent_bytes(asked.request, body, Digest.of(body), lasts=False)


@get(
    "/api/v1/tag-names",
    operation_id="listTagNames",
    summary="Names of the tags of a repository",
    form=TagNamesReport,
)
async def tag_names(asked: Asked, *, repository: Repository) -> Response[Any]:
    """All tags that there are, newest version first.

    What `tagledger tags --json` prints.
    """
    name = parse_repository(repository)

    def listed(ledger: Ledger) -> list[str]:
        found = ledger.tags_at(name, LATEST)
        if not found and ledger.known_since(name) is None:
            raise NotObserved(name.familiar_name)
        return newest_first(found)

    found = await asked.ask(listed)
    report = TagNamesReport(repository=name.name, tags=tuple(found))
    return answered(asked.request, report)


@get(
    "/api/v1/history",
    operation_id="getHistory",
    summary="What a name was, and when",
    form=HistoryReport,
)
async def history_of(
    asked: Asked, kept: Kept, *, ref: Ref, at: At = None, source: SourceName = None
) -> Response[Any]:
    """Each state of a name, oldest first: what `tagledger history --json` prints.

    Where telling what changed takes too long, `change` is null in the last states.
    """
    when = moment("at", at)

    async def told(ledger: Ledger) -> HistoryReport:
        found = await history(
            ledger, ref, at=when, source=source, tellings=kept.tellings
        )
        return history_report(found)

    return answered(asked.request, await asked.follow(told))


Before = Annotated[str, reference("A name as people write it.", "example/app:1.0")]
After = Annotated[str, reference("A name as people write it.", "example/app:edge")]


@get(
    "/api/v1/diff",
    operation_id="getDiff",
    summary="What changed",
    form=DifferenceReport,
    other_form=MARKDOWN,
)
async def diff_of(
    asked: Asked,
    kept: Kept,
    *,
    a: Before,
    b: After,
    a_at: OtherAt = None,
    b_at: AndAt = None,
    platform: Platforms = None,
    other_platform: OtherPlatforms = None,
    format: Format = "json",  # noqa: A002 - so it is called in the address
    full: Full = False,
) -> Response[Any]:
    """What changed from `a` to `b`: what `tagledger diff --json` prints."""
    sides = Sides(
        before=Moment(a, moment("a_at", a_at)),
        after=Moment(b, moment("b_at", b_at)),
        platforms=platforms(platform),
        other_platforms=platforms(other_platform),
    )
    is_json = format == "json"
    body = await difference_text(asked, kept, sides, is_json=is_json, is_full=full)
    return content(asked.request, body, JSON if is_json else MARKDOWN)
