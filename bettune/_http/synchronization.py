"""Waiting of threads and tasks, and owners of clients. Each class X has its twin AsyncX."""

from __future__ import annotations

import os
import threading
from contextlib import suppress

import anyio
from anyio.lowlevel import RunVar

from bettune._errors import BetTuneError


class Event:
    """Wakes one waiting thread, once.

    Not `threading.Event`: an interrupt in the middle of its `set` leaves it locked for ever.
    """

    def __init__(self) -> None:
        self._unset = threading.Lock()
        self._unset.acquire()

    def set(self) -> None:
        """Wake the thread, now or as soon as it waits. Idempotent."""
        with suppress(RuntimeError):  # it is set
            self._unset.release()

    def wait(self, seconds: float) -> bool:
        """Wait for at most `seconds`; return whether the event was set."""
        return self._unset.acquire(timeout=seconds)


class AsyncEvent:
    """Wakes one waiting task, once."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def set(self) -> None:
        """Wake the task, now or as soon as it waits. Idempotent."""
        self._event.set()

    async def wait(self, seconds: float) -> bool:
        """Wait for at most `seconds`; return whether the event was set."""
        with anyio.move_on_after(seconds):
            await self._event.wait()
        return self._event.is_set()


class Owner:
    """The owner of a client: any thread of the process that first used it."""

    def __init__(self) -> None:
        self._process: int | None = None

    def is_elsewhere(self) -> bool:
        """Return whether the client belongs to the process that this one was forked from."""
        return self._process not in {None, os.getpid()}

    def check(self) -> None:
        """Claim the client for this process, or reject use where its connections are not.

        Raises:
            BetTuneError: another process used it before a fork.
        """
        if self.is_elsewhere():
            raise BetTuneError("this client was made before a fork: make one in each process")
        self._process = os.getpid()


class AsyncOwner(Owner):
    """The owner of an async client: the event loop and the process that first used it."""

    def __init__(self) -> None:
        super().__init__()
        self._here: RunVar[bool] | None = None

    def check(self) -> None:
        """Claim the client for this event loop, or reject use where its connections are not.

        Raises:
            BetTuneError: another event loop, or another process before a fork, used it.
        """
        super().check()
        if self._here is None:
            self._here = RunVar("here", default=False)
            self._here.set(True)
        elif not self._here.get():
            raise BetTuneError("this client was used in another event loop: make one in each")
