"""Sends many requests through one client in one process, and fails if memory or files grow."""

from __future__ import annotations

import argparse
import asyncio
import gc
import re
import resource
import sys
from pathlib import Path
from typing import Any

from bettune import AsyncBetTune, BetTune
from scripts.bench.servers import sandbox

FILTER = 11583
# Allow any change of odds, also of predictions that a person set.
ANY: Any = {"by_hand": "overwrite", "max_drop": None}
# The share of the requests before the first measurement, in which pools and caches fill up.
WARM_UP = 0.2
# The maximum growth without a leak.
KILOBYTES = 2048
FILES = 8  # the number of connections in a run


def kilobytes() -> int:
    """Return the memory in use, or its peak on a system without /proc."""
    gc.collect()
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmRSS:\s+(\d+)", status.read_text())[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def files() -> int:
    """Return the number of open files and sockets."""
    return len(list(Path("/dev/fd").iterdir()))


class Watch:
    """Measures after the warm-up and at the end."""

    def __init__(self, requests: int) -> None:
        self.requests = requests
        self.done = 0
        self.first: tuple[int, int] | None = None

    def add(self, requests: int) -> bool:
        """Count requests. Return whether to send more."""
        self.done += requests
        if self.first is None and self.done >= self.requests * WARM_UP:
            self.first = kilobytes(), files()
        return self.done < self.requests

    def end(self, name: str) -> bool:
        """Print the growth. Return whether it is small enough."""
        memory, opened = kilobytes(), files()
        grown = memory - self.first[0], opened - self.first[1]
        print(
            f"{name}: {self.done} requests, {memory} KB ({grown[0]:+} since the warm-up), "
            f"{opened} files ({grown[1]:+})",
            flush=True,
        )
        return grown[0] <= KILOBYTES and grown[1] <= FILES


def soak(base_url: str, token: str, requests: int) -> bool:
    """Sync the matches of a day repeatedly, with different odds each time."""
    watch = Watch(requests)
    with BetTune(token, base_url=base_url) as client:
        ids = [match.id for match in client.matches.list("2026-06-06", sport=1)][:48]
        turn = 0
        while watch.add(50):
            turn += 1
            client.sports.list()
            report = client.predictions.sync(FILTER, dict.fromkeys(ids, 2 + turn % 7), **ANY)
            assert report.ok, report
        return watch.end("sync")


async def async_soak(base_url: str, token: str, requests: int) -> bool:
    """Do the same with the async client."""
    watch = Watch(requests)
    async with AsyncBetTune(token, base_url=base_url) as client:
        ids = [match.id for match in await client.matches.list("2026-06-06", sport=1)][:48]
        turn = 0
        while watch.add(50):
            turn += 1
            await client.sports.list()
            report = await client.predictions.sync(FILTER, dict.fromkeys(ids, 2 + turn % 7), **ANY)
            assert report.ok, report
        return watch.end("async")


def main() -> int:
    """Soak both clients, one after the other. Return the exit status: 0, or 1 if something grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200_000, help="requests of each client")
    requests = parser.parse_args().requests
    with sandbox() as (base_url, token):
        flat = soak(base_url, token, requests)
        flat = asyncio.run(async_soak(base_url, token, requests)) and flat
    return 0 if flat else 1


if __name__ == "__main__":
    sys.exit(main())
