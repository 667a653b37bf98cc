"""A monotonic clock that advances even while freezegun or time-machine stops the system's."""

from __future__ import annotations

import time


class Clock:
    """Monotonic seconds. A completed wait advances the clock, even if the system's is stopped."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._latest = 0.0

    def now(self) -> float:
        """Return the seconds since an arbitrary fixed moment."""
        self.waited_until(self._latest)
        self._latest = time.monotonic() + self._ahead
        return self._latest

    def waited_until(self, moment: float) -> None:
        """Record that a wait has completed: the time is now at least `moment`."""
        self._ahead = max(self._ahead, moment - time.monotonic())
