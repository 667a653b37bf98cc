"""The short form of `make soak`: memory and open files stay flat, and it sees when they do not."""

from __future__ import annotations

import subprocess
import sys

LEAK = """
import runpy, socket
from bettune._http.body_reader import BodyReader
kept, finish = [], BodyReader.finish
def leaking(*args):
    {leak}
    return finish(*args)
BodyReader.finish = leaking
runpy.run_module("scripts.soak", run_name="__main__")
"""


def soak(*python, requests):
    command = [sys.executable, *python, "--requests", str(requests)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.stderr == ""
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["sync", "async"]
    return done.returncode


def test_memory_and_files_are_flat(request):
    requests = 20_000 if request.config.getoption("--all") else 500
    assert soak("-m", "scripts.soak", requests=requests) == 0


def test_memory_that_grows_is_seen():
    assert soak("-c", LEAK.format(leak="kept.append(bytearray(20_000))"), requests=200) == 1


def test_files_that_stay_open_are_seen():
    assert soak("-c", LEAK.format(leak="kept.append(socket.socket())"), requests=100) == 1
