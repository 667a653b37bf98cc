import pandas as pd

from bettune import BetTune

BETS = {"home_win": 11583, "draw": 11584, "away_win": 11585}

sheet = pd.read_csv("sheet.csv")
with BetTune() as bettune:
    resolution = bettune.matches.resolve(sheet, tz="Europe/Warsaw")
    reports = bettune.predictions.sync_many(resolution.resolved_rows(), columns=BETS)
print(resolution)
print(reports)
