"""The daily job against a sandbox: resolve a model's sheet, plan and push it for three bets.

It uses the library. `bettune push` does the same on the command line.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bettune import BetTune, Match, Plans, RateLimit, Resolution
from bettune.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SHEET = Path(__file__).with_name("demo_sheet.csv")
# Each column of odds, and the bet type of its filter.
BETS = {"home_odds": "Home", "draw_odds": "Draw", "away_odds": "Away"}
LIMIT = RateLimit(requests=60, per=2)
SHOWN = 5


def main() -> None:
    """Run the demo, and print each step."""
    with SHEET.open(encoding="utf-8", newline="") as file:
        sheet = list(csv.DictReader(file))
    with Sandbox(rate_limit=LIMIT) as box, BetTune(box.token, base_url=box.base_url) as bettune:
        print(f"A BetTune sandbox runs at {box.base_url}")
        print(f"and accepts {LIMIT.requests} requests in {LIMIT.per} seconds.\n")

        print(f"1. The model's sheet, {SHEET.name}: {len(sheet)} fixtures, odds for 3 bets")
        print("   with its own team names. The matches of these fixtures:\n")
        resolution = bettune.matches.resolve(sheet)
        print_resolution(sheet, resolution)

        filters = {listed.bet_type: listed for listed in bettune.prediction_filters.list()}
        odds = {
            filters[bet].id: {
                match_id: row[column] or None
                for match_id, row in zip(resolution.ids, sheet, strict=True)
                if match_id is not None
            }
            for column, bet in BETS.items()
        }

        print("\n2. One plan per filter. Empty odds leave predictions unchanged:\n")
        plans = bettune.predictions.plan_many(odds, missing="skip", tolerance=0.005)
        names_by_id = {chosen.id: chosen.name for chosen in filters.values()}
        print_plans(names_by_id, resolution, plans)

        print(
            f"\n3. {len(plans.writes)} writes, safe ones first. The client learns the rate limit:\n"
        )
        reports = bettune.predictions.apply_many(plans, on_progress=progress)
        print(f"\n   {reports}")
        if limit := bettune.rate_limit:
            print(f"   (the limit: {limit.requests} requests in {limit.per:g} seconds)")

        print("\n4. A second run with the same odds writes nothing:\n")
        print(f"   {bettune.predictions.sync_many(odds, missing='skip', tolerance=0.005)}\n")
        reports.raise_for_failures()
    print("The sandbox has stopped.")


def print_resolution(sheet: Sequence[Mapping[str, str]], resolution: Resolution) -> None:
    """Print some fixtures whose names differ in BetTune, and the unresolved fixtures."""
    pairs = zip(sheet, resolution.matches, strict=True)
    different = [(row, match) for row, match in pairs if match and row["home"] != match.home.name]
    for row, match in different[:SHOWN]:
        yours = f"{row['home']} - {row['away']}"
        print(f"   {yours:28} is  {match.id}  {names(match)}")
    print(f"   … {resolution}. Matches are never guessed:\n")
    for fixture in resolution.unresolved:
        print(f"   {fixture.home} - {fixture.away} is unresolved:")
        print(f"     {fixture.reason}")
        for candidate in fixture.candidates[:1]:
            print(f"     maybe {candidate.match.id}  {names(candidate.match)}")
    for yours, theirs in resolution.suggested_aliases.items():
        print(f"     if that is right: aliases={{{yours!r}: {theirs!r}}}")


def print_plans(name_of: Mapping[int, str], resolution: Resolution, plans: Plans) -> None:
    """Print each plan, and the first changes with the names of their teams."""
    matches = {match.id: match for match in resolution.matches if match}
    for filter_id, plan in plans.items():
        print(f"   {filter_id} {name_of[filter_id]}: {plan}")
        for match_id, change in list(plan.update.items())[:2]:
            kick_off = f"{matches[match_id].date:%H:%M}"
            print(
                f"     {kick_off}  {names(matches[match_id])}: {change.old:.3f} -> {change.new:.3f}"
            )


def names(match: Match) -> str:
    """Return the names of the two teams."""
    return f"{match.home.name} - {match.away.name}"


def progress(done: int, total: int) -> None:
    """Print a progress bar: in place on a terminal, and every 30 writes elsewhere."""
    bar = "━" * (done * 40 // total)
    if sys.stdout.isatty():
        print(f"\r   {bar:40} {done}/{total}", end="", flush=True)
    elif done % 30 == 0 or done == total:
        print(f"   {bar:40} {done}/{total}")


if __name__ == "__main__":
    main()
