"""A difference as Markdown: for an issue, a pull request, a feed.

Nothing that a stranger wrote can leave its place: it stands in code spans, or line by
line in a fence that it cannot close.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tagledger.model.difference.values import (
    ArtifactDifference,
    Difference,
    DigestPair,
    ImageDifference,
    Relation,
    Side,
)
from tagledger.model.evidence import Evidence
from tagledger.model.printable import printable
from tagledger.reports.difference.rows import (
    PARTLY_UNKNOWN,
    Row,
    digest_rows,
    evidence_words,
    is_partly_unknown,
    layer_rows,
    setting_rows,
    step_rows,
)
from tagledger.reports.difference.words import (
    base_in_words,
    difference_in_words,
    signed_size,
)
from tagledger.reports.page.markup import code_span, fence_for
from tagledger.reports.terminal_values import moment_text, size_text


def write_difference(difference: Difference, *, full: bool = False) -> str:
    """The whole difference; `full` shows what is the same too, and cuts nothing."""
    names = [
        code_span(side.reference) for side in (difference.before, difference.after)
    ]
    lines = [
        f"## {names[0]} → {names[1]}",
        "",
        _side("before", difference.before),
        _side("after", difference.after),
        "",
        f"**{_summary(difference)}**",
        "",
        *([PARTLY_UNKNOWN, ""] if not full and is_partly_unknown(difference) else []),
        *_digests("Root digest", difference.root),
        *_fenced("Annotations", setting_rows(difference.annotations, full=full)),
    ]
    for image in difference.images:
        if full or image.relation is not Relation.SAME:
            lines += ["", *_image(image, full=full)]
    lines += _same(difference, full=full)
    for artifact in difference.artifacts:
        if full or artifact.relation is not Relation.SAME:
            lines += ["", *_artifact(artifact)]
    while lines[-1] == "":
        lines.pop()
    return "\n".join(lines) + "\n"


def _summary(difference: Difference) -> str:
    """The line in words, with the platforms that it names made harmless."""
    text = difference_in_words(difference)
    platforms = {image.platform for image in difference.images}
    if any(platform in text for platform in platforms):
        return code_span(text)
    return text


def _side(word: str, side: Side) -> str:
    absent = ", **does not exist**" if side.is_absent else ""
    moment = moment_text(side.observed_at)
    return f"- {word}: {code_span(side.source)}, seen {moment}{absent}"


def _image(image: ImageDifference, *, full: bool) -> Iterator[str]:
    name = code_span(image.platform)
    if image.is_platform_moved and image.before_platform and image.after_platform:
        name = f"{code_span(image.before_platform)} → {code_span(image.after_platform)}"
    yield f"### {name}: {image.relation.value}"
    yield ""
    if image.is_contradictory:
        yield "**The digests are the same and yet the statements differ.**"
        yield ""
    yield from _digests("Manifest digest", image.manifest)
    yield from _digests("Config digest", image.config)
    for is_held, platform, word in (
        (image.before_is_held, image.before_platform, "before"),
        (image.after_is_held, image.after_platform, "after"),
    ):
        if not is_held and platform is not None:
            yield f"- Listed and not held {word}: its content is not known"
    if image.relation in (Relation.ADDED, Relation.REMOVED):
        return
    yield from _size(image)
    if image.base is not None and image.base.is_moved:
        yield f"- Base: {base_in_words(image.base).removeprefix('base ')}"
    if image.steps_relation is Relation.UNKNOWN and image.before_is_held:
        yield "- Steps: not told on both sides"
    yield from _fenced("Layers", layer_rows(image.layers, full=full))
    yield from _fenced("Steps", step_rows(image, full=full))
    yield from _fenced("Settings", setting_rows(image.settings, full=full))
    yield from _fenced("Annotations", setting_rows(image.annotations, full=full))
    attestations = image.attestations
    if attestations.relation is Relation.CHANGED:
        rows = digest_rows(attestations.before, attestations.after)
        yield from _fenced("Attestations", rows)


def _artifact(artifact: ArtifactDifference) -> Iterator[str]:
    kind = code_span(artifact.artifact_type)
    yield f"### artifact {kind}: {artifact.relation.value}"
    yield ""
    if artifact.before is not None:
        yield f"- before: `{artifact.before}`"
    if artifact.after is not None:
        yield f"- after: `{artifact.after}`"


def _digests(label: str, pair: DigestPair) -> Iterator[str]:
    if pair.before is None and pair.after is None:
        return
    if pair.relation is Relation.SAME:
        words = ", ".join(word for word, _ in evidence_words(pair))
        yield f"- {label}: `{pair.after}`, the same{words and f' ({words})'}"
        return
    yield f"- {label}: {pair.relation.value}"
    for word, digest, evidence in (
        ("before", pair.before, pair.before_evidence),
        ("after", pair.after, pair.after_evidence),
    ):
        if digest is not None or pair.relation is Relation.UNKNOWN:
            yield f"  - {word}: {_digest(digest, evidence)}"


def _digest(digest: str | None, evidence: Evidence | None) -> str:
    if digest is None:
        return "not known"
    return f"`{digest}`{f' ({evidence.value})' if evidence else ''}"


def _size(image: ImageDifference) -> Iterator[str]:
    size = image.size
    if not size.before_bytes and not size.after_bytes:
        return
    before, after = (
        "not known" if total is None else f"{size_text(total)} ({total} bytes)"
        for total in (size.before_bytes, size.after_bytes)
    )
    if size.delta_bytes == 0:
        yield f"- Size: {after}, the same"
    elif size.delta_bytes is None:
        yield f"- Size: {before} → {after}, not counted alike, so not compared"
    else:
        yield f"- Size: {before} → {after}, {signed_size(size.delta_bytes)}"


def _same(difference: Difference, *, full: bool) -> list[str]:
    same = [
        code_span(image.platform)
        for image in difference.images
        if image.relation is Relation.SAME
    ]
    if full or not same or difference.relation is Relation.SAME:
        return []
    return ["", f"The same: {', '.join(same)}"]


def _fenced(label: str, rows: Iterable[Row]) -> list[str]:
    """The rows as a patch: every line of a text that has several gets its sign."""
    lines = [
        f"{row.sign} {line}".rstrip()
        for row in rows
        for line in printable(row.text).split("\n")
    ]
    if not lines:
        return []
    fence = fence_for("\n".join(lines))
    return ["", f"{label}:", "", f"{fence}diff", *lines, fence]
