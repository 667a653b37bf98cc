"""A monotonic clock that advances even while freezegun or time-machine hold the system's clock."""

from __future__ import annotations

import time


class Clock:
    """Seconds that never go back. A completed wait moves the clock, even if the system's stands."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._latest = 0.0

    def now(self) -> float:
        """Return the seconds since some fixed moment."""
        self.waited_until(self._latest)
        self._latest = time.monotonic() + self._ahead
        return self._latest

    def waited_until(self, moment: float) -> None:
        """Note that a wait was completed: the present is at least `moment`."""
        self._ahead = max(self._ahead, moment - time.monotonic())
