"""Under a rate limit: one filter and several, one process and several on one token."""

from __future__ import annotations

import asyncio
import json
import math
import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from bettune import BetTune, RateLimit
from scripts.bench.bulk import CLIENTS, done, ours
from scripts.bench.measure import Row
from scripts.bench.servers import sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT = RateLimit(60, 2)
BRIEF = RateLimit(20, 0.5)
FILTERS = 3
PROCESSES = 4
# The sandbox holds predictions set by hand, and higher odds.
ALLOWED: dict[str, Any] = {"by_hand": "overwrite", "max_drop": None}


class Place(NamedTuple):
    """A sandbox of its own, whose limit nothing counts against yet."""

    base: str
    token: str
    filters: list[int]
    matches: list[int]


@contextmanager
def place(limit: RateLimit, count: int) -> Iterator[Place]:
    """A sandbox with a limit, and so many matches of it."""
    with sandbox(limit) as (base, token):
        with BetTune(token, base_url=base, rate_limit=limit) as finder:
            filters = [one.id for one in finder.prediction_filters.list()]
            days = finder.matches.between("2026-06-01", "2026-06-30", sport=1)
            matches = [match.id for match, _ in zip(days, range(count), strict=False)]
        time.sleep(limit.per * 1.1)  # until the requests above no longer count
        yield Place(base, token, filters, matches)


def least(writes: int, searches: int, limit: RateLimit) -> float:
    """The seconds that so many requests take at least: all windows but the last are waited out."""
    return (math.ceil((writes + searches) / limit.requests) - 1) * limit.per


def named(limit: RateLimit) -> str:
    """A limit in words."""
    return f"under a limit of {limit.requests} in {limit.per:g} s"


def under_a_limit(brief: bool) -> Iterator[Row]:
    """Sync of odds for one filter, and for several, against the least that the limit permits."""
    count, limit = (30, BRIEF) if brief else (1000, LIMIT)
    searches = math.ceil(count / 500)
    with asyncio.Runner() as runner:
        for name, kind in CLIENTS.items():
            with place(limit, count) as (base, token, filters, matches):
                call = ours(kind(token, base_url=base, rate_limit=limit), runner)
                odds = dict.fromkeys(matches, "1.777")
                start = time.perf_counter()
                report = call("sync", filters[0], odds, **ALLOWED)
                seconds = time.perf_counter() - start
                done(report, count)
            yield row(
                f"sync of {count:,} odds {named(limit)}",
                name,
                seconds,
                least(count, searches, limit),
                1.05,
            )
    with place(limit, count) as (base, token, filters, matches):
        odds_by_filter = {one: dict.fromkeys(matches, "1.777") for one in filters[:FILTERS]}
        with BetTune(token, base_url=base, rate_limit=limit) as client:
            start = time.perf_counter()
            client.predictions.sync_many(odds_by_filter, **ALLOWED).raise_for_failures()
            seconds = time.perf_counter() - start
    yield row(
        f"sync_many of {FILTERS} filters, {count:,} odds each, {named(limit)}",
        "bettune",
        seconds,
        least(FILTERS * count, FILTERS * searches, limit),
        1.03,
    )


def row(work: str, who: str, seconds: float, at_least: float, target: float | None) -> Row:
    """A run against the least that the limit permits."""
    return Row(
        work,
        who,
        f"the least the limit permits, {at_least:g} s",
        seconds / at_least,
        target=target,
        note="the sandbox, one run",
    )


def processes(brief: bool) -> Iterator[Row]:
    """The same by several processes on one token, that share the limit or each learn all of it."""
    count, limit = (32, BRIEF) if brief else (1000, LIMIT)
    work = f"sync_many of {FILTERS} filters, {count:,} odds each, {named(limit)}"
    yield from together(work, count, FILTERS, limit, targets=(1.10, 0.10))
    count, limit = (32, BRIEF) if brief else (360, RateLimit(60, 1))
    work = f"sync of {count} odds {named(limit)}"
    yield from together(work, count, 1, limit, shared=False)


def together(
    work: str,
    count: int,
    filters: int,
    limit: RateLimit,
    *,
    shared: bool = True,
    targets: tuple[float | None, float | None] = (None, None),
) -> tuple[Row, Row]:
    """Share the matches out to processes: their time, and the part of their requests refused."""
    with ExitStack() as stack:
        cache = stack.enter_context(TemporaryDirectory())
        base, token, ids, matches = stack.enter_context(place(limit, count))
        environment = os.environ | {"XDG_CACHE_HOME": cache}
        workers = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "scripts.bench.worker"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    env=environment,
                )
            )
            for _ in range(PROCESSES)
        ]
        job = {"base": base, "token": token, "filters": ids[:filters], "shared": shared}
        job |= {"requests": limit.requests, "per": limit.per}
        for number, worker in enumerate(workers):
            tell(worker, job | {"matches": matches[number::PROCESSES]})
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        for worker in workers:
            tell(worker, "go")
        told = [json.loads(worker.communicate()[0]) for worker in workers]
    starts, ends, sent, refused = zip(*told, strict=True)
    searches = PROCESSES * filters * math.ceil(count / PROCESSES / 500)
    how = "share the limit" if shared else "each learn it"
    who = f"bettune, {PROCESSES} processes that {how}"
    share = sum(refused) / sum(sent)
    seconds = max(ends) - min(starts)
    return (
        row(work, who, seconds, least(filters * count, searches, limit), targets[0]),
        Row(
            work + ", refused",
            who,
            "all requests",
            share,
            target=targets[1],
            note=f"{sum(refused)} of {sum(sent):,}",
        ),
    )


def tell(worker: subprocess.Popen[str], line: object) -> None:
    """Send a line of JSON."""
    assert worker.stdin is not None
    worker.stdin.write(json.dumps(line) + "\n")
    worker.stdin.flush()
