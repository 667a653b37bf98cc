"""What is the async client's own: how a task waits, and keeps a deadline."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import anyio
import httpx
from anyio.lowlevel import RunVar

from bettune._errors import BetTuneError
from bettune._http.fork import Fork

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bettune._http.pacing import Event

new_event = anyio.Event


async def wait(event: Event | None, seconds: float) -> bool:
    """Wait for an event, at most so long; whether it came."""
    assert isinstance(event, anyio.Event)  # the kind this module makes
    with anyio.move_on_after(seconds):
        await event.wait()
    return event.is_set()


class Home(Fork):
    """Where a client may be used: in the event loop and the process that first used it."""

    def __init__(self) -> None:
        super().__init__()
        self._here: RunVar[bool] | None = None

    def check(self) -> None:
        """Refuse to run elsewhere: the connections belong to one event loop.

        Raises:
            BetTuneError: it is another event loop, or another process.
        """
        super().check()
        if self._here is None:
            self._here = RunVar("here", default=False)
            self._here.set(True)
        elif not self._here.get():
            raise BetTuneError("this client was used in another event loop: make one in each")


class Deadline:
    """Holds the headers of an answer to a deadline, however steadily they come.

    httpx bounds each read of the network and not their sum, so that a server which sends a little
    from time to time is waited for without end.
    """

    def __init__(self, *_: Any) -> None:
        """Take what that of threads needs, and need none of it."""

    @contextmanager
    def __call__(self, seconds: float | None) -> Iterator[None]:
        """Hold what is awaited within to so many seconds; None to no deadline."""
        if seconds is None:
            yield
            return
        with anyio.move_on_after(seconds) as scope:
            yield
        if scope.cancelled_caught:
            raise httpx.ReadTimeout("no whole answer by the deadline of the try")


class Content(httpx.ByteStream):
    """The body of a request; httpx's own is a generator, which trio warns of when cancelled."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self._content = content
        self._rest = [content]

    def __aiter__(self) -> Content:
        self._rest = [self._content]
        return self

    async def __anext__(self) -> bytes:
        if not self._rest:
            raise StopAsyncIteration
        return self._rest.pop()
