from concurrent.futures import ProcessPoolExecutor

from bettune import BetTune, RateLimit

LIMIT = RateLimit(60, per=60, shared=True)


def push(day: str) -> str:
    with BetTune(rate_limit=LIMIT) as bettune:  # made in the process that uses it
        odds = dict.fromkeys(bettune.matches.list(day)[:5], "2.05")
        return str(bettune.predictions.sync(11583, odds, by_hand="keep", max_drop=0.75))


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as pool:
        for line in pool.map(push, ["2030-06-07", "2030-06-08"]):
            print(line)
