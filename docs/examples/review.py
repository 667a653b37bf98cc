"""Save a plan for a person to check, and apply it an hour later."""

import csv
import pickle
from pathlib import Path

from bettune import BetTune, Plan, PlanRefusedError, to_records

PLAN = Path("plan.pickle")


def make(odds: dict[int, float]) -> None:
    with BetTune() as bettune:
        plan = bettune.predictions.plan(11583, odds)
    PLAN.write_bytes(pickle.dumps(plan))
    with open("plan.csv", "w", encoding="utf-8", newline="") as file:
        rows = to_records(plan, odds=str)
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)
    print("to check:", plan)


def carry_out() -> None:
    plan: Plan = pickle.loads(PLAN.read_bytes())  # from a file that only you can write
    with BetTune() as bettune:
        try:
            # `apply` compares a plan older than 60 seconds with BetTune again.
            print("done:", bettune.predictions.apply(plan))
        except PlanRefusedError as error:
            print("refused:", error)


make({1611471: 2.31, 1611473: 1.92, 1611319: 2.65})
# An hour later:
carry_out()
