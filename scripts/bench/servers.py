"""Servers in separate processes: the fast server, and the sandbox."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bettune import RateLimit


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[str]]:
    """Run Python with some arguments until the block ends."""
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def fast_server(delay: float = 0.0) -> Iterator[str]:
    """Run a server that responds after `delay` seconds. Yields its base URL."""
    with running("-m", "scripts.bench.fast_server", str(delay)) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"


@contextmanager
def sandbox(limit: RateLimit | None = None) -> Iterator[tuple[str, str]]:
    """Run a sandbox, optionally with a rate limit. Yields its base URL and a token."""
    options = ["--rate-limit", f"{limit.requests}/{limit.per:g}"] if limit else []
    with running("-m", "bettune.sandbox", *options) as process:
        assert process.stdout is not None
        _, base, token = (process.stdout.readline().strip() for _ in range(3))
        yield base.partition("BASE_URL=")[2], token.partition("TOKEN=")[2]
