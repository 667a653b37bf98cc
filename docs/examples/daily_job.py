"""Price the matches of the next two days, and write their minimum odds to BetTune."""

import sys
from datetime import UTC, datetime, timedelta

from bettune import (
    APIConnectionError,
    BetTune,
    BetTuneError,
    InternalServerError,
    Match,
    PlanRefusedError,
    RateLimitError,
    min_odds,
)

EDGE = 0.05  # bet if a stake of 1 returns at least 1.05 on average


def my_model(match: Match) -> float | None:
    return 1 / (1.5 + len(match.home.name) / 10)  # return None if the model has no opinion


def main() -> None:
    start = datetime.now(UTC)
    with BetTune() as bettune:
        matches = list(bettune.matches.between(start, start + timedelta(days=2)))
        probabilities = {match: my_model(match) for match in matches}
        odds = {match: min_odds(p, EDGE) for match, p in probabilities.items() if p}
        # Predictions of matches without odds are deleted: BetTune would bet at old odds.
        report = bettune.predictions.sync(
            11583, odds, scope=matches, by_hand="keep", max_drop=0.75, tolerance=0.005
        )
    print(report)
    report.raise_for_failures()


if __name__ == "__main__":
    try:
        main()
    except PlanRefusedError as error:
        print(error, file=sys.stderr)
        sys.exit(2)  # nothing was written: a person has to check the plan
    except (APIConnectionError, InternalServerError, RateLimitError) as error:
        print(error, file=sys.stderr)
        sys.exit(75)  # the input is valid: run the program again later
    except BetTuneError as error:
        sys.exit(str(error))  # exit status 1
