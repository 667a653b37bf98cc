from celery import Celery, Task

from bettune import APIConnectionError, BetTune, InternalServerError, RateLimitError

app = Celery("model")


@app.task(bind=True, max_retries=5)
def push(self: "Task[[int, dict[int, str]], str]", filter_id: int, odds: dict[int, str]) -> str:
    with BetTune() as bettune:  # in the worker's own process
        try:
            report = bettune.predictions.sync(filter_id, {int(m): o for m, o in odds.items()})
        except (APIConnectionError, InternalServerError, RateLimitError) as error:
            raise self.retry(countdown=300) from error
    report.raise_for_failures()
    return str(report)
