from datetime import date

from bettune import BetTune, Match, min_odds


def my_model(match: Match) -> float:
    return 1 / (1.5 + len(match.home.name) / 10)  # a home win's probability; put your model here


with BetTune() as bettune:  # BETTUNE_API_TOKEN, and BETTUNE_BASE_URL for the sandbox
    filters = bettune.prediction_filters.list()
    if not filters:
        raise SystemExit("No prediction filters. Create one in BetTune, with PRO.")
    day = bettune.matches.list(date(2026, 6, 6))
    odds = {match: min_odds(my_model(match), edge=0.05) for match in day}
    plan = bettune.predictions.plan(filters[0].id, odds, scope=day, by_hand="keep")
    print(plan)  # nothing is written yet: bettune.predictions.apply(plan) writes
