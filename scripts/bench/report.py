"""What was measured, as lines, Markdown, a picture and JSON."""

from __future__ import annotations

import json
import math
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from scripts.bench.measure import Row

PACKAGES = ("bettune", "httpx", "msgspec", "requests", "httpx2", "githubkit", "openai")
PICTURED = ("one PUT", "matches.list of 500", "matches.list of 5,000")
MARKS = {True: "met", False: "**missed**", None: ""}
COLOURS = {"bettune": "#0a7d4f", "httpx": "#57606a"}

ABOUT = """\
# What it costs

Written by `make bench`. A ratio says how many times as long (or as much) as what stands beside it,
so smaller is better. Everything goes over HTTP on loopback to a server in another process. Those
compared take turns; the figure is the median of the ratios within each round, in parentheses the
quartiles. `httpx` is httpx with `.json()`: plain dicts, unchecked. `bettune` returns typed and
checked models, with retries armed and pacing on.
"""


def line(row: Row, *, judged: bool) -> str:
    """A row for a terminal."""
    target = (
        f"  (at most {row.target:.2f}: {mark(row).strip('*')})" if judged and row.target else ""
    )
    return f"{row.work}: {row.who}: {measured(row)} of {row.against}{target}"


def measured(row: Row) -> str:
    """The ratio with its spread, or why there is none."""
    if row.ratio is None:
        return row.note
    spread = "" if row.spread is None else f" ({row.spread[0]:.2f}-{row.spread[1]:.2f})"
    return f"{row.ratio:.2f}{spread}"


def mark(row: Row) -> str:
    """Whether the target is met."""
    return MARKS[row.met]


def tables(rows: list[Row], when: datetime) -> str:
    """Everything in Markdown."""
    targets = [
        (row.work, row.who, row.against, measured(row), f"{row.target:.2f}", mark(row), row.note)
        for row in rows
        if row.target is not None
    ]
    rest = [
        (row.work, row.who, row.against, measured(row), row.note if row.ratio is not None else "")
        for row in rows
        if row.target is None
    ]
    return "\n".join(
        [
            ABOUT,
            f"{when:%Y-%m-%d}, {machine()}; {installed()}.\n",
            "## Targets\n",
            *table(["Work", "Who", "Against", "Ratio", "At most", "", "Note"], targets),
            "\n## Others, for comparison\n",
            *table(["Work", "Who", "Against", "Ratio", "Note"], rest),
            "",
        ]
    )


def table(head: list[str], body: Iterable[tuple[str, ...]]) -> list[str]:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *body]
    return [f"| {' | '.join(cells)} |" for cells in lines]


def machine() -> str:
    """What it ran on."""
    system = f"{platform.system()} {platform.machine()} with {os.cpu_count()} processors"
    return f"Python {platform.python_version()} on {system}"


def installed() -> str:
    """The versions measured."""
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"no {name}")
    return ", ".join(found)


def to_json(rows: list[Row], when: datetime) -> str:
    """Everything for a program."""
    document = {
        "when": when.isoformat(),
        "machine": machine(),
        "installed": installed(),
        "rows": [row.record() for row in rows],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


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
        "<style>text{font:13px sans-serif;fill:#1f2328}.work{font-weight:bold}</style>\n"
        f'<rect width="{width}" height="{height}" rx="6" fill="#ffffff"/>\n'
        '<text x="16" y="28" class="work">Time of a call over HTTP, httpx with .json() = 1 '
        "(shorter is better; logarithmic)</text>\n"
        + "\n".join(bars)
        + f'\n<line x1="{x(1):.1f}" x2="{x(1):.1f}" y1="{top - 20}" y2="{height - step}" '
        'stroke="#57606a" stroke-dasharray="3 3"/>\n</svg>\n'
    )
