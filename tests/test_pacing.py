"""The rate limit: what the server sees, who waits, and what is learnt."""

from __future__ import annotations

import asyncio
import logging
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import anyio
import anyio.lowlevel
import pytest
from httpx import Limits, Timeout

import bettune
from bettune import AsyncBetTune, BetTune, RateLimit
from bettune._http.rate_limiter import MaxWaitExceededError, PendingRequest, RateLimiter
from bettune._http.synchronization import Event
from bettune.sandbox import Sandbox
from tests.scripted import SPORTS, Scripted, answer, most_in_any_window
from tests.test_sync import Table

LIMITED = {"x_ratelimit_limit": "10", "x_ratelimit_window": "0.25"}


def refused(retry_after="0"):
    message = {"code": "rate_limit_exceeded", "message": "Rate limit exceeded"}
    return answer(429, message, retry_after=retry_after, **LIMITED)


def by_threads(server, calls, **options):
    with (
        BetTune("t", base_url=server.base_url, **options) as client,
        ThreadPoolExecutor(20) as pool,
    ):
        for done in [pool.submit(client.sports.list) for _ in range(calls)]:
            done.result()
        return client.rate_limit


def by_tasks(server, calls, **options):
    async def main():
        async with AsyncBetTune("t", base_url=server.base_url, **options) as client:
            async with anyio.create_task_group() as group:
                for _ in range(calls):
                    group.start_soon(client.sports.list)
            return client.rate_limit

    return anyio.run(main)


@pytest.mark.parametrize("call", [by_threads, by_tasks])
class TestBurst:
    """Many threads or tasks over one client."""

    def test_a_given_limit_is_kept_in_any_window(self, call):
        with Scripted(SPORTS) as server:
            assert call(server, 45, rate_limit=RateLimit(10, 0.25)) == RateLimit(10, 0.25)
            assert len(server.requests) == 45
            assert most_in_any_window(server, 0.25) <= 10

    def test_a_limit_is_kept_over_retries(self, call):
        with Scripted(*[answer(503), answer(500), SPORTS] * 10) as server:
            call(server, 10, rate_limit=RateLimit(10, 0.25), max_wait=0.3, max_retries=30)
            assert len(server.requests) >= 30
            assert most_in_any_window(server, 0.25) <= 10

    def test_a_limit_in_a_successful_response_is_learnt_and_kept(self, call):
        told = answer(200, {"count": 0, "items": []}, **LIMITED)
        with Scripted(told, SPORTS) as server:
            assert call(server, 1) == RateLimit(10, 0.25)
            assert len(server.requests) == 1
        with Scripted(told) as server:
            assert call(server, 40) == RateLimit(10, 0.25)
            # What was under way when the first answer told the limit could not know of it.
            known = server.requests[20 if call is by_threads else 40 :]
            for first in known:
                assert sum(0 <= request.at - first.at < 0.25 for request in known) <= 10

    def test_retry_after_holds_back_everybody(self, call, caplog):
        obeyed = threading.Event()

        class Retry(logging.Handler):
            def emit(self, record):
                obeyed.set()

        def serve(request):
            if request is server.requests[0]:
                return refused("1")
            obeyed.wait(60)  # else the next ones go before the order came
            return SPORTS

        handler = Retry(logging.INFO)
        caplog.set_level(logging.INFO, "bettune")
        logging.getLogger("bettune").addHandler(handler)
        try:
            with Scripted(serve) as server:
                call(server, 25, max_wait=5, rate_limit=RateLimit(5, 0.05))
        finally:
            logging.getLogger("bettune").removeHandler(handler)
        first = server.requests[0].at
        early = [request for request in server.requests if request.at < first + 1]
        # The five that were under way when the order came.
        assert len(early) <= 5

    def test_a_limit_learnt_reaches_those_that_wait_for_a_connection(self, call):
        told = answer(200, {"count": 0, "items": []}, **LIMITED)
        with Scripted(told) as server:
            call(server, 40, limits=Limits(max_connections=3))
            # Three were under way when the first answer told the limit.
            for first in server.requests[3:]:
                assert sum(0 <= request.at - first.at < 0.25 for request in server.requests) <= 10

    def test_more_calls_than_connections_take_turns(self, call):
        with Scripted(SPORTS) as server:
            # No time at all to wait for a connection of the pool, and no second try.
            timeout = Timeout(60, pool=1e-9)
            limits = Limits(max_connections=2)
            call(server, 40, limits=limits, timeout=timeout, max_retries=0)
            assert len(server.requests) == 40


def test_a_limit_learnt_late_counts_earlier_requests(connect):
    limit = {"x_ratelimit_limit": "10", "x_ratelimit_window": "0.5"}
    with Scripted(*[SPORTS] * 10, answer(429, retry_after="0", **limit), SPORTS) as server:
        client = connect(base_url=server.base_url)
        for _ in range(11):
            client.sports.list()
        # The tenth before the last one is out of the window when the last one comes.
        assert server.requests[11].at >= server.requests[1].at + 0.5


def test_little_is_remembered_however_large_the_limit(monkeypatch):
    monkeypatch.setattr("bettune._http.rate_limiter._REMEMBERED", 100)
    limiter = RateLimiter(RateLimit(10**6, 3600), 10, Event)
    for _ in range(250):
        pending = PendingRequest()
        if not limiter.try_start(pending, 1e9):
            limiter.clock.waited_until(limiter.clock.now() + pending.seconds)
            assert limiter.try_start(pending, 1e9)
        limiter.release(pending)
    assert len(limiter._window._response_times) <= 100


def test_a_given_limit_overrides_those_of_responses(connect):
    with Scripted(answer(200, {"count": 0, "items": []}, **LIMITED)) as server:
        client = connect(base_url=server.base_url, rate_limit=RateLimit(1000, 1))
        client.sports.list()
        assert client.rate_limit == RateLimit(1000, 1)


MAX_WAIT = 0.3
DAY = {"x_ratelimit_limit": "1", "x_ratelimit_window": "86400"}


class TestADoubtedLimit:
    """A learnt limit that would stop a client for long is held for `max_wait`, then tried."""

    def call_until_sent(self, client, server):
        """Call just before the limit was held for `max_wait`, which sends nothing, and then."""
        limiter = getattr(client, "_target", client)._http.exchange.rate_limiter
        end = limiter._window._response_times[-1] + MAX_WAIT
        seen = len(server.requests)
        limiter.clock.now = lambda: end - 0.001
        with pytest.raises(bettune.RateLimitError) as caught:
            client.sports.list()
        assert caught.value.retry_after > MAX_WAIT
        assert len(server.requests) == seen
        limiter.clock.now = lambda: end
        sports = client.sports.list()
        assert len(server.requests) == seen + 1
        return sports

    def test_it_is_dropped_where_the_api_no_longer_keeps_it(self, connect):
        told = answer(200, {"count": 0, "items": []}, **DAY)
        with Scripted(told, SPORTS) as server:
            client = connect(base_url=server.base_url, max_wait=MAX_WAIT)
            client.sports.list()
            assert client.rate_limit == RateLimit(1, 86_400)
            assert len(self.call_until_sent(client, server)) == 1
            assert client.rate_limit is None
            client.sports.list()

    def test_it_is_replaced_by_the_one_that_the_api_states(self, connect):
        told = answer(200, {"count": 0, "items": []}, **DAY)
        wide = answer(200, {"count": 0, "items": []}, **LIMITED)
        with Scripted(told, wide) as server:
            client = connect(base_url=server.base_url, max_wait=MAX_WAIT)
            client.sports.list()
            self.call_until_sent(client, server)
            assert client.rate_limit == RateLimit(10, 0.25)

    def test_it_is_kept_and_tried_again_where_the_api_confirms_it(self, connect):
        with Scripted(answer(200, {"count": 0, "items": []}, **DAY)) as server:
            client = connect(base_url=server.base_url, max_wait=MAX_WAIT)
            client.sports.list()
            for _ in range(2):
                self.call_until_sent(client, server)
                assert client.rate_limit == RateLimit(1, 86_400)

    def test_one_request_at_a_time_tries_it(self):
        limiter = RateLimiter(None, 10, Event)
        now = 1000.0
        limiter.clock.now = lambda: now
        first, second, third = PendingRequest(), PendingRequest(), PendingRequest()
        assert limiter.try_start(first, 120)
        limiter.learn(RateLimit(1, 86_400))
        limiter.release(first)
        now += 119
        with pytest.raises(MaxWaitExceededError):
            limiter.try_start(second, 120)
        now += 2
        assert limiter.try_start(second, 120)
        with pytest.raises(MaxWaitExceededError):
            limiter.try_start(third, 120)
        limiter.unlearn(third)  # not the one that tries
        assert limiter.limit == RateLimit(1, 86_400)
        limiter.unlearn(second)
        assert limiter.limit is None

    def test_a_given_limit_is_not_doubted(self):
        limiter = RateLimiter(RateLimit(1, 86_400), 10, Event)
        first = PendingRequest()
        assert limiter.try_start(first, 1)
        limiter.release(first)
        limiter.clock.waited_until(limiter.clock.now() + 1000)
        with pytest.raises(MaxWaitExceededError):
            limiter.try_start(PendingRequest(), 1)


def test_another_origin_teaches_no_limit(connect):
    """With redirects followed, the response may be another server's."""
    told = answer(200, {"count": 0, "items": []}, **DAY)
    with Scripted(told) as stranger:
        hop = answer(307, location=f"{stranger.base_url}/sports")
        with Scripted(hop) as server:
            client = connect(base_url=server.base_url, follow_redirects=True)
            for _ in range(3):
                client.sports.list()
            assert client.rate_limit is None


@pytest.mark.parametrize(
    "headers",
    [
        {"x_ratelimit_limit": "10"},
        {"x_ratelimit_window": "10"},
        {"x_ratelimit_limit": "0", "x_ratelimit_window": "1"},
        {"x_ratelimit_limit": "-1", "x_ratelimit_window": "1"},
        {"x_ratelimit_limit": "ten", "x_ratelimit_window": "1"},
        {"x_ratelimit_limit": "1", "x_ratelimit_window": "0"},
        {"x_ratelimit_limit": "1", "x_ratelimit_window": "nan"},
        {"x_ratelimit_limit": "1e999", "x_ratelimit_window": "1"},
    ],
)
def test_headers_that_tell_no_limit(connect, headers):
    with Scripted(answer(200, {"count": 0, "items": []}, **headers)) as server:
        client = connect(base_url=server.base_url)
        client.sports.list()
        assert client.rate_limit is None


def test_a_sync_within_a_given_limit_meets_no_429(connect):
    with Sandbox(rate_limit=RateLimit(20, 1)) as box:
        client = connect(box.token, base_url=box.base_url, rate_limit=RateLimit(20, 1))
        odds = {match.id: 2 for match in client.matches.list("2999-06-06", sport=1)[:50]}
        assert client.predictions.sync(11583, odds).ok
        assert [seen.status for seen in box.seen] == [200] * (1 + 1 + 50)


@pytest.mark.usefixtures("_limit_is_met")
def test_a_sync_that_learns_the_limit_meets_at_most_concurrency_429s(connect):
    with Sandbox(rate_limit=RateLimit(20, 3)) as box:
        client = connect(box.token, base_url=box.base_url)
        odds = {match.id: 2 for match in client.matches.list("2999-06-06", sport=1)[:30]}
        assert client.predictions.sync(11583, odds, concurrency=8).ok
        assert client.rate_limit == RateLimit(20, 3)
        assert 1 <= [seen.status for seen in box.seen].count(429) <= 8


@pytest.mark.parametrize(
    "options", [{"rate_limit": RateLimit(1, 0.03)}, {"limits": Limits(max_connections=1)}]
)
def test_the_order_is_that_of_the_callers(options):
    with Scripted(SPORTS) as server:

        async def main():
            done = []
            async with AsyncBetTune("t", base_url=server.base_url, **options) as client:

                async def call(n):
                    await client.sports.list()
                    done.append(n)

                async with anyio.create_task_group() as group:
                    for n in range(12):
                        group.start_soon(call, n)
            return done

        assert anyio.run(main) == list(range(12))


def test_a_wait_can_be_cancelled_and_the_place_goes_to_the_next():
    with Scripted(SPORTS) as server:

        async def main():
            async with AsyncBetTune("t", base_url=server.base_url, max_wait=4000) as client:
                await client.sports.list()
                client._http.exchange.rate_limiter.learn(RateLimit(1, 3600))
                async with anyio.create_task_group() as group:
                    async with anyio.create_task_group() as given_up:
                        for _ in range(50):
                            given_up.start_soon(client.sports.list)
                        await anyio.lowlevel.checkpoint()
                        given_up.cancel_scope.cancel()
                    group.start_soon(client.sports.list)
                    await anyio.wait_all_tasks_blocked()
                    client._http.exchange.rate_limiter.learn(RateLimit(2, 3600))

        anyio.run(main)
        assert len(server.requests) == 2


@pytest.fixture
def waiting_server():
    """A server that does not answer before its `go` is set."""
    go = threading.Event()

    def wait(_):
        go.wait(60)
        return SPORTS

    with Scripted(wait) as server:
        server.go = go
        yield server


def test_a_call_cancelled_as_its_turn_comes_passes_it_on(waiting_server):
    async def main():
        limits = Limits(max_connections=1)
        async with AsyncBetTune("t", base_url=waiting_server.base_url, limits=limits) as client:
            tasks = []

            async def first():
                await client.sports.list()
                tasks[1].cancel()

            for call in (first, client.sports.list, client.sports.list):
                tasks.append(asyncio.create_task(call()))
                await anyio.wait_all_tasks_blocked()
            waiting_server.go.set()
            async with asyncio.timeout(60):
                await asyncio.gather(tasks[0], tasks[2])

    asyncio.run(main())
    assert len(waiting_server.requests) == 2


def test_learning_a_wider_limit_wakes_waiting_requests():
    narrow = {"x_ratelimit_limit": "2", "x_ratelimit_window": "3600"}
    wide = {"x_ratelimit_limit": "1000", "x_ratelimit_window": "1"}
    second_may_answer = threading.Event()

    def serve(request):
        if len(server.requests) == 1:
            return answer(200, {"count": 0, "items": []}, **narrow)
        second_may_answer.wait(60)
        return answer(200, {"count": 0, "items": []}, **wide)

    with Scripted(serve) as server:

        async def main():
            async with AsyncBetTune("t", base_url=server.base_url, max_wait=4000) as client:
                await client.sports.list()
                async with anyio.create_task_group() as group:
                    for _ in range(5):
                        group.start_soon(client.sports.list)
                    # One of the five is sent, the others wait for the hour to pass.
                    while len(client._http.exchange.rate_limiter._waiting) < 4:
                        await anyio.lowlevel.checkpoint()
                    second_may_answer.set()

        anyio.run(main)
        assert len(server.requests) == 6


def test_the_limit_error_after_the_retries_still_tells_when_to_come_back(connect):
    with Scripted(refused("0")) as server:
        client = connect(base_url=server.base_url, max_retries=2)
        with pytest.raises(bettune.RateLimitError) as caught:
            client.sports.list()
        assert caught.value.retry_after == 0
        assert len(server.requests) == 3


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


@pytest.mark.parametrize("requests", [1, 3, 10])
def test_the_worst_window_at_the_server(requests):
    """Requests and answers that travel as unevenly as can be: the server never sees more."""
    per, seen, dice = 100.0, [], random.Random(requests)
    limiter = RateLimiter(RateLimit(requests, per), 20, Event)
    now, under_way, waiting = 0.0, [], [PendingRequest() for _ in range(60)]
    limiter.clock.now = lambda: now
    while waiting or under_way:
        for pending in list(waiting):
            if limiter.try_start(pending, 1e9):
                waiting.remove(pending)
                start, end = now, now + dice.choice([0, 1, 99, 100, 250])
                seen.append(dice.choice([start, end, dice.uniform(start, end)]))
                under_way.append((end, pending))
        now += dice.choice([0, 0.5, 7])
        for end, pending in list(under_way):
            if end <= now:
                now = max(now, end)
                under_way.remove((end, pending))
                limiter.release(pending)
    assert max(sum(start <= at < start + per for at in seen) for start in seen) <= requests
