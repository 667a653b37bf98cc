import pandas as pd

from bettune import BetTune, to_records

bettune = BetTune()
frame = pd.DataFrame(to_records(bettune.matches.list("2026-06-06", tz="Europe/Warsaw")))
frame = frame.rename(columns={"id": "match_id"}).set_index("match_id")
frame["odds"] = 1.5 + frame["home_name"].str.len() / 10

plan = bettune.predictions.plan(11583, frame["odds"], by_hand="keep", max_drop=0.75)
print(plan)  # in a notebook, `plan` alone shows a table

report = bettune.predictions.apply(plan)
print(report)

done = pd.DataFrame(to_records(report, odds=float))  # one row per write
print(done["action"].value_counts().to_dict())
