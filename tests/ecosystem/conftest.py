"""What the tests beside users' tools share."""

import subprocess
import sys

import pytest

from bettune import AsyncBetTune, BetTune


@pytest.fixture
def python(tmp_path):
    """Run a script in a Python of its own, and return what it prints."""

    def run(code, *arguments, **environment):
        script = tmp_path / "script.py"
        script.write_text(code, "utf-8")
        done = subprocess.run(
            [sys.executable, "-W", "error", script, *arguments],
            cwd=tmp_path,
            env=environment or None,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture
def sync_client(bettune_sandbox):
    with BetTune(bettune_sandbox.token, base_url=bettune_sandbox.base_url) as client:
        yield client


@pytest.fixture
def async_client(bettune_sandbox):
    """An async client, which the test closes."""
    return AsyncBetTune(bettune_sandbox.token, base_url=bettune_sandbox.base_url)
