"""Those compared: each does the same PUT and the same GET of matches with a library of its own."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any

import httpx
from bettune_openapi.api.matches import list_matches
from bettune_openapi.api.predictions import put_prediction
from bettune_openapi.client import AuthenticatedClient
from bettune_openapi.models import PutPredictionRequest

from bettune import AsyncBetTune, BetTune, RateLimit

if TYPE_CHECKING:
    from collections.abc import Callable

    # One PUT, and one GET of so many matches.
    Calls = tuple[Callable[[], Any], Callable[[int], Any]]

DAY = "2026-06-06"
PUT = "/prediction-filters/1/matches/2/prediction"
ODDS = {"odds": "2.15"}
TOKEN = "token"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
# Pacing is on and never has anybody wait.
PACED = RateLimit(1_000_000, 1)


def query(count: int) -> dict[str, Any]:
    """Ask for `count` matches."""
    return {"date": DAY, "sport": count}


def raw(client: Any) -> Calls:
    """httpx, httpx2 or requests: plain dicts, unchecked."""

    def result(response: Any) -> Any:
        response.raise_for_status()
        return response.json()

    base = getattr(client, "bench_base", "")
    return (
        lambda: result(client.put(base + PUT, json=ODDS)),
        lambda count: result(client.get(base + "/matches", params=query(count))),
    )


def raw_async(client: Any) -> Calls:
    """The same, awaited."""

    async def put() -> Any:
        response = await client.put(PUT, json=ODDS)
        response.raise_for_status()
        return response.json()

    async def get(count: int) -> Any:
        response = await client.get("/matches", params=query(count))
        response.raise_for_status()
        return response.json()

    return put, get


def requests(base: str) -> Calls:
    """A session of requests, which knows no base URL."""
    session = import_module("requests").Session()
    session.headers.update(HEADERS)
    session.bench_base = base
    return raw(session)


def facade(client: BetTune | AsyncBetTune) -> Calls:
    """Ours."""
    return (
        lambda: client.predictions.put(1, 2, "2.15"),
        lambda count: client.matches.list(DAY, sport=count),
    )


def generated(base: str, put: Any, get: Any) -> Calls:
    """The generated client alone."""
    client, day = AuthenticatedClient(base_url=base, token=TOKEN), date.fromisoformat(DAY)
    return (
        lambda: put(1, 2, client=client, body=PutPredictionRequest(odds="2.15")),
        lambda count: get(client=client, date=day, sport=count),
    )


def models(base: type) -> tuple[type, type]:
    """Pydantic models of a prediction and of a day of matches."""
    create_model = import_module("pydantic").create_model

    def model(title: str, /, **fields: Any) -> type:
        return create_model(title, __base__=base, **{key: (fields[key], ...) for key in fields})

    named = model("IdName", id=int, name=str)
    score = model("Score", home=int | None, away=int | None)
    times = dict.fromkeys(["createdAt", "updatedAt"], datetime)
    ids = dict.fromkeys(["id", "filterId", "matchId"], int)
    names = dict.fromkeys(["country", "tournament", "season", "home", "away"], named)
    match = model("Match", id=int, date=datetime, finished=bool, score=score, **names)
    return (
        model("Prediction", **ids, odds=Decimal, source=str, **times),
        model("Matches", date=date, count=int, items=list[match]),  # type: ignore[valid-type]
    )


def openai(base: str, kind: str) -> Calls:
    """The generic methods of openai-python, with a model."""
    package = import_module("openai")
    client = getattr(package, kind)(api_key=TOKEN, base_url=base)
    prediction, matches = models(package.BaseModel)
    return (
        lambda: client.put(PUT, cast_to=prediction, body=ODDS),
        lambda count: client.get("/matches", cast_to=matches, options={"params": query(count)}),
    )


def sync_contenders(base: str) -> dict[str, Callable[[], Calls]]:
    """A name to what makes its calls; ImportError where the package is not installed."""
    return {
        "httpx": lambda: raw(httpx.Client(base_url=base, headers=HEADERS)),
        "bettune": lambda: facade(BetTune(TOKEN, base_url=base, rate_limit=PACED)),
        "generated client": lambda: generated(base, put_prediction.sync, list_matches.sync),
        "requests": lambda: requests(base),
        "httpx2": lambda: raw(import_module("httpx2").Client(base_url=base, headers=HEADERS)),
        "openai-python": lambda: openai(base, "OpenAI"),
    }


def async_contenders(base: str) -> dict[str, Callable[[], Calls]]:
    """The same for those that can be awaited."""
    return {
        "httpx": lambda: raw_async(httpx.AsyncClient(base_url=base, headers=HEADERS)),
        "bettune": lambda: facade(AsyncBetTune(TOKEN, base_url=base, rate_limit=PACED)),
        "generated client": lambda: generated(base, put_prediction.asyncio, list_matches.asyncio),
        "httpx2": lambda: raw_async(
            import_module("httpx2").AsyncClient(base_url=base, headers=HEADERS)
        ),
        "openai-python": lambda: openai(base, "AsyncOpenAI"),
    }
