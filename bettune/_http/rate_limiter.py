"""Rate limiting: decides which requests may start, and the waits of the others. Does no I/O.

There are two FIFO parts: `Slots` limits the requests in flight, and `Window` limits the requests
per time. `RateLimiter` starts a request that has a slot and a turn in the window.
"""

from __future__ import annotations

import functools
import os
import threading
from collections import OrderedDict, deque
from contextlib import suppress
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Protocol, TypeVar
from weakref import WeakSet

from bettune._errors import BetTuneError
from bettune._http.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from bettune._models import RateLimit

CLOSED = "this client is closed: make a new one"
# The maximum number of responses remembered, even while no limit is known.
_REMEMBERED = 100_000
# The longest single wait for an event, in seconds: some systems cannot wait for years.
LONGEST_WAIT = 3600.0
# The minimum seconds for which a learnt limit is kept before it is probed, whatever `max_wait`.
_SHORTEST_HOLD = 0.25


class Event(Protocol):
    """Wakes a waiting thread or task."""

    def set(self) -> object:
        """Wake the thread or task."""


class MaxWaitExceededError(Exception):
    """The rate limit would delay the request beyond `max_wait`.

    Attributes:
        seconds: the seconds until a request can start, as far as known.
        reason: the reason, if it is not the limit itself.
    """

    def __init__(self, seconds: float, reason: str = "") -> None:
        super().__init__(seconds, reason)
        self.seconds = seconds
        self.reason = reason


class RunCancelledError(Exception):
    """The run of the request was stopped while the request waited. It was not executed."""


class RequestGroup:
    """Requests that are cancelled together: the writes of one worker of a bulk run.

    Attributes:
        cancelled: True if the requests must not be sent any more.
        in_doubt: True if the server may have executed the latest request of the group: it was
            sent, and no response has shown the opposite.
    """

    def __init__(self) -> None:
        self.cancelled = False
        self.in_doubt = False


class PendingRequest:
    """The rate limiter's view of a request that waits or is in flight."""

    __slots__ = ("__weakref__", "event", "group", "not_before", "seconds")

    def __init__(self, group: RequestGroup | None = None) -> None:
        self.group = group
        self.event: Event | None = None
        # The maximum wait for the event, as set by the latest call of `try_start`.
        self.seconds = 0.0
        # The earliest time of the next attempt after a failed attempt.
        self.not_before = 0.0


# FIFO. Not a dict: finding its first key scans all entries that were removed before.
RequestQueue = OrderedDict[PendingRequest, None]


def scaled_down(limit: RateLimit, max_requests: int) -> tuple[int, float]:
    """Return a limit as requests and seconds, both divided by the same number if necessary.

    The result has at most `max_requests` requests, so fewer have to be remembered. It is at least
    as strict as the limit.
    """
    parts = -(-limit.requests // max_requests)
    return limit.requests // parts, limit.per / parts


class Slots:
    """FIFO semaphore limiting requests in flight."""

    def __init__(self, capacity: float) -> None:
        self._capacity = capacity
        # Adding and discarding are single steps, which no interrupt can split.
        self._held: set[PendingRequest] = set()
        self._queue: RequestQueue = OrderedDict()

    def try_acquire(self, pending: PendingRequest) -> bool:
        """Take a slot, or queue for one."""
        if pending in self._held:
            return True
        self._queue.setdefault(pending)
        if self.next() is not pending:
            return False
        self._held.add(pending)
        self._queue.pop(pending, None)
        return True

    def release(self, pending: PendingRequest) -> None:
        """Give the slot back, or leave the queue. Idempotent."""
        self._held.discard(pending)
        self._queue.pop(pending, None)

    def next(self) -> PendingRequest | None:
        """Return the request that may take a slot now, if one waits and a slot is free."""
        if self._queue and len(self._held) < self._capacity:
            return next(iter(self._queue))
        return None


class Window:
    """FIFO limiter: at most `limit.requests` in any `limit.per` seconds.

    A request counts from its start until `per` seconds after its response. The server received it
    between these times, so it never receives more than `requests` in any `per` seconds, even if
    some requests take longer on their way than others.
    """

    def __init__(self, limit: RateLimit | None) -> None:
        self.limit = limit
        self.learnt = False
        # The request that was sent to learn the limit anew.
        self.probe: PendingRequest | None = None
        self.paused_until = 0.0
        self._in_flight: set[PendingRequest] = set()
        # The times of the responses to recent requests, in order.
        self._response_times: deque[float] = deque()
        self._queue: RequestQueue = OrderedDict()

    def try_acquire(self, pending: PendingRequest, now: float, max_wait: float) -> float:
        """Take a turn and return 0, or queue and return the seconds until the next turn."""
        delay = self.delay(now, max_wait)
        self._queue.setdefault(pending)
        if self.next() is not pending:
            return LONGEST_WAIT  # the request ahead in the queue wakes this one
        if delay <= 0:
            if self.learnt and self._delay_by_limit(now) > 0:
                self.probe = pending
            self._in_flight.add(pending)
            self._queue.pop(pending, None)
        return delay

    def release(self, pending: PendingRequest, now: float) -> None:
        """Record the end of a request in flight, or leave the queue. Idempotent."""
        self._queue.pop(pending, None)
        if self.probe is pending:
            self.probe = None
        if pending in self._in_flight:
            self._response_times.append(now)
            self._in_flight.discard(pending)
            if len(self._response_times) > _REMEMBERED:
                self._response_times.popleft()

    def next(self) -> PendingRequest | None:
        """Return the first request in the queue, if any."""
        return next(iter(self._queue), None)

    def delay(self, now: float, max_wait: float) -> float:
        """Return the seconds until the next turn, as far as known; 0 or less means now.

        A learnt limit that would delay longer than `max_wait` is kept for `max_wait` after the
        latest response. Then one request at a time may start, to learn the limit anew.
        """
        pause = self.paused_until - now
        delay = self._delay_by_limit(now)
        if self.learnt and delay > max_wait and not self._in_flight:
            hold = max(max_wait, _SHORTEST_HOLD)
            if now >= self._response_times[-1] + hold:
                return pause
        return max(pause, delay)

    def _delay_by_limit(self, now: float) -> float:
        if self.limit is None:
            return 0.0
        requests, per = scaled_down(self.limit, _REMEMBERED)
        while self._response_times and self._response_times[0] + per <= now:
            self._response_times.popleft()
        excess = len(self._in_flight) + len(self._response_times) + 1 - requests
        if excess <= 0:
            return 0.0
        if excess <= len(self._response_times):
            return self._response_times[excess - 1] + per - now
        # Requests in flight hold all the turns. They become free `per` seconds from now or later.
        return per


P = ParamSpec("P")
T = TypeVar("T")


def _locked(
    method: Callable[Concatenate[RateLimiter, P], T],
) -> Callable[Concatenate[RateLimiter, P], T]:
    """Run a method of the rate limiter under its lock. No interrupt leaves the lock acquired.

    An interrupt may come between any two lines: after `acquire` but before a `with` block has
    begun, or just before `release`. Any exception therefore releases the lock once more.
    """

    @functools.wraps(method)
    def locked(self: RateLimiter, /, *args: P.args, **options: P.kwargs) -> T:
        lock = self._lock
        try:
            try:
                lock.acquire()
                return method(self, *args, **options)
            finally:
                with suppress(RuntimeError):  # the lock was not acquired yet
                    lock.release()
        except BaseException:
            with suppress(RuntimeError):  # the lock is released already
                lock.release()
            raise

    return locked


def _make_new_locks() -> None:
    for rate_limiter in _rate_limiters:
        rate_limiter._lock = threading.RLock()  # noqa: SLF001 - of this module


# In a forked child, a thread that held a lock no longer exists and would never release it.
_rate_limiters: WeakSet[RateLimiter] = WeakSet()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_make_new_locks)


class RateLimiter:
    """Keeps a client within its rate limit and its number of connections. FIFO.

    Without the slots, requests beyond the number of connections would wait in httpx. A limit
    learnt during this wait would not apply to them, and each free connection would wake all of
    them.
    """

    def __init__(
        self,
        limit: RateLimit | None,
        max_in_flight: float,
        new_event: Callable[[], Event],
        window: Window | None = None,
    ) -> None:
        self.clock = Clock()
        self.closed = False
        self._is_given = limit is not None
        self._new_event = new_event
        self._lock = threading.RLock()
        self._slots = Slots(max_in_flight)
        self._window = Window(limit) if window is None else window
        self._waiting: dict[PendingRequest, None] = {}
        _rate_limiters.add(self)

    @property
    def limit(self) -> RateLimit | None:
        """The rate limit given or learnt."""
        return self._window.limit

    @_locked
    def try_start(self, pending: PendingRequest, max_wait: float) -> bool:
        """Start a request and return True, or set its `event` and `seconds` and return False.

        After a False, call again once the event is set or the seconds have passed. The event is set
        if the request may be able to start earlier.

        Raises:
            MaxWaitExceededError: no request could start within `max_wait`.
            RunCancelledError: the request's group was cancelled.
            BetTuneError: the client is closed.
        """
        if self.closed:
            raise BetTuneError(CLOSED)
        if pending.group is not None and pending.group.cancelled:
            raise RunCancelledError("the run was stopped before this request was sent")
        now = self.clock.now()
        wait = pending.not_before - now
        if wait <= 0:
            wait = LONGEST_WAIT
            if self._slots.try_acquire(pending):
                self._wake(self._slots.next())
                wait = self._window.try_acquire(pending, now, max_wait)
            if wait <= 0:
                self._waiting.pop(pending, None)
                self._wake(self._window.next())
                if pending.group is not None:
                    # Under the lock: after `cancel`, a request is either in doubt or never sent.
                    pending.group.in_doubt = True
                return True
            # Also for a request that waits for a slot, or is not the first in the queue.
            delay = self._window.delay(now, max_wait)
            if delay > max_wait:
                raise MaxWaitExceededError(delay)
        pending.event = self._new_event()
        pending.seconds = min(wait, LONGEST_WAIT)
        self._waiting[pending] = None
        return False

    @_locked
    def release(self, pending: PendingRequest) -> None:
        """Release the request's slot, turn and queue positions. Idempotent."""
        self._waiting.pop(pending, None)
        self._window.release(pending, self.clock.now())
        self._slots.release(pending)
        # Both queues: an interrupt may have prevented an earlier call from waking a request.
        self._wake(self._slots.next())
        self._wake(self._window.next())

    @_locked
    def learn(self, limit: RateLimit) -> None:
        """Adopt the limit in a response, unless the caller has set one."""
        if not self._is_given and limit != self._window.limit:
            self._window.limit = limit
            self._window.learnt = True
            self._wake_all()

    @_locked
    def unlearn(self, pending: PendingRequest) -> None:
        """Drop the learnt limit if this request, which succeeded, exceeded it."""
        if self._window.probe is pending:
            self._window.limit = None
            self._window.learnt = False
            self._wake_all()

    @_locked
    def pause(self, seconds: float) -> None:
        """Pause all requests for `seconds`, as the server requested."""
        self._window.paused_until = max(self._window.paused_until, self.clock.now() + seconds)

    @_locked
    def cancel(self, group: RequestGroup) -> None:
        """Wake the waiting requests of a group, and start no more of its requests."""
        group.cancelled = True
        for pending in self._waiting:
            if pending.group is group:
                self._wake(pending)

    @_locked
    def close(self) -> None:
        """Wake all waiting requests, and start no more requests."""
        self.closed = True
        self._wake_all()

    def _wake_all(self) -> None:
        for pending in self._waiting:
            self._wake(pending)

    @staticmethod
    def _wake(pending: PendingRequest | None) -> None:
        if pending is not None and pending.event is not None:
            pending.event.set()
