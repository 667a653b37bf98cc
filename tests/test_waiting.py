"""Waiting: what lets a request wait, for how long, who wakes it, and that no place is ever lost."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import anyio
import httpx
import pytest

import bettune
from bettune import AsyncBetTune, BetTune, RateLimit
from bettune._http.rate_limiter import PendingRequest, RateLimiter, RunCancelledError
from bettune._http.retries import retry_after
from bettune._http.synchronization import Event
from tests.conftest import close
from tests.scripted import SILENCE, SPORTS, Scripted, answer


class TestBeyondMaxWait:
    def test_a_rate_limit_that_blocks_for_a_day_raises_at_once(self, connect):
        day = {"x_ratelimit_limit": "1", "x_ratelimit_window": "86400"}
        with Scripted(answer(200, {"count": 0, "items": []}, **day)) as server:
            client = connect(base_url=server.base_url)
            client.sports.list()
            with pytest.raises(bettune.RateLimitError, match="nothing was sent") as caught:
                client.sports.list()
            assert len(server.requests) == 1
        error = caught.value
        assert 86_000 < error.retry_after <= 86_400
        assert error.rate_limit == RateLimit(1, 86_400)
        assert (error.method, error.path, error.attempts) == ("GET", "/sports", 0)

    def test_waiting_requests_also_raise_when_such_a_limit_is_learnt(self):
        day = {"x_ratelimit_limit": "1", "x_ratelimit_window": "86400"}
        with Scripted(answer(200, {"count": 0, "items": []}, **day)) as server:
            errors = []

            async def call(client):
                try:
                    await client.sports.list()
                except bettune.RateLimitError as error:
                    errors.append(error)

            async def main():
                limits = httpx.Limits(max_connections=1)
                async with (
                    AsyncBetTune("t", base_url=server.base_url, limits=limits) as client,
                    anyio.create_task_group() as group,
                ):
                    for _ in range(20):
                        group.start_soon(call, client)

            anyio.run(main)
            assert len(server.requests) == 1
            assert len(errors) == 19

    def test_a_queue_that_moves_is_waited_in(self, connect):
        with Scripted(SPORTS) as server:
            client = connect(base_url=server.base_url, rate_limit=RateLimit(1, 0.02), max_wait=0.03)
            for _ in range(8):
                client.sports.list()
        assert len(server.requests) == 8

    def test_views_wait_as_long_as_each_may(self):
        with Scripted(SPORTS) as server:
            limit = RateLimit(1, 50)
            with BetTune("t", base_url=server.base_url, rate_limit=limit, max_wait=60) as client:
                client.sports.list()
                with pytest.raises(bettune.RateLimitError):
                    client.with_options(max_wait=1).sports.list()


class TestRetryAfter:
    @pytest.mark.parametrize(("name", "value"), [("retry_after", "0"), ("x_nothing", "0")])
    def test_a_retry_after_of_0_does_not_cause_a_burst(self, connect, name, value):
        with Scripted(answer(429, {}, **{name: value}), SPORTS) as server:
            connect(base_url=server.base_url).sports.list()
            first, second = server.requests
            assert second.at - first.at >= 0.375

    @pytest.mark.parametrize(
        ("value", "date", "seconds"),
        [
            ("7", None, 7),
            ("Sat, 06 Jun 2026 12:00:10 GMT", "Sat, 06 Jun 2026 12:00:00 GMT", 10),
            ("Sat, 06 Jun 2026 12:00:10 -0000", "Sat, 06 Jun 2026 12:00:00 -0000", 10),
            ("Sat Jun  6 12:00:10 2026", "Sat, 06 Jun 2026 12:00:00 GMT", 10),
            ("Saturday, 06-Jun-26 12:00:10 GMT", "Sat, 06 Jun 2026 12:00:00 GMT", 10),
            ("Sat, 06 Jun 2026 12:00:00 GMT", "Sat, 06 Jun 2026 13:00:00 GMT", 0),
            ("Sat, 06 Jun 2026 12:00:30 GMT", "Sat Jun  6 12:00:00 2026", 30),
            ("30", "nonsense", 30),
            ("soon", None, None),
            ("-1", None, None),
            ("nan", None, None),
            ("Sat, 99 Jun 2026 12:00:10 GMT", None, None),
        ],
    )
    def test_dates_are_relative_to_the_date_of_the_response(
        self, value, date, seconds, monkeypatch
    ):
        monkeypatch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        try:
            headers = {"retry-after": value} | ({"date": date} if date else {})
            assert retry_after(headers) == seconds
        finally:
            monkeypatch.undo()
            time.tzset()

    def test_without_a_date_of_the_response_the_local_clock_counts(self):
        later = format_datetime(datetime.now(UTC) + timedelta(seconds=1000), usegmt=True)
        assert 900 < retry_after({"retry-after": later, "date": "soon"}) <= 1000

    def test_a_response_is_obeyed_before_its_slot_is_passed_on(self, caplog):
        under_way = []

        class Look(logging.Handler):
            def emit(self, record):
                if hasattr(record, "status") or hasattr(record, "attempt"):
                    under_way.append(len(client._http.exchange.rate_limiter._slots._held))

        caplog.set_level(logging.DEBUG, "bettune")
        with (
            Scripted(answer(307, location="/v1/x"), answer(503, retry_after="0"), SPORTS) as server,
            BetTune("t", base_url=server.base_url, follow_redirects=True) as client,
        ):
            look = Look()
            logging.getLogger("bettune").addHandler(look)
            client.sports.list()
            logging.getLogger("bettune").removeHandler(look)
        # Two of the 503: that it came, and that it is tried again, by when it is obeyed.
        assert under_way == [1, 1, 0, 1]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_one_that_is_cancelled_wakes_the_next(backend):
    async def main(server):
        limits = httpx.Limits(max_connections=1)
        async with AsyncBetTune("t", base_url=server.base_url, limits=limits) as client:
            with anyio.fail_after(60):
                async with anyio.create_task_group() as group:
                    scopes = [anyio.CancelScope() for _ in range(5)]
                    for scope in scopes:
                        group.start_soon(call, client, scope)
                        await anyio.wait_all_tasks_blocked()  # trio starts them in any order
                    while not server.requests:  # noqa: ASYNC110 - the server is no task
                        await anyio.sleep(0.001)
                    # The one under way, and those that stand first in the queue.
                    for scope in scopes[:4]:
                        scope.cancel()
            assert len(await client.sports.list()) == 1

    async def call(client, scope):
        with scope:
            await client.sports.list()

    with Scripted(SILENCE, SPORTS) as server:
        anyio.run(main, server, backend=backend)


class TestRateLimiter:
    """The limiter by itself: places and turns are neither lost nor given twice."""

    class Event:
        def __init__(self):
            self.is_set = False

        def set(self):
            self.is_set = True

    def run(self, waiters, limit_after=50):
        """Let so many through 10 places, a limit learnt on the way; how often each asked."""
        limiter = RateLimiter(None, 10, self.Event)
        asked, under_way, done = 0, [], 0
        waiting = [PendingRequest() for _ in range(waiters)]
        while waiting or under_way:
            still = []
            for pending in waiting:
                if pending.event is None or pending.event.is_set:
                    asked += 1
                    if limiter.try_start(pending, 1e9):
                        under_way.append(pending)
                        continue
                still.append(pending)
            assert len(under_way) <= 10
            if not under_way:
                # Nobody can go: the window has to pass.
                first = min(pending.seconds for pending in still)
                limiter.clock.waited_until(limiter.clock.now() + first)
                for pending in still:
                    if pending.seconds <= first:
                        pending.event.set()
            waiting = still
            for pending in under_way:
                limiter.release(pending)
                done += 1
                if done == limit_after:
                    limiter.learn(RateLimit(100, 1))
            under_way = []
        return asked

    def test_many_waiters_that_learn_a_limit_ask_a_number_of_times_each(self):
        assert self.run(1000) <= 6 * 1000
        assert self.run(4000) <= 6 * 4000

    def test_a_run_that_is_cancelled_is_woken_and_no_other(self):
        from bettune._http.rate_limiter import RequestGroup  # noqa: PLC0415 - only here

        limiter = RateLimiter(None, 1, self.Event)
        first, group = PendingRequest(), RequestGroup()
        mine, other = PendingRequest(group), PendingRequest()
        assert limiter.try_start(first, 1)
        assert not limiter.try_start(mine, 1)
        assert not limiter.try_start(other, 1)
        limiter.cancel(group)
        assert (mine.event.is_set, other.event.is_set) == (True, False)
        with pytest.raises(RunCancelledError):
            limiter.try_start(mine, 1)
        limiter.release(mine)
        limiter.release(first)
        assert other.event.is_set
        assert limiter.try_start(other, 1)

    def test_giving_a_place_back_twice_gives_one(self):
        limiter = RateLimiter(RateLimit(5, 10), 1, self.Event)
        pending, second, third = PendingRequest(), PendingRequest(), PendingRequest()
        assert limiter.try_start(pending, 1)
        limiter.release(pending)
        limiter.release(pending)
        assert limiter.try_start(second, 1)
        assert not limiter.try_start(third, 1)


@pytest.mark.parametrize("why", ["pace", "retry", "connection"])
def test_closing_wakes_waiting_requests(connect, why):
    go = threading.Event()

    def serve(request):
        if why == "retry":
            return answer(503, retry_after="3000")
        go.wait(60)
        return SPORTS

    options = {"pace": {"rate_limit": RateLimit(1, 3600)}, "retry": {}}
    options["connection"] = {"limits": httpx.Limits(max_connections=1)}
    with Scripted(serve) as server, ThreadPoolExecutor(4) as pool:
        client = connect(base_url=server.base_url, max_wait=4000, **options[why])
        target = getattr(client, "_target", client)
        calls = [pool.submit(client.sports.list) for _ in range(4)]
        # All but the one that is under way.
        while len(target._http.exchange.rate_limiter._waiting) < (4 if why == "retry" else 3):
            time.sleep(0)
        assert not target.is_closed
        close(client)
        go.set()
        raised = [call.exception(60) for call in calls]
    assert target.is_closed
    assert all(error is None or isinstance(error, bettune.BetTuneError) for error in raised)
    assert len([error for error in raised if "closed" in str(error)]) >= 3


def test_16000_that_wait_learn_a_limit_at_a_cost_that_is_linear():
    def steps(waiters):
        limiter = RateLimiter(None, 100, Event)
        all_pending = [PendingRequest() for _ in range(waiters)]
        for pending in all_pending:
            limiter.try_start(pending, 1e9)
        done = 0

        def count(frame, event, arg):
            nonlocal done
            done += 1

        sys.setprofile(count)
        limiter.learn(RateLimit(waiters, 3600))  # none is forgotten on the way
        for pending in all_pending:  # in their order, as they are woken
            assert limiter.try_start(pending, 1e9)
            limiter.release(pending)
        sys.setprofile(None)
        return done

    assert steps(16_000) < steps(1000) * 16.5


@pytest.mark.parametrize("kind", ["sync", "asyncio"])
def test_waits_end_where_the_clock_stands_still(monkeypatch, kind):
    """As freezegun and time-machine hold it; asyncio's own they can leave alone."""
    with Scripted(answer(503), answer(503, retry_after="1"), SPORTS, SPORTS) as server:
        options = {"base_url": server.base_url, "rate_limit": RateLimit(2, 0.3)}

        async def main():
            loop = asyncio.get_running_loop()
            monkeypatch.setattr(loop, "time", time.perf_counter)
            hold()
            async with AsyncBetTune("t", **options) as client:
                for _ in range(3):
                    await client.sports.list()

        def hold():
            monkeypatch.setattr(time, "monotonic", lambda: 5.0)
            monkeypatch.setattr(time, "time", lambda: 1e9)

        if kind == "asyncio":
            asyncio.run(main())
        else:
            hold()
            with BetTune("t", **options) as client:
                for _ in range(3):
                    client.sports.list()
        monkeypatch.undo()
    assert len(server.requests) == 5


def test_a_clock_that_was_in_the_future_does_not_delay_requests(monkeypatch):
    """A response that was received at a wrong time does not delay later requests."""
    with (
        Scripted(SPORTS) as server,
        BetTune("t", base_url=server.base_url, rate_limit=RateLimit(1, 0.1)) as client,
    ):
        with monkeypatch.context() as held:
            future = time.monotonic() + 1e9
            held.setattr(time, "monotonic", lambda: future)
            client.sports.list()
        client.sports.list()
    assert len(server.requests) == 2
