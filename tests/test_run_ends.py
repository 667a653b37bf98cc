"""Ends of a run of writes: the report always lists the writes that were done."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from decimal import Decimal
from itertools import count
from pathlib import Path

import anyio
import pytest

import bettune
from bettune import AsyncBetTune, BetTune, RateLimit
from bettune._bulk.run import Run
from bettune._bulk.signals import DeferredSignals
from bettune._http import retries
from bettune._http.rate_limiter import RateLimiter, RequestGroup
from bettune.sandbox import Sandbox
from tests.conftest import view
from tests.scripted import NOTHING, SILENCE, Scripted, answer
from tests.test_sync import Table, error

ODDS = dict.fromkeys(range(1, 41), 2)


def check(report, table, odds=ODDS):
    """The report has each match once, and what it says is done is all that was done."""
    parts = [report.created, report.failed, report.pending]
    assert sorted(match for part in parts for match in part) == sorted(odds)
    assert set(report.created) == set(table.odds) - set(report.failed)
    assert not set(report.pending) & set(table.odds)


class StopError(Exception):
    """Raised by a callback."""


@pytest.mark.parametrize("raised", [StopError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("callback", ["on_progress", "on_result"])
@pytest.mark.parametrize("kind", ["sync", "asyncio", "trio"])
def test_an_exception_of_a_callback_has_the_report(kind, callback, raised):
    told, odds = [], dict.fromkeys(range(1, 101), 2)

    def stop(*args):
        told.append(args)
        if len(told) == 3:
            raise raised

    async def run():
        async with AsyncBetTune("t", base_url=server.base_url) as client:
            await client.predictions.sync(1, odds, **{callback: stop})

    def run_sync():
        with BetTune("t", base_url=server.base_url) as client:
            client.predictions.sync(1, odds, **{callback: stop})

    table = Table()
    with Scripted(table) as server, pytest.raises(raised) as caught:
        run_sync() if kind == "sync" else anyio.run(run, backend=kind)
    report = caught.value.report
    check(report, table, odds)
    # Threads go on while the calling thread takes its time: up to four more writes of each.
    assert 3 <= len(report.created) <= 3 + 8 * (5 if kind == "sync" else 1)
    assert len(told) == 3  # it is told no more


def test_an_exception_of_a_callback_in_a_run_of_many_has_all_reports(connect):
    def stop(result):
        raise StopError

    with Scripted(NOTHING, answer(404)) as server:
        client = connect(base_url=server.base_url)
        with pytest.raises(StopError) as caught:
            client.predictions.sync_many({1: {}, 2: {5: 2}}, on_result=stop)
    assert list(caught.value.report) == [1, 2]
    assert list(caught.value.report[2].failed) == [5]


def test_a_client_closed_meanwhile_ends_the_run_with_its_report(connect):
    def close(done, total):
        if done == 5:  # the others wait for their pace
            client.close()

    async def aclose(done, total):
        if done == 5:
            await client._target.aclose()

    table = Table()
    with Scripted(table) as server:
        client = connect(base_url=server.base_url, rate_limit=RateLimit(6, 3600), max_wait=4000)
        closing = close if isinstance(client, BetTune) else aclose
        with pytest.raises(bettune.BetTuneError, match="closed") as caught:
            client.predictions.sync(1, ODDS, on_progress=closing)
    check(caught.value.report, table)
    assert len(caught.value.report.created) == 5


CTRL_C = """
import os, signal, sys
import anyio
from bettune import AsyncBetTune, BetTune

def press(done, total):
    if done == 5:
        os.kill(os.getpid(), signal.SIG{signal})

def leave(*_):
    raise SystemExit(143)

signal.signal(signal.SIGTERM, leave)
options = dict(base_url=sys.argv[1])
odds = dict.fromkeys(range(1, 2001), 2)

async def run():
    async with AsyncBetTune("t", **options) as client:
        await client.predictions.sync(1, odds, on_progress=press)

try:
    if "{kind}" == "sync":
        with BetTune("t", **options) as client:
            client.predictions.sync(1, odds, on_progress=press)
    else:
        anyio.run(run, backend="{kind}")
except (KeyboardInterrupt, SystemExit) as error:
    print(type(error).__name__, len(error.report.created), len(error.report.failed))
"""


@pytest.mark.parametrize(
    ("kind", "signal", "raised"),
    [
        ("sync", "INT", KeyboardInterrupt),
        ("sync", "TERM", SystemExit),
        ("trio", "INT", KeyboardInterrupt),
    ],
)
def test_a_signal_has_the_report(kind, signal, raised):
    table = Table()
    with Scripted(table) as server:
        code = CTRL_C.format(kind=kind, signal=signal)
        run = [sys.executable, "-c", code, server.base_url]
        done = subprocess.run(run, capture_output=True, text=True, timeout=600, check=False)
    assert done.stdout, done.stderr
    name, created, failed = done.stdout.split()
    assert name == raised.__name__
    assert 5 <= int(created) < 2000
    # What was under way was waited for.
    assert int(created) == len(table.odds)
    assert failed == "0"


@pytest.mark.parametrize("concurrency", [1, 8])
def test_a_server_that_is_gone_stops_the_run(connect, concurrency):
    lock, told = threading.Lock(), threading.Event()

    def die(request):
        with lock:
            if request.method == "POST" or len(table.odds) < 10:
                return table(request)
        told.wait(60)  # of a success told later they would be counted anew
        return b""

    table = Table()
    with Scripted(die) as server:
        client = connect(base_url=server.base_url, max_retries=1, max_wait=0.001)
        report = client.predictions.sync(
            1, ODDS, concurrency=concurrency, on_progress=lambda done, _: done == 10 and told.set()
        )
    assert {type(error) for error in report.failed.values()} == {bettune.APIConnectionError}
    # As many in a row as run at a time, at least five; and those that were then under way.
    assert max(5, concurrency) <= len(report.failed) < max(5, concurrency) + concurrency
    assert len(report.pending) == 30 - len(report.failed)


@pytest.mark.parametrize("refusals", [0, 1])
def test_a_write_that_may_have_been_done_is_never_pending(connect, refusals, monkeypatch):
    """One whose answer was lost waits to be sent again as another stops the run."""
    lost, other_came, stop = threading.Event(), threading.Event(), threading.Event()
    # There is one wait, and it ends by the stop alone.
    monkeypatch.setattr(retries, "_backoff", lambda failures: 60 if failures > refusals else 0)

    def serve(request):
        if request.path.endswith("/1/prediction"):
            if lost.is_set():
                return answer(429, {}, retry_after="0")
            table(request)
            other_came.wait(60)
            lost.set()
            return b""
        if request.path.endswith("/2/prediction"):
            other_came.set()
            stop.wait(60)
            return error(401, "invalid_token")
        return table(request)

    table = Table()
    waits = []

    def on_wait(seconds, reason):
        waits.append(reason)
        stop.set()

    with Scripted(serve) as server:
        waiting = view(connect(base_url=server.base_url), on_wait=on_wait)
        report = waiting.predictions.sync(1, {1: 2, 2: 2, 3: 2}, concurrency=2)
    assert waits == ["to try again"]
    # A look at what BetTune holds tells that it was done, unless the server is to be left alone.
    assert list(report.unknown if refusals else report.created) == [1]
    assert {n: type(error) for n, error in report.failed.items()} == {
        2: bettune.AuthenticationError
    }
    assert list(report.pending) == [3]


def test_a_write_that_is_handed_out_while_the_run_stops_is_not_sent(monkeypatch):
    """The run stops while the worker has the first write of a filter, but not yet its group."""
    taking, stopping, stopped = threading.Event(), threading.Event(), threading.Event()
    groups = []
    cancel, stop = RateLimiter.cancel, Run.stop

    class Group(RequestGroup):
        def __init__(self):
            super().__init__()
            groups.append(self)
            if len(groups) == 2:
                taking.set()
                stopping.wait(60)
                # A run that stops waits for this worker, so this wait has no other end.
                stopped.wait(0.2)

    def noted(run, *args):
        stopping.set()
        stop(run, *args)

    def cancelled(limiter, group):
        cancel(limiter, group)
        stopped.set()

    def on_result(result):
        taking.wait(60)
        raise ZeroDivisionError

    monkeypatch.setattr("bettune._sync.bulk.RequestGroup", Group)
    monkeypatch.setattr(RateLimiter, "cancel", cancelled)
    monkeypatch.setattr(Run, "stop", noted)
    table = Table()
    with Scripted(table) as server, BetTune("t", base_url=server.base_url) as client:
        with pytest.raises(ZeroDivisionError) as caught:
            client.predictions.sync_many({1: {1: 2}, 2: {2: 2}}, concurrency=1, on_result=on_result)
        assert [request.method for request in server.requests] == ["POST", "POST", "PUT"]
    assert list(caught.value.report[1].created) == [1]
    assert list(caught.value.report[2].pending) == [2]


def test_a_stopped_run_searches_for_unknown_writes_without_retries(connect, monkeypatch):
    monkeypatch.setattr(retries, "_backoff", lambda failures: 0)
    table = Table({1: b"", 2: error(401, "invalid_token")})
    searches = []

    def serve(request):
        if request.method == "POST":
            searches.append(request)
            if len(searches) > 1:
                return answer(429, {}, retry_after="0")
        return table(request)

    with Scripted(serve) as server:
        client = connect(base_url=server.base_url, max_retries=0)
        report = client.predictions.sync(1, {1: 2, 2: 2, 3: 2}, concurrency=1)
    assert len(searches) == 2
    assert list(report.unknown) == [1]
    assert list(report.failed) == [2]
    assert list(report.pending) == [3]


def test_without_any_thread_to_be_had_the_writes_go_out_all_the_same(monkeypatch):
    def refuse(thread):
        raise RuntimeError("can't start new thread")

    with Scripted(Table()) as server, BetTune("t", base_url=server.base_url) as client:
        plan = client.predictions.plan(1, ODDS)
        start = threading.Thread.start
        monkeypatch.setattr(
            threading.Thread,
            "start",
            lambda one: refuse(one) if one.name.startswith("bettune") else start(one),
        )
        assert client.predictions.apply(plan).ok


class TestCutOff:
    """Requests in flight when a run is cut off are unknown; those that wait were never sent."""

    @pytest.mark.parametrize("backend", ["asyncio", "trio"])
    def test_a_cancelled_task(self, backend):
        table, begun, told = Table(), threading.Semaphore(0), []
        lock = threading.Lock()

        def serve(request):
            with lock:
                if request.method == "POST" or len(table.odds) < 4:
                    return table(request)
            begun.release()
            return SILENCE

        async def main():
            async with (
                AsyncBetTune("t", base_url=server.base_url) as client,
                anyio.create_task_group() as group,
            ):

                async def sync():
                    with pytest.raises(anyio.get_cancelled_exc_class()) as caught:
                        await client.predictions.sync(1, ODDS, on_result=told.append, concurrency=8)
                    reports.append(caught.value.report)
                    raise caught.value

                group.start_soon(sync)
                for _ in range(8):
                    await anyio.to_thread.run_sync(begun.acquire)
                group.cancel_scope.cancel()

        reports = []
        with Scripted(serve) as server:
            anyio.run(main, backend=backend)
        (report,) = reports
        assert len(report.created) == 4
        assert list(report.unknown.values()) == [None] * 8
        assert len(report.pending) == 28
        assert sorted(result.match_id for result in told) == sorted(
            [*report.created, *report.unknown]
        )

    @pytest.mark.parametrize("backend", ["asyncio", "trio"])
    def test_a_cancelled_task_whose_writes_wait_for_the_rate_limit(self, backend):
        table, waiting, settled = Table(), threading.Semaphore(0), threading.Semaphore(0)

        async def main():
            limit = RateLimit(5, 3600)
            async with (
                AsyncBetTune(
                    "t", base_url=server.base_url, rate_limit=limit, max_wait=4000
                ) as client,
                anyio.create_task_group() as group,
            ):
                watched = client.with_options(on_wait=lambda *_: waiting.release())

                async def sync():
                    try:
                        await watched.predictions.sync(
                            1, ODDS, on_result=lambda _: settled.release()
                        )
                    except BaseException as error:
                        reports.append(error.report)
                        raise

                group.start_soon(sync)
                for _ in range(4):
                    await anyio.to_thread.run_sync(settled.acquire)
                for _ in range(8):
                    await anyio.to_thread.run_sync(waiting.acquire)
                group.cancel_scope.cancel()

        reports = []
        with Scripted(table) as server:
            anyio.run(main, backend=backend)
        (report,) = reports
        assert set(report.created) == set(table.odds)
        assert len(report.created) == 4
        assert not report.unknown
        assert len(report.pending) == 36

    SECOND = """
    import logging, sys
    from bettune import BetTune

    logging.basicConfig(stream=sys.stdout, format="%(message)s")
    base_url, told = sys.argv[1], []
    with BetTune("t", base_url=base_url) as client:
        try:
            client.predictions.sync(
                1, dict.fromkeys(range(1, 41), 2), on_result=told.append, concurrency=4
            )
        except KeyboardInterrupt as error:
            report = error.report
            before = repr(report)
    states = [result.state for result in told]
    errors = {*report.unknown.values()}
    print(len(report.unknown), len(report.pending), states.count("unknown"), *errors)
    assert repr(report) == before
    """

    def test_a_second_ctrl_c(self):
        """The first lets the requests in flight come to their end; these do not."""
        begun = threading.Semaphore(0)

        def serve(request):
            if request.method == "POST":
                return NOTHING
            begun.release()
            return SILENCE

        with Scripted(serve) as server:
            command = [sys.executable, "-c", textwrap.dedent(self.SECOND), server.base_url]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
                for _ in range(4):
                    assert begun.acquire(timeout=60)
                process.send_signal(signal.SIGINT)
                # Sent before the first has been noticed, a second would be one with it.
                assert process.stdout.readline()  # a warning of the log
                assert process.poll() is None
                process.send_signal(signal.SIGINT)
                out = process.stdout.read()
        assert out == "4 36 4 None\n"


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="POSIX signals")
def test_a_signal_as_the_deferral_of_signals_ends_loses_no_report():
    """At any line of the library from then on, after what has stopped the run."""
    package = str(Path(bettune.__file__).parent)

    def interrupt(*_):
        raise StopError

    def stop(done, total):
        if done == 3:
            raise StopError

    def run(client, nth):
        """Send the signal at the nth line: how many there were, and what was raised."""
        passed, is_ending = 0, False

        def trace(frame, event, arg):
            nonlocal passed, is_ending
            if not frame.f_code.co_filename.startswith(package):
                return None
            is_ending = is_ending or frame.f_code is DeferredSignals.__exit__.__code__
            if is_ending and event == "line":
                passed += 1
                if passed == nth:
                    signal.raise_signal(signal.SIGUSR1)
            return trace

        try:
            sys.settrace(trace)
            client.predictions.sync(1, ODDS, on_progress=stop)
        except StopError as error:
            return passed, error
        finally:
            sys.settrace(None)
        raise AssertionError

    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        for nth in count(1):
            table = Table()
            with Scripted(table) as server, BetTune("t", base_url=server.base_url) as client:
                passed, error = run(client, nth)
            while not hasattr(error, "report"):
                error = error.__context__
            check(error.report, table)
            if passed < nth:
                break
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert nth > 5


STORM = """
import json, signal, sys
from bettune import BetTune
from bettune._bulk.workers import Workers

base_url, token, value, ids = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4].split()
SIGNALS = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
told = {}

class Left(BaseException):
    pass

def leave(number, frame):
    # Amid a callback one would end that, and later results would not be told; amid `show`, that.
    while frame is not None and frame.f_code not in (Workers._notify.__code__, show.__code__):
        frame = frame.f_back
    if frame is None:
        raise Left

def on_result(result):
    told[result.match_id] = result.state
    if len(told) == 1:
        print("begun", flush=True)
    if len(told) == len(odds):
        ignore()

def ignore():
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)

def show(kind, error, trace):
    ignore()
    while not hasattr(error, "report"):  # a signal after the run, as its client was closed
        error = error.__context__
    say(error.report)

def say(report):
    done = [*report.created, *report.updated]
    print(json.dumps([done, [*report.unknown], [*report.pending], [*report.failed], told]))

sys.excepthook = show
odds = dict.fromkeys(map(int, ids), value)
for number in SIGNALS:
    signal.signal(number, leave)
with BetTune(token, base_url=base_url) as client:
    report = client.predictions.sync(
        11583, odds, on_result=on_result, by_hand="overwrite", max_drop=None
    )
say(report)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_signals_at_random_moments_lose_no_report(request):
    """Twenty of them, mixed, 0.5 to 50 ms apart: no write is pending that was sent."""
    dice = random.Random(19)
    with Sandbox() as box, BetTune(box.token, base_url=box.base_url) as client:
        ids = [match.id for match in client.matches.between("2026-06-06", "2026-06-07")][:400]
        listed = " ".join(map(str, ids))
        for turn in range(200 if request.config.getoption("--all") else 12):
            value = f"{2 + turn / 100:.2f}5"  # odds of three decimals, which nobody set before
            command = [sys.executable, "-c", STORM, box.base_url, box.token, value, listed]
            pipe = subprocess.PIPE
            with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
                process.stdout.readline()
                time.sleep(dice.uniform(0, 0.3))
                for _ in range(20):
                    if process.poll() is not None:
                        break
                    process.send_signal(dice.choice([signal.SIGINT, signal.SIGTERM, signal.SIGHUP]))
                    time.sleep(dice.uniform(0.0005, 0.05))
                # Not `communicate`, which forgets what `readline` has read ahead.
                out, err = process.stdout.read(), process.stderr.read()
            if "Error in sys.excepthook" in err:  # a signal in the hook, before it ignores them
                continue
            assert out, err
            done, unknown, pending, failed, told = json.loads(out)
            made = client.predictions.search(11583, ids)
            held = {prediction.match_id for prediction in made if prediction.odds == Decimal(value)}
            assert not failed
            assert sorted(done + unknown + pending) == sorted(ids)
            assert {*done} <= held <= {*done, *unknown}
            assert {*map(int, told)} == {*done, *unknown}
