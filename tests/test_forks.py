"""Forked processes and signal handlers: neither waits for a lock, nor touches the parent's client.

Each program runs by itself, since a fork of a test process would take pytest's threads for granted.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from tests.scripted import SPORTS, Scripted

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")

PREAMBLE = """
import asyncio, logging, os, signal, sys, threading
from concurrent.futures import ThreadPoolExecutor
from bettune import AsyncBetTune, BetTune, BetTuneError, RateLimit

base_url, = sys.argv[1:]
PARENT = os.getpid()

def attempt(use):
    try:
        use()
        line = "worked"
    except BetTuneError as error:
        line = str(error)
    os.write(1, f"{line}\\n".encode())  # at once: parent and child write at the same time

def in_a_child(use):
    child = os.fork()
    if child == 0:
        signal.alarm(300)  # a deadlock
        try:
            use()
        finally:
            sys.stdout.flush()
            os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, "the child hangs"
"""
# Python warns of a fork beside threads; as an error, that is raised from 3.15 on.
FORKS = "ignore:This process (pid=:DeprecationWarning"
REFUSAL = "this client was used before a fork: make a client in each process"


def run(program, base_url, **options):
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-W", FORKS, "-c", PREAMBLE + program, base_url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def output(program, base_url, **options):
    with run(program, base_url, **options) as process:
        stdout, stderr = process.communicate(timeout=600)
    assert stderr == ""
    return stdout.splitlines()


def test_a_client_works_in_the_process_that_first_used_it(box):
    program = """
token = "bettune-sandbox-pro"
client = BetTune(token, base_url=base_url)
unused, shared = BetTune(token, base_url=base_url), AsyncBetTune(token, base_url=base_url)
client.sports.list()

def child():
    attempt(client.sports.list)
    attempt(client.with_options(timeout=5).sports.list)
    attempt(lambda: client.predictions.sync(11583, {1: 2}))
    attempt(unused.sports.list)
    attempt(lambda: asyncio.run(shared.sports.list()))
    with BetTune(token, base_url=base_url) as other:
        attempt(other.sports.list)
    client.close()
    client.close()
    attempt(client.sports.list)

in_a_child(child)
attempt(client.sports.list)
client.close()
"""
    closed = "this client is closed: make a new one"
    expected = [REFUSAL] * 3 + ["worked"] * 3 + [closed, "worked"]
    assert output(program, box.base_url) == expected


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_child_that_closes_the_client_leaves_the_parents_request_alone(kind):
    program = {
        "sync": """
client = BetTune("t", base_url=base_url)
with ThreadPoolExecutor(1) as pool:
    call = pool.submit(client.sports.list)
    sys.stdin.readline()  # it is in flight
    in_a_child(client.close)
    print("closed", flush=True)
    print(len(call.result()), flush=True)
    print(len(client.sports.list()))
client.close()
""",
        "async": """
async def main():
    async with AsyncBetTune("t", base_url=base_url) as client:
        call = asyncio.create_task(client.sports.list())
        await asyncio.to_thread(sys.stdin.readline)
        in_a_child(lambda: list(client.aclose().__await__()))
        print("closed", flush=True)
        print(len(await call), len(await client.sports.list()))

asyncio.run(main())
""",
    }[kind]
    came, go = threading.Event(), threading.Event()

    def serve(_):
        came.set()
        go.wait(60)
        return SPORTS

    with Scripted(serve) as server, run(program, server.base_url, stdin=subprocess.PIPE) as process:
        assert came.wait(60)
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "closed\n"
        go.set()
        stdout, stderr = process.communicate(timeout=600)
        assert (stdout.split(), stderr) == (["1", "1"], "")
        assert len(server.requests) == 2


# A thread of the parent is held in the middle of what takes a lock, or took one.
HELD = """
inside, leave = threading.Event(), threading.Event()

def hold(*_):
    if os.getpid() == PARENT and threading.current_thread() is not threading.main_thread():
        inside.set()
        leave.wait(300)

def begin(call):
    thread = threading.Thread(target=call)
    thread.start()
    inside.wait()

def end():
    leave.set()
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            thread.join()
"""
# A thread that decides about the shared limit, with its file locked.
LOCKED = f"""{HELD}
from bettune._http import shared_window

free_place = shared_window._free_place
shared_window._free_place = lambda *args: hold() or free_place(*args)
options = {{"base_url": base_url, "rate_limit": RateLimit(10, 1, shared=True), "max_wait": 20}}
client = BetTune("bettune-sandbox-pro", **options)
begin(lambda: attempt(client.sports.list))
"""


def test_a_child_of_a_fork_amid_the_cleaning_of_a_log_makes_a_client_and_logs(box):
    program = f"""{HELD}
from bettune._http import redaction

def slow(text):
    hold()
    return text

redaction._logs.add(slow)
logger = logging.getLogger("httpx")
logging.basicConfig(level=logging.INFO, stream=open(os.devnull, "w"))
begin(lambda: logger.info("x"))

def child():
    with BetTune("bettune-sandbox-pro", base_url=base_url) as client:
        attempt(client.sports.list)
    logger.info("y")

in_a_child(child)
end()
"""
    assert output(program, box.base_url) == ["worked"]


def test_a_child_of_a_fork_amid_a_decision_of_the_rate_limiter_is_refused_and_goes_on(box):
    program = f"""{HELD}
from bettune._http.rate_limiter import Window

client = BetTune("bettune-sandbox-pro", base_url=base_url)
day = client.matches.list("2999-06-06")
plan = client.predictions.plan(11583, {{match.id: 2 for match in day[:20]}})
delay = Window.delay
Window.delay = lambda *args: hold() or delay(*args)
begin(lambda: attempt(client.sports.list))

def child():
    attempt(client.sports.list)
    attempt(lambda: client.predictions.apply(plan))
    client.close()

in_a_child(child)
end()
client.close()
"""
    assert output(program, box.base_url) == [REFUSAL, REFUSAL, "worked"]


def test_a_child_of_a_fork_amid_the_locked_file_of_a_shared_limit_goes_on(box, tmp_path):
    program = f"""{LOCKED}
child = os.fork()
if child == 0:
    signal.alarm(300)
    with BetTune("bettune-sandbox-pro", **options) as own:
        attempt(own.sports.list)
    os._exit(0)
end()
assert os.waitpid(child, 0)[1] == 0, "the child hangs"
client.close()
"""
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}
    assert output(program, box.base_url, env=environment) == ["worked", "worked"]


def test_a_child_keeps_no_lock_of_the_shared_limits_file(box, tmp_path):
    """A child that lives on, and never asks for the file, does not stop its parent."""
    program = f"""{LOCKED}
read, write = os.pipe()
child = os.fork()
if child == 0:
    os.close(write)
    os.read(read, 1)
    os._exit(0)
end()
attempt(client.sports.list)
os.close(write)
os.waitpid(child, 0)
client.close()
"""
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}
    assert output(program, box.base_url, env=environment) == ["worked", "worked"]


def test_a_signal_handler_that_logs_amid_the_cleaning_of_a_log(box):
    program = """
from bettune._http import redaction

logger = logging.getLogger("httpx")
logging.basicConfig(level=logging.INFO, stream=open(os.devnull, "w"))

def handler(*_):
    logger.info("from a handler")
    with BetTune("bettune-sandbox-pro", base_url=base_url) as client:
        attempt(client.sports.list)

def interrupted(text):
    if not seen:
        seen.append(text)
        os.kill(os.getpid(), signal.SIGUSR1)
    return text

seen = []
signal.signal(signal.SIGUSR1, handler)
signal.alarm(300)
redaction._logs.add(interrupted)
logger.info("x")
"""
    assert output(program, box.base_url) == ["worked"]
