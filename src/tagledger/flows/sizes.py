"""How images grew: a tag over time, or all tags of a repository, for each platform."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import msgspec

from tagledger.errors import MalformedReference, NotObserved
from tagledger.ledger.answers import ImageSize
from tagledger.ledger.protocol import Ledger
from tagledger.ledger.source import SCHEME, known_reference
from tagledger.model.digest import Digest
from tagledger.model.host_platform import lasting, normalized
from tagledger.model.platform import Platform, PlatformFilter
from tagledger.model.reference import Reference, parse_repository
from tagledger.model.selection import no_match
from tagledger.model.source import Wanted
from tagledger.model.tag_order import tag_key

_Line = tuple[Reference, Platform | None, int]
"""What makes a series: a name, a platform, and which of several alike images."""


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """What an image weighed from a moment on: all layers as sent, None if unknown."""

    observed_at: datetime
    source: str
    manifest: Digest | None
    size_bytes: int | None


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """The sizes of one tag's image for one platform, oldest first, never empty.

    `platform` is as it was last stated, without the patch level of a Windows version;
    None where none was stated. `last_seen` is when there was such an image last, which
    may be long before the tag itself was.
    """

    reference: Reference
    platform: str | None
    last_seen: datetime
    points: tuple[Point, ...]

    @property
    def grown_bytes(self) -> int | None:
        """By how much the last is larger than the first; None if that is unknown."""
        first, last = self.points[0].size_bytes, self.points[-1].size_bytes
        return None if first is None or last is None else last - first


class Sizes(msgspec.Struct, frozen=True, kw_only=True):
    """How the images of a name grew.

    Of a tag each series has a point wherever the image changed; of a repository each
    tag has where it began and what it last was. They are sorted by platform, and
    within it newest version first.
    """

    name: Reference
    is_repository: bool
    series: tuple[Series, ...]


def sizes(
    ledger: Ledger,
    text: str,
    *,
    platforms: Sequence[PlatformFilter] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> Sizes:
    """The sizes of a tag, or, without one, of all tags of a repository.

    Only what was seen from `since` to `until` counts. Raises MalformedReference,
    NotObserved where no image of that name and time is known, or PlatformNotFound.
    """
    name, found = _found(ledger, text.removeprefix(SCHEME), since, until)
    fitting = [item for item in found if _fits(item.platform, platforms)]
    if not found:
        raise NotObserved(name.familiar)
    if not fitting:
        published = {item.platform for item in found if item.platform is not None}
        raise no_match(
            Wanted(platforms=tuple(platforms)), sorted({*map(lasting, published)})
        )
    return Sizes(
        name=name,
        is_repository=name.tag is None and name.digest is None,
        series=tuple(_series(fitting)),
    )


def _found(
    ledger: Ledger, text: str, since: datetime | None, until: datetime | None
) -> tuple[Reference, list[ImageSize]]:
    """What is known of the name, be it one in a registry or what a layout calls so."""
    local = Reference("", text)
    try:
        names = [parse_repository(text), local]
    except MalformedReference:
        try:
            names = [known_reference(ledger, text)]
        except MalformedReference:
            found = ledger.sizes(local, since=since, until=until)
            if not found:
                raise
            return local, found
    for name in names:
        if found := ledger.sizes(name, since=since, until=until):
            return name, found
    return names[0], []


def _fits(platform: Platform | None, wanted: Sequence[PlatformFilter]) -> bool:
    if not wanted:
        return True
    return platform is not None and any(item.matches(platform) for item in wanted)


def _series(found: Sequence[ImageSize]) -> list[Series]:
    lines: dict[_Line, list[ImageSize]] = {}
    alike: Counter[tuple[object, ...]] = Counter()
    for item in found:
        platform = None if item.platform is None else normalized(lasting(item.platform))
        at = (item.reference, platform, item.observed_at, item.source)
        lines.setdefault((item.reference, platform, alike[at]), []).append(item)
        alike[at] += 1
    series = [
        Series(
            reference=name,
            platform=_text(items[-1].platform),
            last_seen=max(item.last_seen for item in items),
            points=tuple(_points(items)),
        )
        for (name, _, _), items in lines.items()
    ]
    return sorted(series, key=_place)


def _text(platform: Platform | None) -> str | None:
    return None if platform is None else str(lasting(platform))


def _points(items: Sequence[ImageSize]) -> list[Point]:
    """Where something changed: what several sources saw alike is one point."""
    points: list[Point] = []
    for item in items:
        point = Point(
            observed_at=item.observed_at,
            source=item.source,
            manifest=item.manifest,
            size_bytes=item.size_bytes,
        )
        if not points or _differ(points[-1], point):
            points.append(point)
    return points


def _differ(one: Point, other: Point) -> bool:
    return (one.manifest, one.size_bytes) != (other.manifest, other.size_bytes)


def _place(series: Series) -> tuple[object, ...]:
    name = series.reference
    tag = tag_key(name.tag) if name.tag is not None else tag_key("")
    return series.platform is None, series.platform or "", tag, name.familiar
