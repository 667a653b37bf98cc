"""Deadlines for one whole attempt, and the timeouts of its parts.

The timeouts of httpx limit each read from the network, but not their sum. Without a deadline, a
server that sends one byte from time to time would keep the client waiting forever.
"""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Any, Self

import anyio
import httpcore
import httpx

if TYPE_CHECKING:
    from types import TracebackType

_PASSED = "the response was not complete by the deadline of the attempt"


class AsyncDeadline:
    """Cancels the code in its `with` block at the deadline.

    Raises:
        httpx.ReadTimeout: the deadline has passed.
    """

    def __init__(self, seconds: float) -> None:
        self._scope = anyio.CancelScope(deadline=anyio.current_time() + seconds)

    def restart(self, seconds: float) -> None:
        """Set the deadline to `seconds` from now."""
        self._scope.deadline = anyio.current_time() + seconds

    def extend(self, seconds: float) -> None:
        """Move the deadline by `seconds`."""
        self._scope.deadline += seconds

    def __enter__(self) -> Self:
        self._scope.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._scope.__exit__(kind, error, traceback)
        if self._scope.cancelled_caught:
            raise httpx.ReadTimeout(_PASSED)


class Deadline:
    """Limits the network reads and writes of its thread, in its `with` block, to the time left.

    Raises:
        httpx.ReadTimeout: the deadline has passed.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def restart(self, seconds: float) -> None:
        """Set the deadline to `seconds` from now."""
        self._end = time.monotonic() + seconds

    def extend(self, seconds: float) -> None:
        """Move the deadline by `seconds`, unless it has passed."""
        if self.left() <= 0:
            raise httpx.ReadTimeout(_PASSED)
        self._end += seconds

    def left(self) -> float:
        """Return the seconds until the deadline; 0 or less if it has passed."""
        return self._end - time.monotonic()

    def __enter__(self) -> Self:
        self._outer = getattr(_of_thread, "deadline", None)
        _of_thread.deadline = self
        return self

    def __exit__(self, *_: object) -> None:
        _of_thread.deadline = self._outer


_of_thread = threading.local()


def timeouts_of(request: httpx.Request) -> dict[str, Any]:
    """Return the timeouts of a request: a mapping of connect, read, write, pool to seconds."""
    timeouts: dict[str, Any] = request.extensions.get("timeout", {})
    return timeouts


def time_left(timeout: float | None) -> float | None:
    """Return the timeout of one read or write, limited by the deadline of this thread, if any.

    Raises:
        httpcore.ReadTimeout: the deadline has passed.
    """
    deadline = getattr(_of_thread, "deadline", None)
    if deadline is None:
        return timeout
    left: float = deadline.left()
    if left <= 0:
        raise httpcore.ReadTimeout(_PASSED)
    if left == math.inf:
        return timeout
    return left if timeout is None else min(left, timeout)
