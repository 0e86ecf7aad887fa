"""What an export came to, as a line for people and as JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tagledger.flows.export_pages import Exported, LeftOut


def export_line(result: Exported) -> str:
    """``12 files written, 702 unchanged, 1 removed``."""
    count = len(result.written)
    files = "file" if count == 1 else "files"
    return (
        f"{count:,} {files} written, {result.unchanged:,} unchanged, "
        f"{len(result.removed):,} removed"
    )


def export_json(result: Exported) -> str:
    """Every path and name; paths are those within the tree."""
    report = {
        "schema": "tagledger.export/1",
        "written": result.written,
        "unchanged": result.unchanged,
        "removed": result.removed,
        "kept": result.kept,
        "left_out": _objects(result.left_out),
        "failures": _objects(result.failures),
    }
    return json.dumps(report, indent=2) + "\n"


def _objects(items: Sequence[LeftOut]) -> list[dict[str, str]]:
    return [
        {"name": item.name, "code": item.problem.code, "problem": str(item.problem)}
        for item in items
    ]
