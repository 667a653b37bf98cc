"""The limit and the clock: what is waited for and how long, whatever a server or a clock says."""

from __future__ import annotations

import asyncio
import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import anyio
import httpx
import pytest

import bettune
from bettune import AsyncBetTune, BetTune, RateLimit
from bettune._http.rate_limiter import PendingRequest, RateLimiter
from bettune._http.retries import retry_after
from bettune._http.synchronization import Event
from tests.scripted import Scripted, answer
from tests.test_sync import Table

SPORTS = answer(200, {"count": 1, "items": [{"id": 1, "name": "football"}]})


def gaps(server):
    arrivals = [request.at for request in server.requests]
    return [after - before for before, after in pairwise(arrivals)]


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_0_is_no_invitation_to_a_burst(connect, status):
    with Scripted(answer(status, retry_after="0")) as server:
        client = connect(base_url=server.base_url, max_retries=1)
        with pytest.raises(bettune.APIStatusError):
            client.sports.list()
    assert len(server.requests) == 2
    assert gaps(server)[0] >= 0.375


def test_a_run_refused_with_retry_after_0_ends_with_all_written(connect):
    arrivals, lock = [], threading.Lock()

    def serve(request):
        if request.method == "POST":
            return table(request)
        with lock:
            now = time.monotonic()
            if sum(now - at < 0.4 for at in arrivals) >= 10:
                return answer(429, {"code": "rate_limit_exceeded"}, retry_after="0")
            arrivals.append(now)
            return table(request)

    table = Table()
    with Scripted(serve) as server:
        report = connect(base_url=server.base_url).predictions.sync(
            1, dict.fromkeys(range(1, 31), 2)
        )
    assert report.ok
    # Each refusal holds all of them back: one a worker, for each of the windows.
    assert len(server.requests) <= 1 + 30 + 8 * 5


def test_a_learnt_limit_of_one_a_day_raises_at_once(connect):
    day = answer(200, {"count": 0, "items": []}, x_ratelimit_limit="1", x_ratelimit_window="86400")
    with Scripted(day) as server:
        client = connect(base_url=server.base_url)
        client.sports.list()
        with pytest.raises(bettune.RateLimitError, match="nothing was sent") as caught:
            client.sports.list()
        assert len(server.requests) == 1
    assert 86000 < caught.value.retry_after <= 86400
    assert caught.value.rate_limit == RateLimit(1, 86400)
    assert caught.value.attempts == 0


def test_a_limit_learnt_reaches_those_that_wait_already():
    day = {"x_ratelimit_limit": "3", "x_ratelimit_window": "86400"}
    both = threading.Barrier(2)

    def serve(request):
        both.wait(60)
        return answer(200, {"count": 0, "items": []}, **day)

    async def main():
        raised = []
        limits = httpx.Limits(max_connections=2)
        async with AsyncBetTune("t", base_url=server.base_url, limits=limits) as client:

            async def call():
                try:
                    await client.sports.list()
                except bettune.RateLimitError as error:
                    raised.append(error)

            async with anyio.create_task_group() as group:
                for _ in range(10):
                    group.start_soon(call)
                # A third may go; a fourth comes to let it out.
                while len(server.requests) < 3:
                    await anyio.lowlevel.checkpoint()
                both.wait(60)
        return raised

    with Scripted(serve) as server:
        assert len(anyio.run(main)) == 7
    assert len(server.requests) == 3


def test_a_queue_that_moves_is_waited_in_however_long(connect):
    with Scripted(SPORTS) as server:
        client = connect(base_url=server.base_url, rate_limit=RateLimit(2, 0.05), max_wait=0.1)
        for _ in range(12):
            client.sports.list()
    assert len(server.requests) == 12


@pytest.mark.parametrize("why", ["pace", "retry", "connection"])
def test_closing_wakes_whoever_waits(connect, why):
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
        (client.close if target is client else client.aclose)()
        go.set()
        raised = [call.exception(60) for call in calls]
    assert target.is_closed
    assert all(error is None or isinstance(error, bettune.BetTuneError) for error in raised)
    assert len([error for error in raised if "closed" in str(error)]) >= 3


def test_16000_that_wait_learn_a_limit_at_a_cost_that_is_linear():
    def steps(waiters):
        limiter = RateLimiter(None, 100, Event)
        tickets = [PendingRequest() for _ in range(waiters)]
        for ticket in tickets:
            limiter.try_start(ticket, 1e9)
        done = 0

        def count(frame, event, arg):
            nonlocal done
            done += 1

        sys.setprofile(count)
        limiter.learn(RateLimit(waiters, 1))
        for ticket in tickets:  # in their order, as they are woken
            assert limiter.try_start(ticket, 1e9)
            limiter.release(ticket)
        sys.setprofile(None)
        return done

    assert steps(16_000) < steps(1000) * 16.5


@pytest.mark.parametrize("requests", [1, 3, 10])
def test_the_worst_window_at_the_server(requests):
    """Requests and answers that travel as unevenly as can be: the server never sees more."""
    per, seen, dice = 100.0, [], random.Random(requests)
    limiter = RateLimiter(RateLimit(requests, per), 20, Event)
    now, under_way, waiting = 0.0, [], [PendingRequest() for _ in range(60)]
    limiter.clock.now = lambda: now
    while waiting or under_way:
        for ticket in list(waiting):
            if limiter.try_start(ticket, 1e9):
                waiting.remove(ticket)
                start, end = now, now + dice.choice([0, 1, 99, 100, 250])
                seen.append(dice.choice([start, end, dice.uniform(start, end)]))
                under_way.append((end, ticket))
        now += dice.choice([0, 0.5, 7])
        for end, ticket in list(under_way):
            if end <= now:
                now = max(now, end)
                under_way.remove((end, ticket))
                limiter.release(ticket)
    assert max(sum(start <= at < start + per for at in seen) for start in seen) <= requests


# The clock.

NOW = datetime(2026, 6, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("Sat Jun  6 12:00:30 2026", format_datetime(NOW, usegmt=True), 30),
        ("Sat, 06 Jun 2026 12:00:30 -0000", format_datetime(NOW, usegmt=True), 30),
        ("Saturday, 06-Jun-26 12:00:30 GMT", format_datetime(NOW, usegmt=True), 30),
        ("Sat, 06 Jun 2026 12:00:30 GMT", "Sat Jun  6 12:00:00 2026", 30),
        ("Sat, 06 Jun 2026 11:00:00 GMT", format_datetime(NOW, usegmt=True), 0),
        ("30", "nonsense", 30),
    ],
)
def test_a_date_is_read_against_that_of_the_answer(monkeypatch, value, date, seconds):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert retry_after({"retry-after": value, "date": date}) == seconds
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_date_without_that_of_the_answer_is_read_against_the_clock():
    value = format_datetime(datetime.now(UTC) + timedelta(seconds=1000), usegmt=True)
    assert 900 < retry_after({"retry-after": value, "date": "nonsense"}) <= 1000


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


def test_a_clock_let_go_of_makes_nobody_wait(monkeypatch):
    """One that was held in the future: what was answered then is no reason to wait until then."""
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
