from datetime import date

from bettune import BetTune, Match


def my_model(match: Match) -> float:
    return 1.5 + len(match.home.name) / 10  # yours is better


with BetTune() as bettune:  # BETTUNE_API_TOKEN, and BETTUNE_BASE_URL for the sandbox
    day = bettune.matches.list(date(2026, 6, 6))
    chosen = bettune.prediction_filters.list()[0]
    report = bettune.predictions.sync(chosen.id, {match.id: my_model(match) for match in day})
    print(report)
