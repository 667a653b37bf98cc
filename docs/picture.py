"""Makes push.svg, the picture in the README, from a real run: python docs/picture.py."""

from __future__ import annotations

import io
import random
import re
import sys
import tempfile
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.style import Style
from rich.text import Text

from bettune import BetTune, RateLimit
from bettune.sandbox import Sandbox

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "cli"))

from terminal import Terminal  # noqa: E402 - found there

FILTER = 11583
COLUMNS = 88
# pyte's names for colours, and rich's.
COLOURS = {"default": "default", "green": "green", "brown": "yellow"}


def main() -> None:
    """Push a day's odds to a sandbox with a rate limit, and take the picture half-way."""
    with tempfile.TemporaryDirectory() as folder:
        file, database = Path(folder, "odds.csv"), Path(folder, "sandbox.db")
        with Sandbox(database) as box, BetTune(box.token, base_url=box.base_url) as bettune:
            prepare(bettune, file)
        with Sandbox(database, RateLimit(60, 10)) as box:
            environment = {"BETTUNE_BASE_URL": box.base_url, "BETTUNE_API_TOKEN": box.token}
            command = [sys.executable, "-m", "bettune.cli", "push", str(FILTER), str(file)]
            command += ["--by-hand", "keep"]
            with Terminal(command, columns=COLUMNS, env=environment) as terminal:
                terminal.until(r" 1[12]\d/\d+ .*waiting [67] s")
                session = [
                    Text(f"$ bettune push {FILTER} {file.name} --by-hand keep"),
                    *screen(terminal),
                ]
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    for line in session:
        console.print(line, no_wrap=True, crop=False)
    svg = console.export_svg(title="bettune push")
    # A picture asks no other server for a font.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    Path(HERE, "push.svg").write_text(svg, encoding="utf-8")


def prepare(bettune: BetTune, file: Path) -> None:
    """Write a day's minimum odds into a file: some as BetTune holds them, some near them."""
    dice = random.Random(7)  # noqa: S311 - the same picture each time
    day = bettune.matches.list("2026-06-06", sport=1)
    held = {
        prediction.match_id: prediction.odds
        for prediction in bettune.predictions.search(FILTER, [match.id for match in day])
    }
    rows = []
    for match in day:
        odds = float(held.get(match.id, 0)) or dice.uniform(1.6, 4)
        rows.append(f"{match.id},{max(1.01, odds * dice.choice((1, 0.95, 1.05))):.2f}\n")
    file.write_text("match_id,odds\n" + "".join(rows))


def screen(terminal: Terminal) -> list[Text]:
    """Return the lines of the terminal, with their colours."""
    lines = []
    for cells in terminal.cells:
        line = Text()
        for (colour, bold), group in groupby(cells, lambda cell: (cell.fg, cell.bold)):
            name = f"#{colour}" if re.fullmatch("[0-9a-f]{6}", colour) else COLOURS[colour]
            line.append("".join(cell.data for cell in group), Style(color=name, bold=bold))
        line.rstrip()
        lines.append(line)
    return lines


if __name__ == "__main__":
    main()
