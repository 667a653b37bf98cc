import sentry_sdk

from bettune import BetTune

sentry_sdk.init(dsn=None)  # your DSN

with BetTune() as bettune, sentry_sdk.start_transaction(name="daily push"):
    print(bettune.predictions.sync(11583, {1611471: 2.31}))
