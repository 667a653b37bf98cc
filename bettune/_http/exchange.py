"""The HTTP clients under everything: httpx with our token, pacing, retries, errors and logging.

They override `send`, above the transport, so that proxies, `verify` and a caller's own transport
keep working. Besides this module only `_body` and the check of the base URL name httpx.
"""

from __future__ import annotations

import functools
import logging
import os
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx

from bettune._errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APITimeoutError,
    BetTuneError,
    RateLimitError,
    status_error,
)
from bettune._http import stopping as _stopping
from bettune._http.body import Body
from bettune._http.pacing import Pacer, Ticket
from bettune._http.retries import RETRIED_STATUSES, backoff, retry_after, told_rate_limit

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    import anyio
    from anyio.lowlevel import RunVar

    from bettune._http.settings import Settings

logger = logging.getLogger("bettune")
logger.addHandler(logging.NullHandler())

# Makes the error for the body of this thread's or task's latest answer, given its status, its body
# and the reason: what the library finds after the generated client has decoded it.
Invalid = Callable[[int, bytes, str], APIResponseValidationError]
invalid_answer: ContextVar[Invalid] = ContextVar("invalid_answer")

_SUCCESS = frozenset(status for status in HTTPStatus if httpx.codes.is_success(status))
_DEFAULT = httpx.USE_CLIENT_DEFAULT
_CLOSED = "this client is closed: make a new one"


# What came of one try: an answer, with the reason why its body is unusable if it is, or none.
Failure = httpx.RequestError | httpx.InvalidURL | UnicodeError
Outcome = tuple[httpx.Response, str | None] | Failure
# The latter two: what httpx makes of some of the URLs that a server redirects to.
_FAILURES = (httpx.RequestError, httpx.InvalidURL, UnicodeError)


class Exchange:
    """What the sync and the async client share: all of a request but the sending and waiting."""

    def __init__(self, settings: Settings, pacer: Pacer) -> None:
        self._settings = settings
        self._pacer = pacer
        self._base_path = settings.base_url.path.rstrip("/")
        self._process = os.getpid()

    def steps(
        self, request: httpx.Request, *, closed: bool
    ) -> Generator[tuple[Ticket, float] | None, Outcome, httpx.Response]:
        """Go through the tries of one request; return its success, or raise its error.

        Yields a ticket and the seconds to wait for it, or None to have the request sent, upon
        which it takes the outcome.
        """
        if closed:
            raise BetTuneError(_CLOSED)
        if os.getpid() != self._process:
            raise BetTuneError("this client was made before a fork: make one in each process")
        method, path = where = request.method, request.url.path.removeprefix(self._base_path)
        invalid_answer.set(functools.partial(self._invalid, method, path))
        ticket = Ticket()
        attempt = 0
        while True:
            attempt += 1
            try:
                while wait := self._pacer.admit(ticket):
                    logger.debug(
                        "%s %s waits up to %.3f s", method, path, wait, extra={"wait": wait}
                    )
                    yield ticket, wait
            except BaseException:
                self._pacer.leave(ticket)
                raise
            start = time.monotonic()
            try:
                outcome = yield None
            finally:
                self._pacer.answered()
            error = self._judge(outcome, *where)
            if logger.isEnabledFor(logging.DEBUG):
                status = type(outcome).__name__
                if isinstance(outcome, tuple):
                    status = str(outcome[0].status_code)
                seconds = time.monotonic() - start
                logger.debug("%s %s: %s in %.3f s, try %d", *where, status, seconds, attempt)
            if error is None:
                assert isinstance(outcome, tuple)
                return outcome[0]
            seconds_to_wait = self._wait_before_retry(outcome, attempt)
            if seconds_to_wait is None:
                # Not from the exception of httpx: it holds the request, and so the token.
                raise error from None
            logger.info("%s; try %d follows in %.3f s", error, attempt + 1, seconds_to_wait)
            ticket.not_before = time.monotonic() + seconds_to_wait

    def body(self, response: httpx.Response, request: httpx.Request) -> Body:
        """Where the chunks of an answer go."""
        return Body(response, request, self._settings.max_response_bytes)

    def _judge(self, outcome: Outcome, method: str, path: str) -> APIError | None:
        clean = self._settings.clean
        if isinstance(outcome, httpx.TimeoutException):
            reason = f"no answer within the timeout ({type(outcome).__name__})"
            return APITimeoutError(reason, method=method, path=path)
        if isinstance(outcome, _FAILURES):
            reason = clean(f"{type(outcome).__name__}: {outcome}")
            return APIConnectionError(reason, method=method, path=path)
        response, problem = outcome
        limit = told_rate_limit(response.headers)
        if limit is not None:
            self._pacer.learn(limit)
        if response.status_code not in _SUCCESS:
            headers = [
                (clean(name), clean(value)) for name, value in response.headers.multi_items()
            ]
            error = status_error(
                response.status_code,
                httpx.Headers(headers),
                # Not as the charset says: some of Python's raise, or decode to no text at all.
                response.content.decode(errors="replace"),
                clean,
                method=method,
                path=path,
            )
            if isinstance(error, RateLimitError):
                error.retry_after = retry_after(response.headers)
                error.rate_limit = self._pacer.limit
            return error
        status = response.status_code
        if problem is not None:
            return self._invalid(method, path, status, response.content, problem)
        # Where the generated client finds what to raise for a body it cannot decode.
        response.extensions["invalid_response"] = lambda reason: self._invalid(
            method, path, status, response.content, reason
        )
        return None

    def _invalid(
        self, method: str, path: str, status: int, content: bytes, reason: str
    ) -> APIResponseValidationError:
        if reason.startswith("Expected") and " at `$" not in reason:
            reason = f"{reason} - at `$`"
        return APIResponseValidationError(
            self._settings.clean(reason),
            status_code=status,
            body=self._settings.clean(content.decode(errors="replace")),
            method=method,
            path=path,
        )

    def _wait_before_retry(self, outcome: Outcome, attempt: int) -> float | None:
        longest = self._settings.max_wait
        wait = backoff(attempt, longest=longest)
        if isinstance(outcome, tuple):
            if outcome[0].status_code not in RETRIED_STATUSES:
                return None
            told = retry_after(outcome[0].headers)
            if told is not None:
                if told > longest:
                    return None
                self._pacer.hold(told)
                wait = told
        elif not isinstance(outcome, httpx.TransportError):
            return None
        return wait if attempt <= self._settings.max_retries else None


class _Content(httpx.AsyncByteStream):
    """The body of a request; httpx's own is a generator, which trio warns of when cancelled."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._parts: Iterator[bytes] = iter(())

    def __aiter__(self) -> _Content:
        self._parts = iter((self._content,))
        return self

    async def __anext__(self) -> bytes:
        for part in self._parts:
            return part
        raise StopAsyncIteration


def _new_async_event() -> anyio.Event:
    import anyio  # noqa: PLC0415 - slow to import, and only the async client needs it

    return anyio.Event()


class Client(httpx.Client):
    """The sync client; it raises the errors of the library, never httpx's."""

    def __init__(self, settings: Settings) -> None:
        self.pacer = Pacer(settings.rate_limit, settings.max_under_way, threading.Event)
        self._exchange = Exchange(settings, self.pacer)
        with settings.checked():
            super().__init__(**settings.http_options)

    def send(
        self,
        request: httpx.Request,
        *,
        stream: bool = False,
        auth: Any = _DEFAULT,
        follow_redirects: Any = _DEFAULT,
    ) -> httpx.Response:
        """Send a request until it succeeds or is given up.

        Raises:
            APIError: what it was given up for.
        """
        steps = self._exchange.steps(request, closed=self.is_closed)
        try:
            wait = next(steps)
            while True:
                if wait is None:
                    outcome = self._try(request, stream, auth, follow_redirects)
                    wait = steps.send(outcome)
                else:
                    self._pause(*wait)
                    wait = next(steps)
        except StopIteration as done:
            response: httpx.Response = done.value
            return response
        finally:
            steps.close()

    def _try(
        self, request: httpx.Request, stream: bool, auth: Any, follow_redirects: Any
    ) -> Outcome:
        try:
            response = super().send(
                request, stream=True, auth=auth, follow_redirects=follow_redirects
            )
            if response.is_stream_consumed or (stream and response.status_code in _SUCCESS):
                return response, None  # a hook of the caller's has read it, or he will
            return response, self._read(response, request)
        except _FAILURES as error:
            return error
        except RuntimeError:
            if not self.is_closed:
                raise
            raise BetTuneError(_CLOSED) from None  # by another thread, meanwhile

    def _read(self, response: httpx.Response, request: httpx.Request) -> str | None:
        body = self._exchange.body(response, request)
        try:
            chunks = response.iter_raw()
            while body.problem is None and (chunk := next(chunks, None)) is not None:
                body.take(chunk)
        finally:
            response.close()
        body.end()
        return body.problem

    @staticmethod
    def _pause(ticket: Ticket, seconds: float) -> None:
        event, stop = ticket.event, _stopping.current.get()
        assert isinstance(event, threading.Event)  # the kind this client's pacer makes
        if stop is None:
            event.wait(seconds)
        else:
            stop.wait(event, seconds)


class AsyncClient(httpx.AsyncClient):
    """The async client; it raises the errors of the library, never httpx's."""

    def __init__(self, settings: Settings) -> None:
        self.pacer = Pacer(settings.rate_limit, settings.max_under_way, _new_async_event)
        self._exchange = Exchange(settings, self.pacer)
        self._at_home: RunVar[bool] | None = None
        with settings.checked():
            super().__init__(**settings.http_options)

    async def send(
        self,
        request: httpx.Request,
        *,
        stream: bool = False,
        auth: Any = _DEFAULT,
        follow_redirects: Any = _DEFAULT,
    ) -> httpx.Response:
        """Send a request until it succeeds or is given up.

        Raises:
            APIError: what it was given up for.
        """
        self._stay_at_home()
        if isinstance(request.stream, httpx.ByteStream):
            request.stream = _Content(request.content)
        steps = self._exchange.steps(request, closed=self.is_closed)
        try:
            wait = next(steps)
            while True:
                if wait is None:
                    outcome = await self._try(request, stream, auth, follow_redirects)
                    wait = steps.send(outcome)
                else:
                    await self._pause(*wait)
                    wait = next(steps)
        except StopIteration as done:
            response: httpx.Response = done.value
            return response
        finally:
            steps.close()

    async def aclose(self) -> None:
        """Close every connection."""
        self._stay_at_home()
        await super().aclose()

    def _stay_at_home(self) -> None:
        """Refuse to run in another event loop than at first: the connections belong to that one."""
        from anyio.lowlevel import RunVar  # noqa: PLC0415 - see above

        if self.is_closed:
            return
        if self._at_home is None:
            self._at_home = RunVar("at_home", default=False)
            self._at_home.set(True)
        elif not self._at_home.get():
            raise BetTuneError("this client was used in another event loop: make one in each")

    async def _try(
        self, request: httpx.Request, stream: bool, auth: Any, follow_redirects: Any
    ) -> Outcome:
        try:
            response = await super().send(
                request, stream=True, auth=auth, follow_redirects=follow_redirects
            )
            if response.is_stream_consumed or (stream and response.status_code in _SUCCESS):
                return response, None  # a hook of the caller's has read it, or he will
            return response, await self._read(response, request)
        except _FAILURES as error:
            return error
        except RuntimeError:
            if not self.is_closed:
                raise
            raise BetTuneError(_CLOSED) from None  # by another task, meanwhile

    async def _read(self, response: httpx.Response, request: httpx.Request) -> str | None:
        body = self._exchange.body(response, request)
        try:
            chunks = response.aiter_raw()
            while body.problem is None and (chunk := await anext(chunks, None)) is not None:
                body.take(chunk)
        finally:
            await response.aclose()
        body.end()
        return body.problem

    @staticmethod
    async def _pause(ticket: Ticket, seconds: float) -> None:
        import anyio  # noqa: PLC0415 - see above

        event = ticket.event
        assert isinstance(event, anyio.Event)  # the kind this client's pacer makes
        with anyio.move_on_after(seconds):
            await event.wait()
