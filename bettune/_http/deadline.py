"""Holds the headers of a response to a deadline, however steadily they arrive.

httpx bounds each read from the network and not their sum, so that a server which sends a few bytes
now and then would be waited for without end. An AsyncDeadline stands beside the Deadline.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Self

import anyio
import httpcore
import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

_PASSED = "no whole response by the deadline of the attempt"


class AsyncDeadline:
    """A deadline for what a task awaits."""

    def __init__(self, *_: Any) -> None:
        """Take what `Deadline` needs, and need none of it."""

    @contextmanager
    def __call__(self, seconds: float | None) -> Iterator[None]:
        """Hold what is awaited within to `seconds`; None is no deadline."""
        if seconds is None:
            yield
            return
        with anyio.move_on_after(seconds) as scope:
            yield
        if scope.cancelled_caught:
            raise httpx.ReadTimeout(_PASSED)


class Deadline:
    """A deadline for what a thread reads: it bounds each read by the time that is left."""

    def __init__(self, client: httpx.Client, own: list[Any]) -> None:
        self._ends: dict[int, float] = {}
        backend = _Backend(self)
        transports = [client._transport, *client._mounts.values()]  # noqa: SLF001 - httpx has no other way
        for transport in transports:
            pool = getattr(transport, "_pool", None)
            if isinstance(pool, httpcore.ConnectionPool) and transport not in own:
                pool._network_backend = backend  # noqa: SLF001 - a transport takes none

    def __call__(self, seconds: float | None) -> Self:
        """Hold what this thread reads within to `seconds`; None is no deadline."""
        if seconds is not None:
            self._ends[threading.get_ident()] = time.monotonic() + seconds
        return self

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self._ends.pop(threading.get_ident(), None)

    def left(self, timeout: float | None) -> float | None:
        """Return how long this thread may read now, given a timeout of its own."""
        end = self._ends.get(threading.get_ident())
        if end is None:
            return timeout
        left = end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout(_PASSED)
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
        self._process = os.getpid()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        # To close a socket does not wake a thread that reads from it; this does, and TLS's own
        # would take its state away from under that thread. It would cut the connection of the
        # process that this one was forked from, too.
        if os.getpid() == self._process:
            with suppress(OSError):
                socket.socket.shutdown(self._stream.get_extra_info("socket"), socket.SHUT_RDWR)
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def start_tls(self, *args: Any, **options: Any) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(*args, **options), self._deadline)


class AsyncContent(httpx.ByteStream):
    """The body of a request; httpx's own is a generator, which trio warns of when cancelled."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self._content = content
        self._rest = [content]

    def __aiter__(self) -> AsyncContent:
        self._rest = [self._content]
        return self

    async def __anext__(self) -> bytes:
        if not self._rest:
            raise StopAsyncIteration
        return self._rest.pop()
