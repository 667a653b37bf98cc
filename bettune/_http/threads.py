"""What is the sync client's own: how a thread waits, and keeps a deadline."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

import httpcore

from bettune._http.fork import Fork

if TYPE_CHECKING:
    import httpx

    from bettune._http import pacing


class Event:
    """What one thread waits for, once.

    Not threading's: an interrupt in the middle of its `set` leaves it locked for ever.
    """

    def __init__(self) -> None:
        self._unset = threading.Lock()
        self._unset.acquire()

    def set(self) -> None:
        """Wake the thread, now or as soon as it waits; once more does nothing."""
        with suppress(RuntimeError):  # it is set
            self._unset.release()

    def wait(self, seconds: float) -> bool:
        """Wait at most so long; whether it was set."""
        return self._unset.acquire(timeout=seconds)


new_event = Event


def wait(event: pacing.Event | None, seconds: float) -> bool:
    """Wait for an event, at most so long; whether it came."""
    assert isinstance(event, Event)  # the kind this module makes
    return event.wait(seconds)


class Home(Fork):
    """Where a client may be used: in any thread of the process that made it."""


class Deadline:
    """Holds the headers of an answer to a deadline, however steadily they come.

    httpx bounds each read of the network and not their sum, so that a server which sends a little
    from time to time is waited for without end. This bounds each read by what is left.
    """

    def __init__(self, client: httpx.Client, own: list[Any]) -> None:
        self._ends: dict[int, float] = {}
        backend = _Backend(self)
        transports = [client._transport, *client._mounts.values()]  # noqa: SLF001 - httpx has no other way
        for transport in transports:
            pool = getattr(transport, "_pool", None)
            if isinstance(pool, httpcore.ConnectionPool) and transport not in own:
                pool._network_backend = backend  # noqa: SLF001 - a transport takes none

    def __call__(self, seconds: float | None) -> Self:
        """Hold what this thread reads within to so many seconds; None to no deadline."""
        if seconds is not None:
            self._ends[threading.get_ident()] = time.monotonic() + seconds
        return self

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self._ends.pop(threading.get_ident(), None)

    def left(self, timeout: float | None) -> float | None:
        """How long this thread may read now, given a time-out of its own."""
        end = self._ends.get(threading.get_ident())
        if end is None:
            return timeout
        left = end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("no whole answer by the deadline of the try")
        return left if timeout is None else min(left, timeout)


class _Backend(httpcore.SyncBackend):
    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def connect_tcp(self, *args: Any, **options: Any) -> httpcore.NetworkStream:
        return _Stream(super().connect_tcp(*args, **options), self._deadline)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        # To close a socket does not wake a thread that reads from it; this does, and TLS's own
        # would take its state away from under that thread.
        with suppress(OSError):
            socket.socket.shutdown(self._stream.get_extra_info("socket"), socket.SHUT_RDWR)
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def start_tls(self, *args: Any, **options: Any) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(*args, **options), self._deadline)
