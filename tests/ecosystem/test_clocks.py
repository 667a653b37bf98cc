"""Tools that hold or move the clock, and pytest plugins that run coroutines."""

from datetime import UTC, datetime

import httpx
import pytest
import time_machine
from freezegun import freeze_time

from bettune import AsyncBetTune, BetTune, RateLimit

SPORTS = {"items": [], "count": 0}
MOMENT = datetime(2026, 6, 6, 12, tzinfo=UTC)


def frozen_by_freezegun():
    return freeze_time(MOMENT)


def moved_by_time_machine():
    return time_machine.travel(MOMENT, tick=False)


@pytest.mark.parametrize("held", [frozen_by_freezegun, moved_by_time_machine])
def test_a_job_runs_while_the_clock_is_held(held, sync_client):
    with held():
        day = sync_client.matches.list(datetime.now(UTC))
        results = []
        report = sync_client.predictions.sync(
            11583, {match.id: "2.15" for match in day[:5]}, on_result=results.append
        )
    assert {match.date.date() for match in day} == {MOMENT.date()}
    assert report.ok
    assert {result.at for result in results} == {MOMENT}


@pytest.mark.parametrize("held", [frozen_by_freezegun, moved_by_time_machine])
def test_pacing_and_retries_end_while_the_clock_is_held(held):
    statuses = [503, 200, 200, 200]
    transport = httpx.MockTransport(lambda _: httpx.Response(statuses.pop(0), json=SPORTS))
    with held(), BetTune("t", transport=transport, rate_limit=RateLimit(2, 0.1)) as bettune:
        for _ in range(3):
            bettune.sports.list()
    assert statuses == []


@pytest.mark.asyncio
async def test_pytest_asyncio_runs_the_async_client(async_client):
    async with async_client as bettune:
        assert (await bettune.sports.list())[0].name == "football"


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_the_plugin_of_anyio_runs_the_async_client(async_client):
    async with async_client as bettune:
        assert (await bettune.sports.list())[0].name == "football"


def test_an_async_client_made_outside_of_a_loop_is_used_inside(bettune_sandbox):
    uvloop = pytest.importorskip("uvloop")
    bettune = AsyncBetTune(bettune_sandbox.token, base_url=bettune_sandbox.base_url)

    async def main():
        async with bettune:
            day = await bettune.matches.list("2026-06-06")
            return await bettune.predictions.sync(11583, {match.id: 2 for match in day})

    assert uvloop.run(main()).ok
