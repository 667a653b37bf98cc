import sentry_sdk
from sentry_sdk.types import Event, Hint

from bettune import BetTune, NotFoundError


def show(event: Event, hint: Hint) -> None:  # prints the event instead of sending it; omit this
    print(event.get("exception", {})["values"][-1]["value"])


sentry_sdk.init(dsn="https://key@localhost/1", before_send=show)  # your DSN

with BetTune() as bettune:
    try:
        bettune.predictions.put(11583, 1, "2.05")
    except NotFoundError as error:
        sentry_sdk.capture_exception(error)
