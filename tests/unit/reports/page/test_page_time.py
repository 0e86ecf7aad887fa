"""No page can make its reader run long: the work grows with the page, not with its square."""

import time
from contextlib import suppress

import pytest

from support.page_snapshots import OBSERVED_AT
from support.seed_page import PAGE_FILE
from tagledger.errors import DamagedPage
from tagledger.reports.page.reader import read_page

SEED = PAGE_FILE.read_bytes()
SIZE = 3_000_000
SECONDS = 20
"""Of this process alone. Each takes a few; what is quadratic takes hours."""

HEAD = b"## `a:b`\n\n"
PULL = b"```console\n$ docker pull a@sha256:" + b"0" * 64 + b"\n```\n\n"


def filled(before: bytes, piece: bytes, after: bytes = b"\n") -> bytes:
    """A page of millions of bytes of the same."""
    return before + piece * (SIZE // len(piece)) + after


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(filled(b"", b"\n"), id="blank lines"),
        pytest.param(filled(HEAD, b"x"), id="one line"),
        pytest.param(filled(HEAD + b"```console\n$ docker pull ", b"a@"), id="signs"),
        pytest.param(filled(HEAD, b"`"), id="backticks"),
        pytest.param(filled(b"## `", b"a` "), id="spans in the title"),
        pytest.param(
            filled(HEAD + PULL + b"-\tPlatforms:\n", b"\t-\ta; b\n"), id="list"
        ),
        pytest.param(
            filled(HEAD + PULL + b"-\tPlatforms:\n\t-\t", b" version a"), id="versions"
        ),
        pytest.param(
            filled(HEAD + PULL + b"\n### `a:b` - `", b" version a", b"`; x\n\nb\n"),
            id="versions in a heading",
        ),
        pytest.param(
            filled(HEAD + PULL, b"\n### `a:b` - x; y\n\n```dockerfile\n"),
            id="sections that are never closed",
        ),
        pytest.param(
            SEED.replace(b"RUN Apply", filled(b"RUN a\n", b"# b\n", b"RUN Apply"), 1),
            id="comments in a step",
        ),
        pytest.param(
            SEED.replace(b"RUN Apply", filled(b"RUN a\n", b"```\n", b"RUN Apply"), 1),
            id="fences in a step",
        ),
        pytest.param(
            SEED.replace(b'["python"]', filled(b"", b'["', b"]"), 1), id="brackets"
        ),
        pytest.param(
            SEED.replace(b'["python"]', filled(b'["a', b"` ``", b'"]'), 1), id="runs"
        ),
        pytest.param(
            filled(b"# `a:b`\n\n## Docker Metadata\n\n- Labels:\n", b"  - `a`\n"),
            id="labels",
        ),
        pytest.param(
            filled(b"# `a:b`\n\n## Docker Metadata\n\n", b"```\n"), id="local fences"
        ),
        pytest.param(
            filled(
                b"<!-- THIS FILE IS GENERATED VIA 'x' -->\n\n# Tags of `a`\n\n", b"-\t["
            ),
            id="contents",
        ),
        pytest.param(
            filled(
                b"## `a:b`\n\n-\tTotal v2 Content-Length: 1.0 B\n\n### Layers (1)\n",
                b"\n#### `",
            ),
            id="old layers",
        ),
    ],
)
def test_a_page_takes_time_by_its_size(content: bytes) -> None:
    """Whatever it is filled with, it is read or refused soon."""
    started = time.process_time()
    with suppress(DamagedPage):
        read_page(content, place="page.md", observed_at=OBSERVED_AT)

    assert time.process_time() - started < SECONDS
