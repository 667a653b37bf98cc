"""Pictures of what was measured, on a ground of their own, for light pages and dark ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.bench.measure import Row

PICTURED = ("one PUT", "matches.list of 500", "matches.list of 5,000")
COLOURS = {"bettune": "#0a7d4f", "httpx": "#57606a"}
# The series of the chart of growth: what is drawn, and the count that is 1, if it is one of many.
SERIES = {
    "matches": ("matches.list: time a match, 500 matches = 1", 500),
    "waiters": ("a limit is learnt: time a waiter, 100 waiters = 1", 100),
    "filters": ("sync_many: time a write, 1 filter = 1", 1),
    "processes": ("processes that share a limit: time, the least the limit permits = 1", None),
}
STYLE = "<style>text{font:13px sans-serif;fill:#1f2328}.work{font-weight:bold}</style>"


def chart(rows: list[Row]) -> str:
    """A picture of the single calls: a bar for each library, its length by the logarithm."""
    left, top, step, width = 190, 64, 20, 720
    bars: list[str] = []
    groups = [
        (work, {row.who: row.ratio for row in rows if row.work == work and row.ratio})
        for work in PICTURED
    ]
    largest = max([2.0, *(ratio for _, group in groups for ratio in group.values())])
    smallest = 0.25
    scale = (width - left - 70) / math.log(largest / smallest)

    def x(ratio: float) -> float:
        return left + scale * math.log(max(ratio, smallest) / smallest)

    y = top
    for work, group in groups:
        bars.append(f'<text x="16" y="{y}" class="work">{escape(work)}</text>')
        for name, ratio in sorted(({"httpx": 1.0} | group).items(), key=lambda one: one[1]):
            y += step
            colour = COLOURS.get(name, "#afb8c1")
            bars.append(
                f'<text x="{left - 10}" y="{y + 4}" text-anchor="end">{escape(name)}</text>'
                f'<rect x="{left}" y="{y - 7}" width="{x(ratio) - left:.1f}" height="14" '
                f'fill="{colour}"/><text x="{x(ratio) + 6:.1f}" y="{y + 4}">{ratio:.2f}</text>'
            )
        y += 2 * step
    height = y
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'aria-label="Time of single calls, relative to httpx">\n'
        f"{STYLE}\n"
        f'<rect width="{width}" height="{height}" rx="6" fill="#ffffff"/>\n'
        '<text x="16" y="28" class="work">Time of a call over HTTP, httpx with .json() = 1 '
        "(shorter is better; logarithmic)</text>\n"
        + "\n".join(bars)
        + f'\n<line x1="{x(1):.1f}" x2="{x(1):.1f}" y1="{top - 20}" y2="{height - step}" '
        'stroke="#57606a" stroke-dasharray="3 3"/>\n</svg>\n'
    )


def growth_chart(rows: list[Row]) -> str:
    """How the cost grows: a line for each series, its counts by the logarithm; flat is linear."""
    width, panel = 720, 130
    panels: list[str] = []
    for place, (series, (title, first)) in enumerate(SERIES.items()):
        points = [(first, 1.0)] if first else []
        points += [
            (row.point[1], row.ratio)
            for row in rows
            if row.point and row.point[0] == series and row.ratio
        ]
        panels += [
            f'<g transform="translate(0 {50 + place * panel})">',
            *line(title, points),
            "</g>",
        ]
    height = 50 + len(SERIES) * panel
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'aria-label="How the cost of one grows with their number">\n'
        f'{STYLE}\n<rect width="{width}" height="{height}" rx="6" fill="#ffffff"/>\n'
        '<text x="16" y="28" class="work">How the cost of one grows with their number '
        "(level is linear)</text>\n" + "\n".join(panels) + "\n</svg>\n"
    )


def line(title: str, points: list[tuple[int, float]]) -> Iterator[str]:
    """One series: its title, a level line at 1, and its points with what they stand for."""
    left, right, floor = 40, 680, 88
    yield f'<text x="16" y="12">{escape(title)}</text>'
    if not points:
        return
    smallest, largest = points[0][0], points[-1][0]
    top = max(1.5, *(ratio for _, ratio in points))

    def x(count: int) -> float:
        return left + (right - left) * math.log(count / smallest) / math.log(
            max(largest / smallest, 2)
        )

    def y(ratio: float) -> float:
        return floor - (floor - 38) * ratio / top

    yield (
        f'<line x1="{left}" x2="{right}" y1="{y(1):.1f}" y2="{y(1):.1f}" '
        'stroke="#57606a" stroke-dasharray="3 3"/>'
        f'<line x1="{left}" x2="{right}" y1="{floor}" y2="{floor}" stroke="#afb8c1"/>'
    )
    path = " ".join(f"{x(count):.1f},{y(ratio):.1f}" for count, ratio in points)
    yield f'<polyline points="{path}" fill="none" stroke="#0a7d4f" stroke-width="2"/>'
    for count, ratio in points:
        yield (
            f'<circle cx="{x(count):.1f}" cy="{y(ratio):.1f}" r="3.5" fill="#0a7d4f"/>'
            f'<text x="{x(count):.1f}" y="{y(ratio) - 8:.1f}" text-anchor="middle">'
            f"{ratio:.2f}</text>"
            f'<text x="{x(count):.1f}" y="{floor + 16}" text-anchor="middle">{count:,}</text>'
        )
