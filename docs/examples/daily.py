import csv

from bettune import BetTune

BETS = {"home_win": 11583, "draw": 11584, "away_win": 11585}  # column of the sheet: filter id

with open("sheet.csv", encoding="utf-8", newline="") as file:
    sheet = list(csv.DictReader(file))
with BetTune() as bettune:
    resolution = bettune.matches.resolve(sheet, tz="Europe/Warsaw")
    rows = resolution.resolved_rows()
    reports = bettune.predictions.sync_many(rows, columns=BETS, by_hand="keep")
print(resolution, *resolution.unresolved, reports, sep="\n")
reports.raise_for_failures()
