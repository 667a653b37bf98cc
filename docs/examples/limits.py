from bettune import BetTune, RateLimit

with BetTune(rate_limit=RateLimit(60, per=60), max_retries=6, max_wait=300) as bettune:
    print(bettune.rate_limit)
    # It shares the token, the rate limit and the connections.
    no_retries = bettune.with_options(timeout=20, max_retries=0)
    print(len(no_retries.sports.list()))
