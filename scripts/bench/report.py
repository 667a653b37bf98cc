"""Formats the measurements as lines, Markdown and a picture."""

from __future__ import annotations

import math
import os
import platform
from importlib.metadata import distributions
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from scripts.bench.measure import Row

PACKAGES = ("bettune", "httpx", "msgspec", "requests", "httpx2", "httpx-aiohttp")
ABOUT = """\
# What it costs

`make bench` writes these tables. A ratio divides the time (or memory) of one program by that of
another, so smaller is better. All requests use HTTP on loopback, with the server in another
process. The programs take turns. Each figure is the median of the ratios of all rounds, with the
quartiles in parentheses. `httpx` is httpx with `.json()`, which returns plain dicts without
validation. `bettune` returns typed and validated models, with retries and rate limiting.
"""
PICTURED = ("one PUT", "matches.list of 500", "matches.list of 5,000")
COLOURS = {"bettune": "#0a7d4f", "httpx": "#57606a"}
PICTURE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {height}" role="img" \
aria-label="Time of single calls, relative to httpx">
<style>text{{font:13px sans-serif;fill:#1f2328}}.work{{font-weight:bold}}</style>
<rect width="720" height="{height}" rx="6" fill="#ffffff"/>
<text x="16" y="28" class="work">Time of a call over HTTP, httpx with .json() = 1 \
(shorter is better)</text>
{bars}
</svg>
"""
BAR = """\
<text x="180" y="{y}" text-anchor="end">{name}</text><rect x="190" y="{top}" width="{width:.1f}" \
height="14" fill="{colour}"/><text x="{end:.1f}" y="{y}">{ratio:.2f}</text>"""


def line(row: Row, *, judged: bool) -> str:
    """Format a row for a terminal."""
    target = (
        f"  (at most {row.target:.2f}: {mark(row).strip('*')})" if judged and row.target else ""
    )
    return f"{row.work}: {row.who}: {measured(row)} of {row.against}{target}"


def measured(row: Row) -> str:
    """Format the ratio with its spread."""
    ratio = f"{row.ratio:.3f}" if 0 < row.ratio < 0.01 else f"{row.ratio:.2f}"
    return ratio if row.spread is None else f"{ratio} ({row.spread[0]:.2f}-{row.spread[1]:.2f})"


def mark(row: Row) -> str:
    """Return a word for the target: met or missed."""
    return "met" if row.ratio <= (row.target or math.inf) else "**missed**"


def tables(rows: list[Row], when: datetime) -> str:
    """Return the report in Markdown."""
    head = ["Work", "Who", "Against", "Ratio"]
    targets, others = [[*head, "At most", "", "Note"]], [[*head, "Note"]]
    for row in rows:
        cells = [row.work, row.who, row.against, measured(row)]
        if row.target is None:
            others.append([*cells, row.note])
        else:
            targets.append([*cells, f"{row.target:.2f}", mark(row), row.note])
    about = f"{ABOUT}\n{when:%Y-%m-%d}, {measured_with()}.\n"
    return (
        f"{about}\n## Targets\n\n{table(targets)}\n\n## Others, for comparison\n\n{table(others)}\n"
    )


def table(lines: list[list[str]]) -> str:
    """Format a table in Markdown."""
    head, *body = lines
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *body])


def measured_with() -> str:
    """Describe the machine and the versions."""
    system = f"{platform.system()} {platform.machine()} with {os.cpu_count()} processors"
    known = {package.name.replace("_", "-"): package.version for package in distributions()}
    versions = ", ".join(f"{name} {known[name]}" for name in PACKAGES if name in known)
    return f"Python {platform.python_version()} on {system}; {versions}"


def picture(rows: list[Row]) -> str:
    """Draw the single calls with one bar per library, on a background for light and dark pages."""
    y, bars = 64, []
    largest = max((row.ratio for row in rows if row.work in PICTURED), default=1.0)
    for work in PICTURED:
        bars.append(f'<text x="16" y="{y}" class="work">{work}</text>')
        ratios = {"httpx": 1.0} | {row.who: row.ratio for row in rows if row.work == work}
        for name, ratio in sorted(ratios.items(), key=lambda pair: pair[1]):
            y += 20
            width = 460 * ratio / max(largest, 1)
            colour = COLOURS.get(name, "#afb8c1")
            bar = {"y": y + 4, "top": y - 7, "width": width, "end": 196 + width}
            bars.append(BAR.format(name=name, ratio=ratio, colour=colour, **bar))
        y += 40
    return PICTURE.format(height=y - 20, bars="\n".join(bars))
