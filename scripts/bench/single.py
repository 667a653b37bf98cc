"""Single calls with several libraries: one PUT, a day's matches, and the life of a client."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Any

import httpx
from bettune_openapi.api.matches import list_matches
from bettune_openapi.api.predictions import put_prediction
from bettune_openapi.client import AuthenticatedClient
from bettune_openapi.models import PutPredictionRequest

from bettune import AsyncBetTune, BetTune, RateLimit
from scripts.bench.measure import Row, compare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    # One PUT, and one GET of as many matches as the argument says.
    Calls = tuple[Callable[[], Any], Callable[[int], Any]]

DAY = "2026-06-06"
PUT = "/prediction-filters/1/matches/2/prediction"
ODDS = {"odds": "2.15"}
TOKEN = "token"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
# A limit so high that no request waits for it.
NO_WAITS = RateLimit(1_000_000, 1)
# The work, the call that does it, the target, the number of rounds, and the calls per round.
WORKS: list[tuple[str, Callable[[Calls], Callable[[], Any]], float, int, int]] = [
    ("one PUT", lambda calls: calls[0], 1.00, 100, 20),
    ("matches.list of 500", lambda calls: lambda: calls[1](500), 0.60, 30, 4),
    ("matches.list of 5,000", lambda calls: lambda: calls[1](5000), 0.50, 12, 1),
]


def raw(client: Any, base: str = "") -> Calls:
    """Return the calls with httpx, httpx2 or requests, which return plain dicts."""

    def result(response: Any) -> Any:
        response.raise_for_status()
        return response.json()

    return (
        lambda: result(client.put(base + PUT, json=ODDS)),
        lambda count: result(client.get(base + "/matches", params={"date": DAY, "sport": count})),
    )


def raw_async(client: Any) -> Calls:
    """Return the same calls for an async client."""

    async def result(awaited: Any) -> Any:
        response = await awaited
        response.raise_for_status()
        return response.json()

    return (
        lambda: result(client.put(PUT, json=ODDS)),
        lambda count: result(client.get("/matches", params={"date": DAY, "sport": count})),
    )


def facade(client: BetTune | AsyncBetTune) -> Calls:
    """Return the calls with bettune."""
    return (
        lambda: client.predictions.put(1, 2, "2.15"),
        lambda count: client.matches.list(DAY, sport=count),
    )


def generated(base: str, put: Any, get: Any) -> Calls:
    """Return the calls with the generated client alone."""
    client, day = AuthenticatedClient(base_url=base, token=TOKEN), date.fromisoformat(DAY)
    return (
        lambda: put(1, 2, client=client, body=PutPredictionRequest(odds="2.15")),
        lambda count: get(client=client, date=day, sport=count),
    )


def contenders(base: str, *, awaited: bool) -> dict[str, Calls]:
    """Return the calls of each installed library by name, either async or sync."""
    http, ours = (httpx.AsyncClient, AsyncBetTune) if awaited else (httpx.Client, BetTune)
    plain, name = (raw_async, "asyncio") if awaited else (raw, "sync")
    functions = getattr(put_prediction, name), getattr(list_matches, name)
    made = {
        "httpx": plain(http(base_url=base, headers=HEADERS)),
        "bettune": facade(ours(TOKEN, base_url=base, rate_limit=NO_WAITS)),
        "generated client": generated(base, *functions),
    }
    with suppress(ImportError):
        http2 = getattr(import_module("httpx2"), http.__name__)
        made["httpx2"] = plain(http2(base_url=base, headers=HEADERS))
    if not awaited:
        with suppress(ImportError):
            session = import_module("requests").Session()
            session.headers.update(HEADERS)
            made["requests"] = raw(session, base)
    return made


def repeated(call: Callable[[], Any], runner: asyncio.Runner | None) -> Callable[[int], None]:
    """Return a function that repeats a call, and awaits it if there is a runner."""

    def repeat(times: int) -> None:
        for _ in range(times):
            call()

    async def await_all(times: int) -> None:
        for _ in range(times):
            await call()

    return repeat if runner is None else lambda times: runner.run(await_all(times))


def calls(base: str, brief: bool) -> Iterator[Row]:
    """Measure PUT and GET with each library."""
    with asyncio.Runner() as runner:
        for kind, loop in (("", None), (", async", runner)):
            made = contenders(base, awaited=loop is not None)
            for work, chosen, target, rounds, times in WORKS:
                yield from compare(
                    work + kind,
                    {name: repeated(chosen(pair), loop) for name, pair in made.items()},
                    {"bettune": target},
                    rounds=2 if brief else rounds,
                    times=1 if brief else times,
                )


def lifetimes(base: str, brief: bool) -> Iterator[Row]:
    """Measure a client that is made and closed, without and with one call."""

    def use_httpx() -> None:
        with httpx.Client(base_url=base, headers=HEADERS) as client:
            raw(client)[1](1)

    def use_ours() -> None:
        with BetTune(TOKEN, base_url=base) as client:
            client.matches.list(DAY, sport=1)

    for work, theirs, ours, target in (
        (
            "a client made and closed",
            lambda: httpx.Client().close(),
            lambda: BetTune(TOKEN, base_url=base).close(),
            0.05,
        ),
        ("a client made, one call, closed", use_httpx, use_ours, 1.10),
    ):
        made = {"httpx": repeated(theirs, None), "bettune": repeated(ours, None)}
        yield from compare(work, made, {"bettune": target}, rounds=2 if brief else 60)
