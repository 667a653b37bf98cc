"""The async httpx client under everything: with our token, pacing, retries, errors and logging.

It overrides `send`, above the transport, so that proxies, `verify` and a caller's own transport
keep working.
"""

from __future__ import annotations

import copy
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Self

import httpx

from bettune._errors import BetTuneError, InvalidArgumentError
from bettune._http.body import Body
from bettune._http.deadline import AsyncContent, AsyncDeadline
from bettune._http.errors import FAILURES, Errors
from bettune._http.exchange import SUCCESS, Exchange, Terms
from bettune._http.options import refused_options_named
from bettune._http.rate_limiter import CLOSED, PendingRequest, RateLimiter
from bettune._http.requests import Cookies, plain_request
from bettune._http.retries import RetryPolicy
from bettune._http.synchronization import AsyncEvent, AsyncOwner

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from bettune._http.exchange import Outcome, Reply, Step
    from bettune._http.settings import Settings

_DEFAULT = httpx.USE_CLIENT_DEFAULT


class AsyncHTTPClient(httpx.AsyncClient):
    """It raises the errors of the library, never httpx's."""

    def __init__(self, settings: Settings) -> None:
        limiter = RateLimiter(
            settings.rate_limit, settings.max_under_way, AsyncEvent, settings.window
        )
        self.exchange = Exchange(settings, limiter)
        self.terms = Terms(RetryPolicy(settings.max_retries, settings.max_wait))
        self._owner = AsyncOwner()
        with refused_options_named(httpx.AsyncClient, settings.given_options):
            super().__init__(**settings.http_options)
            self.cookies = settings.http_options.get("cookies")
            self.build_request("GET", "/")
        self._deadline = AsyncDeadline(self, settings.own_transports)

    def view(self, terms: Terms | None = None) -> Self:
        """Another client over the same connections and the same pace; closing one closes all."""
        view = copy.copy(self)
        view.headers = self.headers
        view.cookies = self.cookies
        view.terms = self.terms if terms is None else terms
        return view

    @property
    def cookies(self) -> httpx.Cookies:
        """The cookies that are sent, and kept of what is answered."""
        return self._jar

    @cookies.setter
    def cookies(self, cookies: Any) -> None:
        self._jar = Cookies(cookies)

    def build_request(self, method: str, url: Any, **options: Any) -> httpx.Request:
        """Build a request, as httpx does.

        Raises:
            InvalidArgumentError: there is no such URL.
        """
        try:
            request = plain_request(self, method, url, options)
            if request is not None:
                return request
            return super().build_request(method, url, **options)
        except httpx.InvalidURL as error:
            raise InvalidArgumentError(f"the URL cannot be requested: {error}") from None

    @property
    def is_closed(self) -> bool:
        """Whether it, or a view of the same connections, was closed."""
        return self.exchange.rate_limiter.closed

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
            APIError: why it was given up.
            BetTuneError: the client is closed, or used where it cannot be.
        """
        if self.is_closed:
            raise BetTuneError(CLOSED)
        self._owner.check()
        follow = self.follow_redirects if follow_redirects is _DEFAULT else bool(follow_redirects)
        steps = self.exchange.steps(request, self.terms, follow_redirects=follow)
        try:
            step: Step = next(steps)
            while True:
                reply: Reply
                if isinstance(step, PendingRequest):
                    assert isinstance(step.event, AsyncEvent)
                    reply = await step.event.wait(step.seconds)
                else:
                    reply = await self._try(step, stream=stream, auth=auth)
                step = steps.send(reply)
        except StopIteration as done:
            response: httpx.Response = done.value
            return response
        finally:
            steps.close()

    async def aclose(self) -> None:
        """Close every connection, and wake all requests that wait.

        In a forked child the connections, and the lock of the rate limiter, are the parent's.
        """
        if self.is_closed:
            return
        if self._owner.is_elsewhere():
            self.exchange.rate_limiter.closed = True
            return
        self._owner.check()
        self.exchange.rate_limiter.close()
        await super().aclose()

    async def _try(self, request: httpx.Request, *, stream: bool, auth: Any) -> Outcome:
        response: httpx.Response | None = None
        try:
            if type(request.stream) is httpx.ByteStream:  # async only
                request.stream = AsyncContent(request.content)  # async only
            try:
                with self._deadline(_seconds_for_headers(request)):
                    response = await super().send(
                        request, stream=True, auth=auth, follow_redirects=False
                    )
            except httpx.HTTPStatusError as error:
                response = error.response  # of a hook that raises for the status, as we do
                if response.is_closed and not response.is_stream_consumed:
                    response._content = b""  # noqa: SLF001 - httpx closed it, unread
                    return response, None
            if response.is_stream_consumed:  # a hook of the caller's has read it
                response.content  # noqa: B018 - all of it?
                return response, None
            if stream and response.status_code in SUCCESS:
                return AsyncStreamedResponse.of(response, self.exchange.errors, request), None
            return response, await self._read(response, request)
        except FAILURES as error:
            return error
        except (httpx.StreamError, StopIteration) as error:
            raise BetTuneError(
                f"an event hook left the answer unread and closed, or half read ({error}): "
                "it has to read all of it, or nothing"
            ) from None
        except RuntimeError:
            if not self.is_closed:
                raise
            return httpx.ReadError(CLOSED)  # by somebody else, meanwhile
        except BaseException:  # an interrupt: the connection must not stay taken
            if response is not None:
                await response.aclose()
            raise

    async def _read(self, response: httpx.Response, request: httpx.Request) -> str | None:
        body = Body(response, request, self.exchange.max_response_bytes)
        chunks = response.aiter_raw()
        try:
            while body.problem is None and (chunk := await anext(chunks, None)) is not None:
                body.take(chunk)
        finally:
            await response.aclose()
        if self.is_closed and "network_stream" in response.extensions:
            # Made as the client was closed, the connection is in no pool that would close it.
            await response.extensions["network_stream"].aclose()
        if body.problem is not None:
            # The generators within are left to the collector where they are not run to their end.
            with suppress(Exception):
                while await anext(chunks, None) is not None:
                    pass
        body.end()
        return body.problem


class AsyncStreamedResponse(httpx.Response):
    """A success whose body the caller reads, by `low_level`; what goes wrong there is ours too."""

    _errors: Errors

    @classmethod
    def of(cls, response: httpx.Response, errors: Errors, request: httpx.Request) -> Self:
        """Make an answer of httpx one of ours, in place."""
        response.__class__ = cls
        assert isinstance(response, cls)
        response._errors = errors  # noqa: SLF001 - it is of this class
        response.request = request
        return response

    async def aiter_raw(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """Iterate over the body as it came."""
        with self._ours():
            async for chunk in super().aiter_raw(chunk_size):
                yield chunk

    async def aiter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """Iterate over the body, decompressed."""
        with self._ours():
            async for chunk in super().aiter_bytes(chunk_size):
                yield chunk

    @property
    def content(self) -> bytes:
        """The body, once it was read."""
        with self._ours():
            return super().content

    @contextmanager
    def _ours(self) -> Iterator[None]:
        try:
            yield
        except FAILURES as error:
            attempts = self.request.extensions.get("attempts", 1)
            raise self._errors.of_failure(error, self.request, attempts) from None
        except httpx.StreamError as error:
            raise BetTuneError(str(error)) from None


def _seconds_for_headers(request: httpx.Request) -> float | None:
    """How long all headers of an answer may take: what its parts may, together."""
    timeouts = request.extensions.get("timeout", {})
    parts = [timeouts.get(part) for part in ("connect", "write", "read")]
    return None if None in parts else sum(parts)
