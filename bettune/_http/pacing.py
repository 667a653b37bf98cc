"""Pacing: who may send now, and how long the others wait; decisions without I/O."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from bettune._models import RateLimit

# How many answers are remembered while no limit is known, for one that is learnt later.
_REMEMBERED = 10_000
# How long a ticket waits at a time: the clocks below cannot wait for more than some years.
_LONGEST_WAIT = 3600.0


class Event(Protocol):
    """What wakes a waiting thread or task."""

    def set(self) -> object:
        """Wake it."""


class Ticket:
    """One request's place among those that wait to be sent."""

    __slots__ = ("event", "not_before", "wants_connection")

    def __init__(self) -> None:
        self.event: Event | None = None
        self.not_before = 0.0
        self.wants_connection = False


class Pacer:
    """Keeps one client within its rate limit and its connections, in the order of its requests.

    A request takes a place from its start until `per` seconds after its answer. It reached the
    server somewhere between its start and its answer, so the server never sees more than
    `requests` of them in any `per` seconds, however unevenly they travel.

    At most `most` are under way. More would wait for a connection in httpx, where a limit learnt
    meanwhile does not reach them, and in no good order.
    """

    def __init__(
        self, limit: RateLimit | None, most: float, new_event: Callable[[], Event]
    ) -> None:
        self.limit = limit
        self._given = limit is not None
        self._most = most
        self._new_event = new_event
        self._lock = threading.Lock()
        self._held_until = 0.0
        self._under_way = 0
        self._answered: deque[float] = deque()
        # An ordered set: those who wait for a place, first come first.
        self._queue: dict[Ticket, None] = {}
        self._waiting: set[Ticket] = set()

    def admit(self, ticket: Ticket) -> float:
        """Take a place and return 0, or return the seconds to wait before asking again.

        The wait is never longer than needed as things stand; when they change for the better,
        the ticket's event is set.
        """
        with self._lock:
            now = time.monotonic()
            wait = ticket.not_before - now
            if wait <= 0:
                wait = max(self._held_until - now, self._wait_for_place(ticket, now))
                if wait <= 0:
                    self._under_way += 1
                    self._forget(ticket)
                    return 0.0
                self._queue[ticket] = None
            ticket.event = self._new_event()
            self._waiting.add(ticket)
            return min(wait, _LONGEST_WAIT)

    def leave(self, ticket: Ticket) -> None:
        """Give up waiting."""
        with self._lock:
            self._forget(ticket)

    def answered(self) -> None:
        """Note that a request under way got its answer, or never will."""
        with self._lock:
            self._under_way -= 1
            self._answered.append(time.monotonic())
            self._wake_next()
            if self.limit is None and len(self._answered) > _REMEMBERED:
                self._answered.popleft()

    def learn(self, limit: RateLimit) -> None:
        """Keep to the limit that an answer told, unless the caller gave one."""
        with self._lock:
            if self._given or limit == self.limit:
                return
            self.limit = limit
            for ticket in self._waiting:
                self._wake(ticket)

    def hold(self, seconds: float) -> None:
        """Let nobody send for so long, since the server asked for it."""
        with self._lock:
            self._held_until = max(self._held_until, time.monotonic() + seconds)

    def _wait_for_place(self, ticket: Ticket, now: float) -> float:
        first = self._under_way + len(self._queue)
        if ticket in self._queue:
            first = self._under_way + next(n for n, one in enumerate(self._queue) if one is ticket)
        ticket.wants_connection = first >= self._most
        if ticket.wants_connection:
            return _LONGEST_WAIT
        if self.limit is None:
            return 0.0
        while self._answered and self._answered[0] + self.limit.per <= now:
            self._answered.popleft()
        missing = first + 1 + len(self._answered) - self.limit.requests
        if missing <= 0:
            return 0.0
        if missing <= len(self._answered):
            return self._answered[missing - 1] + self.limit.per - now
        # Some places are held by requests under way: none of those is free before `per` from now.
        return self.limit.per

    def _forget(self, ticket: Ticket) -> None:
        self._queue.pop(ticket, None)
        self._waiting.discard(ticket)
        self._wake_next()

    def _wake_next(self) -> None:
        """Give the first in the queue the connection it waits for; it will wake the next."""
        if self._queue and self._under_way < self._most:
            ticket = next(iter(self._queue))
            if ticket.wants_connection:
                self._wake(ticket)

    @staticmethod
    def _wake(ticket: Ticket) -> None:
        if ticket.event is not None:
            ticket.event.set()
