"""One of several processes on one token: runs a sync at a signal.

Takes two lines of JSON: the job, then anything, to start. Prints that it is ready, and then when
it started and ended, by a clock that processes share, and how much it sent and was refused.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

from bettune import BetTune, RateLimit

if TYPE_CHECKING:
    import httpx


def main() -> None:
    """Do the one job."""
    job = json.loads(sys.stdin.readline())
    statuses: Counter[int] = Counter()

    def count(response: httpx.Response) -> None:
        statuses[response.status_code] += 1

    limit = RateLimit(job["requests"], job["per"], shared=True) if job["shared"] else None
    hooks = {"response": [count]}
    with BetTune(job["token"], base_url=job["base"], rate_limit=limit, event_hooks=hooks) as client:
        print("ready", flush=True)
        sys.stdin.readline()
        start = time.monotonic()
        odds = {filter_id: dict.fromkeys(job["matches"], "1.777") for filter_id in job["filters"]}
        client.predictions.sync_many(odds, by_hand="overwrite", max_drop=None).raise_for_failures()
        print(json.dumps([start, time.monotonic(), statuses.total(), statuses[429]]), flush=True)


if __name__ == "__main__":
    main()
