import pandas as pd

from bettune import BetTune

BETS = {"home_win": 11583, "draw": 11584, "away_win": 11585}

sheet = pd.read_csv("sheet.csv")
with BetTune() as bettune:
    resolution = bettune.matches.resolve(sheet, tz="Europe/Warsaw")
    # With Int64, the ids stay integers although some are missing.
    sheet["match_id"] = pd.array(resolution.ids, dtype="Int64")
    ready = sheet.dropna(subset="match_id").rename(columns=BETS)
    reports = bettune.predictions.sync_many(ready[["match_id", *BETS.values()]])
print(resolution)
print(reports)
