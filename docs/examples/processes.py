from concurrent.futures import ProcessPoolExecutor

from bettune import BetTune, RateLimit

PROCESSES = 2
LIMIT = RateLimit(60, per=60)  # of the token, for all processes together


def push(day: str) -> str:
    share = RateLimit(LIMIT.requests // PROCESSES, LIMIT.per)
    with BetTune(rate_limit=share) as bettune:  # made in the process that uses it
        ids = [match.id for match in bettune.matches.list(day)][:5]
        return str(bettune.predictions.sync(11583, dict.fromkeys(ids, "2.05")))


if __name__ == "__main__":
    with ProcessPoolExecutor(PROCESSES) as pool:
        for line in pool.map(push, ["2030-06-07", "2030-06-08"]):
            print(line)
