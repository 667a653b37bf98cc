"""Run programs until they end, and return their output as text."""

from __future__ import annotations

import os
import subprocess
import sys


def run(*command, cwd=None, timeout=600, **environment):
    """Run a command, which may fail. Return its status and output."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )


def output(*command, **options):
    """Run a command that must succeed. Return its output."""
    done = run(*command, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def python(*arguments, **options):
    """Run Python with arguments. Return its status and output."""
    return run(sys.executable, *arguments, **options)
