"""Proof: the registry's bytes of three years of pages, rebuilt from the pages alone.

Every distinct manifest and list of the bundle is proven once, in one process, in the
order of the years, with one memory of what was learned. Reading the pages is not
counted (`bench.pages` measures that). Then the single pages of 2018 to 2023, and those
of OCI images of 2024 on, as far as they can be.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from bench.table import Figure, at_most, print_table
from support.corpus import BUNDLE, SAMPLES, contents, opened_history, versions
from tagledger.errors import DegeneratePage
from tagledger.model import media_types
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.model.snapshot import Attestation, Image, Snapshot
from tagledger.reports.page.reader import PageReader
from tagledger.reports.proof.findings import Kind
from tagledger.reports.proof.foreign_urls import packaged_urls
from tagledger.reports.proof.learned import Learned
from tagledger.reports.proof.lists import prove_list
from tagledger.reports.proof.manifests import Bench, Outcome, prove_manifest
from tagledger.reports.proof.prove import prove
from tagledger.reports.proof.trials import Budget

MEDIAN_MS = 3
"""For one manifest."""

SECONDS = 120
"""For all manifests and lists; on one core, where two were allowed."""

QUICK = 1_000
"""Versions read to see that it runs."""

UNKNOWN_URL = "the URL of the foreign layer"
"""How the reason begins where nothing could be done."""


class Stated(NamedTuple):
    """A manifest, and the first snapshot that states all of it."""

    snapshot: Snapshot
    entry: Image | Attestation


class Facts(NamedTuple):
    """What the pages state, by digest: each manifest and each list once."""

    manifests: dict[Digest, Stated]
    lists: dict[Digest, Snapshot]


def measure(
    *, quick: bool = False, bundle: Path = BUNDLE, samples: Path = SAMPLES
) -> bool:
    """Print the tables, or what is not there; whether every goal was reached."""
    is_met = True
    if bundle.exists():
        with opened_history(bundle) as repository:
            is_met = _measure_history(_history(repository, quick=quick))
    else:
        print(f"\nProof: skipped, there is no {bundle.name} beside this")
    if samples.exists():
        return _measure_samples(samples) and is_met
    print("\nProof of single pages: skipped, there are no samples beside this")
    return is_met


def _history(repository: Path, *, quick: bool) -> Facts:
    wanted = versions(repository)
    if quick:
        wanted = wanted[-QUICK:]
    facts = Facts({}, {})
    reader = PageReader()
    observed_at = datetime.now(UTC)
    for version, content in zip(wanted, contents(repository, wanted), strict=True):
        try:
            page = reader.read(content, place=version.path, observed_at=observed_at)
        except DegeneratePage:
            continue
        for snapshot in page.snapshots:
            _gather(snapshot, facts)
    return facts


def _gather(snapshot: Snapshot, facts: Facts) -> None:
    if snapshot.root is not None and snapshot.is_index:
        facts.lists.setdefault(snapshot.root.digest, snapshot)
    for entry in snapshot.entries:
        if not isinstance(entry, (Image, Attestation)) or entry.manifest is None:
            continue
        if entry.manifest.media_type in media_types.SCHEMA1:
            continue
        known = facts.manifests.get(entry.manifest.digest)
        if known is None or (entry.layers and not known.entry.layers):
            facts.manifests[entry.manifest.digest] = Stated(snapshot, entry)


def _measure_history(facts: Facts) -> bool:
    urls, learned = packaged_urls(), Learned()
    outcomes: dict[Digest, Outcome] = {}
    seconds = []
    for digest, (snapshot, entry) in facts.manifests.items():
        bench = Bench(snapshot.reference, urls, learned, Budget())
        began = time.perf_counter()
        outcomes[digest] = prove_manifest(entry, bench)
        seconds.append(time.perf_counter() - began)
    began = time.perf_counter()
    lists = {
        digest: prove_list(
            snapshot.root,
            snapshot.entries,
            outcomes,
            Bench(snapshot.reference, urls, learned, Budget()),
        )
        for digest, snapshot in facts.lists.items()
        if snapshot.root is not None
    }
    of_lists = time.perf_counter() - began
    reasons = Counter(_short(item.reason) for item in _unproven(outcomes.values()))
    is_explained = all(reason.startswith(UNKNOWN_URL) for reason in reasons)
    proven_lists = sum(item.evidence is Evidence.PROVEN for item in lists.values())
    at_best = "all whose URLs are known"
    median = statistics.median(seconds) * 1000 if seconds else 0.0
    figures = [
        Figure(
            "manifests proven",
            f"{len(outcomes) - reasons.total()} of {len(outcomes)}",
            at_best,
            is_explained,
        ),
        Figure(
            "lists proven",
            f"{proven_lists} of {len(lists)}",
            "all",
            proven_lists == len(lists),
        ),
        at_most("a manifest, median", median, MEDIAN_MS, "ms"),
        Figure("the slowest manifest", f"{max(seconds, default=0) * 1000:.0f} ms"),
        Figure("all lists", f"{of_lists:.1f} s"),
        at_most("everything", sum(seconds) + of_lists, SECONDS, "s"),
    ]
    is_met = print_table("Proof of three years, one process", figures)
    _print_reasons(reasons)
    return is_met


def _unproven(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    return (item for item in outcomes if item.evidence is not Evidence.PROVEN)


def _short(reason: str) -> str:
    """The reason with digests that a line has room for."""
    return " ".join(
        f"{word[:19]}…" if word.startswith("sha256:") else word
        for word in reason.split()
    )


def _measure_samples(samples: Path) -> bool:
    with (samples / "INDEX.tsv").open(encoding="utf-8") as index:
        rows = list(csv.DictReader(index, delimiter="\t"))
    reader, learned = PageReader(), Learned()
    is_met = True
    for title, years, goal in (
        ("Pages of 2015 to 2017", range(2015, 2018), None),
        ("Pages of 2018 to 2023", range(2018, 2024), "all"),
        ("Pages of 2024 on", range(2024, 2100), None),
    ):
        counts: Counter[tuple[Kind, Evidence]] = Counter()
        reasons: Counter[str] = Counter()
        for row in rows:
            path = samples / row["path"]
            if int(row["era-year"][:4]) not in years or row["path"][:5] == "local":
                continue
            for kind, evidence, reason in _proven(path, reader, learned):
                counts[kind, evidence] += 1
                if evidence is not Evidence.PROVEN:
                    reasons[f"{kind}: {_short(reason)}"] += 1
        is_met = print_table(title, list(_figures(counts, goal))) and is_met
        _print_reasons(reasons)
    return is_met


def _proven(
    path: Path, reader: PageReader, learned: Learned
) -> Iterator[tuple[Kind, Evidence, str]]:
    """What came of the distinct manifests and lists of one page."""
    try:
        page = reader.read(
            path.read_bytes(), place=str(path), observed_at=datetime.now(UTC)
        )
    except DegeneratePage:
        return
    seen = set()
    for snapshot in page.snapshots:
        for finding in prove(snapshot, learned=learned).findings:
            if finding.kind is not Kind.CONFIG and finding.digest not in seen:
                seen.add(finding.digest)
                yield finding.kind, finding.evidence, finding.reason


def _figures(
    counts: Mapping[tuple[Kind, Evidence], int], goal: str | None
) -> Iterator[Figure]:
    for kind, name in ((Kind.MANIFEST, "manifests"), (Kind.INDEX, "lists")):
        all_of_them = sum(counts[kind, evidence] for evidence in Evidence)
        proven = counts[kind, Evidence.PROVEN]
        is_met = None if goal is None else proven == all_of_them
        measured = f"{proven} of {all_of_them}"
        yield Figure(f"{name} proven", measured, goal or "", is_met)


def _print_reasons(reasons: Counter[str]) -> None:
    for reason, count in reasons.most_common():
        print(f"  not proven: {count}, {reason}")


def main() -> None:
    """Run as a program; bundle and samples may be named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", nargs="?", type=Path, default=BUNDLE)
    parser.add_argument("samples", nargs="?", type=Path, default=SAMPLES)
    parser.add_argument("--quick", action="store_true", help="a small part of it")
    asked = parser.parse_args()
    is_met = measure(quick=asked.quick, bundle=asked.bundle, samples=asked.samples)
    sys.exit(0 if is_met else 1)


if __name__ == "__main__":
    main()
