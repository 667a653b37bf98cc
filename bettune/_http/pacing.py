"""Pacing: who may send now, and how long the others wait; decisions without I/O.

Two small parts, each first come, first served: `Places` bounds how many requests are under way,
and `Window` how many the server may see in a time. The `Pacer` sends each request through both.
"""

from __future__ import annotations

import functools
import threading
import time
from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Protocol, TypeVar

from bettune._errors import BetTuneError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bettune._models import RateLimit

CLOSED = "this client is closed: make a new one"
# How many answers are remembered while no limit is known, for one that is learnt later.
_REMEMBERED = 10_000
# How long a ticket waits at a time: the clocks below cannot wait for more than some years.
LONGEST_WAIT = 3600.0


class Event(Protocol):
    """What wakes a waiting thread or task."""

    def set(self) -> object:
        """Wake it."""


class BlockedError(Exception):
    """The pace lets nobody out for longer than a request is ready to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class RunCancelledError(Exception):
    """The request's run was cancelled while it waited; nothing was sent."""


class RequestGroup:
    """Requests that are cancelled together: the writes of one worker of a bulk run.

    Attributes:
        cancelled: whether they are not to be sent any more.
        in_doubt: whether the server may have carried out the latest of them: it was sent, and no
            response told otherwise.
    """

    def __init__(self) -> None:
        self.cancelled = False
        self.in_doubt = False


class Ticket:
    """One request's place among those that wait to be sent."""

    __slots__ = ("__weakref__", "event", "group", "not_before", "seconds")

    def __init__(self, group: RequestGroup | None = None) -> None:
        self.group = group
        self.event: Event | None = None
        # How long to wait for the event, as of when it was asked last.
        self.seconds = 0.0
        # When it may be sent again, after a try that failed.
        self.not_before = 0.0


class Clock:
    """Seconds that go on even where the system's clock is held, as tests of dates do."""

    def __init__(self) -> None:
        self._behind = 0.0
        self._latest = 0.0

    def now(self) -> float:
        """Seconds since some moment; they never go back, as those of a clock let go of would."""
        self.waited_until(self._latest)
        self._latest = time.monotonic() + self._behind
        return self._latest

    def waited_until(self, moment: float) -> None:
        """Take note of a wait that was sat out, until that moment at least."""
        self._behind = max(self._behind, moment - time.monotonic())


# First come, first served. A dict would go over all that left each time it is asked for its first.
TicketQueue = OrderedDict[Ticket, None]


class Places:
    """At most so many are under way: a semaphore, first come, first served."""

    def __init__(self, capacity: float) -> None:
        self._capacity = capacity
        # To add and to discard are single steps, which no interrupt comes between.
        self._taken: set[Ticket] = set()
        self._queue: TicketQueue = OrderedDict()

    def take(self, ticket: Ticket) -> bool:
        """Take a place, or queue for one."""
        if ticket in self._taken:
            return True
        self._queue.setdefault(ticket)
        if self.next() is not ticket:
            return False
        self._taken.add(ticket)
        self._queue.pop(ticket, None)
        return True

    def leave(self, ticket: Ticket) -> None:
        """Give the place back, or leave the queue."""
        self._taken.discard(ticket)
        self._queue.pop(ticket, None)

    def next(self) -> Ticket | None:
        """Who may take a place now, if anybody waits for it."""
        if self._queue and len(self._taken) < self._capacity:
            return next(iter(self._queue))
        return None


class Window:
    """At most `limit.requests` in any `limit.per` seconds, in turns, first come, first served.

    A request counts from its start until `per` seconds after its answer. It reached the server
    somewhere between its start and its answer, so the server never sees more than `requests` of
    them in any `per` seconds, however unevenly they travel.
    """

    def __init__(self, limit: RateLimit | None) -> None:
        self.limit = limit
        self.held_until = 0.0
        self._under_way: set[Ticket] = set()
        self._answered: deque[float] = deque()
        self._queue: TicketQueue = OrderedDict()

    def take(self, ticket: Ticket, now: float) -> float:
        """Take a turn and return 0, or queue for one and return the seconds until the next one."""
        wait = self.wait(now)
        self._queue.setdefault(ticket)
        if self.next() is not ticket:
            return LONGEST_WAIT  # whoever is before it wakes it
        if wait <= 0:
            self._under_way.add(ticket)
            self._queue.pop(ticket, None)
        return wait

    def leave(self, ticket: Ticket, now: float) -> None:
        """Note that a request under way got its answer, or never will; or leave the queue."""
        self._queue.pop(ticket, None)
        if ticket in self._under_way:
            self._answered.append(now)
            self._under_way.discard(ticket)
            if self.limit is None and len(self._answered) > _REMEMBERED:
                self._answered.popleft()

    def next(self) -> Ticket | None:
        """Whose turn comes next, if anybody waits."""
        return next(iter(self._queue), None)

    def wait(self, now: float) -> float:
        """Seconds until anybody is let out, as far as that is known; not above 0 for now."""
        held = self.held_until - now
        if self.limit is None:
            return held
        requests, per = self.limit.requests, self.limit.per
        while self._answered and self._answered[0] + per <= now:
            self._answered.popleft()
        missing = len(self._under_way) + len(self._answered) + 1 - requests
        if missing <= 0:
            return held
        if missing <= len(self._answered):
            return max(held, self._answered[missing - 1] + per - now)
        # Places are held by requests under way: none of those is free before `per` from now.
        return max(held, per)


P = ParamSpec("P")
T = TypeVar("T")


def _locked(method: Callable[Concatenate[Pacer, P], T]) -> Callable[Concatenate[Pacer, P], T]:
    """Run a method of the pacer under its lock, whenever an interrupt comes.

    From Python 3.14 on one may come between what `with` acquires and its block, and the lock would
    stay taken; here it is given back, also where it was not taken yet.
    """

    @functools.wraps(method)
    def locked(self: Pacer, /, *args: P.args, **options: P.kwargs) -> T:
        lock = self._lock
        try:
            lock.acquire()
            return method(self, *args, **options)
        finally:
            try:  # noqa: SIM105 - to suppress takes calls of its own
                lock.release()
            except RuntimeError:
                pass

    return locked


class Pacer:
    """Keeps one client within its rate limit and its connections, in the order of its requests.

    More requests than connections would wait in httpx, where a limit learnt meanwhile does not
    reach them, and where each that comes free wakes all.
    """

    def __init__(
        self,
        limit: RateLimit | None,
        capacity: float,
        new_event: Callable[[], Event],
        window: Window | None = None,
    ) -> None:
        self.clock = Clock()
        self.closed = False
        self._given = limit is not None
        self._new_event = new_event
        self._lock = threading.RLock()
        self._places = Places(capacity)
        self._window = Window(limit) if window is None else window
        self._waiting: dict[Ticket, None] = {}

    @property
    def limit(self) -> RateLimit | None:
        """The rate limit given or learnt."""
        return self._window.limit

    @_locked
    def admit(self, ticket: Ticket, max_wait: float) -> bool:
        """Let a request go and return True, or say in the ticket how long to wait and return False.

        The wait is never longer than needed as things stand; when they change for the better, the
        ticket's event is set.

        Raises:
            BlockedError: the pace lets nobody out for longer than `max_wait`.
            RunCancelledError: the ticket's group was cancelled.
            BetTuneError: the client is closed.
        """
        if self.closed:
            raise BetTuneError(CLOSED)
        if ticket.group is not None and ticket.group.cancelled:
            raise RunCancelledError("the run was stopped before this was sent")
        now = self.clock.now()
        wait = ticket.not_before - now
        if wait <= 0:
            wait = LONGEST_WAIT
            if self._places.take(ticket):
                self._wake(self._places.next())
                wait = self._window.take(ticket, now)
            if wait <= 0:
                self._waiting.pop(ticket, None)
                self._wake(self._window.next())
                if ticket.group is not None:
                    # Here, under the lock: after `cancel`, a request is in doubt or is not sent.
                    ticket.group.in_doubt = True
                return True
            blocked = self._window.wait(now)
            if blocked > max_wait:
                raise BlockedError(blocked)
        ticket.event = self._new_event()
        ticket.seconds = min(wait, LONGEST_WAIT)
        self._waiting[ticket] = None
        return False

    @_locked
    def leave(self, ticket: Ticket) -> None:
        """Take back what a ticket holds or waits for; once more does no harm."""
        self._waiting.pop(ticket, None)
        self._window.leave(ticket, self.clock.now())
        self._places.leave(ticket)
        # Whoever is next: an interrupt may have come before it was told of its turn.
        self._wake(self._places.next())
        self._wake(self._window.next())

    @_locked
    def learn(self, limit: RateLimit) -> None:
        """Keep to the limit that an answer names, unless the caller gave one."""
        if not self._given and limit != self._window.limit:
            self._window.limit = limit
            self._wake_all()

    @_locked
    def hold(self, seconds: float) -> None:
        """Let nobody send for so long, since the server asked for it."""
        self._window.held_until = max(self._window.held_until, self.clock.now() + seconds)

    @_locked
    def cancel(self, group: RequestGroup) -> None:
        """Wake whoever waits in a group, and let none of it send again."""
        group.cancelled = True
        for ticket in self._waiting:
            if ticket.group is group:
                self._wake(ticket)

    @_locked
    def close(self) -> None:
        """Wake whoever waits, and let nobody send again."""
        self.closed = True
        self._wake_all()

    def _wake_all(self) -> None:
        for ticket in self._waiting:
            self._wake(ticket)

    @staticmethod
    def _wake(ticket: Ticket | None) -> None:
        if ticket is not None and ticket.event is not None:
            ticket.event.set()
