"""A deadline for one attempt, however its bytes arrive.

httpx bounds each read from the network and not their sum: a server that sends a byte from time to
time would be waited for without end.
"""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Self

import anyio
import httpcore
import httpx

if TYPE_CHECKING:
    from types import TracebackType

_PASSED = "the response was not complete by the deadline of the attempt"


class AsyncDeadline:
    """Cancels what is awaited within it once its time is up.

    Raises:
        httpx.ReadTimeout: the time was up.
    """

    def __init__(self, seconds: float) -> None:
        self._scope = anyio.CancelScope(deadline=anyio.current_time() + seconds)

    def restart(self, seconds: float) -> None:
        """Give `seconds` from now on."""
        self._scope.deadline = anyio.current_time() + seconds

    def extend(self, seconds: float) -> None:
        """Give `seconds` more."""
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
    """Bounds what its thread reads and writes by the time that is left.

    Raises:
        httpx.ReadTimeout: the time was up.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def restart(self, seconds: float) -> None:
        """Give `seconds` from now on."""
        self._end = time.monotonic() + seconds

    def extend(self, seconds: float) -> None:
        """Give `seconds` more, unless the time is up."""
        if self.left() <= 0:
            raise httpx.ReadTimeout(_PASSED)
        self._end += seconds

    def left(self) -> float:
        """Seconds left."""
        return self._end - time.monotonic()

    def __enter__(self) -> Self:
        self._outer = getattr(_of_thread, "deadline", None)
        _of_thread.deadline = self
        return self

    def __exit__(self, *_: object) -> None:
        _of_thread.deadline = self._outer


_of_thread = threading.local()


def time_left(timeout: float | None) -> float | None:
    """Bound the timeout of one read or write by the deadline of this thread, if it has one.

    Raises:
        httpcore.ReadTimeout: the time is up.
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
