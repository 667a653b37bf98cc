from datetime import date, timedelta

import pandas as pd
from penaltyblog.models import DixonColesGoalModel, dixon_coles_weights

from bettune import BetTune, min_odds, to_records

DAY = date(2026, 6, 6)
FILTER, COUNTRY, EDGE = 11583, "Spain", 0.05  # the filter bets on home wins

with BetTune() as bettune:
    history = bettune.matches.between(DAY - timedelta(days=90), DAY - timedelta(days=1))
    results = pd.DataFrame(
        to_records(match for match in history if match.finished and match.country.name == COUNTRY)
    )
    day = [match for match in bettune.matches.list(DAY) if match.country.name == COUNTRY]

    odds = {}
    for tournament_id, played in results.groupby("tournament_id"):
        model = DixonColesGoalModel(
            played["score_home"],
            played["score_away"],
            played["home_name"],
            played["away_name"],
            weights=dixon_coles_weights(played["date"], xi=0.002),
        )
        model.fit()
        for match in day:
            if match.tournament.id == tournament_id:
                probability = model.predict(match.home.name, match.away.name).home_win
                odds[match] = min_odds(probability, EDGE)

    # Matches of `day` without odds lose their predictions; those set by hand stay.
    plan = bettune.predictions.plan(FILTER, odds, scope=day, by_hand="keep")
    print(plan)  # in a notebook, `plan` alone shows a table
    print(bettune.predictions.apply(plan))
