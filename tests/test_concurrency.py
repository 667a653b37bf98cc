"""One client in many threads and tasks, with faults and cancelled at every await."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import anyio
import httpx
import pytest

from bettune import DELETE, AsyncBetTune, BetTune, BetTuneError, RateLimit
from bettune.sandbox import Sandbox
from tests.conftest import held, view
from tests.faulty_proxy import ALL, ERRORS, PASSING, SILENT, Proxy, at

FILTER = 11583
# However long a busy machine keeps a refused port closed.
QUICK = {"max_wait": 0.02, "max_retries": 1000}


@pytest.fixture(scope="module")
def box():
    with Sandbox() as box:
        yield box


@pytest.fixture(scope="module")
def ids(box):
    with BetTune(box.token, base_url=box.base_url) as client:
        days = [client.matches.list(f"2026-06-{day:02}", sport=1) for day in range(1, 15)]
    return [match.id for day in days for match in day]


# Many at once.


def test_32_threads_over_one_client_with_faults(box, ids):
    def work(number):
        for match_id in ids[number * 8 : number * 8 + 8]:
            client.predictions.put(FILTER, match_id, 2 + number)
            (found,) = client.predictions.search(FILTER, [match_id])
            assert found.odds == 2 + number

    with Proxy(box.base_url, rate=0.1, seed=1) as proxy:
        client = BetTune(box.token, base_url=proxy.base_url, **QUICK)
        with client, ThreadPoolExecutor(32) as pool:
            list(pool.map(work, range(32)))
        assert set(proxy.done()) == {fault.name for fault in PASSING}
    expected = {ids[n]: 2 + n // 8 for n in range(256)}
    assert held(box, FILTER, expected) == expected


def test_500_tasks_over_one_client_with_faults(box, ids):
    async def work(client, number):
        put = await client.predictions.put(FILTER, ids[number], 3 + number)
        assert put.odds == 3 + number

    async def main():
        async with AsyncBetTune(box.token, base_url=proxy.base_url, **QUICK) as client:
            await asyncio.gather(*(work(client, number) for number in range(500)))

    with Proxy(box.base_url, rate=0.1, seed=2) as proxy:
        asyncio.run(main())
        assert set(proxy.done()) == {fault.name for fault in PASSING}
    expected = {ids[n]: 3 + n for n in range(500)}
    assert held(box, FILTER, expected) == expected


# Cancelled.


class CancelAt:
    """Awaits a coroutine, and cancels at its await number `turn`, if there are so many."""

    def __init__(self, coroutine, turn, cancel):
        self._coroutine, self._turn, self._cancel = coroutine, turn, cancel
        self.reached = False

    def __await__(self):
        steps = self._coroutine.__await__()
        send, value = steps.send, None
        for turn in range(1, 10_000):
            try:
                awaited = send(value)
            except StopIteration as done:
                return done.value
            if turn == self._turn:
                self.reached = True
                self._cancel()
            try:
                send, value = steps.send, (yield awaited)
            except BaseException as error:  # noqa: BLE001 - passed on
                send, value = steps.throw, error
        raise AssertionError("it does not end")


async def cancelled_at(make, turn, how):
    """Run to the await number `turn` and cancel there; whether there was such an await."""
    if how != "task":
        with anyio.CancelScope() as scope:
            run = CancelAt(make(), turn, scope.cancel)
            await run
        return run.reached

    async def work():
        run.append(CancelAt(make(), turn, asyncio.current_task().cancel))
        await run[0]

    run = []
    task = asyncio.create_task(work())
    with suppress(asyncio.CancelledError):
        await task
    return run[0].reached


@pytest.mark.parametrize("how", ["task", "scope", "trio"])
def test_cancellation_at_every_await_of_a_request(box, ids, how):
    """With a connection to open, a retry to wait for, and a rate limit that has one place."""

    async def main():
        # asyncio's own cancellation goes through httpcore's shields, which are anyio's, and may
        # cost one of the pool's connections there; anyio's leaves even a single one usable.
        connections = 1000 if how == "task" else 1
        limits = httpx.Limits(max_connections=connections)
        options = {"limits": limits, "rate_limit": RateLimit(1, 0.001)}
        client = AsyncBetTune(box.token, base_url=proxy.base_url, timeout=60, **options, **QUICK)

        def put():
            return client.predictions.put(FILTER, ids[0], 2)

        with anyio.fail_after(600):
            async with client:
                for turn in range(1, 1000):
                    proxy.upcoming = [ERRORS[turn % 4]]
                    reached = await cancelled_at(put, turn, how)
                    proxy.upcoming = []
                    # The one connection and the one place in the rate limit are free again.
                    await client.sports.list()
                    assert how == "trio" or asyncio.all_tasks() == {asyncio.current_task()}
                    if not reached:
                        return turn
        raise AssertionError("it does not end")

    with Proxy(box.base_url) as proxy:
        assert anyio.run(main, backend="trio" if how == "trio" else "asyncio") > 5


@pytest.mark.parametrize("how", ["task", "scope"])
def test_a_sync_cancelled_after_any_write_leaves_nothing_and_can_be_run_again(box, ids, how):
    wanted = dict.fromkeys(ids[600:620], 5)

    async def main(turn):
        async with AsyncBetTune(box.token, base_url=proxy.base_url, **QUICK) as client:
            loop, task = asyncio.get_running_loop(), asyncio.current_task()
            with anyio.CancelScope() as scope:
                cancel = scope.cancel if how == "scope" else task.cancel
                proxy.chosen = at(turn, lambda: loop.call_soon_threadsafe(cancel))
                try:
                    await client.predictions.sync(FILTER, wanted, concurrency=4)
                    stopped = False
                except asyncio.CancelledError:
                    task.uncancel()
                    stopped = True
            stopped = stopped or scope.cancelled_caught
            assert asyncio.all_tasks() == {task}
            seen = len(proxy.seen)
            proxy.chosen = lambda method, path: None
            report = await client.predictions.sync(FILTER, wanted)
            return stopped, seen, report

    with Proxy(box.base_url) as proxy:
        for turn in (1, 2, 7, 21, 22):
            with BetTune(box.token, base_url=box.base_url) as client:
                client.predictions.sync(FILTER, dict.fromkeys(wanted, DELETE))
            proxy.seen.clear()
            stopped, seen, report = asyncio.run(main(turn))
            proxy.wait_until_hung_up()  # what was cancelled may be at the server still
            # Those under way, one a worker, and perhaps one more that each had begun by then.
            assert seen <= turn + 8
            assert stopped == (seen < 21) or seen == 21
            assert report.ok
            assert held(box, FILTER, wanted) == dict.fromkeys(wanted, 5)


def test_a_server_that_accepts_requests_and_never_responds(connect, box):
    with Proxy(box.base_url, faults=[SILENT], rate=1.0) as proxy:
        # Short for the answer alone: a write that could not be sent has failed, and is not unknown.
        timeout = httpx.Timeout(60, read=0.05)
        client = connect(box.token, base_url=proxy.base_url, timeout=timeout, max_retries=1)
        threads = threading.active_count()
        report = client.predictions.apply(client_plan(box))
        assert threading.active_count() <= threads + 1
    # As many in a row as run at a time found nobody; others had been tried by then, in vain.
    assert 8 <= len(report.unknown) <= 15
    assert len(report.unknown) + len(report.pending) == 20
    assert not report.created


def client_plan(box):
    with BetTune(box.token, base_url=box.base_url) as client:
        day = client.matches.list("2026-07-01", sport=1)
        odds = {match.id: 2 for match in day[:20]}
        plan = client.predictions.plan(FILTER, odds, by_hand="overwrite", max_drop=None)
    assert len(plan) == 20
    return plan


@pytest.mark.parametrize("fault", ALL, ids=repr)
def test_every_fault_is_survived_by_the_connection_pool(connect, box, fault):
    limits = httpx.Limits(max_connections=1)
    options = {"max_retries": 2, "max_wait": 0.02, "limits": limits}
    with Proxy(box.base_url) as proxy:
        client = connect(box.token, base_url=proxy.base_url, **options)
        hasty = view(client, timeout=0.2)
        for times in (1, 3):
            proxy.upcoming = [fault] * times
            with suppress(BetTuneError):
                hasty.sports.list()
            proxy.upcoming = []
            proxy.up()
            assert len(client.sports.list()) == 1
