import csv

from bettune import BetTune

BETS = {11583: "home_win", 11584: "draw", 11585: "away_win"}  # filter id: column of the sheet

with open("sheet.csv", encoding="utf-8", newline="") as file:
    sheet = list(csv.DictReader(file))
with BetTune() as bettune:
    resolution = bettune.matches.resolve(sheet, tz="Europe/Warsaw")
    rows = {match_id: row for match_id, row in zip(resolution.ids, sheet, strict=True) if match_id}
    odds = {bet: {id_: row[column] for id_, row in rows.items()} for bet, column in BETS.items()}
    report = bettune.predictions.sync_many(odds, by_hand="keep")
print(resolution, *resolution.unresolved, report, sep="\n")
report.raise_for_failures()
