"""A few lines over one axis, as an SVG that reads in light and dark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 760, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 120, 34, 44
_COLOURS = ("#2f7ed8", "#d9822b", "#3a9d5d")
_CENTRED = 'text-anchor="middle"'
_TICKS = 5
_NICE = (1, 2, 2.5, 5, 10)

Points = Sequence[tuple[float, float]]


def plot(title: str, across: str, up: str, lines: Mapping[str, Points]) -> str:
    """The picture; both axes begin at nought."""
    farthest = max(x for points in lines.values() for x, _ in points)
    highest = max(y for points in lines.values() for _, y in points)
    step_x, step_y = _step(farthest), _step(highest)
    right = WIDTH - _RIGHT
    bottom = HEIGHT - _BOTTOM
    scale_x = (right - _LEFT) / farthest
    scale_y = (bottom - _TOP) / (step_y * -(-highest // step_y))
    centre, middle = (right + _LEFT) / 2, (bottom + _TOP) / 2
    turned = f'transform="translate(14 {middle}) rotate(-90)"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"',
        '  role="img" font-family="sans-serif" font-size="12" fill="#777">',
        f"<title>{escape(title)}</title>",
        f'<text x="{_LEFT}" y="18" font-size="14">{escape(title)}</text>',
        f'<text x="{centre}" y="{HEIGHT - 8}" {_CENTRED}>{escape(across)}</text>',
        f"<text {turned} {_CENTRED}>{escape(up)}</text>",
    ]
    for tick in _ticks(step_y, highest):
        y = bottom - tick * scale_y
        parts.append(
            f'<path d="M{_LEFT} {y:.1f}H{right}" stroke="#777" stroke-opacity=".25"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>'
        )
    for tick in _ticks(step_x, farthest):
        x = _LEFT + tick * scale_x
        if x <= right:
            placed_at = f'x="{x:.1f}" y="{bottom + 16}"'
            parts.append(f"<text {placed_at} {_CENTRED}>{tick:,g}</text>")
    for (name, points), colour in zip(lines.items(), _COLOURS, strict=False):
        placed = [(_LEFT + x * scale_x, bottom - y * scale_y) for x, y in points]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in placed)
        last_x, last_y = placed[-1]
        parts.append(
            f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
            f'<text x="{last_x + 8:.1f}" y="{last_y + 4:.1f}" fill="{colour}">'
            f"{escape(name)}</text>"
        )
    return "\n".join([*parts, "</svg>", ""])


def _step(largest: float) -> float:
    """A round number that fits some five times."""
    wanted = largest / _TICKS
    power = 1.0
    while power * 10 <= wanted:
        power *= 10
    while power > wanted:
        power /= 10
    return next(power * nice for nice in _NICE if power * nice >= wanted)


def _ticks(step: float, largest: float) -> list[float]:
    return [number * step for number in range(int(-(-largest // step)) + 1)]
