"""Two directions: whatever a page can say is still said after writing and reading."""

import pytest
from hypothesis import HealthCheck, given, settings

from support.page_snapshots import OBSERVED_AT, snapshots
from tagledger.model.printable import UNSAFE
from tagledger.model.snapshot import Snapshot
from tagledger.reports.page.form import FORMS
from tagledger.reports.page.reader import read_page, write_published
from tagledger.reports.page.writer import write_page

SLOW = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.mark.parametrize("name", sorted(FORMS))
@SLOW
@given(snapshot=snapshots())
def test_what_was_written_is_read_and_written_the_same(
    name: str, snapshot: Snapshot
) -> None:
    """A page of either form, whatever strangers wrote into it, survives write-read-write."""
    written = write_page(snapshot, form=FORMS[name])
    page = read_page(written, place="page.md", observed_at=OBSERVED_AT)

    assert written == write_published(page)


@SLOW
@given(snapshot=snapshots())
def test_the_facts_survive(snapshot: Snapshot) -> None:
    """Digests, sizes, dates and the order of things are the same after reading."""
    page = read_page(write_page(snapshot), place="page.md", observed_at=OBSERVED_AT)

    assert _facts(snapshot) == _facts(page.snapshots[0])


@pytest.mark.parametrize("full", [False, True])
@SLOW
@given(snapshot=snapshots())
def test_no_page_holds_a_control_character(*, full: bool, snapshot: Snapshot) -> None:
    """Escape sequences and bidi controls come out as visible text."""
    text = write_page(snapshot, full=full).decode()

    assert UNSAFE.search(text) is None


def _facts(snapshot: Snapshot) -> object:
    images = [
        (
            image.digest,
            image.image_id,
            [
                step.created and step.created.replace(microsecond=0)
                for step in image.steps
            ],
            [
                (
                    layer.digest or layer.diff_id,
                    layer.size_bytes,
                    layer.last_modified and layer.last_modified.replace(microsecond=0),
                )
                for layer in image.layers
            ],
        )
        for image in snapshot.images
    ]
    others = [
        [entry.digest for entry in entries]
        for entries in (snapshot.artifacts, snapshot.missing)
    ]
    spoken = {item.digest for item in snapshot.attestations}
    root = snapshot.root and snapshot.root.digest
    return root, images, others, spoken, snapshot.is_absent
