import polars as pl

from bettune import BetTune

frame = pl.DataFrame({"match_id": [1611471, 1611473, 1611319], "odds": [2.31, 1.92, None]})

with BetTune() as bettune:
    plan = bettune.predictions.plan(11583, frame, missing="skip")
    print(plan)
