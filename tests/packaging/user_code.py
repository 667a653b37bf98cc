"""A user's code, type-checked strictly against the installed wheel; no test runs it."""

# pyright: strict

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, assert_type

from bettune_openapi.client import AuthenticatedClient

from bettune import (
    DELETE,
    APIError,
    AsyncBetTune,
    BetTune,
    IdName,
    Match,
    OddsChange,
    Plan,
    Prediction,
    PredictionFilter,
    PredictionFilterStatus,
    RateLimit,
    RateLimitError,
    Sport,
    SyncReport,
    to_records,
)


def my_model(match: Match) -> float:
    assert_type(match.date, datetime)
    assert_type(match.score.home, int | None)
    assert_type(match.home, IdName)
    return 2.15


with BetTune(rate_limit=RateLimit(60, 60), proxy="http://localhost:3128") as bettune:
    assert_type(bettune, BetTune)
    assert_type(bettune.sports.list(), list[Sport])
    day = bettune.matches.list(date(2026, 6, 6), sport=1)
    assert_type(day, list[Match])
    assert_type(bettune.matches.between("2026-06-06", "2026-06-07", sport=1), Iterator[Match])
    filters = bettune.prediction_filters.list()
    assert_type(filters, list[PredictionFilter])
    assert_type(filters[0].status, PredictionFilterStatus)
    assert_type(bettune.predictions.put(1, 2, Decimal(2)), Prediction)
    plan = bettune.predictions.plan(1, {match.id: my_model(match) for match in day})
    assert_type(plan, Plan)
    assert_type(plan.update, Mapping[int, OddsChange])
    sheet: dict[int, Decimal | None] = {1: Decimal("2.15"), 2: None}
    bettune.predictions.plan(1, sheet, missing="skip")
    bettune.predictions.plan_many({1: sheet, 2: {1: 2.15}, 3: {1: "2.15", 2: DELETE}})
    report = bettune.predictions.apply(plan, on_progress=lambda done, total: print(done / total))
    assert_type(report, SyncReport)
    assert_type(report.failed, dict[int, APIError])
    assert_type(report.pending, dict[int, Decimal | None])
    assert_type(to_records(day), list[dict[str, Any]])
    assert_type(bettune.low_level, AuthenticatedClient)
    assert_type(bettune.rate_limit, RateLimit | None)
    try:
        bettune.predictions.sync(1, {1: "2.15", 2: None})
    except RateLimitError as error:
        assert_type(error.retry_after, float | None)
        assert_type(error.code, str | None)


async def main() -> None:
    async with AsyncBetTune() as bettune:
        assert_type(await bettune.matches.list("2026-06-06", sport=1), list[Match])
        matches = bettune.matches.between("2026-06-06", "2026-06-07", sport=1)
        assert_type(matches, AsyncIterator[Match])
        async for match in matches:
            assert_type(match, Match)
        assert_type(await bettune.predictions.sync(1, {}), SyncReport)
