"""Bulk: a sync against code written by hand and at a slow server; and resolving."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import httpx

from bettune import AsyncBetTune, BetTune
from scripts.bench.contenders import HEADERS, PACED, TOKEN
from scripts.bench.fast_server import CLUBS_DAY, clubs
from scripts.bench.measure import Row, by_turns, compare, quartiles
from scripts.bench.servers import fast_server

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
    """The code a user would write: every write sent, `WIDTH` at a time."""
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


def by_aiohttp(
    base: str, runner: asyncio.Runner, stack: ExitStack, odds: dict[int, str]
) -> Callable[[int], None]:
    """The same with aiohttp, another client of HTTP."""
    aiohttp = import_module("aiohttp")

    async def make() -> Any:
        return aiohttp.ClientSession(headers=HEADERS)

    session, semaphore = runner.run(make()), asyncio.Semaphore(WIDTH)
    stack.callback(lambda: runner.run(session.close()))

    async def put(match_id: int, odds: str) -> Any:
        path = f"/prediction-filters/1/matches/{match_id}/prediction"
        async with semaphore, session.put(base + path, json={"odds": odds}) as response:
            response.raise_for_status()
            return await response.json()

    async def put_all() -> None:
        await asyncio.gather(*(put(*pair) for pair in odds.items()))

    return lambda _: runner.run(put_all())


def over_aiohttp(base: str, runner: asyncio.Runner, stack: ExitStack) -> Callable[..., Any]:
    """The async client's bulk operations with the transport of httpx-aiohttp."""
    transport = import_module("httpx_aiohttp").AiohttpTransport()
    client = AsyncBetTune(TOKEN, base_url=base, rate_limit=PACED, transport=transport)
    stack.callback(lambda: runner.run(client.aclose()))
    return ours(client, runner)


def ours(client: Any, runner: asyncio.Runner) -> Callable[..., Any]:
    """A client's bulk operations, awaited if need be: which one, and its arguments."""
    if isinstance(client, BetTune):
        return lambda name, *args, **options: getattr(client.predictions, name)(*args, **options)

    async def call(name: str, *args: Any, **options: Any) -> Any:
        return await getattr(client.predictions, name)(*args, **options)

    return lambda *args, **options: runner.run(call(*args, **options))


def against_by_hand(base: str, brief: bool) -> Iterator[Row]:
    """Sync of odds that all differ, and of odds of which 1% do; the server responds at once."""
    count = 100 if brief else 1000
    with asyncio.Runner() as runner, ExitStack() as stack:
        hand = by_hand(base, runner)
        calls = {
            name: ours(kind(TOKEN, base_url=base, rate_limit=PACED), runner)
            for name, kind in CLIENTS.items()
        }
        for share, target in ((100, 0.75), (1, 0.05)):
            writes = count * share // 100
            odds = {n: CHANGED if n <= writes else "2" for n in range(1, count + 1)}
            contenders = {f"httpx.AsyncClient, {WIDTH} wide": partial(hand, odds)}
            if share == 100:
                try:
                    contenders[f"aiohttp, {WIDTH} wide"] = by_aiohttp(base, runner, stack, odds)
                    call = over_aiohttp(base, runner, stack)
                    contenders["bettune, async over httpx-aiohttp"] = partial(
                        synced, call, odds, writes
                    )
                except ImportError as error:
                    yield Row("sync", "aiohttp", "httpx", note=f"not installed: {error}")
            for name, call in calls.items():
                contenders[name] = partial(synced, call, odds, writes)
            yield from compare(
                f"sync of {count:,} odds, {share}% changed",
                contenders,
                rounds=2 if brief else 10,
                targets=dict.fromkeys(CLIENTS, target),
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


def resolving(brief: bool) -> Iterator[Row]:
    """The fixtures of a day in another spelling, beyond fetching its matches."""
    count, rounds, delay = 300, 2 if brief else 20, 0.05
    names = list(dict.fromkeys(clubs("b")))[:count]
    fixtures = [{"date": CLUBS_DAY, "home": home, "away": away} for home, away in names]
    with fast_server(delay) as base, BetTune(TOKEN, base_url=base) as client:
        # For one that is not resolved the two days beside would be fetched, too.
        found = client.matches.resolve(fixtures, sport=count).matches
        fixtures = [one for one, match in zip(fixtures, found, strict=True) if match is not None]
        seconds = by_turns(
            {
                "fetch": lambda _: client.matches.list(CLUBS_DAY, sport=count),
                "resolve": lambda _: client.matches.resolve(fixtures, sport=count),
            },
            rounds,
        )
        pairs = zip(seconds["resolve"], seconds["fetch"], strict=True)
        low, middle, high = quartiles([both / fetch - 1 for both, fetch in pairs])
    yield Row(
        f"resolve of {len(fixtures)} fixtures among {count} matches",
        "bettune",
        "fetching that day",
        middle,
        (low, high),
        target=1.0,
        note=f"beyond the fetch, which takes {delay * 1000:g} ms at the server; real clubs "
        "in two spellings, those that resolve",
    )
