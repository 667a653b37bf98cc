"""Handles signals during a command: the first one ends it like Ctrl-C, after its report."""

from __future__ import annotations

import signal
import threading
import time
from typing import Any, Self

# If the command has not ended after this many seconds, Ctrl-C works again.
_END_SECONDS = 1.0


class Interrupted(KeyboardInterrupt):
    """SIGINT, from Ctrl-C. Other signals end a command in the same way."""

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

    The first signal raises an exception in the command. A run of writes then waits for the requests
    in flight, and a second signal ends that wait. Further signals are ignored: they would only
    cut off the report.

    Attributes:
        first: the exception of the first signal, or None.
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
                if before is not signal.SIG_IGN:  # nohup ignores SIGHUP
                    self._before[number] = before
                    signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        # After a signal, the process ends soon. Later signals must not kill it before that.
        for number, before in self._before.items():
            signal.signal(number, signal.SIG_IGN if self._raised else before)
        self._before.clear()

    def ignore(self) -> None:
        """Ignore all signals from now on: the command is done, and the process ends."""
        self._over = True
        self._raised = self._raised or 1

    def write_next(self) -> None:
        """Pass a second signal to the run of writes, which still makes its report."""
        self._writing = True

    def report_next(self) -> None:
        """Ignore signals during the report, after the end of the writes."""
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
