"""Limits and scale: requests under a rate limit, and the time and memory per item."""

from __future__ import annotations

import asyncio
import gc
import math
import multiprocessing
import os
import time
import tracemalloc
from collections import Counter
from contextlib import contextmanager
from functools import partial
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

import httpx

from bettune import BetTune, RateLimit
from scripts.bench.bulk import CLIENTS, done, ours
from scripts.bench.measure import Row, by_turns, ratio
from scripts.bench.servers import sandbox
from scripts.bench.single import DAY, HEADERS, TOKEN, facade, raw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Barrier

LIMIT = RateLimit(60, 2)
BRIEF = RateLimit(20, 0.5)
FILTERS = 3
PROCESSES = 4
# The sandbox holds predictions set by hand, and higher odds.
ALLOWED: dict[str, Any] = {"by_hand": "overwrite", "max_drop": None}


class Place(NamedTuple):
    """A sandbox whose rate limit is unused so far, and the odds to sync to it."""

    base: str
    token: str
    limit: RateLimit
    odds: dict[int, dict[int, str]]

    @property
    def work(self) -> str:
        """The name of the work."""
        filters, count = len(self.odds), len(next(iter(self.odds.values())))
        work = f"sync of {count:,} odds"
        if filters > 1:
            work = f"sync_many of {filters} filters, {count:,} odds each,"
        return f"{work} under a limit of {self.limit.requests} in {self.limit.per:g} s"

    def row(self, who: str, seconds: float, target: float | None, *, parts: int = 1) -> Row:
        """Compare a run with the shortest time that the limit permits: all windows but the last."""
        requests = sum(
            len(odds) + parts * math.ceil(len(odds) / parts / 500) for odds in self.odds.values()
        )
        least = (math.ceil(requests / self.limit.requests) - 1) * self.limit.per
        against = f"the least the limit permits, {least:g} s"
        note = "the sandbox, one run"
        return Row(self.work, who, against, seconds / least, target=target, note=note)


@contextmanager
def place(limit: RateLimit, count: int, filters: int) -> Iterator[Place]:
    """Run a sandbox with a limit, and make odds for some of its matches and filters."""
    with sandbox(limit) as (base, token):
        with BetTune(token, base_url=base, rate_limit=limit) as finder:
            ids = [chosen.id for chosen in finder.prediction_filters.list()][:filters]
            days = finder.matches.between("2026-06-01", "2026-06-30", sport=1)
            odds = {match.id: "1.777" for match, _ in zip(days, range(count), strict=False)}
        time.sleep(limit.per * 1.1)  # until the requests above no longer count
        yield Place(base, token, limit, dict.fromkeys(ids, odds))


def under_a_limit(brief: bool) -> Iterator[Row]:
    """Measure syncs for one and for several filters against the shortest time under the limit."""
    count, limit = (30, BRIEF) if brief else (1000, LIMIT)
    with asyncio.Runner() as runner:
        for name, filters, target in (
            ("bettune", 1, 1.05),
            ("bettune, async", 1, 1.05),
            ("bettune", FILTERS, 1.03),
        ):
            with place(limit, count, filters) as at:
                client = CLIENTS[name](at.token, base_url=at.base, rate_limit=limit)
                start = time.perf_counter()
                reports = ours(client, runner)("sync_many", at.odds, **ALLOWED)
                seconds = time.perf_counter() - start
                for report in reports.values():
                    done(report, count)
            yield at.row(name, seconds, target)


def processes(brief: bool) -> Iterator[Row]:
    """Measure several processes with one token, which share the limit or learn it separately."""
    count, limit = (32, BRIEF) if brief else (1000, LIMIT)
    yield from together(count, FILTERS, limit, (1.10, 0.10))
    count, limit = (32, BRIEF) if brief else (360, RateLimit(60, 1))
    yield from together(count, 1, limit, None)


def together(
    count: int, filters: int, limit: RateLimit, targets: tuple[float, float] | None
) -> Iterator[Row]:
    """Distribute the matches to processes. Measure time and the share of rejected requests."""
    spawn = multiprocessing.get_context("spawn")
    with (
        place(limit, count, filters) as at,
        TemporaryDirectory() as cache,
        patch.dict(os.environ, XDG_CACHE_HOME=cache),
        spawn.Manager() as manager,
        spawn.Pool(PROCESSES) as pool,
    ):
        run = partial(sync_part, manager.Barrier(PROCESSES), at, targets is not None)
        starts, ends, sent, refused = zip(*pool.map(run, range(PROCESSES), 1), strict=True)
    time_target, share_target = targets or (None, None)
    who = f"bettune, {PROCESSES} processes that {'share the limit' if targets else 'each learn it'}"
    yield at.row(who, max(ends) - min(starts), time_target, parts=PROCESSES)
    yield Row(
        f"{at.work}, refused",
        who,
        "all requests",
        sum(refused) / sum(sent),
        target=share_target,
        note=f"{sum(refused)} of {sum(sent):,}",
    )


def sync_part(
    barrier: Barrier, at: Place, shared: bool, part: int
) -> tuple[float, float, int, int]:
    """Sync a part of the matches. Return start, end, and the numbers of requests and of 429s."""
    statuses: Counter[int] = Counter()
    hooks = {"response": [lambda response: statuses.update([response.status_code])]}
    limit = RateLimit(at.limit.requests, at.limit.per, shared=True) if shared else None
    odds = {number: dict(list(odds.items())[part::PROCESSES]) for number, odds in at.odds.items()}
    with BetTune(at.token, base_url=at.base, rate_limit=limit, event_hooks=hooks) as client:
        barrier.wait()
        start = time.monotonic()
        client.predictions.sync_many(odds, **ALLOWED).raise_for_failures()
        return start, time.monotonic(), statuses.total(), statuses[429]


def growth(base: str, brief: bool) -> Iterator[Row]:
    """Measure the time per item among few and among many matches, odds and filters."""
    client = BetTune(TOKEN, base_url=base)
    plan, sync_many = client.predictions.plan, client.predictions.sync_many
    few = odds_of(50)
    for work, counts, call, rounds, target in (
        (
            "matches.list of {:,}, per match",
            (500, 5_000) if brief else (500, 1_600, 5_000, 16_000, 50_000),
            lambda count: client.matches.list(DAY, sport=count),
            9,
            1.15,
        ),
        (
            "plan of {:,}, per match",
            (1_000, 2_000) if brief else (1_000, 10_000, 100_000),
            lambda count: plan(1, odds_of(count)),
            4,
            1.15,
        ),
        (
            "sync_many of {:,} x 50, per write",
            (1, 2) if brief else (1, 2, 3, 5, 10),
            lambda count: sync_many(dict.fromkeys(range(1, count + 1), few)),
            4,
            None,
        ),
    ):
        # Each turn handles the same number of items.
        turns = {count: counts[-1] // count for count in counts}
        work_of = {str(n): partial(repeat, call, n, turns[n]) for n in counts}
        seconds = by_turns(work_of, 2 if brief else rounds)
        each = {n: [took / turns[n] / n for took in seconds[str(n)]] for n in counts}
        least = counts[0]
        for n in counts[1:]:
            shares = ratio(each[n], each[least])
            yield Row(work.format(n), "bettune", work.format(least), **shares, target=target)


def repeat(call: Callable[[int], object], count: int, times: int, _: int) -> None:
    """Call a function several times."""
    for _ in range(times):
        call(count)


def odds_of(count: int, first: int = 1) -> dict[int, str]:
    """Return odds for `count` matches."""
    return dict.fromkeys(range(first, first + count), "2.5")


def memory(base: str, brief: bool) -> Iterator[Row]:
    """Measure the peak memory of a large list and of a large plan."""
    client = BetTune(TOKEN, base_url=base)
    count = 5_000 if brief else 50_000
    get_plain, get_typed = raw(httpx.Client(base_url=base, headers=HEADERS))[1], facade(client)[1]
    plain, typed = peak(lambda: get_plain(count)), peak(lambda: get_typed(count))
    note = f"httpx took {plain / 2**20:.0f} MiB"
    work = f"matches.list of {count:,}, peak memory"
    yield Row(work, "bettune", "httpx", typed / plain, target=2.0, note=note)
    count = 2_000 if brief else 100_000
    odds = odds_of(count, 1_000_000)
    share = peak(lambda: client.predictions.plan(1, odds)) / count / 1024
    work = f"plan of {count:,} odds, peak memory a match beyond the input"
    yield Row(work, "bettune", "1 KiB", share, target=1.0)


def peak(call: Callable[[], Any]) -> int:
    """Return the peak memory of a call in bytes, measured after a first call."""
    call()
    gc.collect()
    tracemalloc.start()
    try:
        kept = call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        del kept
