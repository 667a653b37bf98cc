import pandas as pd

from bettune import BetTune

BETS = {"home_win": 11583, "draw": 11584, "away_win": 11585}

sheet = pd.read_csv("sheet.csv")
with BetTune() as bettune:
    found = bettune.matches.resolve(sheet, tz="Europe/Warsaw")
    sheet["match_id"] = pd.array(found.ids, dtype="Int64")  # None makes floats of plain ints
    ready = sheet.dropna(subset="match_id").rename(columns=BETS)
    reports = bettune.predictions.sync_many(ready[["match_id", *BETS.values()]])
print(found)
print(reports)
