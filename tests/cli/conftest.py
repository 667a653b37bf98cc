"""The command line run three ways: in this process, as a process with pipes, in a terminal."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from bettune import BetTune
from bettune.cli.__main__ import main
from bettune.sandbox import Sandbox

BETTUNE = [sys.executable, "-m", "bettune.cli"]


def rows(text):
    """The rows of CSV."""
    return list(csv.DictReader(io.StringIO(text)))


def writes(box):
    """The methods of the requests that wrote."""
    return [seen.method for seen in box.seen if seen.method in {"PUT", "DELETE"}]


class Result(NamedTuple):
    """The exit status of a run, and its output."""

    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch):
    for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "COLORTERM", "CI"):
        monkeypatch.delenv(name, raising=False)
    for name in ("BETTUNE_API_TOKEN", "BETTUNE_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def use(monkeypatch):
    """Let the environment name a sandbox."""

    def use(box, token=None):
        monkeypatch.setenv("BETTUNE_BASE_URL", box.base_url)
        monkeypatch.setenv("BETTUNE_API_TOKEN", token or box.token)
        return box

    return use


@pytest.fixture
def box(use):
    """A sandbox that the environment names."""
    with Sandbox() as box:
        yield use(box)


@pytest.fixture
def client(box):
    """A client of that sandbox."""
    with BetTune() as client:
        yield client


@pytest.fixture
def file(tmp_path):
    """Write a file of odds."""

    def file(text):
        path = tmp_path / "odds.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return file


@pytest.fixture
def run(capsys):
    """Run a command in this process, with its output in pipes."""

    def run(*arguments):
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        return Result(status, *capsys.readouterr())

    return run


@pytest.fixture
def pipe():
    """Run a command as a process of its own, with its output in pipes."""

    def pipe(*arguments, stdin=b""):
        done = subprocess.run(
            [*BETTUNE, *map(str, arguments)],
            input=stdin,
            capture_output=True,
            check=False,
            timeout=600,
            env=os.environ | {"PYTHONWARNINGS": "error"},
        )
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    return pipe


@pytest.fixture
def terminal(monkeypatch):
    """Run a command in a terminal; or another program, such as a shell."""
    pytest.importorskip("termios", reason="needs POSIX terminals")
    monkeypatch.syspath_prepend(Path(__file__).parent)
    from terminal import Terminal  # noqa: PLC0415 - see the line before

    with ExitStack() as stack:

        def terminal(*arguments, program=BETTUNE, columns=80, rows=40):
            command = [*program, *map(str, arguments)]
            return stack.enter_context(Terminal(command, columns=columns, rows=rows))

        yield terminal
