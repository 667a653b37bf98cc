"""Signals of a command: the first one ends it as Ctrl-C does, and no report is lost to them."""

from __future__ import annotations

import signal
import threading
import time
from typing import Any, Self

# An end that takes longer is stuck, as where the reader stopped reading: then Ctrl-C works again.
_END_SECONDS = 1.0


class Interrupted(KeyboardInterrupt):
    """Ctrl-C. The others end a command in the same way."""

    exit_code = 130
    word = "interrupted"


class Terminated(Interrupted):
    """SIGTERM."""

    exit_code = 143
    word = "terminated"


class HungUp(Interrupted):
    """SIGHUP: the terminal was closed."""

    exit_code = 129
    word = "hung up"


class Signals:
    """Handles the signals that end a command, from its start to the end of the process.

    The first signal raises within the command. During a run of writes, which then waits for the
    requests in flight, a second Ctrl-C stops that wait. Further signals change nothing: they would
    only cut off the report.

    Attributes:
        first: what the first signal raised, if any came.
    """

    def __init__(self) -> None:
        self.first: Interrupted | None = None
        self._raised = 0
        self._writing = False
        self._over = False
        self._ending_since: float | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self.first, self._raised, self._writing = None, 0, False
        self._over, self._ending_since = False, None
        if threading.current_thread() is threading.main_thread():
            for number in _KINDS:
                before = signal.getsignal(number)
                if before is not signal.SIG_IGN:  # as under nohup
                    self._before[number] = before
                    signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        # After a signal the process is about to end: a late one does not kill it before that.
        for number, before in self._before.items():
            signal.signal(number, signal.SIG_IGN if self._raised else before)
        self._before.clear()

    def ignore(self) -> None:
        """Ignore all of them from now on: the command is done, and the process ends."""
        self._over = True
        self._raised = self._raised or 1

    def write_next(self) -> None:
        """Let a second signal reach the run of writes alone, which reports all the same."""
        self._writing = True

    def report_next(self) -> None:
        """Let no signal cut off the report: the writes have come to their end."""
        self._writing = False
        self._ending_since = time.monotonic()

    def _handle(self, number: int, _frame: object) -> None:
        if self._is_ignored(number):
            return
        self._raised += 1
        self._ending_since = time.monotonic()
        error = _KINDS[number]()
        self.first = self.first or error
        raise error

    def _is_ignored(self, number: int) -> bool:
        if self._over:
            return True
        if self._ending_since is None:
            return False
        # While writes are sent, the run has a handler of its own around this one.
        if signal.getsignal(number) != self._handle:
            return number != signal.SIGINT or self._raised > 1
        seconds = time.monotonic() - self._ending_since
        return self._writing or number != signal.SIGINT or seconds < _END_SECONDS


_KINDS: dict[int, type[Interrupted]] = {signal.SIGINT: Interrupted, signal.SIGTERM: Terminated}
if hasattr(signal, "SIGHUP"):
    _KINDS[signal.SIGHUP] = HungUp
signals = Signals()
