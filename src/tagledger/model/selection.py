"""Which of the published things are wanted: by platform, or for a host."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tagledger.errors import PlatformNotFound
from tagledger.model.descriptor import Descriptor
from tagledger.model.entries import attestation_subject, is_attestation
from tagledger.model.platform import Platform
from tagledger.model.snapshot import Artifact, Attestation, Entry, Image, Missing
from tagledger.model.source import Wanted


def to_fetch(descriptors: Sequence[Descriptor], wanted: Wanted) -> list[Descriptor]:
    """The entries of an index that have to be looked into.

    Those that state a platform which is not wanted are spared, and so are the
    attestations of those; one that states none has to be asked.
    """
    if not _is_choosy(wanted):
        return list(descriptors)
    published = [item for item in descriptors if not is_attestation(item)]
    platforms = [_stated(item.platform) for item in published]
    fitting = {
        item.digest
        for item, platform in zip(published, platforms, strict=True)
        if platform is None or _fits(platform, wanted)
    }
    stated = [platform for platform in platforms if platform is not None]
    if wanted.host is not None and len(stated) == len(published):
        chosen = _choose(wanted.host, stated)
        fitting &= set() if chosen is None else {published[chosen].digest}
    return [
        item
        for item in descriptors
        if (attestation_subject(item) if is_attestation(item) else item.digest)
        in fitting
    ]


def matching(found: Sequence[Entry], wanted: Wanted) -> list[Entry]:
    """The entries that are wanted, now that all platforms are known.

    An attestation goes with what it speaks of.
    """
    if not _is_choosy(wanted):
        return list(found)
    candidates = [
        (entry, platform)
        for entry in found
        if (platform := _platform(entry)) is not None and _fits(platform, wanted)
    ]
    if wanted.host is not None:
        chosen = _choose(wanted.host, [item[1] for item in candidates])
        candidates = [] if chosen is None else [candidates[chosen]]
    kept = {id(entry) for entry, _ in candidates}
    digests = {entry.digest for entry, _ in candidates}
    return [
        entry
        for entry in found
        if id(entry) in kept
        or (isinstance(entry, Attestation) and entry.subject_digest in digests)
    ]


def no_match(wanted: Wanted, published: Iterable[Platform | None]) -> PlatformNotFound:
    """The error that says what was asked and lists what there is."""
    asked = [item.text for item in wanted.platforms]
    if wanted.host is not None:
        asked.append(f"a host of {wanted.host}")
    listed = tuple(
        str(platform)
        for platform in published
        if platform is not None and not platform.is_unknown
    )
    return PlatformNotFound(" or ".join(asked), listed)


def published_platforms(found: Iterable[Entry]) -> list[Platform | None]:
    """The platforms of what can be chosen."""
    return [_platform(entry) for entry in found]


def _is_choosy(wanted: Wanted) -> bool:
    return bool(wanted.platforms) or wanted.host is not None


def _fits(platform: Platform, wanted: Wanted) -> bool:
    return not wanted.platforms or any(
        item.matches(platform) for item in wanted.platforms
    )


def _choose(host: Platform, published: Sequence[Platform]) -> int | None:
    # The rules of all hosts are loaded only where somebody asks for one.
    from tagledger.model.host_platform import choose_for_host

    return choose_for_host(host, published)


def _stated(platform: Platform | None) -> Platform | None:
    return platform if platform is not None and platform.os else None


def _platform(entry: Entry) -> Platform | None:
    if isinstance(entry, (Image, Artifact, Missing)):
        return entry.platform
    return None


def wants_unstated_platform(wanted: Wanted, stated: Platform | None) -> bool:
    """Whether a config must be read to learn a platform that nobody stated."""
    return _is_choosy(wanted) and _stated(stated) is None
