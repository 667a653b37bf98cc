"""A server that gives one prepared answer after the other, over real sockets."""

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
    """A request that the server saw."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float


def answer(status, body=b"", *, reason="Whatever", **headers):
    """Give a whole HTTP answer; a body that is not bytes is sent as JSON."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
        headers = {"content_type": "application/json", **headers}
    headers = {"content_length": str(len(body)), **headers}
    lines = [f"HTTP/1.1 {status} {reason}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


SPORTS = answer(200, {"count": 1, "items": [{"id": 1, "name": "football"}]})
NOTHING = answer(200, {"count": 0, "items": []})
SILENCE = object()  # take the request, and never answer


class Scripted:
    """Serves the answers in turn; the last one for ever.

    An answer is the bytes to send (b"" hangs up), SILENCE, or a function of the Request that
    gives either. An answer that is not a whole HTTP answer hangs up after it.
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
        self._threads[0].join()  # it takes no more
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    @property
    def paths(self):
        """Method and path of each request seen."""
        return [(request.method, request.path) for request in self.requests]

    def wait_until_hung_up(self):
        """Return once every client has closed its connections; fail if one keeps them."""
        # They are taken in their order: once this one is, all that came before it were.
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
                self._sockets.append(wrapped)  # the other is detached
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
        """Read a request; None if the client hangs up before its end, as a cancelled one does."""
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
    """Sends the piece again and again, in place of an answer's end."""

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
    """A proxy that connects, with TLS of its own or not, to the port that CONNECT names.

    After `fast` bytes of the server's it passes on a byte now and then.
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
        """Pass on what either sends, in one thread: OpenSSL's connections are not for two."""
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
    """The largest number of requests that the server saw in any `per` seconds."""
    arrivals = [request.at for request in server.requests]
    return max(sum(start <= at < start + per for at in arrivals) for start in arrivals)


def _is_whole(given):
    """Whether these are whole HTTP answers, at least one."""
    head, separator, body = given.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: (\d{1,9})(?:\r\n|$)", head.lower())
    if not separator or not length:
        return False
    rest = body[int(length[1]) :]
    return len(body) == int(length[1]) or _is_whole(rest)
