"""A picture of the single calls, on a ground of its own, for light pages and dark ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from scripts.bench.measure import Row

PICTURED = ("one PUT", "matches.list of 500", "matches.list of 5,000")
COLOURS = {"bettune": "#0a7d4f", "httpx": "#57606a"}
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
