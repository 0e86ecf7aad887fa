"""What a `local` page says beyond the image, as a part of `report --json`."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from tagledger.reports.json_parts import SizeField, StringsField
from tagledger.reports.page.local_page import LocalPackage, LocalReport


class SourceFileReport(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a package's source; null is what the page does not say."""

    url: str
    name: str | None
    size_bytes: SizeField | None
    checksum: Annotated[
        str | None, Meta(description="As written, for example SHA256:….")
    ]


class PackageReport(msgspec.Struct, frozen=True, kw_only=True):
    """One package (rpm, apk), or source package (dpkg), in the page's own words."""

    manager: Annotated[str, Meta(description="dpkg, rpm, apk.")]
    name: Annotated[str, Meta(description="With the version, as the page has it.")]
    binary_packages: Annotated[
        StringsField, Meta(description="Built from a source package, with versions.")
    ]
    licenses: StringsField
    license_files: Annotated[
        StringsField, Meta(description="The files that the licences were read from.")
    ]
    sources: tuple[SourceFileReport, ...]
    description: str | None
    webpage: str | None
    installed_size: Annotated[
        str | None, Meta(description="On disk: bytes, or a text with a unit.")
    ]
    warnings: Annotated[
        StringsField, Meta(description="What the page's writer could not find out.")
    ]


class LocalPageReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was found inside an image on somebody's machine: reported, never proven."""

    created: Annotated[str, Meta(description="RFC 3339 as written, to the nanosecond.")]
    virtual_size: Annotated[
        str | None, Meta(description="All layers on disk, rounded: 4.42 Mb.")
    ]
    packages: tuple[PackageReport, ...]


def local_page_report(form: object) -> LocalPageReport | None:
    """The packages of a snapshot's form; None where it was read from no such page."""
    if not isinstance(form, LocalReport):
        return None
    return LocalPageReport(
        created=form.created,
        virtual_size=form.virtual_size,
        packages=tuple(map(_package, form.packages)),
    )


def _package(package: LocalPackage) -> PackageReport:
    return PackageReport(
        manager=package.manager,
        name=package.name,
        binary_packages=package.binary_packages,
        licenses=package.licenses,
        license_files=package.license_files,
        sources=tuple(
            SourceFileReport(**msgspec.structs.asdict(source))
            for source in package.sources
        ),
        description=package.description,
        webpage=package.webpage,
        installed_size=package.installed_size,
        warnings=package.warnings,
    )
