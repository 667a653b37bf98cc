"""A server that sends prepared responses in turn, over real sockets."""

from __future__ import annotations

import json
import re
import select
import socket
import threading
import time
from contextlib import suppress
from typing import NamedTuple


class Request(NamedTuple):
    """A request that the server received."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float


def answer(status, body=b"", *, reason="Whatever", **headers):
    """Return a complete HTTP response as bytes. A body that is not bytes becomes JSON."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
        headers = {"content_type": "application/json", **headers}
    headers = {"content_length": str(len(body)), **headers}
    lines = [f"HTTP/1.1 {status} {reason}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


SPORTS = answer(200, {"count": 1, "items": [{"id": 1, "name": "football"}]})
NOTHING = answer(200, {"count": 0, "items": []})
SILENCE = object()  # read the request, and never respond


class Scripted:
    """Sends the responses in turn, and repeats the last one.

    A response is the bytes to send (b"" closes the connection), SILENCE, or a function that returns
    either for a Request. After an incomplete HTTP response, the server closes the connection.
    """

    def __init__(self, *answers, tls=None):
        self._answers = list(answers)
        self._tls = tls
        self._lock = threading.Lock()
        self._sockets = []
        self._threads = []
        self.requests = []

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self._listener.getsockname()
        self.base_url = f"http{'s' if self._tls else ''}://{self.host}:{self.port}/v1"
        self._start(self._accept)
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._threads[0].join()  # no further connections are accepted
        for connection in self._sockets:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    @property
    def paths(self):
        """The method and path of each received request."""
        return [(request.method, request.path) for request in self.requests]

    def wait_until_hung_up(self):
        """Wait until all clients have closed their connections, or fail."""
        # Connections are accepted in order, so after this one, all earlier ones were accepted.
        with socket.create_connection((self.host, self.port), timeout=60) as last:
            last.shutdown(socket.SHUT_WR)
            last.recv(1)
        for thread in self._threads[1:]:
            thread.join(60)
            assert not thread.is_alive(), "a client keeps a connection open"

    def _start(self, function, *args):
        thread = threading.Thread(target=function, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._sockets.append(connection)
            self._start(self._serve_tls if self._tls else self._serve, connection)

    def _serve_tls(self, connection):
        with suppress(OSError):
            wrapped = self._tls.wrap_socket(connection, server_side=True)
            with self._lock:
                self._sockets.append(wrapped)  # the original socket is detached
            self._serve(wrapped)

    def _serve(self, connection):
        with connection, connection.makefile("rb") as stream:
            try:
                while request := self._read(stream):
                    with self._lock:
                        self.requests.append(request)
                        given = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
                    if callable(given):
                        given = given(request)
                    if given is SILENCE:
                        stream.read()
                        return
                    connection.sendall(given)
                    if not _is_whole(given):
                        return
            except OSError:
                pass

    @staticmethod
    def _read(stream):
        """Return a request, or None if the client closed the connection before its end."""
        first, headers = stream.readline().split(), {}
        while (line := stream.readline()).strip():
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", 0))
        body = stream.read(length)
        if not line or len(body) < length:
            return None
        return Request(first[0].decode(), first[1].decode(), headers, body, time.monotonic())


class Endless(Scripted):
    """Sends the same bytes repeatedly, and never completes the response."""

    def __init__(self, piece, pause):
        super().__init__(b"")
        self._piece, self._pause = piece, pause
        self._over = threading.Event()

    def __exit__(self, *args):
        self._over.set()
        super().__exit__(*args)

    def _serve(self, connection):
        with connection, connection.makefile("rb") as stream:
            try:
                self._read(stream)
                if self._piece.startswith(b"X"):
                    connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while not self._over.wait(self._pause):
                    connection.sendall(self._piece)
            except OSError:
                pass


class Tunnel(Scripted):
    """A proxy that connects to the port of a CONNECT request, optionally with TLS.

    After `fast` bytes of the server, it passes on one byte every 0.05 seconds.
    """

    def __init__(self, *, tls=None, fast=None):
        super().__init__(b"", tls=tls)
        self._fast = fast
        self._over = threading.Event()

    def __exit__(self, *args):
        self._over.set()
        super().__exit__(*args)

    def _serve(self, connection):
        with connection, connection.makefile("rb", 0) as stream, suppress(OSError, ValueError):
            request = self._read(stream)
            if request is None:
                return
            self.requests.append(request)
            with socket.create_connection((self.host, int(request.path.split(":")[1]))) as server:
                self._sockets.append(server)
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self._pass_on(connection, server)

    def _pass_on(self, connection, server):
        """Pass on data in both directions, in one thread: OpenSSL is not thread-safe here."""
        left, both = self._fast, [connection, server]
        while True:
            has_read_ahead = hasattr(connection, "pending") and connection.pending()
            ready = [connection] if has_read_ahead else select.select(both, [], [])[0]
            for sender in ready:
                data = sender.recv(65536)
                if not data:
                    return
                if sender is connection:
                    server.sendall(data)
                    continue
                quick = data if left is None else data[:left]
                connection.sendall(quick)
                left = None if left is None else left - len(quick)
                for at in range(len(quick), len(data)):
                    connection.sendall(data[at : at + 1])
                    self._over.wait(0.05)


def most_in_any_window(server, per):
    """Return the largest number of requests that the server received in any `per` seconds."""
    arrivals = [request.at for request in server.requests]
    return max(sum(start <= at < start + per for at in arrivals) for start in arrivals)


def _is_whole(given):
    """Return whether the bytes are one or more whole HTTP responses."""
    head, separator, body = given.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: (\d{1,9})(?:\r\n|$)", head.lower())
    if not separator or not length:
        return False
    rest = body[int(length[1]) :]
    return len(body) == int(length[1]) or _is_whole(rest)
