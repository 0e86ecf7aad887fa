"""What the forms have in common: how they are written, and their fields.

A form is a struct whose first field, `schema`, has its name and version. Within a
version fields may be added, none is renamed, removed or given another meaning. Every
field is always there; null means that it is not known, or that nothing was said.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from tagledger.reports.json_parts import DigestField, SizeField, TimeField
from tagledger.reports.json_report import encode_safely

__all__ = [
    "CountField",
    "DigestField",
    "ReferenceField",
    "SizeField",
    "SourceField",
    "TimeField",
    "encoded",
]

CountField = Annotated[int, Meta(ge=0)]
ReferenceField = Annotated[
    str, Meta(description="In full: docker.io/library/python:3.8.")
]
SourceField = Annotated[
    str, Meta(description="Who said so: an address, or a history of pages.")
]


def encoded(report: msgspec.Struct) -> bytes:
    """The report in UTF-8, as safe to look at as `report --json`."""
    return encode_safely(report, compact=False)
