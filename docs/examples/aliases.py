import csv

from bettune import BetTune

with open("names.csv", encoding="utf-8", newline="") as file:
    aliases = {row["yours"]: row["bettune"] for row in csv.DictReader(file)}
with open("sheet.csv", encoding="utf-8", newline="") as file:
    sheet = list(csv.DictReader(file))
with BetTune() as bettune:
    resolution = bettune.matches.resolve(sheet, tz="Europe/Warsaw", aliases=aliases)
print(resolution, *resolution.unresolved, sep="\n")
