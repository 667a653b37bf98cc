"""The daily job against a sandbox: list the matches, plan, sync under a rate limit, look again."""

from __future__ import annotations

import csv
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from bettune import BetTune, Match, OddsChange, RateLimit
from bettune.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Mapping

DAY = "2030-06-08"
ODDS = Path(__file__).with_name("demo_odds.csv")
LIMIT = RateLimit(requests=60, per=2)
SHOWN = 4


def main() -> None:
    """Do it, and tell a person what happens."""
    with Sandbox(rate_limit=LIMIT) as box, BetTune(box.token, base_url=box.base_url) as bettune:
        print(f"A sandbox of BetTune runs at {box.base_url}")
        print(f"and takes {LIMIT.requests} requests in {LIMIT.per} seconds.\n")

        matches = {match.id: match for match in bettune.matches.list(DAY, sport=1)}
        chosen = bettune.prediction_filters.list()[0]
        print(f'{len(matches)} matches on {DAY}; prediction filter {chosen.id} "{chosen.name}".')

        with ODDS.open(encoding="utf-8", newline="") as file:
            odds = {int(row["match_id"]): row["odds"] or None for row in csv.DictReader(file)}
        print(f"The model's odds: {len(odds)} matches in {ODDS.name}.\n")

        plan = bettune.predictions.plan(chosen.id, odds)
        print(f"The plan: {plan}.")
        show("to create", matches, plan.create)
        show("to update", matches, plan.update)
        show("to delete", matches, plan.delete)

        print("\nThe sync:")
        report = bettune.predictions.apply(plan, on_progress=progress)
        print(f"\nThe report: {report}.")
        if limit := bettune.rate_limit:
            print(f"On the way it learnt the limit: {limit.requests} in {limit.per:g} seconds.\n")

        held = bettune.predictions.search(chosen.id, odds)
        print(f"There now: {len(held)} predictions.")
        show("held", matches, {prediction.match_id: prediction.odds for prediction in held})

        print(f"\nA second run: {bettune.predictions.sync(chosen.id, odds)}.")
        report.raise_for_failures()
    print("The sandbox is gone.")


def show(title: str, matches: dict[int, Match], rows: Mapping[int, object]) -> None:
    """Print the first few."""
    print(f"  {title}:")
    for match_id, odds in islice(rows.items(), SHOWN):
        match = matches[match_id]
        text = f"{odds.old} -> {odds.new}" if isinstance(odds, OddsChange) else odds
        print(f"    {match.date:%H:%M}  {match.home.name} - {match.away.name}: {text}")
    if len(rows) > SHOWN:
        print(f"    and {len(rows) - SHOWN} more")


def progress(done: int, total: int) -> None:
    """Print a line a person can follow; in place on a terminal, now and then in a log."""
    if sys.stdout.isatty():
        print(f"\r  {done} of {total} writes", end="", flush=True)
    elif done % 30 == 0 or done == total:
        print(f"  {done} of {total} writes")


if __name__ == "__main__":
    main()
