"""Published pages of every era, damaged in every way."""

from __future__ import annotations

from datetime import UTC, datetime

from loop import main
from output import check_json, check_page, check_terminal
from seeds import pages

from tagledger.model.printable import UNSAFE
from tagledger.model.snapshot import Snapshot
from tagledger.reports.json_report import encode_report
from tagledger.reports.page.form import FORMS
from tagledger.reports.page.reader import read_page, write_published
from tagledger.reports.page.writer import write_page
from tagledger.reports.proof.prove import prove

_MOMENT = datetime(2019, 11, 20, 14, 30, tzinfo=UTC)
_DIGEST = b"sha256:" + b"5" * 64
_TOKENS = (
    *(b"## `a:1`\n\n", b"### `a:1` - linux; amd64\n\n", b"```console\n", b"```\n"),
    *(b"```dockerfile\n", b"-\tLayers:\n", b"-\tPlatforms:\n", b"-\tPlatforms: 2\n"),
    *(b"-\tManifest MIME: `", b"-\tImage ID: `", b"-\tTotal Size: **", b"  \n\t\t"),
    *(b"# Thu, 01 Jan 1970 00:00:00 GMT\n", b"# date unknown\n", b"# ARGS: A=b\n"),
    *(b"\t-\t`", b"\t\tSize: 1.2 KB (1184 bytes)  \n", b"\t\tSize: 5.0 B  \n"),
    *(b"**does not exist** (yet?)\n", b"-\tDefault Command: `[]`\n", _DIGEST),
    *(b"- Arch: `linux`/`amd64`\n", b"\n\n\n", b"\r\n", b"<!-- ", b"<<<<<<< ", b"\xff"),
)


def check(content: bytes) -> None:
    """What can be read is written again to the byte; in our forms it is harmless."""
    page = read_page(content, place="page.md", observed_at=_MOMENT)
    assert content == write_published(page), "read, and not written the same"
    assert page.snapshots
    for snapshot in page.snapshots[:3]:
        check_json(encode_report(snapshot))
        for form in FORMS.values():
            written = write_page(snapshot, form=form)
            if snapshot.entries or snapshot.is_absent:
                check_page(snapshot, written)
            else:
                assert not UNSAFE.search(written.decode())
    check_terminal(page.snapshots[0])
    _check_proof(page.snapshots[0])


def _check_proof(snapshot: Snapshot) -> None:
    """What counts as proven hashes to what the page says."""
    proven = prove(snapshot).snapshot
    for digest, document in proven.documents.items():
        digest.verify(document.content)


if __name__ == "__main__":
    main(check, lambda: [*pages()], _TOKENS)
