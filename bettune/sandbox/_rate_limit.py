"""The sandbox's rate limit, which counts the accepted requests of each token."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class SlidingWindow:
    """Accepts at most `requests` requests of one token in any `per` seconds.

    Rejected requests are not counted. Threads may share the window. `clock` returns monotonic
    seconds.
    """

    def __init__(
        self, requests: int, per: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.requests = requests
        self.per = per
        self._clock = clock
        self._lock = threading.Lock()
        self._admitted: dict[str, deque[float]] = {}

    def wait(self, token: str) -> float:
        """Accept a request and return 0.0, or reject it and return the seconds to wait."""
        with self._lock:
            admitted = self._admitted.setdefault(token, deque(maxlen=self.requests))
            now = self._clock()
            if len(admitted) == self.requests:
                room_at = admitted[0] + self.per
                if now < room_at:
                    return room_at - now
            admitted.append(now)
            return 0.0
