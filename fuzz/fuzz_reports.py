"""Every report over snapshots of every shape, hostile text in every field."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from loop import main
from made_snapshots import snapshot_from
from output import check_reports, check_terminal

from tagledger.errors import TagledgerError
from tagledger.reports.page.form import FORMS
from tagledger.reports.page.reader import read_page, write_published
from tagledger.reports.page.writer import write_page

OBSERVED_AT = datetime(2019, 11, 20, 14, 30, tzinfo=UTC)


def check(content: bytes) -> None:
    """Nothing that a stranger wrote leaves its place."""
    snapshot = snapshot_from(content)
    check_reports(snapshot)
    check_terminal(snapshot)
    for form in FORMS.values():
        _check_read_again(write_page(snapshot, form=form))


def _check_read_again(page: bytes) -> None:
    """Our own page is refused as a page, or read and written the same."""
    try:
        read = read_page(page, place="page.md", observed_at=OBSERVED_AT)
    except TagledgerError:
        return
    assert page == write_published(read), "read, and not written the same"


def _seeds() -> list[bytes]:
    chance = random.Random("snapshots")  # noqa: S311 - the same ones each time
    return [chance.randbytes(40 * number) for number in range(1, 40)]


if __name__ == "__main__":
    main(check, _seeds)
