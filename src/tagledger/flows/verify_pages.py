"""Many published pages, proven on several processes, in the order that they came."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path

from tagledger.errors import PlaceNotFound, TagledgerError
from tagledger.flows.verification import Statement, Verified, failed
from tagledger.model.digest import Digest
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Progress, no_progress
from tagledger.reports.page.reader import PageReader
from tagledger.reports.page.source import load_page
from tagledger.reports.proof.findings import Finding
from tagledger.reports.proof.foreign_urls import ForeignUrls, packaged_urls
from tagledger.reports.proof.learned import Learned
from tagledger.reports.proof.prove import prove
from tagledger.reports.proof.trials import Budget

PROCESSES = 2
"""How many pages are worked on at a time; further ones learn too little from their
neighbours to be worth their memory."""

CHUNK_PAGES = 128
"""How many neighbours one process takes at a time: they share manifests, and teach each
other. Fewer pages than that are not worth starting processes for."""


def page_files(folder: Path) -> list[Path]:
    """The Markdown files below a folder, in the order of their names.

    Raises PlaceNotFound, for a folder without any as well: nothing verified must not
    look like everything verified.
    """
    if not folder.is_dir():
        raise PlaceNotFound(str(folder), "there is no such folder")
    found = sorted(path for path in folder.rglob("*.md") if path.is_file())
    if not found:
        raise PlaceNotFound(str(folder), "no page (*.md) in this folder")
    return found


def verify_pages(
    paths: Iterable[Path],
    *,
    urls: ForeignUrls | None = None,
    processes: int = PROCESSES,
    progress: Progress = no_progress,
) -> Iterator[Verified]:
    """Prove each page as far as that goes; results come in the order of the pages.

    A page that cannot be read gives a result with its problem. `progress` is called
    with the pages done.
    """
    waiting = list(paths)
    known = urls or packaged_urls()
    if len(waiting) <= CHUNK_PAGES or processes == 1:
        prover = PageProver(known)
        results: Iterator[Verified] = (prover.verify(path) for path in waiting)
    else:
        results = _in_parallel(waiting, known, processes)
    for done, result in enumerate(results, start=1):
        progress("pages", done, len(waiting))
        yield result


class PageProver:
    """Reads and proves pages one after another, each quicker for the last."""

    def __init__(self, urls: ForeignUrls, learned: Learned | None = None) -> None:
        self._urls = urls
        self._learned = learned or Learned()
        self._reader = PageReader()

    def verify(self, path: Path) -> Verified:
        """What came of one page; its problem if it cannot be read."""
        try:
            return self.prove(load_page(path), place=str(path))
        except TagledgerError as exc:
            return failed(str(path), exc)

    def prove(self, content: bytes, *, place: str) -> Verified:
        """What came of a page's text. Raises DamagedPage or TooLarge."""
        moment = datetime.now(UTC)
        page = self._reader.read(content, place=place, observed_at=moment)
        return verified_snapshots(
            place, page.snapshots, urls=self._urls, learned=self._learned
        )


def verified_snapshots(
    place: str,
    snapshots: Iterable[Snapshot],
    *,
    urls: ForeignUrls,
    learned: Learned,
) -> Verified:
    """What came of the snapshots of one page, which share what it may cost."""
    budget = Budget()
    findings: dict[tuple[Digest, str | None], Finding] = {}
    unproven: dict[Digest, Statement] = {}
    for snapshot in snapshots:
        proof = prove(snapshot, urls=urls, learned=learned, budget=budget)
        for finding in proof.findings:
            # Many tags of one page are the same image.
            findings.setdefault((finding.digest, finding.reason), finding)
        unproven.update(proof.unproven)
    return Verified(place=place, findings=tuple(findings.values()), unproven=unproven)


def _in_parallel(
    paths: Sequence[Path], urls: ForeignUrls, processes: int
) -> Iterator[Verified]:
    chunks = [
        paths[start : start + CHUNK_PAGES]
        for start in range(0, len(paths), CHUNK_PAGES)
    ]
    # A fresh interpreter: forking a process that has threads is not safe.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        try:
            results = pool.map(partial(_verify_chunk, urls), chunks)
            yield from chain.from_iterable(results)
        finally:
            pool.shutdown(cancel_futures=True)


def _verify_chunk(urls: ForeignUrls, paths: Sequence[Path]) -> list[Verified]:
    prover = PageProver(urls)
    return [prover.verify(path) for path in paths]
