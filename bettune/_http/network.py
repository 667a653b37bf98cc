"""Network streams that respect the deadline of the current thread, and notice early responses.

Only the sync streams check the deadline. The deadline of a task is a cancel scope of anyio.
"""

from __future__ import annotations

import os
import socket
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import httpcore
import httpx

from bettune._http.deadline import time_left

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

# The bytes per write, and per read of TLS: the maximum size of a TLS record.
_PIECE = 16_384


def came_early(response: httpx.Response) -> bool:
    """Return whether the response arrived before the client sent the request.

    A server may send more than one response to a request. The second one must not count as the
    response to the next request on the connection.
    """
    stream = response.extensions.get("network_stream")
    return response.http_version.startswith("HTTP/1") and not getattr(stream, "has_read", True)


def wrapped(backend: Any) -> Backend | AsyncBackend:
    """Return a network backend of httpcore with our streams, which it may have already."""
    if isinstance(backend, Backend | AsyncBackend):
        return backend
    is_async = isinstance(backend, httpcore.AsyncNetworkBackend)
    return AsyncBackend(backend) if is_async else Backend(backend)


class AsyncBackend(httpcore.AsyncNetworkBackend):
    """A network backend whose streams notice early responses."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend) -> None:
        self._backend = backend

    async def connect_tcp(self, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        """Connect to a port."""
        return _AsyncStream(await self._backend.connect_tcp(*args, **options))

    async def connect_unix_socket(self, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        """Connect to a Unix socket."""
        return _AsyncStream(await self._backend.connect_unix_socket(*args, **options))

    async def sleep(self, seconds: float) -> None:
        """Wait before another attempt to connect."""
        await self._backend.sleep(seconds)


class _AsyncStream(httpcore.AsyncNetworkStream):
    # True if the stream has been read since the last write.
    has_read = True

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, *args: Any, **options: Any) -> bytes:
        data = await self._stream.read(*args, **options)
        self.has_read = True
        return data

    async def write(self, *args: Any, **options: Any) -> None:
        self.has_read = False
        await self._stream.write(*args, **options)

    async def aclose(self) -> None:
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    async def start_tls(self, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        return _AsyncStream(await self._stream.start_tls(*args, **options))


class Backend(httpcore.NetworkBackend):
    """A network backend whose streams respect the deadline of the current thread."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        """Connect to a port."""
        stream = self._backend.connect_tcp(
            host, port, time_left(timeout), local_address, socket_options
        )
        return _Stream(stream)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Any = None
    ) -> httpcore.NetworkStream:
        """Connect to a Unix socket."""
        return _Stream(self._backend.connect_unix_socket(path, time_left(timeout), socket_options))

    def sleep(self, seconds: float) -> None:
        """Wait before another attempt to connect (the option `retries` of a transport)."""
        left = time_left(seconds)
        self._backend.sleep(seconds if left is None else left)


class _Stream(httpcore.NetworkStream):
    # True if the stream has been read since the last write.
    has_read = True

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream
        self._process = os.getpid()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, time_left(timeout))
        self.has_read = True
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.has_read = False
        # In pieces: httpcore applies the timeout to each part that the server accepts.
        for start in range(0, len(buffer), _PIECE):
            self._stream.write(buffer[start : start + _PIECE], time_left(timeout))

    def close(self) -> None:
        # Closing a socket does not wake a thread that reads from it, but shutting it down does.
        # The shutdown of TLS would destroy the state that this thread uses. In a forked process,
        # the connection still belongs to the parent.
        if os.getpid() == self._process:
            with suppress(OSError):
                socket.socket.shutdown(self._stream.get_extra_info("socket"), socket.SHUT_RDWR)
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        if self._stream.get_extra_info("ssl_object") is not None:
            return _TLSInTLS(self, ssl_context, server_hostname, timeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, time_left(timeout))
        return _Stream(stream)


class _TLSInTLS(httpcore.NetworkStream):
    """TLS over a stream with TLS: a server behind an https:// proxy.

    The stream of httpcore does this too, but applies the timeout to each part of a TLS record.
    """

    has_read = True

    def __init__(
        self,
        stream: _Stream,
        context: ssl.SSLContext,
        hostname: str | None,
        timeout: float | None,
    ) -> None:
        self._stream = stream
        self._received, self._to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
        try:
            self._tls = context.wrap_bio(self._received, self._to_send, server_hostname=hostname)
            self._perform(self._tls.do_handshake, timeout)
        except (httpcore.ReadTimeout, httpcore.WriteTimeout) as error:
            self.close()
            raise httpcore.ConnectTimeout(str(error)) from error
        except (httpcore.NetworkError, OSError) as error:
            self.close()
            raise httpcore.ConnectError(str(error)) from error

    def _perform(self, operation: Callable[[], T], timeout: float | None) -> T:
        while True:
            try:
                result = operation()
            except ssl.SSLWantReadError:
                self._stream.write(self._to_send.read(), timeout)
                if data := self._stream.read(_PIECE, timeout):
                    self._received.write(data)
                else:
                    self._received.write_eof()
            else:
                self._stream.write(self._to_send.read(), timeout)
                return result

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            data = self._perform(lambda: self._tls.read(max_bytes), timeout)
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error
        self.has_read = True
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.has_read = False
        try:
            for start in range(0, len(buffer), _PIECE):
                piece = buffer[start : start + _PIECE]
                self._perform(lambda piece=piece: self._tls.write(piece), timeout)  # type: ignore[misc]
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._tls if info == "ssl_object" else self._stream.get_extra_info(info)
