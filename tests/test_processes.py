"""Several processes on one token: a limit that they share."""

from __future__ import annotations

import os
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
from bettune._http import shared_window
from bettune._http.rate_limiter import PendingRequest
from bettune._http.shared_window import SharedWindow
from bettune.sandbox import Sandbox
from tests.scripted import SPORTS, Scripted, most_in_any_window

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


def test_requests_of_other_clients_count(connect, box, cache):
    options = {"base_url": box.base_url, "rate_limit": LIMIT}
    with BetTune(box.token, **options) as first:
        first.sports.list()
        assert first.rate_limit == LIMIT
    # A slash changes nothing.
    second = connect(box.token, **options | {"base_url": f"{box.base_url}/"})
    with pytest.raises(RateLimitError, match="nothing was sent") as caught:
        second.sports.list()
    assert 3000 < caught.value.retry_after <= 3600
    # Another limit does not either: the stricter counts for all.
    third = connect(box.token, **options | {"rate_limit": RateLimit(9, 1, shared=True)})
    with pytest.raises(RateLimitError, match="nothing was sent"):
        third.sports.list()
    assert len(box.seen) == 1
    (file,) = cache.iterdir()
    assert box.token.encode() not in bytes(file) + file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    assert cache.stat().st_mode & 0o777 == 0o700


def test_limits_that_are_spelt_differently_are_all_kept(connect):
    with Scripted(SPORTS) as server:
        strict, loose = (
            connect(base_url=server.base_url, rate_limit=RateLimit(requests, per, shared=True))
            for requests, per in ((1, 0.2), (50, 10))
        )
        for _ in range(3):
            strict.sports.list()
            loose.sports.list()
    assert most_in_any_window(server, 0.2) == 1


def test_closing_wakes_requests_that_wait_for_another_process(box):
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


def test_requests_in_flight_of_a_killed_process_count_only_for_a_while():
    window, other = windows(2)
    pending, killed, waiting = PendingRequest(), PendingRequest(), PendingRequest()
    assert window.try_acquire(pending, 100, inf) <= 0
    assert other.try_acquire(killed, 100, inf) <= 0
    # None is free before 10 seconds after the next answer, which may come now.
    assert window.try_acquire(waiting, 101, inf) == 10
    window.release(pending, 103)
    assert window.try_acquire(waiting, 105, inf) == 8
    assert window.try_acquire(waiting, 113, inf) <= 0
    assert window.delay(150, inf) == 10
    assert window.delay(169.5, inf) == 0.5
    assert window.delay(170, inf) <= 0


def test_what_no_clock_of_this_start_wrote_takes_no_place(cache):
    header = struct.pack("24d", 1, 3600, 1e6, nan, inf, nan, 2, inf, 99, 1, 3600, 30, *[0] * 12)
    for content in (
        header + struct.pack("2d", 1e6, -1e6),
        header + struct.pack("2d", nan, inf),
        bytes(len(header)) + b"text",
        b"text",
        b"",
    ):
        (window,) = windows(1)
        (file,) = cache.iterdir()
        file.write_bytes(content)
        all_pending = [PendingRequest(), PendingRequest(), PendingRequest()]
        waits = [window.try_acquire(pending, 100, inf) for pending in all_pending]
        assert max(waits[:2]) <= 0 < waits[2]
        window.release(all_pending[0], 101)
        file.unlink()  # while it is in use
        window.release(all_pending[1], 101)
        # This client's own requests count all the same.
        assert window.try_acquire(all_pending[2], 101, inf) == 10
        assert window.try_acquire(all_pending[2], 111, inf) <= 0


def test_no_two_clients_decide_at_the_same_time(monkeypatch):
    first, second = windows(2)
    free_place, waits = shared_window._free_place, []

    def meanwhile(*args):
        monkeypatch.setattr(shared_window, "_free_place", free_place)
        waits.append(second.try_acquire(PendingRequest(), 100, inf))
        return free_place(*args)

    monkeypatch.setattr(shared_window, "_free_place", meanwhile)
    assert first.try_acquire(PendingRequest(), 100, inf) <= 0
    assert waits[0] > 0


def test_another_process_that_has_the_file_is_waited_for(cache):
    fcntl = pytest.importorskip("fcntl")
    (window,) = windows(1)
    (path,) = cache.iterdir()
    pending = PendingRequest()
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert 0 < window.try_acquire(pending, 100, inf) < 1
    assert window.try_acquire(pending, 100, inf) <= 0


def test_another_process_that_keeps_the_file_locked_is_waited_for_as_long_as_max_wait(
    connect, box, cache
):
    fcntl = pytest.importorskip("fcntl")
    client = connect(box.token, base_url=box.base_url, rate_limit=LIMIT, max_wait=0.05)
    (path,) = cache.iterdir()
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(RateLimitError, match=r"nothing was sent.*keeps.*file") as caught:
            client.sports.list()
        assert caught.value.retry_after > 0.05
    assert len(client.sports.list()) == 1


def test_a_file_larger_than_any_of_ours_is_read_in_part(box, connect, cache):
    large = RateLimit(10**9, 1, shared=True)
    client = connect(box.token, base_url=box.base_url, rate_limit=large)
    (path,) = cache.iterdir()
    client.sports.list()
    assert path.stat().st_size < 1000
    os.truncate(path, 2**40)
    assert len(client.sports.list()) == 1


@pytest.mark.parametrize("trap", ["file", "folder", "pipe", "writable", "foreign"])
def test_only_a_file_of_ones_own_is_used(cache, tmp_path, monkeypatch, trap):
    (_,) = windows(1)
    (path,) = cache.iterdir()
    target = tmp_path / "target"
    if trap == "file":
        target.write_text("precious")
        path.unlink()
        path.symlink_to(target)
    elif trap == "folder":
        cache.rename(target)
        cache.symlink_to(target)
    elif trap == "pipe":
        path.unlink()
        os.mkfifo(path)
    elif trap == "writable":
        cache.chmod(0o777)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(ConfigurationError, match=r"cannot use its file .*bettune.rate-limit-\w+: "):
        windows(1)
    if trap == "file":
        assert target.read_text() == "precious"


def test_a_relative_folder_in_the_environment_is_ignored(tmp_path, monkeypatch):
    home, here = tmp_path / "home", tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    monkeypatch.setenv("HOME", str(home))
    windows(1)
    assert list(here.iterdir()) == []
    assert len(list((home / ".cache" / "bettune").iterdir())) == 1


def test_a_folder_that_cannot_be_used_is_named(cache):
    cache.write_text("no folder")
    with pytest.raises(ConfigurationError, match=r"cannot use its file .*bettune.rate-limit-\w+: "):
        BetTune("t", rate_limit=LIMIT)


def test_a_folder_that_is_removed_is_made_again(connect, box, cache):
    limit = RateLimit(2, 3600, shared=True)
    client = connect(box.token, base_url=box.base_url, rate_limit=limit)
    for _ in range(2):
        shutil.rmtree(cache)
        client.sports.list()
    # What the client itself sent still counts.
    shutil.rmtree(cache)
    with pytest.raises(RateLimitError, match="nothing was sent"):
        client.sports.list()


def test_a_file_that_goes_bad_is_an_error_of_the_call(connect, box, cache):
    client = connect(box.token, base_url=box.base_url, rate_limit=LIMIT)
    shutil.rmtree(cache)
    cache.write_text("no folder")
    with pytest.raises(ConfigurationError, match="cannot use its file"):
        client.sports.list()


def test_without_a_home(monkeypatch):
    def lost(_):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "expanduser", lost)
    with pytest.raises(ConfigurationError, match="set XDG_CACHE_HOME"):
        BetTune("t", rate_limit=LIMIT)


def test_the_error_on_a_system_without_file_locks_gives_advice(monkeypatch):
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
