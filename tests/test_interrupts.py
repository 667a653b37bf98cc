"""Ctrl-C and cancellation at any moment of a request: no lock, slot or turn stays taken."""

from __future__ import annotations

import gc
import random
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path

import anyio
import httpx
import pytest

import bettune
from bettune import APIError, AsyncBetTune, BetTune, RateLimit
from bettune._http.rate_limiter import PendingRequest, RateLimiter
from bettune._http.synchronization import Event
from tests.scripted import Scripted, answer

SPORTS = {"count": 1, "items": [{"id": 1, "name": "football"}]}
LOCKS = str(Path("httpcore", "_synchronization.py"))
OURS = str(Path(bettune.__file__).parent)


def by_signals(interrupt):
    """Interrupt where Python takes note of a signal: a function begins, one of C has ended."""

    def profile(frame, event, arg):
        if event in {"call", "c_return"}:
            interrupt()

    return sys.setprofile, profile


def by_lines(interrupt):
    """Interrupt before any line of the library."""

    def trace(frame, event, arg):
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        if event == "line":
            interrupt()
        return trace

    return sys.settrace, trace


def by_locks_of_httpcore(interrupt):
    """Interrupt where httpcore has a lock, or is about to."""

    def profile(frame, event, arg):
        if event in {"call", "c_return"} and frame.f_code.co_filename.endswith(LOCKS):
            interrupt()

    return sys.setprofile, profile


def moments(do, points, nth=None):
    """Do it, interrupted at the nth moment: how many moments came before the end.

    The garbage collector waits meanwhile: what is raised in its callbacks (hypothesis has one)
    interrupts nothing.
    """
    passed = 0

    def interrupt():
        nonlocal passed
        if passed == nth:
            watch(None)
            raise KeyboardInterrupt
        passed += 1

    watch, function = points(interrupt)
    gc.disable()
    watch(function)
    try:
        do()
    except KeyboardInterrupt:
        pass
    finally:
        watch(None)
        gc.enable()
    return passed


def assert_idle(client):
    limiter = client._http.exchange.rate_limiter
    held = [limiter._slots._held, limiter._slots._queue, limiter._waiting]
    held += [limiter._window._in_flight, limiter._window._queue]
    assert not any(held), held
    assert "unlocked" in repr(limiter._lock)


def sample(request, total):
    """Choose moments to interrupt at: a dozen, or in the nightly run a thousand."""
    if not request.config.getoption("--all"):
        return random.Random(total).sample(range(total), 12)
    return random.choices(range(total), k=1000)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The folder of a shared limit's file."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def failing(request, times={}):  # noqa: B006 - it counts
    times[0] = times.get(0, 0) + 1
    return httpx.Response(503 if times[0] % 2 else 200, json=SPORTS)


def redirecting(request):
    if request.url.path.endswith("there"):
        return httpx.Response(200, json=SPORTS)
    return httpx.Response(307, headers={"Location": "https://bettune.invalid/there"})


# Before a file's own `with` has begun, an interrupt leaves its closing to the collector.
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@pytest.mark.parametrize("points", [by_signals, by_lines])
@pytest.mark.parametrize(
    ("serve", "limit"),
    [
        (lambda request: httpx.Response(200, json=SPORTS), RateLimit(10**6, 1)),
        (lambda request: httpx.Response(200, json=SPORTS), RateLimit(1, 1e-6)),
        (lambda request: httpx.Response(401, json={}), None),
        (failing, RateLimit(10**6, 1)),
        (redirecting, RateLimit(10**6, 1)),
        (lambda request: httpx.Response(200, json=SPORTS), RateLimit(1000, 0.01, shared=True)),
    ],
    ids=["success", "wait", "refusal", "retry", "redirect", "shared"],
)
def test_an_interrupt_at_any_moment_of_a_request(request, serve, limit, points, cache):
    options = {"rate_limit": limit, "max_wait": 1e-6, "follow_redirects": True}
    if limit and limit.shared:
        options["max_wait"] = 60  # for the requests that were interrupted, and count as lost
    transport = httpx.MockTransport(serve)
    with BetTune("t", base_url="https://bettune.invalid", transport=transport, **options) as client:

        def call():
            with suppress(APIError):  # the refusal
                client.sports.list()

        call()
        total = moments(call, points)
        assert total > 100
        for nth in sample(request, total):
            moments(call, points, nth)
            assert_idle(client)
            assert_unlocked(cache)
        call()


def assert_unlocked(folder):
    fcntl = pytest.importorskip("fcntl")
    for path in folder.glob("bettune/*"):
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.parametrize("points", [by_signals, by_lines])
def test_an_interrupt_as_a_turn_comes_passes_it_on(points):
    for n in count(1):  # 0 is before `send` begins
        limiter = RateLimiter(RateLimit(1, 10), 2, Event)
        first, second, third, fourth = (PendingRequest() for _ in range(4))
        assert limiter.try_start(first, 100)
        limiter.release(first)
        for pending in (second, third, fourth):  # two have a place and wait, one waits for a place
            assert not limiter.try_start(pending, 100)
        limiter.clock.waited_until(limiter.clock.now() + 20)

        def send(limiter=limiter, pending=second):
            try:
                limiter.try_start(pending, 100)
                limiter.release(pending)
            except KeyboardInterrupt:
                limiter.release(pending)
                raise

        passed = moments(send, points, n)
        assert third.event.wait(0)
        assert fourth.event.wait(0)
        if passed < n:
            break
    assert n > 10


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_cancellations_at_random_lose_no_place(backend):
    dice = random.Random(10)

    async def serve(request):
        for _ in range(dice.randrange(3)):
            await anyio.lowlevel.checkpoint()
        return httpx.Response(dice.choice([200, 200, 503]), json=SPORTS)

    async def call(client):
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as group:

                async def cancel():
                    for _ in range(dice.randrange(12)):
                        await anyio.lowlevel.checkpoint()
                    scope.cancel()

                group.start_soon(cancel)
                await client.sports.list()
                group.cancel_scope.cancel()

    async def main():
        options = {"transport": httpx.MockTransport(serve), "max_wait": 0.001, "max_retries": 99}
        limit = RateLimit(3, 0.0005)
        async with AsyncBetTune(
            "t", base_url="https://bettune.invalid", rate_limit=limit, **options
        ) as client:
            client._http.exchange.rate_limiter._slots._capacity = 2
            for _ in range(30):
                async with anyio.create_task_group() as group:
                    for _ in range(10):
                        group.start_soon(call, client)
                assert_idle(client)
            assert await client.sports.list()

    anyio.run(main, backend=backend)


# The connection of an interrupted request is left to the collector.
@pytest.mark.filterwarnings("ignore:.*unclosed:ResourceWarning")
@pytest.mark.filterwarnings("ignore:Exception ignored .*:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("points", [by_locks_of_httpcore, by_signals])
def test_an_interrupt_in_httpcore_leaves_the_client_usable(request, points):
    body = answer(200, SPORTS)
    options = {"limits": httpx.Limits(max_connections=1), "max_retries": 0}
    with Scripted(body) as server, ThreadPoolExecutor(1) as pool:

        def interrupted(nth, *, used):
            client = BetTune("t", base_url=server.base_url, **options)
            if used:
                client.sports.list()
            passed = moments(client.sports.list, points, nth)
            # In a thread, since a lock that stays acquired is waited for without an end.
            assert pool.submit(client.sports.list).result(60) == [bettune.Sport(1, "football")]
            client.close()
            return passed

        for used in (False, True):
            total = interrupted(None, used=used)
            every = range(total) if points is by_locks_of_httpcore else sample(request, total)
            for nth in every:
                interrupted(nth, used=used)
    gc.collect()  # here, and not in a test that expects no warnings


@pytest.mark.parametrize("where", ["main thread", "another thread"])
def test_an_exception_of_a_hook_leaves_no_connection_open(where):
    arrived, ready = threading.Event(), threading.Event()

    def answer_late(_request):
        arrived.set()
        ready.wait(60)
        return answer(200, SPORTS)

    def hook(_response):
        if arrived.is_set() and not ready.is_set():
            raise LookupError

    with Scripted(answer_late, answer(200, SPORTS)) as server, ThreadPoolExecutor(2) as pool:
        client = BetTune("t", base_url=server.base_url, event_hooks={"response": [hook]})
        late = pool.submit(client.sports.list)
        assert arrived.wait(60)
        is_main = where == "main thread"
        call = client.sports.list if is_main else pool.submit(client.sports.list).result
        with pytest.raises(LookupError):
            call()
        ready.set()
        assert late.result(60) == client.sports.list()
        assert len(server._sockets) == (3 if is_main else 2)
        client.close()
        server.wait_until_hung_up()
