"""A sandbox for each test, and a plain HTTP client on it: nothing here goes through the facade."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from bettune.sandbox import Sandbox

Client = Callable[..., httpx.Client]


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox() as box:
        yield box


@pytest.fixture
def connect() -> Iterator[Client]:
    """Make a client of a base URL, with a token or without; it is closed after the test."""
    with ExitStack() as stack:

        def connect(base_url: str, token: str | None = None, **options: Any) -> httpx.Client:
            headers = {} if token is None else {"Authorization": f"Bearer {token}"}
            client = httpx.Client(
                base_url=base_url, headers=headers, trust_env=False, timeout=60, **options
            )
            return stack.enter_context(client)

        yield connect


@pytest.fixture
def client(box: Sandbox, connect: Client) -> httpx.Client:
    """A client with PRO."""
    return connect(box.base_url, box.token)


class Process:
    """`python -m bettune.sandbox` as a process of its own, once it has said where it is."""

    def __init__(self, *arguments: str) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "bettune.sandbox", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONWARNINGS": "error"},
        )
        assert self.popen.stdout is not None
        self.said = "".join(self.popen.stdout.readline() for _ in range(5))
        self.exports = dict(re.findall(r"^export (\w+)=(\S+)$", self.said, re.MULTILINE))


@pytest.fixture
def run() -> Iterator[Callable[..., Process]]:
    """Run sandboxes as processes; what is left of them is killed after the test."""
    started: list[Process] = []

    def run(*arguments: str) -> Process:
        started.append(Process(*arguments))
        return started[-1]

    yield run
    for process in started:
        process.popen.kill()
        process.popen.communicate()
