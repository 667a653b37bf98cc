from datetime import date, timedelta

from joblib import Parallel, delayed

from bettune import BetTune, Match, RateLimit


def matches_of(day: date) -> list[Match]:
    # A client cannot be pickled: make it in the job. The processes share the rate limit.
    with BetTune(rate_limit=RateLimit(600, per=60, shared=True)) as bettune:
        return bettune.matches.list(day)


if __name__ == "__main__":
    days = [date(2026, 6, 1) + timedelta(days=n) for n in range(7)]
    week = Parallel(n_jobs=2)(delayed(matches_of)(day) for day in days)
    print(sum(map(len, week)))
