from celery import Celery, Task

from bettune import APIConnectionError, BetTune, InternalServerError, RateLimitError

app = Celery("model")


@app.task(bind=True, max_retries=5)
def push(self: Task, filter_id: int, odds: dict[str, str]) -> str:
    with BetTune() as bettune:  # in the worker's own process
        try:
            report = bettune.predictions.sync(
                filter_id, {int(match_id): value for match_id, value in odds.items()}
            )
        except (APIConnectionError, InternalServerError, RateLimitError) as error:
            raise self.retry(countdown=300, exc=error) from error
    report.raise_for_failures()
    return str(report)
