import csv
from collections import defaultdict
from decimal import Decimal

from bettune import DELETE, BetTune

before: defaultdict[int, dict[int, Decimal | object]] = defaultdict(dict)
with open("pushed.csv", encoding="utf-8", newline="") as file:
    for row in csv.DictReader(file):
        if row["at"] >= "2026-06-06T06:30" and row["state"] != "failed":
            odds = Decimal(row["old_odds"]) if row["old_odds"] else DELETE
            before[int(row["filter_id"])].setdefault(int(row["match_id"]), odds)

with BetTune() as bettune:
    plans = bettune.predictions.plan_many(before, max_drop=None)
    print(plans)
    print(bettune.predictions.apply_many(plans))
