"""A proxy before the sandbox that does to requests what networks and servers do to them."""

from __future__ import annotations

import asyncio
import random
import re
import socket
import threading
import time
from collections import Counter, defaultdict
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.conftest import hold_port

# For how long a refused connection's port stays closed.
_DOWN_SECONDS = 0.01


@dataclass(frozen=True)
class Fault:
    """One way to fail. `works` tells whether the server does the work before it."""

    name: str
    works: bool = False
    # In place of the server's answer.
    answer: bytes | None = None

    def __repr__(self):
        return self.name


def _status(name, status, body=b'{"code":"x","message":"made up"}', more=b"", **options):
    head = b"HTTP/1.1 %d Made Up\r\ncontent-length: %d\r\n%s\r\n" % (status, len(body), more)
    return Fault(name, answer=head + body, **options)


_LIMIT = b"X-RateLimit-Limit: 100000\r\nX-RateLimit-Window: 1\r\n"

REFUSED = Fault("refused")  # reset, and the port closed for a moment
RESET = Fault("reset")
HANGUP = Fault("hang-up")  # closed in good order, without an answer
SILENT = Fault("silent")  # no answer until the client gives up
LOST = Fault("lost", works=True)  # the work is done, its answer lost
STALE = Fault("stale", works=True)  # answered, then closed behind the client's back
CUT = Fault("cut", works=True)  # half the answer
LONG = Fault("too long a length", works=True)
SHORT = Fault("too short a length", works=True)
LATE = Fault("late first byte", works=True)  # but within the timeout
SLOW = Fault("slow body", works=True)  # each half within the timeout
RATE_LIMITED = _status("429", 429)
RATE_LIMITED_TOLD = _status("429 told", 429, more=b"Retry-After: 0\r\n" + _LIMIT)
ERRORS = [_status(str(status), status) for status in (500, 502, 503, 504)]
PAGE_502 = _status("502 page", 502, b"<html><h1>Bad Gateway</h1></html>")
PAGE_200 = _status("200 page", 200, b"<html><h1>Welcome</h1></html>")
WRONG_BODY = _status("200 wrong body", 200, b'{"id": "one"}', works=True)
SWAPPED = Fault("about another", works=True)  # the answer names a match that nobody asked for
DIES = Fault("dies")  # refuses from now on, until `up`
REDIRECTS = [Fault(str(status)) for status in (302, 307, 308)]  # to where it was sent already
FORBIDDEN = _status("422", 422)  # no try of any number brings more than this

# What a retry mends, but for the silence, which takes the client's timeout to notice.
PASSING = [REFUSED, RESET, HANGUP, LOST, STALE, CUT, LONG, *ERRORS, PAGE_502]
PASSING += [RATE_LIMITED, RATE_LIMITED_TOLD]
# What ends a request that has to bring a body back.
FINAL = [PAGE_200, WRONG_BODY, SHORT, FORBIDDEN, SWAPPED]
ALL = [*PASSING, *FINAL, *REDIRECTS, SILENT, LATE, SLOW]


class Seen(NamedTuple):
    """A request that came, and what was done to it."""

    method: str
    path: str
    fault: Fault | None
    status: int | None  # of the server's own answer, if it was asked
    at: float  # when it came


class Proxy:
    """Forwards to the server at `base_url`, with faults; `self.base_url` is for the client.

    A request gets the first that applies: what `chosen(method, path)` returns, what `upcoming`
    has next, one of `faults` at the `rate`. Which, is a matter of the seed, the method, the path
    and how often they came before, and not of the order in which requests come.
    """

    def __init__(self, base_url, *, faults=PASSING, rate=0.0, seed=0, pause=0.02):
        self._upstream = urlsplit(base_url)
        self.faults, self.rate, self.seed = list(faults), rate, seed
        self.chosen = lambda method, path: None
        self.upcoming = []
        self.seen = []
        self._pause = pause  # of a late or slow answer; well within the client's timeout
        self._times = defaultdict(int)
        self._writers = set()
        self._tasks = set()
        self._forwarding = set()

    def __enter__(self):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._thread.start()
        self._holder = hold_port()
        self._listener = None
        self._opening = None  # the timer that ends a refusal
        self._do(self._open)
        self.base_url = f"http://127.0.0.1:{self._holder.getsockname()[1]}{self._upstream.path}"
        return self

    def __exit__(self, *_):
        self._do(self._shut)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._holder.close()

    def done(self):
        """The number of times of each fault."""
        return Counter(seen.fault.name for seen in self.seen if seen.fault)

    def down(self):
        """Refuse connections, and cut those there are, until `up` is called."""
        self._do(self._close)

    def up(self):
        """Take connections again, if it does not."""
        self._do(self._open)

    def wait_until_hung_up(self):
        """Return once every client has closed its connections, and what came by them is done."""
        self._do(self._served)

    async def _served(self):
        while self._listener and self._accept():  # what stands in the queue too
            pass
        await asyncio.gather(*self._tasks)

    def wait_until_forwarded(self):
        """Return once what came is done and seen, also of clients that were cut off meanwhile."""
        self._do(self._forwarded)

    async def _forwarded(self):
        if self._forwarding:
            await asyncio.wait(self._forwarding)

    @contextmanager
    def _noted_while_forwarding(self):
        done = self._loop.create_future()
        self._forwarding.add(done)
        try:
            yield
        finally:
            self._forwarding.discard(done)
            done.set_result(None)

    def _do(self, function):
        async def do():
            if asyncio.iscoroutine(more := function()):
                await more

        asyncio.run_coroutine_threadsafe(do(), self._loop).result(60)

    def _open(self):
        if self._listener:
            return
        # Not asyncio's server: closed while it accepts a connection, it leaves that open, unserved.
        self._listener = socket.create_server(self._holder.getsockname(), backlog=2048)
        self._listener.setblocking(False)
        self._loop.add_reader(self._listener, self._accept)

    def _accept(self):
        """Take a connection, if there is one; whether there was."""
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return False
        task = self._loop.create_task(self._serve(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    def _refuse(self):
        if self._listener:
            self._loop.remove_reader(self._listener)
            self._listener.close()
            self._listener = None

    def _close(self):
        self._refuse()
        if self._opening:
            self._opening.cancel()
        for writer in list(self._writers):
            writer.transport.abort()

    async def _shut(self):
        self._close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, connection):
        reader, writer = await asyncio.open_connection(sock=connection)
        self._writers.add(writer)
        upstream = None
        try:
            while True:
                head, body = await _message(reader)
                came = time.monotonic()
                method, path, _ = head.split(None, 2)
                method, path = method.decode(), path.decode().removeprefix(self._upstream.path)
                fault = self._choose(method, path)
                answer = None
                with self._noted_while_forwarding():
                    if fault is None or fault.works:
                        if upstream is None:
                            where = self._upstream.hostname, self._upstream.port
                            upstream = await asyncio.open_connection(*where)
                        upstream[1].write(head + body)
                        answer = await _message(upstream[0])
                    status = int(answer[0].split(None, 2)[1]) if answer else None
                    self.seen.append(Seen(method, path, fault, status, came))
                if fault is None:
                    writer.write(answer[0] + answer[1])
                elif fault in REDIRECTS:
                    location = b"Location: %s\r\n" % head.split(None, 2)[1]
                    writer.write(_status("", int(fault.name), more=location).answer)
                elif not await self._play(fault, answer, reader, writer):
                    return
        except (asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
            pass
        finally:
            self._writers.discard(writer)
            if upstream:
                upstream[1].transport.abort()
            writer.close()

    def _choose(self, method, path):
        if fault := self.chosen(method, path):
            return fault
        if self.upcoming:
            return self.upcoming.pop(0)
        if not self.rate:
            return None
        self._times[method, path] += 1
        dice = random.Random(f"{self.seed} {method} {path} {self._times[method, path]}")
        return dice.choice(self.faults) if dice.random() < self.rate else None

    async def _play(self, fault, answer, reader, writer):  # noqa: PLR0912 - a case a fault
        """Do the fault; tell whether the connection goes on."""
        head, body = answer or (b"", b"")
        if fault.answer is not None:
            writer.write(fault.answer)
            return True
        match fault.name:
            case "refused":
                if self._listener:
                    self._refuse()
                    self._opening = self._loop.call_later(_DOWN_SECONDS, self._open)
                _reset(writer)
            case "reset" | "lost":
                _reset(writer)
            case "dies":
                self._close()
            case "about another":
                body = re.sub(rb'"matchId": *\d+', b'"matchId":987654321', body)
                writer.write(_with_length(head, len(body)) + body)
                return True
            case "hang-up":
                pass
            case "silent":
                await reader.read()
            case "stale":
                writer.write(head + body)
            case "cut":
                whole = head + body
                writer.write(whole[: len(head) + len(body) // 2 if body else len(whole) // 2])
            case "too long a length":
                writer.write(_with_length(head, len(body) + 7) + body)
            case "too short a length":
                writer.write(_with_length(head, len(body) // 2) + body)
            case "late first byte":
                await asyncio.sleep(self._pause)
                writer.write(head + body)
                return True
            case "slow body":
                writer.write(head + body[: len(body) // 2])
                await asyncio.sleep(self._pause)
                writer.write(body[len(body) // 2 :])
                return True
        with suppress(OSError):
            await writer.drain()
        return False


def at(turn, do):
    """For `Proxy.chosen`: do something when request number `turn` comes."""
    count = iter(range(1, 1_000_000))

    def chosen(method, path):
        if next(count) == turn:
            do()

    return chosen


async def _message(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    length = int(rest.split(b"\r\n")[0]) if found else 0
    return head, await reader.readexactly(length) if length else b""


def _with_length(head, length):
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length")]
    return b"\r\n".join([lines[0], b"content-length: %d" % length, *lines[1:]])


def _reset(writer):
    # With nothing to linger for, closing sends RST.
    writer.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, (1).to_bytes(4, "little") + bytes(4)
    )
    writer.transport.abort()
