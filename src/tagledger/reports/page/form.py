"""The form of a page: what differs between the eras of the public record."""

from __future__ import annotations

import msgspec

from tagledger.errors import NotSupported
from tagledger.model.snapshot import Image


class Bullets(msgspec.Struct, frozen=True):
    """How a list is drawn: an item, an item under it, and what continues each."""

    item: str
    note: str
    inner: str
    inner_line: str


TABS = Bullets(item="-\t", note="\t", inner="\t-\t", inner_line="\t\t")
SPACES = Bullets(item="- ", note="  ", inner="  - ", inner_line="    ")
"""Until the summer of 2016."""


class OldLayer(msgspec.Struct, frozen=True):
    """What a page of before June 2016 says of a layer and a snapshot has no place for.

    `v1_id` is the ID that schema 1 gave it, `parent` the one that the page names as
    the layer below.
    """

    v1_id: str
    parent: str | None
    docker_version: str | None


class OldForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form of a page of before June 2016, which lists layer by layer.

    `pulls_library` says that its pull line names `library/…`. `counts_newest_twice`
    is an error of September 2015 in the totals. Where the page's writer broke off in
    the middle of an image, `fragment` is what it had listed by then, and `announced`
    what its head says: the count of layers, their uncompressed and their compressed
    size.
    """

    layers: tuple[OldLayer, ...]
    pulls_library: bool = False
    counts_newest_twice: bool = False
    fragment: Image | None = None
    announced: tuple[int, int | None, int] | None = None


class PageForm(msgspec.Struct, frozen=True, kw_only=True):
    """How one page is written.

    `as_published` is the record's own way: attestations stand among the platforms as
    `unknown; unknown`, fences are three backticks whatever is inside, and texts stand
    as they were. Without it the errors of that way are put right.
    `stated_manifest_type` is the one media type that such a page gives every
    manifest, right or wrong. `full` pages say more than the record does. `old` is
    set for pages of before June 2016. `generator` is the program that a page of all
    tags names as its author.
    """

    counts_platforms: bool = False
    as_published: bool = False
    bullets: Bullets = TABS
    stated_manifest_type: str | None = None
    encoding: str = "utf-8"
    full: bool = False
    old: OldForm | None = None
    generator: str | None = None


FORMS = {
    "2019": PageForm(),
    "2021": PageForm(counts_platforms=True),
}
"""The forms that can be asked for, by the year from which the record had them."""


def parse_form(name: str) -> PageForm:
    """The form of this name. Raises NotSupported."""
    try:
        return FORMS[name]
    except KeyError as exc:
        known = ", ".join(FORMS)
        problem = f"there is no page form {name[:40]!r}"
        raise NotSupported(problem, hint=f"known forms: {known}") from exc
