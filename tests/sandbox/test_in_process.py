"""`asgi_app()`: the same sandbox without a socket, on either event loop."""

from __future__ import annotations

import gc
import threading
from functools import partial

import anyio
import httpx
import pytest

from bettune import AsyncBetTune, BetTune, NotFoundError, RateLimit, RateLimitError
from bettune.sandbox import Sandbox

BASE_URL = "https://sandbox/bet-tune-api/v1"
FILTER, MATCH = 11583, 1611243

on_both_loops = pytest.mark.parametrize("backend", ["asyncio", "trio"])


def in_process(box, token=Sandbox.token, **options):
    transport = httpx.ASGITransport(box.asgi_app())
    return AsyncBetTune(token, base_url=BASE_URL, transport=transport, **options)


def run(backend, function, *args):
    return anyio.run(partial(function, *args), backend=backend)


@on_both_loops
def test_a_day_without_a_socket(backend):
    box = Sandbox()

    async def day():
        async with in_process(box) as bettune:
            ids = [match.id for match in await bettune.matches.list("2026-06-06", sport=1)]
            report = await bettune.predictions.sync(
                FILTER, dict.fromkeys(ids, 2), by_hand="overwrite", max_drop=None
            )
            report.raise_for_failures()
            assert len(await bettune.predictions.search(FILTER, ids)) == len(ids)
            with pytest.raises(NotFoundError, match="match_not_found"):
                await bettune.predictions.put(FILTER, 1, 2)

    run(backend, day)
    assert repr(box) == "<Sandbox not running>"
    assert not [thread for thread in threading.enumerate() if "sandbox" in thread.name]
    assert box.seen[0][1:] == ("GET", "/matches", 200)
    assert box.seen[-1].status == 404


@on_both_loops
def test_it_is_the_same_sandbox_as_the_server(backend):
    with Sandbox(rate_limit=RateLimit(2, 3600)) as box:
        with BetTune(box.token, base_url=box.base_url) as bettune:
            put = bettune.predictions.put(FILTER, MATCH, 3)

        async def look():
            async with in_process(box, max_retries=0) as bettune:
                assert await bettune.predictions.search(FILTER, [MATCH]) == [put]
            async with in_process(box, max_retries=0) as another:
                with pytest.raises(RateLimitError):
                    await another.sports.list()

        run(backend, look)
        assert [seen.status for seen in box.seen] == [200, 200, 429]


def test_stopping_discards_the_data_in_memory():
    box = Sandbox()

    async def put():
        async with in_process(box) as bettune:
            before = await bettune.predictions.search(FILTER, [MATCH])
            await bettune.predictions.put(FILTER, MATCH, 3)
            return before

    before = run("asyncio", put)
    assert run("asyncio", put) != before
    box.stop()
    assert run("asyncio", put) == before


def test_it_need_not_be_stopped(recwarn):
    async def once():
        async with in_process(Sandbox()) as bettune:
            await bettune.sports.list()

    gc.collect()
    recwarn.clear()  # of what other tests left
    run("asyncio", once)
    gc.collect()  # a database left open is a ResourceWarning on Python 3.13
    assert not [str(warning.message) for warning in recwarn]


def test_threads_may_use_it_beside_the_server():
    with Sandbox() as box:
        ids = range(MATCH, MATCH + 50)

        def write(odds):
            async def write():
                async with in_process(box) as bettune:
                    return await bettune.predictions.sync(
                        FILTER, dict.fromkeys(ids, odds), by_hand="overwrite", max_drop=None
                    )

            assert anyio.run(write).ok

        threads = [threading.Thread(target=write, args=(odds,)) for odds in (2, 3, 4)]
        for thread in threads:
            thread.start()
        with BetTune(box.token, base_url=box.base_url) as bettune:
            assert bettune.predictions.sync(
                FILTER, dict.fromkeys(ids, 5), by_hand="overwrite", max_drop=None
            ).ok
            for thread in threads:
                thread.join()
            found = bettune.predictions.search(FILTER, ids)
    assert [prediction.match_id for prediction in found] == list(ids)
    assert len({prediction.id for prediction in found}) == len(ids)
    assert {seen.status for seen in box.seen} == {200}
