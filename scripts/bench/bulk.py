"""Bulk: a sync against code written by hand, against the rate limit and against slow answers."""

from __future__ import annotations

import asyncio
import math
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx

from bettune import AsyncBetTune, BetTune, RateLimit
from scripts.bench.contenders import HEADERS, PACED, TOKEN
from scripts.bench.measure import Row, compare, quartiles
from scripts.bench.servers import fast_server, sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bettune import SyncReport

WIDTH = 8
CLIENTS = {"bettune": BetTune, "bettune, async": AsyncBetTune}
CHANGED = "3"  # the fast server holds 2 for every match


def done(report: SyncReport, writes: int) -> None:
    """See that the work was done that is compared."""
    report.raise_for_failures()
    assert len(report.created) + len(report.updated) == writes


def synced(call: Callable[..., SyncReport], odds: dict[int, str], writes: int, _: int) -> None:
    """Do the work that is compared."""
    done(call("sync", 1, odds), writes)


def by_hand(base: str, runner: asyncio.Runner) -> Callable[[dict[int, str], int], None]:
    """What a user would write: every write sent, so many at a time."""
    client = httpx.AsyncClient(base_url=base, headers=HEADERS)
    semaphore = asyncio.Semaphore(WIDTH)

    async def put(match_id: int, odds: str) -> Any:
        async with semaphore:
            path = f"/prediction-filters/1/matches/{match_id}/prediction"
            response = await client.put(path, json={"odds": odds})
            response.raise_for_status()
            return response.json()

    async def put_all(odds: dict[int, str]) -> None:
        await asyncio.gather(*(put(*pair) for pair in odds.items()))

    return lambda odds, _: runner.run(put_all(odds))


def ours(client: Any, runner: asyncio.Runner) -> Callable[..., Any]:
    """A client's bulk operations, awaited if need be: which one, and its arguments."""
    if isinstance(client, BetTune):
        return lambda name, *args, **options: getattr(client.predictions, name)(*args, **options)

    async def call(name: str, *args: Any, **options: Any) -> Any:
        return await getattr(client.predictions, name)(*args, **options)

    return lambda *args, **options: runner.run(call(*args, **options))


def against_by_hand(base: str, brief: bool) -> Iterator[Row]:
    """Sync of odds that all differ, and of odds of which 1% do; the server answers at once."""
    count = 100 if brief else 1000
    with asyncio.Runner() as runner:
        hand = by_hand(base, runner)
        calls = {
            name: ours(kind(TOKEN, base_url=base, rate_limit=PACED), runner)
            for name, kind in CLIENTS.items()
        }
        for share, target in ((100, 1.15), (1, 0.05)):
            writes = count * share // 100
            odds = {n: CHANGED if n <= writes else "2" for n in range(1, count + 1)}
            contenders = {f"httpx.AsyncClient, {WIDTH} wide": partial(hand, odds)}
            for name, call in calls.items():
                contenders[name] = partial(synced, call, odds, writes)
            yield from compare(
                f"sync of {count:,} odds, {share}% changed",
                contenders,
                rounds=2 if brief else 10,
                targets=dict.fromkeys(CLIENTS, target),
            )


def under_a_limit(brief: bool) -> Iterator[Row]:
    """Sync of odds under a rate limit, against the least that the limit permits."""
    count, limit = (30, RateLimit(20, 0.5)) if brief else (1000, RateLimit(60, 2))
    # The searches too; all windows but the last are waited out.
    requests = count + math.ceil(count / 500)
    least = (math.ceil(requests / limit.requests) - 1) * limit.per
    with asyncio.Runner() as runner:
        for name, kind in CLIENTS.items():
            # A sandbox for each: the limit does not carry over.
            with sandbox(limit) as (base, token):
                with BetTune(token, base_url=base, rate_limit=limit) as finder:
                    filter_id = finder.prediction_filters.list()[0].id
                    days = finder.matches.between("2026-06-01", "2026-06-30", sport=1)
                    ids = [match.id for match, _ in zip(days, range(count), strict=False)]
                held = limit.per * 1.1
                time.sleep(held)  # until the requests above no longer count
                call = ours(kind(token, base_url=base, rate_limit=limit), runner)
                start = time.perf_counter()
                report = call("sync", filter_id, dict.fromkeys(ids, "1.777"))
                seconds = time.perf_counter() - start
                done(report, count)
            yield Row(
                f"sync of {count:,} odds under a limit of {limit.requests} in {limit.per:g} s",
                name,
                f"the least the limit permits, {least:g} s",
                seconds / least,
                target=1.05,
                note="the sandbox, one run",
            )


def slow_answers(brief: bool) -> Iterator[Row]:
    """Writes at a server that takes its time and sets no limit, against no overhead at all."""
    count, rounds, delay = (24, 1, 0.05) if brief else (400, 5, 0.05)
    least = count / WIDTH * delay
    odds = dict.fromkeys(range(1, count + 1), CHANGED)
    with fast_server(delay) as base, asyncio.Runner() as runner:
        calls = {n: ours(kind(TOKEN, base_url=base), runner) for n, kind in CLIENTS.items()}
        ratios: dict[str, list[float]] = {name: [] for name in calls}
        for _ in range(rounds):
            for name, call in calls.items():
                plan = call("plan", 1, odds)
                start = time.perf_counter()
                report = call("apply", plan, concurrency=WIDTH)
                ratios[name].append((time.perf_counter() - start) / least)
                done(report, count)
        for name, values in ratios.items():
            low, middle, high = quartiles(values)
            yield Row(
                f"{count} writes, {WIDTH} at a time, each answer after {delay * 1000:g} ms",
                name,
                f"{count}/{WIDTH} times {delay * 1000:g} ms = {least:g} s",
                middle,
                (low, high),
                target=1.15,
            )
