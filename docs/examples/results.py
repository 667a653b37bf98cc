"""Yesterday's minimum odds beside the results: log loss and calibration."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from bettune import BetTune, to_records

with BetTune() as bettune:
    day = bettune.matches.list((datetime.now(UTC) - timedelta(days=1)).date())
    predictions = bettune.predictions.search(11583, day)  # a filter that bets on home wins

frame = pd.DataFrame(to_records(predictions, matches=day, odds=float))
frame = frame[frame["finished"]]
frame["p"] = 1.05 / frame["odds"]  # the probability, from minimum odds with an edge of 5%
frame["won"] = frame["score_home"] > frame["score_away"]
print("log loss", -np.log(frame["p"].where(frame["won"], 1 - frame["p"])).mean())
print(
    frame.groupby(pd.cut(frame["p"], [0, 0.25, 0.5, 1]), observed=True)["won"].agg(["mean", "size"])
)
