"""Several processes on one token: a limit that they share."""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from math import inf, nan
from pathlib import Path

import pytest

from bettune import (
    BetTune,
    BetTuneError,
    ConfigurationError,
    InvalidArgumentError,
    RateLimit,
    RateLimitError,
)
from bettune._http.rate_limiter import PendingRequest
from bettune._http.shared_window import SharedWindow
from bettune.sandbox import Sandbox

# Its client is made before it is told to go, so that all go at once.
PROCESS = """
import asyncio, sys
from concurrent.futures import ThreadPoolExecutor
from bettune import AsyncBetTune, BetTune, RateLimit

base, token, kind = sys.argv[1:]
options = {"base_url": base, "rate_limit": RateLimit(10, 0.3, shared=True)}

async def many():
    async with AsyncBetTune(token, **options) as client:
        go()
        await asyncio.gather(*(client.sports.list() for _ in range(15)))

def go():
    print("ready", flush=True)
    sys.stdin.readline()

if kind == "async":
    asyncio.run(many())
else:
    with BetTune(token, **options) as client, ThreadPoolExecutor(15) as pool:
        go()
        for done in [pool.submit(client.sports.list) for _ in range(15)]:
            done.result()
"""
LIMIT = RateLimit(1, 3600, shared=True)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "bettune"


def test_processes_that_share_a_limit_keep_it_together():
    with Sandbox(rate_limit=RateLimit(10, 0.3)) as box, ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", PROCESS, box.base_url, box.token, kind],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for kind in ("sync", "async")
        ]
        for process in processes:
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            process.stdin.write("\n")
            process.stdin.flush()
        assert [process.wait() for process in processes] == [0, 0]
        # The sandbox refuses what is more than the limit in any window.
        assert [seen.status for seen in box.seen] == [200] * 30


def test_what_another_client_sent_counts(connect, box, cache):
    options = {"base_url": box.base_url, "rate_limit": LIMIT}
    with BetTune(box.token, **options) as first:
        first.sports.list()
        assert first.rate_limit == LIMIT
    # A slash changes nothing; another limit is another file.
    second = connect(box.token, **options | {"base_url": f"{box.base_url}/"})
    with pytest.raises(RateLimitError, match="nothing was sent") as caught:
        second.sports.list()
    assert 3000 < caught.value.retry_after <= 3600
    connect(box.token, **options | {"rate_limit": RateLimit(2, 3600, shared=True)}).sports.list()
    assert len(box.seen) == 2
    files = list(cache.iterdir())
    assert len(files) == 2
    assert not any(box.token.encode() in bytes(file) + file.read_bytes() for file in files)


def test_closing_wakes_who_waits_for_another_process(box):
    options = {"base_url": box.base_url, "rate_limit": LIMIT, "max_wait": 10_000}
    waits = threading.Event()
    with (
        BetTune(box.token, **options) as first,
        BetTune(box.token, **options) as second,
        ThreadPoolExecutor(1) as pool,
    ):
        first.sports.list()
        call = pool.submit(second.with_options(on_wait=lambda *_: waits.set()).sports.list)
        waits.wait()
        second.close()
        with pytest.raises(BetTuneError, match="closed"):
            call.result()


def test_what_a_killed_process_had_under_way_is_lost_for_a_while_only():
    window, other = windows(2)
    ticket, killed, waiting = PendingRequest(), PendingRequest(), PendingRequest()
    assert window.try_acquire(ticket, 100) <= 0
    assert other.try_acquire(killed, 100) <= 0
    # None is free before 10 seconds after the next answer, which may come now.
    assert window.try_acquire(waiting, 101) == 10
    window.release(ticket, 103)
    assert window.try_acquire(waiting, 105) == 8
    assert window.try_acquire(waiting, 113) <= 0
    assert window.delay(150) == 10
    assert window.delay(169.5) == 0.5
    assert window.delay(170) <= 0


def test_what_no_clock_of_this_start_wrote_takes_no_place(cache):
    for content in (struct.pack("2d", 1e6, -1e6), struct.pack("2d", nan, inf), b"text", b""):
        (window,) = windows(1)
        (file,) = cache.iterdir()
        file.write_bytes(content)
        tickets = [PendingRequest(), PendingRequest(), PendingRequest()]
        waits = [window.try_acquire(ticket, 100) for ticket in tickets]
        assert max(waits[:2]) <= 0 < waits[2]
        window.release(tickets[0], 101)
        file.unlink()  # while it is in use
        window.release(tickets[1], 101)
        assert window.try_acquire(tickets[2], 101) <= 0


def test_another_process_that_has_the_file_is_waited_for(cache):
    fcntl = pytest.importorskip("fcntl")
    (window,) = windows(1)
    (path,) = cache.iterdir()
    ticket = PendingRequest()
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert 0 < window.try_acquire(ticket, 100) < 1
    assert window.try_acquire(ticket, 100) <= 0


def test_a_folder_that_cannot_be_used_is_named(cache):
    cache.write_text("no folder")
    with pytest.raises(ConfigurationError, match=r"cannot use its file .*bettune.rate-limit-\w+: "):
        BetTune("t", rate_limit=LIMIT)


def test_a_file_that_goes_bad_is_an_error_of_the_call(connect, box, cache):
    client = connect(box.token, base_url=box.base_url, rate_limit=LIMIT)
    shutil.rmtree(cache)
    with pytest.raises(ConfigurationError, match="cannot use its file"):
        client.sports.list()


def test_without_a_home(monkeypatch):
    def lost(_):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "expanduser", lost)
    with pytest.raises(ConfigurationError, match="set XDG_CACHE_HOME"):
        BetTune("t", rate_limit=LIMIT)


def test_a_system_without_such_locks_is_told_what_to_do(monkeypatch):
    monkeypatch.delitem(sys.modules, "bettune._http.shared_window", raising=False)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with pytest.raises(ConfigurationError, match="requests // processes"):
        BetTune("t", rate_limit=LIMIT)


def test_shared_is_a_bool():
    with pytest.raises(InvalidArgumentError, match="shared must be True or False, not 1"):
        RateLimit(1, 1, shared=1)
    assert repr(RateLimit(1, 1)) == "RateLimit(requests=1, per=1)"


def windows(count):
    """Windows of as many clients over one file, of 2 requests in 10 seconds."""
    limit = RateLimit(2, 10, shared=True)
    return [SharedWindow(limit, "https://example.org") for _ in range(count)]
