import csv

from bettune import BetTune

with open("sheet.csv", encoding="utf-8", newline="") as file:
    sheet = list(csv.DictReader(file))
with BetTune() as bettune:
    resolution = bettune.matches.resolve(sheet, tz="Europe/Warsaw")

for row, match in zip(sheet, resolution.matches, strict=True):
    yours = f"{row['home']} - {row['away']}"
    theirs = f"{match.id}  {match.home.name} - {match.away.name}" if match else "?"
    print(f"{row['date']}  {yours:28}  {theirs}")
