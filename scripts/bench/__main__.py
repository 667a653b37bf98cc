"""`make bench`: measure the library in comparison with other ways to call the API."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scripts import ROOT
from scripts.bench.bulk import against_by_hand, resolving, slow_responses
from scripts.bench.limits import growth, memory, processes, under_a_limit
from scripts.bench.report import line, picture, tables
from scripts.bench.servers import fast_server
from scripts.bench.single import calls, lifetimes
from scripts.bench.startup import startup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scripts.bench.measure import Row

# Each part receives the base URL of the fast server, and True to be brief.
PARTS: dict[str, Callable[[str, bool], Iterator[Row]]] = {
    "calls": calls,
    "client": lifetimes,
    "startup": startup,
    "bulk": against_by_hand,
    "resolve": lambda _, brief: resolving(brief),
    "limit": lambda _, brief: under_a_limit(brief),
    "processes": lambda _, brief: processes(brief),
    "slow": lambda _, brief: slow_responses(brief),
    "growth": growth,
    "memory": memory,
}


def main() -> None:
    """Measure, print each row, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument(
        "--brief",
        action="store_true",
        help="only check that the benchmark works; the figures mean nothing",
    )
    parser.add_argument("--out", type=Path, help="write bench.md and its picture into this folder")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"unknown parts: {', '.join(sorted(unknown))}")

    rows: list[Row] = []
    with fast_server() as base:
        for name in options.parts or PARTS:
            for row in PARTS[name](base, options.brief):
                rows.append(row)
                print(line(row, judged=not options.brief), flush=True)

    whole = not options.parts and not options.brief
    folder = options.out or (ROOT / "docs" if whole else None)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "bench.md").write_text(tables(rows, datetime.now(UTC)), "utf-8")
        (folder / "bench.svg").write_text(picture(rows), "utf-8")


if __name__ == "__main__":
    main()
