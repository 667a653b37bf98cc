"""Fixtures of the tests beside users' tools."""

import sys

import pytest

from bettune import AsyncBetTune, BetTune
from tests.programs import output


@pytest.fixture
def python(tmp_path):
    """Run a script in a Python of its own, and return what it prints."""

    def run(code, *arguments, **environment):
        script = tmp_path / "script.py"
        script.write_text(code, "utf-8")
        command = sys.executable, "-W", "error", script, *arguments
        return output(*command, cwd=tmp_path, **environment)

    return run


@pytest.fixture
def sync_client(bettune_sandbox):
    with BetTune(bettune_sandbox.token, base_url=bettune_sandbox.base_url) as client:
        yield client


@pytest.fixture
def async_client(bettune_sandbox):
    """An async client, which the test closes."""
    return AsyncBetTune(bettune_sandbox.token, base_url=bettune_sandbox.base_url)
