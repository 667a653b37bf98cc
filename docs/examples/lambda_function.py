from typing import Any

from bettune import BetTune

# Created once per instance of the function, and kept between its calls. `max_wait` must be shorter
# than the function's own timeout, here 60 seconds.
bettune = BetTune(timeout=10, max_retries=2, max_wait=20)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    # JSON has no integer keys, so the odds come as rows: [{"match_id": 1611471, "odds": "2.31"}].
    report = bettune.predictions.sync(event["filter_id"], event["odds"])
    return {"report": str(report), "ok": report.ok}


if __name__ == "__main__":
    rows = [{"match_id": 1611471, "odds": "2.31"}, {"match_id": 1611473, "odds": "1.92"}]
    print(handler({"filter_id": 11583, "odds": rows}, None))
