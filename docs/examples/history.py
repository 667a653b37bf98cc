import csv

from bettune import BetTune, WriteResult

with (
    open("history.csv", "a", encoding="utf-8", newline="", buffering=1) as file,
    BetTune() as bettune,
):
    log = csv.writer(file)

    def write_down(result: WriteResult) -> None:
        error = "" if result.error is None else result.error
        row = [result.at, result.match_id, result.action, result.old, result.new]
        log.writerow([*row, result.state, error])

    report = bettune.predictions.sync(11583, {1611471: 2.31, 1611473: 1.92}, on_result=write_down)
print(report)
