from bettune import BetTune, RateLimit

with BetTune(rate_limit=RateLimit(60, per=60), max_retries=6, max_wait=300) as bettune:
    print(bettune.rate_limit)
    impatient = bettune.with_options(timeout=20, max_retries=0)  # the same token, pace, connections
    print(len(impatient.sports.list()))
