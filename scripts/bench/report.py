"""The measurements, as lines, Markdown and JSON."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from scripts.bench.measure import Row

PACKAGES = (
    "bettune",
    "httpx",
    "msgspec",
    "requests",
    "httpx2",
    "aiohttp",
    "httpx-aiohttp",
    "openai",
)
MARKS = {True: "met", False: "**missed**", None: ""}

ABOUT = """\
# What it costs

`make bench` writes these tables. A ratio divides the time (or memory) of one program by that of
another, so smaller is better. All requests use HTTP on loopback, with the server in another
process. The programs take turns. Each figure is the median of the ratios of all rounds, with the
quartiles in parentheses. `httpx` is httpx with `.json()`, which returns plain dicts without
validation. `bettune` returns typed and validated models, with retries and rate limiting.
"""


def line(row: Row, *, judged: bool) -> str:
    """A row for a terminal."""
    target = (
        f"  (at most {number(row.target)}: {mark(row).strip('*')})" if judged and row.target else ""
    )
    return f"{row.work}: {row.who}: {measured(row)} of {row.against}{target}"


def measured(row: Row) -> str:
    """The ratio with its spread, or why there is none."""
    if row.ratio is None:
        return row.note
    spread = "" if row.spread is None else f" ({row.spread[0]:.2f}-{row.spread[1]:.2f})"
    return f"{number(row.ratio)}{spread}"


def number(ratio: float) -> str:
    """A ratio with two decimals, or with as many as it takes."""
    return f"{ratio:.3f}" if 0 < ratio < 0.01 else f"{ratio:.2f}"


def mark(row: Row) -> str:
    """Return a word for the target: met or missed."""
    return MARKS[row.met]


def tables(rows: list[Row], when: datetime) -> str:
    """Everything in Markdown."""
    targets = [
        (row.work, row.who, row.against, measured(row), number(row.target), mark(row), row.note)
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
    """The machine and the versions."""
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
