"""Progress on the terminal: a bar, and the reason for a wait."""

from __future__ import annotations

import math
import sys
import threading
import time
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any, cast

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
)
from rich.table import Column
from rich.text import Text

from bettune.cli._output import terminal_width

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bettune import BetTune
    from bettune.cli._options import Options

# Shorter waits, in seconds, are not shown.
_SHORTEST_SHOWN = 0.5


@contextmanager
def progress(
    client: BetTune, label: str, options: Options
) -> Iterator[tuple[BetTune, Callable[[int, int], None]]]:
    """Show a progress bar on a terminal, unless --quiet or --verbose is given.

    Yields the client to use, and a function to call with the done and total amounts.
    """
    if options.quiet or options.verbose or not sys.stderr.isatty():
        yield client, lambda _done, _total: None
        return
    waits = _Waits()
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=None, complete_style="green"),
        _Count(),
        _Outlook(client, waits),
        console=Console(file=cast("IO[str]", _SafeStderr()), width=terminal_width()),
        transient=True,
        expand=True,
    )
    with bar:
        task = bar.add_task(label, total=None)

        def advance(done: int, total: int) -> None:
            waits.end()
            bar.update(task, completed=done, total=total)

        yield client.with_options(on_wait=waits.begin), advance


class _SafeStderr:
    """Standard error without exceptions: closing the terminal must not end the work."""

    def __init__(self) -> None:
        self._stream = sys.stderr

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Waits:
    """The current wait of each thread, and its reason."""

    def __init__(self) -> None:
        self._until: dict[int, tuple[float, str]] = {}

    def begin(self, seconds: float, reason: str) -> None:
        if seconds >= _SHORTEST_SHOWN:
            self._until[threading.get_ident()] = time.monotonic() + seconds, reason

    def end(self) -> None:
        self._until.pop(threading.get_ident(), None)

    def shortest(self) -> tuple[float, str]:
        """Return the seconds until the first wait ends, and its reason; 0 without a wait."""
        now = time.monotonic()
        waits = [wait for wait in list(self._until.values()) if wait[0] > now]
        if not waits:
            return 0, ""
        until, reason = min(waits)
        return until - now, reason


class _Outlook(ProgressColumn):
    """The time left, and the current wait with its reason."""

    def __init__(self, client: BetTune, waits: _Waits) -> None:
        super().__init__(Column(no_wrap=True))  # the bar becomes narrower instead
        self._client = client
        self._waits = waits

    def render(self, task: Task) -> Text:
        wait, reason = self._waits.shortest()
        shown = f"waiting {math.ceil(wait)} s {reason}" if wait else ""
        return Text(", ".join(filter(None, [self._time_left(task, wait), shown])), "yellow")

    def _time_left(self, task: Task, wait: float) -> str:
        if not task.completed or task.total is None or task.elapsed is None:
            return ""
        rest = task.total - task.completed
        seconds = task.elapsed / task.completed * rest
        # The client learns the limit from the responses.
        if (limit := self._client.rate_limit) is not None:
            # The requests of the first window are sent without waits, so their speed does not
            # predict that of later windows.
            seconds = max(seconds, rest / limit.requests * limit.per)
        return f"{_duration(max(seconds, wait))} left"


class _Count(MofNCompleteColumn):
    """The done and total amounts; empty while these are unknown."""

    def render(self, task: Task) -> Text:
        return Text("") if task.total is None else super().render(task)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{math.ceil(seconds)} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
