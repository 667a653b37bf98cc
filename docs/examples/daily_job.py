"""Price the matches of the next two days, and make BetTune hold the odds."""

import sys
from datetime import UTC, datetime, timedelta

from bettune import (
    APIConnectionError,
    BetTune,
    BetTuneError,
    InternalServerError,
    Match,
    RateLimitError,
)


def my_model(match: Match) -> float | None:
    return 1.5 + len(match.home.name) / 10  # None: no opinion


def main() -> None:
    start = datetime.now(UTC)
    with BetTune() as bettune:
        matches = bettune.matches.between(start, start + timedelta(days=2))
        odds = {match.id: my_model(match) for match in matches}
        report = bettune.predictions.sync(11583, odds, missing="skip", tolerance=0.005)
    print(report)
    report.raise_for_failures()


if __name__ == "__main__":
    try:
        main()
    except (APIConnectionError, InternalServerError, RateLimitError) as error:
        print(error, file=sys.stderr)
        sys.exit(75)  # nothing is wrong with the input: run it again
    except BetTuneError as error:
        sys.exit(str(error))  # exit status 1
