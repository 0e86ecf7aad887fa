"""What the terminal view says of the packages that a `local` page lists."""

from __future__ import annotations

from tagledger.model.evidence import Evidence
from tagledger.reports.page.local_page import LocalPackage, LocalReport
from tagledger.reports.terminal_canvas import EVIDENCE_STYLES, Canvas, Piece
from tagledger.reports.terminal_facts import draw_list

_LICENSES_CELLS = 26


def draw_packages(canvas: Canvas, form: object) -> None:
    """Each package with its licences, and in full all that the page says of it."""
    if not isinstance(form, LocalReport):
        return
    if form.virtual_size is not None:
        size = f"~ {canvas.safe(form.virtual_size)} on disk, as the page rounds it"
        canvas.flow("size", [(size, "")])
    if not form.packages:
        return
    packages = form.packages
    count = f"{len(packages)} package{'' if len(packages) == 1 else 's'}"
    reported: Piece = (f" {Evidence.REPORTED}", EVIDENCE_STYLES[Evidence.REPORTED])
    canvas.heading((count, "bold"), reported)
    for package in packages:
        if canvas.full:
            _draw_in_full(canvas, package)
        else:
            _draw_line(canvas, package)


def _draw_line(canvas: Canvas, package: LocalPackage) -> None:
    manager = canvas.padded(canvas.safe(package.manager), 5)
    licenses = canvas.safe(", ".join(package.licenses) or canvas.glyphs.dash)
    cells = max(canvas.width - len(manager) - _LICENSES_CELLS - 3, 10)
    name = canvas.padded(canvas.safe(package.name), cells)
    canvas.line(
        (f"{manager} ", "dim"),
        (name, "cyan"),
        f"  {canvas.shortened(licenses, _LICENSES_CELLS)}",
    )


def _draw_in_full(canvas: Canvas, package: LocalPackage) -> None:
    canvas.blank()
    manager = canvas.safe(package.manager)
    canvas.line((f"{manager} ", "dim"), (canvas.safe(package.name), "cyan"))
    sources = []
    for source in package.sources:
        size = None if source.size_bytes is None else f"{source.size_bytes:,} bytes"
        facts = (source.url, size, source.checksum)
        sources.append(" ".join(fact for fact in facts if fact is not None))
    for label, texts in (
        ("binary packages", package.binary_packages),
        ("licences", package.licenses),
        ("read from", package.license_files),
        ("description", (package.description,)),
        ("webpage", (package.webpage,)),
        ("installed size", (package.installed_size,)),
        ("source", sources),
        ("warning", package.warnings),
    ):
        draw_list(canvas, label, [text for text in texts if text])
