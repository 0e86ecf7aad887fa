"""The figures of a ledger, for a terminal."""

from __future__ import annotations

from rich.console import Console

from tagledger.cli.charts import BarRow, draw_bars
from tagledger.flows.stats import Period, Span, Stats
from tagledger.reports.terminal_canvas import Canvas
from tagledger.reports.terminal_values import date_text, size_text


def draw_stats(stats: Stats, console: Console) -> None:
    """What is held, who told it, for which platforms, and when."""
    canvas = Canvas(console, full=False)
    _draw_held(canvas, stats)
    if stats.sources:
        canvas.heading(("sources", "bold cyan"))
        for source in stats.sources:
            canvas.line(canvas.safe(source.source))
            seen = f"{date_text(source.first_seen)} to {date_text(source.last_seen)}"
            told = _many(source.observations, "observation")
            told += f" of {_many(source.tags, 'tag')}"
            canvas.notes([(told, ""), (seen, "dim")], indent=4)
    if stats.documents:
        canvas.heading(("documents", "bold cyan"))
        rows = [
            BarRow(
                canvas.safe(item.media_type),
                size_text(item.size_bytes),
                item.size_bytes,
                f"{item.documents:,} {item.evidence.value}",
            )
            for item in stats.documents
        ]
        draw_bars(canvas, rows, largest=max(row.value for row in rows))
    if stats.platforms:
        canvas.heading(("images by platform", "bold cyan"))
        rows = [
            BarRow(
                canvas.safe(item.platform or "(not stated)"),
                f"{item.images:,}",
                item.images,
            )
            for item in stats.platforms
        ]
        draw_bars(canvas, rows, largest=max(row.value for row in rows))
    if stats.periods:
        canvas.heading((f"observations by {stats.span.value}", "bold cyan"))
        rows = [
            BarRow(
                _period(item, stats.span), f"{item.observations:,}", item.observations
            )
            for item in stats.periods
        ]
        draw_bars(canvas, rows, largest=max(row.value for row in rows))
    canvas.show()


def _draw_held(canvas: Canvas, stats: Stats) -> None:
    counts = stats.counts
    observed = [
        (_many(counts.observations, "observation"), "bold"),
        (_many(counts.tags, "tag"), ""),
        (_many(counts.repositories, "repository", "repositories"), ""),
    ]
    canvas.flow("observed", observed)
    if stats.since is not None or stats.until is not None:
        canvas.flow("in this time", [(_many(stats.observations, "observation"), "")])
    said = [
        (_many(counts.statements, "statement"), ""),
        (_many(counts.entries, "entry", "entries"), ""),
        (_many(counts.layers, "layer"), ""),
        (_many(counts.steps, "step"), ""),
    ]
    canvas.flow("different", said)
    held = [
        (_many(counts.contents, "content"), ""),
        (size_text(counts.content_bytes), ""),
        (f"compressed {size_text(counts.compressed_bytes)}", ""),
    ]
    canvas.flow("held", held)


def _many(number: int, one: str, several: str = "") -> str:
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


def _period(period: Period, span: Span) -> str:
    text = period.begins.isoformat()
    return text[:4] if span is Span.YEAR else text[:7]
