"""The HTTP client: httpx with the library's token, rate limit, retries and errors.

`HTTPClient` has the interface of httpx.Client that the generated client uses.
`Sender` sends its requests through an httpx.Client, so proxies, `verify` and custom
transports work as usual.
"""

# Derived by `make generate`: change the file of this name in bettune/_async instead.
from __future__ import annotations

import math
from contextlib import contextmanager, suppress
from functools import partialmethod
from typing import TYPE_CHECKING, Any

import httpx

from bettune._errors import BetTuneError, NotPicklableError
from bettune._http.body_reader import BodyReader, BufferedResponse
from bettune._http.deadline import Deadline, timeouts_of
from bettune._http.error_factory import FAILURES
from bettune._http.exchange import Exchange
from bettune._http.network import came_early
from bettune._http.rate_limiter import CLOSED, PendingRequest, RateLimiter
from bettune._http.request_builder import RequestDraft
from bettune._http.synchronization import Event, Owner
from bettune._http.transports import ignore_cookies, renew_pools

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bettune._http.exchange import Outcome, Reply, Step
    from bettune._http.settings import Settings
    from bettune._http.terms import Terms

# The minimum speed of a body, in bytes per second. A slower body times out.
_MIN_SPEED = 1024


class Sender:
    """Sends requests. Clients made by `with_options` and `low_level` share their sender."""

    def __init__(self, settings: Settings) -> None:
        limiter = RateLimiter(settings.rate_limit, settings.max_in_flight, Event, settings.window)
        self.exchange = Exchange(settings, limiter)
        self.follow_redirects = settings.follow_redirects
        self.client = httpx.Client(**settings.http_options)
        options = settings.http_options
        self._transports = [options["transport"], *options["mounts"].values()]
        ignore_cookies(self.client)
        self._owner = Owner()

    @property
    def is_closed(self) -> bool:
        """True once the client has been closed."""
        return self.exchange.rate_limiter.closed

    def close(self) -> None:
        """Close all connections and wake all waiting requests.

        In a forked child, the connections and the rate limiter's lock belong to the parent and
        are not touched.
        """
        if self.is_closed:
            return
        if self._owner.is_elsewhere():
            self.exchange.rate_limiter.closed = True
            return
        self._owner.check()
        self.exchange.rate_limiter.close()
        self.client.close()

    def send(
        self, request: httpx.Request, terms: Terms, *, follow_redirects: bool | None = None
    ) -> httpx.Response:
        """Send a request, with retries. Return the response, already read.

        Raises:
            APIError: the request failed.
            BetTuneError: the client is closed, or belongs to another process or event loop.
        """
        if self.is_closed:
            raise BetTuneError(CLOSED)
        self._owner.check()
        if follow_redirects is None:
            follow_redirects = self.follow_redirects
        steps = self.exchange.steps(request, terms, follow_redirects=follow_redirects)
        try:
            step: Step = next(steps)
            while True:
                reply: Reply
                if isinstance(step, PendingRequest):
                    assert isinstance(step.event, Event)
                    reply = step.event.wait(step.seconds)
                else:
                    reply = self._attempt(step)
                step = steps.send(reply)
        except StopIteration as done:
            buffered: BufferedResponse = done.value
        finally:
            steps.close()
        return buffered.to_httpx(request)

    def _attempt(self, request: httpx.Request) -> Outcome:
        response: httpx.Response | None = None
        try:
            with Deadline(_seconds_for_headers(request)) as deadline:
                try:
                    response = self.client.send(request, stream=True, follow_redirects=False)
                except httpx.HTTPStatusError as error:
                    response = error.response  # raised by an event hook
                    if response.is_closed and not response.is_stream_consumed:
                        return BufferedResponse(response, b"")  # httpx closed it without reading
                if came_early(response):
                    response.close()
                    reason = "the response arrived before the request was sent"
                    return httpx.RemoteProtocolError(reason, request=request)
                if response.is_stream_consumed:  # an event hook has read it
                    return BufferedResponse(response, response.content)
                return self._read(response, request, deadline)
        except FAILURES as error:
            if isinstance(error, httpx.RequestError):
                error.request = request  # the deadline's exception has none
            return error
        except (httpx.StreamError, StopIteration) as error:
            raise BetTuneError(
                f"an event hook closed or partly read the response ({error}): "
                "read the whole body in the hook, or none of it"
            ) from None
        except BaseException as error:
            if isinstance(error, RuntimeError) and self.is_closed:
                return httpx.ReadError(CLOSED)  # closed during the attempt
            # An interrupt, or an error in an event hook: release the connection.
            if response is not None:
                response.close()
            renew_pools(self._transports)
            raise

    def _read(
        self, response: httpx.Response, request: httpx.Request, deadline: Deadline
    ) -> BufferedResponse:
        body = BodyReader(response, self.exchange.max_response_bytes)
        read_timeout = timeouts_of(request).get("read")
        deadline.restart(math.inf if read_timeout is None else read_timeout)
        chunks = response.iter_raw()
        try:
            while body.problem is None and (chunk := next(chunks, None)) is not None:
                body.take(chunk)
                deadline.extend(len(chunk) / _MIN_SPEED)
        finally:
            response.close()
        if self.is_closed and "network_stream" in response.extensions:
            # The client was closed while it made this connection, which no pool will close.
            response.extensions["network_stream"].close()
        if body.problem is not None:
            # Run the inner generators to their end, rather than leave them to garbage collection.
            with suppress(Exception):
                while next(chunks, None) is not None:
                    pass
        return body.finish(response)


class HTTPClient:
    """The part of httpx.Client's interface that sends requests, on the given terms.

    Raises the library's exceptions, never those of httpx.
    """

    def __init__(self, sender: Sender, terms: Terms) -> None:
        self.sender = sender
        self.terms = terms

    def with_terms(self, terms: Terms) -> HTTPClient:
        """Return a client with other terms that shares the rest. Closing either closes both."""
        return HTTPClient(self.sender, terms)

    @property
    def exchange(self) -> Exchange:
        """The request loop, which has the rate limiter."""
        return self.sender.exchange

    @property
    def base_url(self) -> httpx.URL:
        """The base URL, with a slash at its end."""
        return self.sender.client.base_url

    @property
    def timeout(self) -> httpx.Timeout:
        """The timeouts of one attempt."""
        return self.terms.timeout

    @property
    def headers(self) -> httpx.Headers:
        """The headers that are sent with every request, without the token."""
        return self.terms.headers.copy()

    @property
    def is_closed(self) -> bool:
        """True once the client has been closed."""
        return self.sender.is_closed

    def build_request(self, method: str, url: Any, **options: Any) -> httpx.Request:
        """Build a request, as httpx does.

        Raises:
            InvalidArgumentError: the URL, a cookie, or a text in the request is invalid.
        """
        return RequestDraft(self.sender.client, self.terms, method, url, options).build()

    def send(
        self,
        request: httpx.Request,
        *,
        stream: bool = False,  # noqa: ARG002 - the response has been read in any case
        follow_redirects: bool | None = None,
    ) -> httpx.Response:
        """Send a request, as httpx does."""
        request.extensions.setdefault("timeout", self.terms.timeout.as_dict())
        return self.sender.send(request, self.terms, follow_redirects=follow_redirects)

    def request(
        self, method: str, url: Any, *, follow_redirects: bool | None = None, **options: Any
    ) -> httpx.Response:
        """Build and send a request, as httpx does."""
        request = self.build_request(method, url, **options)
        return self.sender.send(request, self.terms, follow_redirects=follow_redirects)

    get = partialmethod(request, "GET")
    options = partialmethod(request, "OPTIONS")
    head = partialmethod(request, "HEAD")
    post = partialmethod(request, "POST")
    put = partialmethod(request, "PUT")
    patch = partialmethod(request, "PATCH")
    delete = partialmethod(request, "DELETE")

    @contextmanager
    def stream(self, method: str, url: Any, **options: Any) -> Iterator[httpx.Response]:
        """Send a request and yield its response. The body has already been read."""
        yield self.request(method, url, **options)

    def close(self) -> None:
        """Close all connections. Waiting requests raise a BetTuneError."""
        self.sender.close()

    def __reduce__(self) -> str:
        raise NotPicklableError(
            "a client cannot be pickled or copied: make one in each process; "
            "with_options() gives a client that differs in its options"
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={str(self.base_url)!r})"


def _seconds_for_headers(request: httpx.Request) -> float:
    """Return the time limit for all headers: the sum of the timeouts before the body."""
    timeouts = timeouts_of(request)
    parts = [timeouts.get(part) for part in ("connect", "write", "read")]
    return math.inf if None in parts else sum(filter(None, parts))
