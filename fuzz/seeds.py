"""Inputs to begin with: what the tests make up, the example, and the seed page."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tagledger.model.snapshot import Snapshot
from tagledger.reports.page.form import FORMS
from tagledger.reports.page.writer import write_page

if TYPE_CHECKING:
    from support.blobs import Published

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
SEED_PAGE = ROOT / "tests" / "assets" / "seed" / "python-3.8.0-windowsservercore.md"
EXAMPLE = ROOT / "examples" / "greeting"


_DIGESTS = [f"sha256:{digit * 64}" for digit in "123456"]
_BREAK = "  "
"""Markdown's hard line break."""

_LOCAL = f"""\
# `a:1`

## Docker Metadata

- Image ID: `{_DIGESTS[0]}`
- Created: `2016-08-26T18:51:02.648520062Z`
- Virtual Size: ~ 4.42 Mb{_BREAK}
  (total size of all layers on-disk)
- Arch: `linux`/`amd64`
- Command: `["/bin/sh","-c"]`
- Environment:
  - `PATH=/bin`

## `dpkg` (`.deb`-based packages)

### `dpkg` source package: `b=2.2`

Binary Packages:

- `c:amd64=2.2`

Licenses: (parsed from: `/usr/share/doc/c/copyright`)

- `GPL`

Source:

```console
$ apt-get source -qq --print-uris b=2.2
'http://a.example/b.dsc' b.dsc 2025 SHA256:{"5" * 64}
```
"""
_TITLE = "<!-- THIS FILE IS GENERATED VIA './update-remote.sh' -->\n\n# Tags of `a`\n\n"
_TAG_DETAILS = f"""\
{_TITLE}-\t[`a:1`](#a1)
-\t[`a:2`](#a2)

## `a:1`

**does not exist** (yet?)

## `a:2`

**does not exist** (yet?)
"""
_OLD_DATE = "Tue, 10 Nov 2015 00:31:06 GMT"
_OLD_LAYER = f"""
#### `{"7" * 64}`

```dockerfile
RUN step
```

-\tCreated: {_OLD_DATE}
-\tDocker Version: 1.9.1
-\tVirtual Size: 1.0 B
-\tv2 Blob: `{_DIGESTS[1]}`
-\tv2 Content-Length: 101.0 B
-\tv2 Last-Modified: {_OLD_DATE}
"""
_OLD_TAG_DETAILS = f"""\
{_TITLE}-\t[`a:1`](#a1)

## `a:1`

```console
$ docker pull library/a@{_DIGESTS[2]}
```

-\tTotal Virtual Size: 1.0 B
-\tTotal v2 Content-Length: 101.0 B

### Layers (1)
{_OLD_LAYER}"""


@cache
def kinds() -> dict[str, Published]:
    """One published thing of each kind that is to be read."""
    from support.kinds import KINDS

    return {name: make() for name, make in KINDS.items()}


def manifests() -> Iterator[bytes]:
    """Every index and manifest of `kinds`, the example's, and the seed's own."""
    for published in kinds().values():
        yield from (manifest.content for manifest in published.manifests)
    yield from _kept_json()


def configs() -> Iterator[bytes]:
    """The configs among the blobs."""
    for published in kinds().values():
        yield from (
            blob.content for blob in published.blobs if blob.content.startswith(b"{")
        )


def pages() -> Iterator[bytes]:
    """The seed page, a page of each kind in each form, one of each older grammar."""
    yield SEED_PAGE.read_bytes()
    for path in sorted((SEED_PAGE.parents[2] / "unit/reports/page/goldens").iterdir()):
        yield path.read_bytes()
    snapshots = asyncio.run(_snapshots())
    for form in FORMS.values():
        for snapshot in snapshots:
            yield write_page(snapshot, form=form)
    yield from (text.encode() for text in (_LOCAL, _TAG_DETAILS, _OLD_TAG_DETAILS))


async def _snapshots() -> list[Snapshot]:
    made = [*kinds().values()]
    from support.memory_contents import snapshot_of

    return [await snapshot_of(published) for published in made]


def _kept_json() -> Iterator[bytes]:
    folders = (SEED_PAGE.parent / "blobs", EXAMPLE / "blobs" / "sha256")
    for folder in folders:
        for path in sorted(folder.iterdir()):
            content = path.read_bytes()
            if content.startswith(b"{"):
                yield content
