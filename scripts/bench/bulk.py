"""Bulk operations: a sync compared with hand-written code, a slow server, and resolving."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack, suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import httpx

from bettune import AsyncBetTune, BetTune
from scripts.bench.fast_server import CLUBS_DAY, clubs
from scripts.bench.measure import Row, by_turns, compare, middle
from scripts.bench.servers import fast_server
from scripts.bench.single import HEADERS, NO_WAITS, TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bettune import SyncReport

WIDTH = 8
CLIENTS = {"bettune": BetTune, "bettune, async": AsyncBetTune}
CHANGED = "3"  # the fast server holds 2 for every match


def done(report: SyncReport, writes: int) -> None:
    """Check that the writes were made."""
    report.raise_for_failures()
    assert len(report.created) + len(report.updated) == writes


def sync(call: Callable[..., SyncReport], odds: dict[int, str], writes: int, _: int) -> None:
    """Run a sync, and check that the writes were made."""
    done(call("sync", 1, odds), writes)


def ours(client: Any, runner: asyncio.Runner) -> Callable[..., Any]:
    """Return a function that calls a bulk operation by its name, and awaits it if necessary."""

    def call(name: str, *args: Any, **options: Any) -> Any:
        result = getattr(client.predictions, name)(*args, **options)
        return result if isinstance(client, BetTune) else runner.run(result)

    return call


def by_hand(base: str, runner: asyncio.Runner) -> Callable[[dict[int, str], int], None]:
    """Return the code that a user would write: it sends every write, `WIDTH` at a time."""
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


def against_by_hand(base: str, brief: bool) -> Iterator[Row]:
    """Measure syncs in which all odds, or 1% of them, have changed. The server responds at once."""
    count = 100 if brief else 1000
    terms: dict[str, Any] = {"base_url": base, "rate_limit": NO_WAITS}
    with asyncio.Runner() as runner, ExitStack() as stack:
        hand = by_hand(base, runner)
        calls = {name: ours(kind(TOKEN, **terms), runner) for name, kind in CLIENTS.items()}
        with suppress(ImportError):
            transport = import_module("httpx_aiohttp").AiohttpTransport()
            client = AsyncBetTune(TOKEN, **terms, transport=transport)
            stack.callback(lambda: runner.run(client.aclose()))
            calls["bettune, async over httpx-aiohttp"] = ours(client, runner)
        for share, target in ((100, 0.75), (1, 0.05)):
            writes = count * share // 100
            odds = {n: CHANGED if n <= writes else "2" for n in range(1, count + 1)}
            yield from compare(
                f"sync of {count:,} odds, {share}% changed",
                {
                    f"httpx.AsyncClient, {WIDTH} wide": partial(hand, odds),
                    **{name: partial(sync, call, odds, writes) for name, call in calls.items()},
                },
                dict.fromkeys(CLIENTS, target),
                rounds=2 if brief else 10,
            )


def slow_responses(brief: bool) -> Iterator[Row]:
    """Measure writes to a slow server without a limit, compared with no overhead at all."""
    count, rounds, delay = (24, 1, 0.05) if brief else (400, 5, 0.05)
    least = count / WIDTH * delay
    odds = dict.fromkeys(range(1, count + 1), CHANGED)
    with fast_server(delay) as base, asyncio.Runner() as runner:
        for name, kind in CLIENTS.items():
            call, ratios = ours(kind(TOKEN, base_url=base), runner), []
            for _ in range(rounds):
                plan = call("plan", 1, odds)
                start = time.perf_counter()
                report = call("apply", plan, concurrency=WIDTH)
                ratios.append((time.perf_counter() - start) / least)
                done(report, count)
            yield Row(
                f"{count} writes, {WIDTH} at a time, each response after {delay * 1000:g} ms",
                name,
                f"{count}/{WIDTH} times {delay * 1000:g} ms = {least:g} s",
                **middle(ratios),
                target=1.15,
            )


def resolving(brief: bool) -> Iterator[Row]:
    """Measure how long it takes to resolve the fixtures of a day, without fetching its matches."""
    count, delay = 300, 0.05
    names = list(dict.fromkeys(clubs("b")))[:count]
    fixtures = [{"date": CLUBS_DAY, "home": home, "away": away} for home, away in names]
    with fast_server(delay) as base, BetTune(TOKEN, base_url=base) as client:
        days = client.matches.between
        seconds = by_turns(
            {
                # If a fixture has no certain match on its day, the neighbouring days are fetched.
                "fetch": lambda _: list(days("2026-06-06", "2026-06-08", sport=count)),
                "resolve": lambda _: client.matches.resolve(fixtures, sport=count),
            },
            2 if brief else 20,
        )
    pairs = zip(seconds["resolve"], seconds["fetch"], strict=True)
    yield Row(
        f"resolve of {len(fixtures)} fixtures among {count} matches a day",
        "bettune",
        "fetching those 3 days",
        **middle([both / fetch - 1 for both, fetch in pairs]),
        target=1.0,
        note=f"beyond the fetch, {delay * 1000:g} ms a day at the server; clubs in two spellings",
    )
