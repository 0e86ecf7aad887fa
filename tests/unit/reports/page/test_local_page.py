"""Pages about an image on somebody's machine: packages, licences and sources."""

from __future__ import annotations

import pytest

from support.page_snapshots import OBSERVED_AT
from tagledger.errors import DamagedPage
from tagledger.model.digest import Digest
from tagledger.model.platform import Platform
from tagledger.model.times import parse_rfc3339
from tagledger.reports.page.form import FORMS
from tagledger.reports.page.local_page import LocalReport, SourceFile
from tagledger.reports.page.reader import read_page, write_published
from tagledger.reports.page.writer import write_page

IMAGE_ID = Digest.of(b"config")
SHA = "5" * 64
BREAK = "  "
"""Markdown's hard line break."""

HEAD = f"""\
# `example:1.0`

## Docker Metadata

- Image ID: `{IMAGE_ID}`
- Created: `2016-08-26T18:51:02.648520062Z`
- Virtual Size: ~ 4.42 Mb{BREAK}
  (total size of all layers on-disk)
- Arch: `linux`/`amd64`
- Entrypoint: `["/entry.sh"]`
- Command: `["/bin/sh","-c"]`
- Environment:
  - `PATH=/bin`
  - `MANY=a \t\tb`
- Labels:
  - `name=An example`
"""
DPKG = f"""
## `dpkg` (`.deb`-based packages)

### `dpkg` source package: `acl=2.2.52-3`

Binary Packages:

- `libacl1:amd64=2.2.52-3`
- `acl=2.2.52-3`

Licenses: (parsed from: `/usr/share/doc/libacl1/copyright`, `/usr/share/doc/acl/copyright`)

- `GPL`
- `LGPL-2.1`

Source:

```console
$ apt-get source -qq --print-uris acl=2.2.52-3
'http://a.example/acl_2.2.52-3.dsc' acl_2.2.52-3.dsc 2025 SHA256:{SHA}
```

Other potentially useful URLs:

- https://a.example/acl/ (for browsing the source)

### `dpkg` source package: `adduser=3.113`

Binary Packages:

- `adduser=3.113`

**WARNING:** unable to detect licenses! (package likely not compliant with DEP-5){BREAK}
If source is available (seen below), check the contents of `debian/copyright` within it.


**WARNING:** unable to find source (`apt-get source` failed or returned no results)!{BREAK}
This is *usually* due to a new package version being released and the old version being removed.

"""
RPM = """
## `rpm` (`.rpm`-based packages)

### `rpm` package: `acl-2.3.1-4.el9.x86_64`

Licenses (from `rpm --query`): GPLv2+

Source:

```console
$ dnf --quiet download --source --url acl-2.3.1-4.el9
Enabling a repository
https://a.example/acl-2.3.1-4.el9.src.rpm
```
"""
APK = """
## `apk` (`.apk`-based packages)

### `apk` package: `alpine-keys`

```console
alpine-keys-2.1-r2 description:
Public keys for
Alpine Linux packages

alpine-keys-2.1-r2 webpage:
https://a.example

alpine-keys-2.1-r2 installed size:
98304

alpine-keys-2.1-r2 license:
MIT

```
"""


def read(text: str) -> LocalReport:
    """The report of a page, after it was written back the same."""
    page = read_page(text.encode(), place="page.md", observed_at=OBSERVED_AT)

    assert text.encode() == write_published(page)
    form = page.snapshots[0].form
    assert isinstance(form, LocalReport)
    return form


def refused(text: str) -> DamagedPage:
    """The error that reading this raises."""
    with pytest.raises(DamagedPage) as caught:
        read_page(text.encode(), place="page.md", observed_at=OBSERVED_AT)
    return caught.value


def test_what_is_said_of_the_image_is_read() -> None:
    """Each line of the metadata is a field."""
    report = read(HEAD)

    assert ("example:1.0", IMAGE_ID, "4.42 Mb", Platform("linux", "amd64")) == (
        report.title,
        report.image_id,
        report.virtual_size,
        report.platform,
    )
    assert parse_rfc3339("2016-08-26T18:51:02.648520Z") == report.created_at
    assert (("/entry.sh",), ("/bin/sh", "-c")) == (report.entrypoint, report.command)
    assert ("PATH=/bin", "MANY=a \t\tb") == report.environment
    assert ("name=An example",) == report.labels
    assert () == report.packages


def test_the_snapshot_says_what_the_page_says() -> None:
    """An image without manifest or layers, for the page knows none."""
    page = read_page(HEAD.encode(), place="page.md", observed_at=OBSERVED_AT)
    (snapshot,) = page.snapshots
    (image,) = snapshot.images

    assert (None, None, IMAGE_ID, ()) == (
        snapshot.root,
        image.manifest,
        image.image_id,
        image.layers,
    )
    assert image.config is not None
    assert {"name": "An example"} == image.config.labels
    assert b"-\tTotal Size: not known\n" in write_page(snapshot, form=FORMS["2019"])


def test_debian_packages_are_read() -> None:
    """Source packages with what was built of them, licences, and files of the source."""
    acl, adduser = read(HEAD + DPKG).packages

    assert ("dpkg", "acl=2.2.52-3") == (acl.manager, acl.name)
    assert ("libacl1:amd64=2.2.52-3", "acl=2.2.52-3") == acl.binary_packages
    assert ("GPL", "LGPL-2.1") == acl.licenses
    assert (
        "/usr/share/doc/libacl1/copyright",
        "/usr/share/doc/acl/copyright",
    ) == acl.license_files
    assert (
        SourceFile(
            "http://a.example/acl_2.2.52-3.dsc",
            "acl_2.2.52-3.dsc",
            2025,
            f"SHA256:{SHA}",
        ),
    ) == acl.sources
    assert ((), (), 2) == (adduser.licenses, adduser.sources, len(adduser.warnings))
    assert adduser.warnings[1].startswith("unable to find source")


def test_rpm_packages_are_read() -> None:
    """The licence is one text, the source a list of addresses."""
    (acl,) = read(HEAD + RPM).packages

    assert ("rpm", "acl-2.3.1-4.el9.x86_64") == (acl.manager, acl.name)
    assert ("GPLv2+",) == acl.licenses
    assert (SourceFile("https://a.example/acl-2.3.1-4.el9.src.rpm"),) == acl.sources


def test_apk_packages_are_read() -> None:
    """The record of apk's database, field by field."""
    (keys,) = read(HEAD + APK).packages

    assert ("apk", "alpine-keys", ("MIT",)) == (keys.manager, keys.name, keys.licenses)
    assert "Public keys for\nAlpine Linux packages" == keys.description
    assert ("https://a.example", "98304") == (keys.webpage, keys.installed_size)


def test_little_may_be_said() -> None:
    """The first pages had no size, and some images no command and no environment."""
    report = read(
        "# `a:b`\n\n## Docker Metadata\n\n"
        f"- Image ID: `{IMAGE_ID}`\n- Created: `2016-03-04T17:42:57Z`\n"
        "- Arch: `linux`/`arm`/`v7`\n- Environment:\n"
    )

    assert (None, None, None, (), Platform("linux", "arm", "v7")) == (
        report.virtual_size,
        report.entrypoint,
        report.command,
        report.environment,
        report.platform,
    )


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (HEAD.replace(IMAGE_ID, IMAGE_ID[:-1]), 5, "63 characters"),
        (HEAD.replace("08-26T", "13-26T"), 6, "month must be in 1..12"),
        (HEAD.replace("~ 4.42 Mb", "4.42 Mb"), 7, "is not a rounded size"),
        (HEAD.replace("`linux`/`amd64`", "linux/amd64"), 9, "is not a platform"),
        (HEAD.replace('"-c"]', '"-c"'), 11, "is not a JSON list"),
        (HEAD.replace("  - `PATH=/bin`", "  - `PATH=/bin"), 12, "is not in backticks"),
        (HEAD.replace("- Arch", "- Arhc"), 9, "'Arhc' does not belong here"),
        (HEAD.replace("- Arch: `linux`/`amd64`\n", ""), 16, "'Arch' is missing"),
        (HEAD.replace("## Docker", "## Podman"), 3, "were expected"),
        (HEAD.replace("# `example:1.0`", "# `example:1.0"), 1, "not closed"),
        (HEAD + "\ntext\n", 18, "the heading of a package manager is missing"),
        (HEAD + "\n## Packages\n\ntext\n", 18, "does not belong here"),
        (HEAD + DPKG.partition("Binary")[0].rstrip() + "\n", 20, "page cut?"),
        (HEAD + RPM[:-4], 30, "the code block is not closed: page cut?"),
        (HEAD + DPKG.replace(SHA, SHA[:-1]), 36, "a SHA256 of 63 characters"),
        (HEAD.partition("- Environment")[0], 12, "'Environment' is missing"),
        (
            HEAD + DPKG.partition("\n\n**WARNING:** unable to d")[0] + "\n",
            43,
            "page cut?",
        ),
        (HEAD + DPKG.partition("\n\n\n**WARNING:**")[0] + "\n", 43, "page cut?"),
        (HEAD + DPKG.replace("Source:", ">>>>>>> a\nSource:"), 32, "merge conflict"),
    ],
    ids=range(19),
)
def test_a_damaged_local_page_is_refused(text: str, line: int, reason: str) -> None:
    """With the line and the reason."""
    error = refused(text)

    assert reason in error.problem
    assert line == error.line
