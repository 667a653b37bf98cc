"""Run programs to their end, with their output as text."""

from __future__ import annotations

import os
import subprocess
import sys


def run(*command, cwd=None, timeout=600, **environment):
    """Run a command; return its status and output, whatever they are."""
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
    """Run a command that has to succeed; return its output."""
    done = run(*command, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def python(*arguments, **options):
    """Run Python."""
    return run(sys.executable, *arguments, **options)
