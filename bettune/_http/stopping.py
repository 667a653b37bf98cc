"""How a run over many threads wakes those of its threads that wait, to stop at once."""

from __future__ import annotations

import threading
from contextvars import ContextVar


class Stopped(BaseException):
    """Raised in a thread whose run was stopped while it waited.

    An order, not an error: no `except Exception` takes it.
    """


class Stop:
    """The order to stop, shared by the threads of one run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given = False
        self._events: set[threading.Event] = set()

    def give(self) -> None:
        """Stop the run: whoever waits is woken, and nobody waits again."""
        with self._lock:
            self._given = True
            for event in self._events:
                event.set()

    def wait(self, event: threading.Event, seconds: float) -> None:
        """Wait for the event, at most so long.

        Raises:
            Stopped: the order was given.
        """
        with self._lock:
            if self._given:
                raise Stopped
            self._events.add(event)
        event.wait(seconds)
        with self._lock:
            self._events.discard(event)
            if self._given:
                raise Stopped


current: ContextVar[Stop | None] = ContextVar("current", default=None)
