"""The HTTP client below everything: httpx's, with our token, rate limit, retries and errors.

It works above httpx's transports, so that proxies, `verify` and a caller's own transport keep
working.
"""

# Derived by `make generate`: change the file of this name in bettune/_async instead.
from __future__ import annotations

import math
from contextlib import contextmanager, suppress
from functools import partialmethod
from typing import TYPE_CHECKING, Any

import httpx

from bettune._errors import BetTuneError, NotPicklableError
from bettune._http.body_reader import Answer, BodyReader, timeout_of
from bettune._http.deadline import Deadline
from bettune._http.error_factory import FAILURES
from bettune._http.exchange import Exchange
from bettune._http.rate_limiter import CLOSED, PendingRequest, RateLimiter
from bettune._http.request_builder import build_request
from bettune._http.synchronization import Event, Owner
from bettune._http.transports import keep_no_cookies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bettune._http.exchange import Outcome, Reply, Step
    from bettune._http.settings import Settings
    from bettune._http.terms import Terms

# A body that arrives more slowly, in bytes per second, runs into the timeout.
_SLOWEST = 1024


class Sender:
    """Sends requests: what the clients that `with_options` and `low_level` make share."""

    def __init__(self, settings: Settings) -> None:
        limiter = RateLimiter(settings.rate_limit, settings.max_in_flight, Event, settings.window)
        self.exchange = Exchange(settings, limiter)
        self.follow_redirects = settings.follow_redirects
        self.client = httpx.Client(**settings.http_options)
        keep_no_cookies(self.client)
        self._owner = Owner()

    @property
    def is_closed(self) -> bool:
        """True if it was closed."""
        return self.exchange.rate_limiter.closed

    def close(self) -> None:
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
        self.client.close()

    def send(
        self, request: httpx.Request, terms: Terms, *, follow_redirects: bool | None = None
    ) -> httpx.Response:
        """Send a request until it succeeds or is given up; the response has been read.

        Raises:
            APIError: why it was given up.
            BetTuneError: the client is closed, or must not be used here.
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
            answer: Answer = done.value
        finally:
            steps.close()
        return answer.whole(request)

    def _attempt(self, request: httpx.Request) -> Outcome:
        response: httpx.Response | None = None
        try:
            with Deadline(_seconds_for_headers(request)) as deadline:
                try:
                    response = self.client.send(request, stream=True, follow_redirects=False)
                except httpx.HTTPStatusError as error:
                    response = error.response  # of an event hook that raises for the status
                    if response.is_closed and not response.is_stream_consumed:
                        return Answer(response, b"")  # httpx closed it, unread
                if response.is_stream_consumed:  # an event hook has read it
                    return Answer(response, response.content)
                return self._read(response, request, deadline)
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
            return httpx.ReadError(CLOSED)  # closed in the meantime
        except BaseException:  # an interrupt: the connection must not stay taken
            if response is not None:
                response.close()
            raise

    def _read(self, response: httpx.Response, request: httpx.Request, deadline: Deadline) -> Answer:
        body = BodyReader(response, self.exchange.max_response_bytes)
        patience = timeout_of(request).get("read")
        deadline.restart(math.inf if patience is None else patience)
        chunks = response.iter_raw()
        try:
            while body.problem is None and (chunk := next(chunks, None)) is not None:
                body.take(chunk)
                deadline.extend(len(chunk) / _SLOWEST)
        finally:
            response.close()
        if self.is_closed and "network_stream" in response.extensions:
            # Made as the client was closed, the connection is in no pool that would close it.
            response.extensions["network_stream"].close()
        if body.problem is not None:
            # The generators within are left to the collector where they are not run to their end.
            with suppress(Exception):
                while next(chunks, None) is not None:
                    pass
        return body.answer(response)


class HTTPClient:
    """The part of httpx.Client's interface that sends requests, on given terms.

    It raises the errors of the library, never httpx's.
    """

    def __init__(self, sender: Sender, terms: Terms) -> None:
        self.sender = sender
        self.terms = terms

    def on(self, terms: Terms) -> HTTPClient:
        """Return a client that shares all but the terms; closing one closes all."""
        return HTTPClient(self.sender, terms)

    @property
    def exchange(self) -> Exchange:
        """The request loop."""
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
        """The headers that are sent with every request, but for the token."""
        return self.terms.headers.copy()

    @property
    def is_closed(self) -> bool:
        """True if it was closed."""
        return self.sender.is_closed

    def build_request(self, method: str, url: Any, **options: Any) -> httpx.Request:
        """Build a request, as httpx does.

        Raises:
            InvalidArgumentError: the URL is not valid.
        """
        return build_request(self.sender.client, self.terms, method, url, options)

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
        """Send a request and give its response, which has been read, within the same limits."""
        yield self.request(method, url, **options)

    def close(self) -> None:
        """Close every connection; requests that wait raise a BetTuneError."""
        self.sender.close()

    def __reduce__(self) -> str:
        raise NotPicklableError(
            "a client cannot be pickled or copied: make one in each process; "
            "with_options() gives a client that differs in its options"
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={str(self.base_url)!r})"


def _seconds_for_headers(request: httpx.Request) -> float:
    """Return the seconds for all headers of a response: the timeouts of its parts, added up."""
    timeouts = timeout_of(request)
    parts = [timeouts.get(part) for part in ("connect", "write", "read")]
    return math.inf if None in parts else sum(filter(None, parts))
