from bettune import APIStatusError, BetTune, InvalidOddsError, NotFoundError, RateLimitError

with BetTune() as bettune:
    try:
        bettune.predictions.put(11583, 1, "2.05")
    except NotFoundError as error:
        print(error.code)
        print(error)
    except RateLimitError as error:
        print("retry in", error.retry_after, "seconds")
    except APIStatusError as error:
        print(error.status_code, error.message)

    try:
        bettune.predictions.sync(11583, {1611471: 2.31, 1611473: 0.5, 1611319: "2,65"})
    except InvalidOddsError as error:
        for match_id, reason in error.invalid.items():
            print(match_id, reason)
