"""The sandbox as a server: a socket, and uvicorn in a thread."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import threading
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import uvicorn

from bettune._errors import ConfigurationError
from bettune._values.display import short_repr
from bettune.sandbox._app import BASE_PATH, FREE_TOKEN, PRO_TOKEN, Seen, build_app, only_loopback
from bettune.sandbox._rate_limit import SlidingWindow
from bettune.sandbox._store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from starlette.types import ASGIApp, Receive, Scope, Send

    from bettune import RateLimit

__all__ = ["Sandbox", "Seen"]

_SEEN_AT_MOST = 100_000
_GRACE_SECONDS = 1.0

# Without a handler, logging would print warnings to stderr.
for _name in ("bettune.sandbox", "uvicorn"):
    logging.getLogger(_name).addHandler(logging.NullHandler())


class Sandbox:
    """A local BetTune over real HTTP, on 127.0.0.1, with its data in SQLite.

    Use it as a context manager, or call `start()` and `stop()`::

        with Sandbox() as box, BetTune(box.token, base_url=box.base_url) as bettune:
            ...

    A browser shows the documentation of the API, which can send requests, and the matches of a
    day: open `base_url` without its path.

    - `database`: a file, which is created if missing and may be shared with other sandboxes, or
      ":memory:" for a database that is lost when the sandbox stops.
    - `rate_limit`: the requests that each token may send, and in how many seconds. None means no
      limit.
    - `port`: the port, or 0 for any free port.
    - `now`: a function that returns the current time (aware), which decides which matches are
      finished. For tests.

    Raises `ConfigurationError` for an invalid argument.
    """

    token: str = PRO_TOKEN
    """The token of a user with PRO. It is the same in every sandbox and not secret."""

    free_token: str = FREE_TOKEN
    """The token of a user without PRO."""

    def __init__(
        self,
        database: str | os.PathLike[str] = ":memory:",
        rate_limit: RateLimit | None = None,
        port: int = 0,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        _check(database, rate_limit, port, now)
        self._database = database
        self._rate_limit = rate_limit
        self._port = port
        self._now = now
        self._seen: deque[Seen] = deque(maxlen=_SEEN_AT_MOST)
        self._opening = threading.Lock()
        self._open: _Open | None = None
        self._running: _Running | None = None

    @property
    def base_url(self) -> str:
        """The base URL for a client, without a trailing slash; `RuntimeError` unless running."""
        if self._running is None:
            raise RuntimeError("the sandbox is not running")
        return f"http://127.0.0.1:{self._running.port}{BASE_PATH}"

    @property
    def seen(self) -> list[Seen]:
        """The requests so far, in the order of their responses; at most the last 100,000.

        Each is a tuple of the arrival (`time.monotonic()`, seconds), the method, the path after
        the base URL (without its query, and at most 500 characters) and the status.
        """
        return list(self._seen)

    def start(self) -> None:
        """Start the server. When this method returns, the server accepts requests.

        Raises `OSError` if the port is in use or the database cannot be opened, and `RuntimeError`
        if the sandbox is already running.
        """
        if self._running is not None:
            raise RuntimeError("the sandbox is already running")
        listener = _listen(self._port)
        try:
            app = self._opened().app
        except BaseException:
            listener.close()
            raise
        self._running = _Running(only_loopback(app), listener)

    def asgi_app(self) -> ASGIApp:
        """Return the same sandbox as an ASGI application, to call in process, started or not.

        It shares predictions, rate limit and `seen` with the server. Without `start()` there is no
        socket and no thread. Use it in tests of code that takes a transport, in asyncio or trio::

            transport = httpx.ASGITransport(box.asgi_app())
            AsyncBetTune(box.token, base_url="https://sandbox/bet-tune-api/v1", transport=transport)

        `stop()` closes the database, which a later request opens again.
        """

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await self._opened().app(scope, receive, send)

        return app

    def stop(self) -> None:
        """Stop the server after the requests in flight. Does nothing if it is not running."""
        if self._running is not None:
            running, self._running = self._running, None
            running.stop()
        with self._opening:
            if self._open is not None:
                self._open.store.close()
                self._open = None

    def _opened(self) -> _Open:
        with self._opening:
            if self._open is None:
                limit = self._rate_limit
                window = None if limit is None else SlidingWindow(limit.requests, limit.per)
                store = Store(self._database, self._now)
                self._open = _Open(store, build_app(store, window, self._now, self._seen.append))
            return self._open

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        where = self.base_url if self._running else "not running"
        return f"<Sandbox {where}>"


class _Open(NamedTuple):
    """An open database and its application."""

    store: Store
    app: ASGIApp


class _Running:
    """The server of a started sandbox, in its thread."""

    def __init__(self, app: ASGIApp, listener: socket.socket) -> None:
        self.port: int = listener.getsockname()[1]
        self._server = _Server(
            uvicorn.Config(
                app,
                http="h11",
                loop="asyncio",
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=75,  # longer than that of clients, so that these close first
            )
        )
        # A daemon thread: a sandbox that was not stopped does not keep the interpreter alive.
        self._thread = threading.Thread(
            target=self._serve, args=(listener,), name=f"bettune-sandbox-{self.port}", daemon=True
        )
        self._thread.start()
        self._server.ready.wait()
        if not self._server.started:
            self._thread.join()
            raise RuntimeError("the sandbox's server did not start")

    def stop(self) -> None:
        self._server.stop_soon()
        self._thread.join()

    def _serve(self, listener: socket.socket) -> None:
        try:
            self._server.run(sockets=[listener])
        finally:
            self._server.ready.set()
            listener.close()


class _Server(uvicorn.Server):
    """The server of uvicorn, which sets `ready` once started, and stops without a delay."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        self.ready.set()

    async def main_loop(self) -> None:
        await self._stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Like the method of uvicorn, but without its delay of 0.1 s. If asyncio is accepting a
        # connection when its server is closed, it never closes the connection: so stop accepting
        # first.
        for listener in sockets or []:
            with suppress(NotImplementedError):  # Windows
                self._loop.remove_reader(listener)
        await asyncio.sleep(0.001)
        for server in self.servers:
            server.close()
        deadline = self._loop.time() + _GRACE_SECONDS
        while self.server_state.connections or self.server_state.tasks:
            for connection in list(self.server_state.connections):
                if self._loop.time() > deadline:
                    connection.transport.abort()
                elif not connection.transport.is_closing():
                    connection.shutdown()
            await asyncio.sleep(0.001)

    def stop_soon(self) -> None:
        """Make the server stop soon. Callable from any thread."""
        self._loop.call_soon_threadsafe(self._stopping.set)


def _check(database: Any, rate_limit: Any, port: Any, now: Any) -> None:
    if type(port) is not int or not 0 <= port <= 65535:
        raise ConfigurationError(
            f"port must be from 0 (any free port) to 65535, not {short_repr(port)}"
        )
    path = os.fspath(database) if isinstance(database, os.PathLike) else database
    if not isinstance(path, str) or not path or "\0" in path:
        raise ConfigurationError(
            f'database must be the path of a file, or ":memory:", not {short_repr(database)}'
        )
    if rate_limit is not None:
        from bettune import RateLimit  # noqa: PLC0415 - seldom needed, and slow to import

        if not isinstance(rate_limit, RateLimit):
            raise ConfigurationError(
                f"rate_limit must be a bettune.RateLimit or None, not {short_repr(rate_limit)}"
            )
    if not callable(now):
        raise ConfigurationError(f"now must be a function, not {short_repr(now)}")


def _listen(port: int) -> socket.socket:
    # asyncio disables Nagle's algorithm (40 ms per PUT) only with an explicit protocol.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # on Windows, two sockets could then share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise OSError(error.errno, f"cannot listen on 127.0.0.1:{port}: {reason}") from error
    return listener
