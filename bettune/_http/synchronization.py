"""Events for threads and tasks, and checks that a client is used in one process and event loop."""

from __future__ import annotations

import os
import threading
from contextlib import suppress

import anyio
from anyio.lowlevel import RunVar

from bettune._errors import BetTuneError


class Event:
    """Wakes one waiting thread, once.

    `threading.Event` is not used: an interrupt during its `set` leaves its lock acquired.
    """

    def __init__(self) -> None:
        self._unset = threading.Lock()
        self._unset.acquire()

    def set(self) -> None:
        """Wake the thread, now or as soon as it waits. Idempotent."""
        with suppress(RuntimeError):  # it is already set
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
    """Checks that a client is used only in the process that used it first."""

    def __init__(self) -> None:
        self._process: int | None = None

    def is_elsewhere(self) -> bool:
        """Return whether the client belongs to the process from which this one was forked."""
        return self._process not in {None, os.getpid()}

    def check(self) -> None:
        """Claim the client for this process, or raise if another process has claimed it.

        Raises:
            BetTuneError: the parent process used the client before a fork.
        """
        if self.is_elsewhere():
            raise BetTuneError("this client was used before a fork: make a client in each process")
        self._process = os.getpid()


class AsyncOwner(Owner):
    """Checks that an async client is used only in the event loop that used it first."""

    def __init__(self) -> None:
        super().__init__()
        self._here: RunVar[bool] | None = None

    def check(self) -> None:
        """Claim the client for this event loop, or raise if another one has claimed it.

        Raises:
            BetTuneError: another event loop, or the parent process, used the client.
        """
        super().check()
        if self._here is None:
            self._here = RunVar("here", default=False)
            self._here.set(True)
        elif not self._here.get():
            raise BetTuneError(
                "this client was used in another event loop: make a client in each loop"
            )
