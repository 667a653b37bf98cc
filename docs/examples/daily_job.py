"""Price the matches of the next two days, and make BetTune hold the minimum odds."""

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

EDGE = 0.05  # bet where a stake of 1 returns 1.05 on average


def my_model(match: Match) -> float | None:
    return 1 / (1.5 + len(match.home.name) / 10)  # None: no opinion


def main() -> None:
    start = datetime.now(UTC)
    with BetTune() as bettune:
        matches = list(bettune.matches.between(start, start + timedelta(days=2)))
        probabilities = {match: my_model(match) for match in matches}
        odds = {match: min_odds(p, EDGE) for match, p in probabilities.items() if p}
        # What BetTune holds for the other matches is deleted: it would bet on them at old odds.
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
        sys.exit(2)  # nothing was written: a person has to look at it
    except (APIConnectionError, InternalServerError, RateLimitError) as error:
        print(error, file=sys.stderr)
        sys.exit(75)  # nothing is wrong with the input: run it again
    except BetTuneError as error:
        sys.exit(str(error))  # exit status 1
