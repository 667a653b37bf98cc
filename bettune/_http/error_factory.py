"""Makes the exceptions for failed requests. No other module makes them."""

from __future__ import annotations

import re
import ssl
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpcore
import httpx
import msgspec

from bettune._api_errors import (
    APIConnectionError,
    APIResponseValidationError,
    APITimeoutError,
    InternalServerError,
    RateLimitError,
    status_error,
)
from bettune._http.retries import retry_after
from bettune._http.transports import proxy_of
from bettune._values.display import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bettune._api_errors import APIError, APIStatusError
    from bettune._http.body_reader import BufferedResponse
    from bettune._http.rate_limiter import MaxWaitExceededError
    from bettune._models import RateLimit

# The exceptions that httpx raises for a request. InvalidURL and UnicodeError come from invalid
# redirects.
Failure = httpx.RequestError | httpx.InvalidURL | UnicodeError
FAILURES = (httpx.RequestError, httpx.InvalidURL, UnicodeError)

# Failures before any byte of the request was sent. InvalidURL and UnicodeError are not among them:
# they come from redirects, and from event hooks that read a response.
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)

# The maximum bytes of a body that are read for an error: removing tokens takes time.
_LONGEST_BODY = 2**16
# The maximum characters of a body that replace a missing message.
_EXCERPT = 200
_LONGEST_MESSAGE = 1000
_PROXY_REMEDY = "put its user name and password into its URL: http://user:password@host:port"

_USERINFO = re.compile(r"//[^/?#\s]*@")
# The status of a proxy that refuses to connect, and would refuse a retry, too: 407, 403, …
_REFUSED_BY_PROXY = re.compile(r"4(?!08|29)\d\d\b")


class ErrorFactory:
    """Makes the errors of one client. They never contain its token.

    Args:
        base_url: the URL that the paths in errors are relative to.
        clean: a function that removes the token from a text.
    """

    def __init__(self, base_url: httpx.URL, clean: Callable[[str], str]) -> None:
        self._base_path = base_url.path.rstrip("/")
        self._clean = clean

    def path(self, request: httpx.Request) -> str:
        """Return the path of a request, relative to the base URL."""
        return printable(self._clean(request.url.path.removeprefix(self._base_path)))

    def of_failure(
        self, failure: Failure, request: httpx.Request, attempts: int
    ) -> APIConnectionError:
        """Make the error of a request that received no complete response."""
        causes = list(_causes(failure))
        details = printable(self._clean(next(filter(None, map(str, causes)), "")))
        name = type(failure).__name__
        kind = APIConnectionError
        reason = f"{name}: {details}" if details else name
        if isinstance(failure, httpx.TimeoutException):
            kind = APITimeoutError
            reason = f"no response within the timeout ({reason})"
        where = f"server {request.url.scheme}://{request.url.netloc.decode('ascii', 'replace')}"
        # The failed request is not always `request`: a redirect may have led to another server.
        if proxy := _proxy_of(failure):
            where = f"{where} through proxy {proxy}"
            is_tls = any(isinstance(cause, ssl.SSLError) for cause in causes)
            if isinstance(failure, httpx.ProxyError) or (
                isinstance(failure, httpx.ConnectError | httpx.ConnectTimeout) and not is_tls
            ):
                where = f"proxy {proxy}"
            if isinstance(failure, httpx.ProxyError) and details.startswith("407"):
                reason = f"{reason}; {_PROXY_REMEDY}"
        return kind(
            f"{reason} ({self._clean(where)})",
            method=request.method,
            path=self.path(request),
            attempts=attempts,
        )

    def of_status(
        self,
        buffered: BufferedResponse,
        request: httpx.Request,
        attempts: int,
        *,
        refused: str = "",
    ) -> APIStatusError:
        """Make the error of a response whose status is not 2xx. Its body may have any format.

        Args:
            buffered: the response with its body.
            request: the request.
            attempts: the number of attempts.
            refused: the reason why a redirect was not followed, or an empty string.
        """
        response, content, problem = buffered
        status = response.status_code
        code, message = self._code_and_message(content)
        body = self._beginning(content)
        if message is None:
            excerpt = " ".join(body[:_EXCERPT].split())
            message = excerpt or f"{_phrase(status)} ({problem or 'empty body'})"
        if 300 <= status < 400 and "location" in response.headers:
            where = _USERINFO.sub("//", self._clean(response.headers["location"]))
            message = f"redirected to {where}{refused and f', {refused}'}: {message}"
        elif status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            proxy = proxy_of(response.request)
            message = f"{message} ({f'proxy {proxy}: ' if proxy else ''}{_PROXY_REMEDY})"
        clean = self._clean
        headers = [(clean(name), clean(value)) for name, value in response.headers.multi_items()]
        error = status_error(status, code)(
            printable(message[:_LONGEST_MESSAGE])[:_LONGEST_MESSAGE],
            status_code=status,
            code=code,
            body=body,
            # The cleaned values are str, which Headers by default encodes as ASCII.
            headers=httpx.Headers(headers, encoding=response.headers.encoding),
            method=request.method,
            path=self.path(request),
            attempts=attempts,
        )
        if isinstance(error, RateLimitError | InternalServerError):
            error.retry_after = retry_after(response.headers)
        return error

    def of_limit(
        self,
        request: httpx.Request,
        attempts: int,
        limit: RateLimit | None,
        exceeded: MaxWaitExceededError,
        max_wait: float,
    ) -> RateLimitError:
        """Make the error of a request that the rate limit would delay beyond `max_wait`."""
        source = "Retry-After" if limit is None else f"{limit.requests} per {limit.per:g} s"
        reason = exceeded.reason or (
            f"the rate limit ({source}) delays the request for another {exceeded.seconds:.0f} s"
        )
        sent = "not sent again" if attempts else "nothing was sent"
        error = RateLimitError(
            f"{sent}: {reason}, which exceeds max_wait={max_wait:g}",
            status_code=429,
            method=request.method,
            path=self.path(request),
            attempts=attempts,
        )
        error.retry_after = exceeded.seconds
        error.rate_limit = limit
        return error

    def of_body(
        self, request: httpx.Request, status: int, content: bytes, reason: str
    ) -> APIResponseValidationError:
        """Make the error of a 2xx response whose body does not match the schema."""
        if reason.startswith("Expected") and " at `$" not in reason:
            reason = f"{reason} - at `$`"
        return APIResponseValidationError(
            printable(self._clean(reason)),
            status_code=status,
            body=self._beginning(content),
            method=request.method,
            path=self.path(request),
            attempts=request.extensions.get("attempts", 1),
        )

    def _beginning(self, content: bytes) -> str:
        # As UTF-8, whatever the charset: some of Python's codecs raise, or do not return text.
        return self._clean(content[:_LONGEST_BODY].decode(errors="replace"))

    def _code_and_message(self, content: bytes) -> tuple[str | None, str | None]:
        try:
            decoded = msgspec.json.decode(content[:_LONGEST_BODY].decode(errors="replace"))
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            return None, None
        if not isinstance(decoded, dict):
            return None, None
        code, message = (
            # The token is removed after decoding: JSON can spell the same text in many ways.
            self._clean(value) if isinstance(value := decoded.get(key), str) else None
            for key in ("code", "message")
        )
        return code and printable(code), message


def is_in_doubt(outcome: object, error: APIError | None) -> bool:
    """Return whether the server may have executed a request that did not succeed."""
    if isinstance(outcome, httpx.ConnectTimeout):
        # The transport httpx-aiohttp raises this for connections lost after sending, too.
        cause = outcome.__cause__
        return cause is not None and not type(cause).__module__.startswith("httpcore")
    if isinstance(outcome, Exception):
        return not isinstance(outcome, _NEVER_SENT)
    return isinstance(error, InternalServerError | APIResponseValidationError)


def is_hopeless(failure: Failure) -> bool:
    """Return whether a retry would fail in the same way: a wrong URL, header or certificate."""
    if not isinstance(failure, httpx.TransportError):
        return True
    if isinstance(failure, httpx.UnsupportedProtocol | httpx.LocalProtocolError):
        return True
    if isinstance(failure.__context__, httpx.InvalidURL):  # the target of a redirect
        return True
    if isinstance(failure, httpx.ProxyError) and _REFUSED_BY_PROXY.match(str(failure)):
        return True
    tls = next((cause for cause in _causes(failure) if isinstance(cause, ssl.SSLError)), None)
    # A handshake that was cut short may succeed the next time.
    return tls is not None and not isinstance(tls, ssl.SSLEOFError | ssl.SSLZeroReturnError)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        # httpcore's exceptions have a context but no cause. The context of other exceptions may be
        # an unrelated error of the caller.
        context = cause.__context__ if type(cause).__module__ == httpcore.__name__ else None
        cause = cause.__cause__ or context


def _proxy_of(failure: Failure) -> str:
    with suppress(RuntimeError):  # the exception has no request
        return proxy_of(failure.request) if isinstance(failure, httpx.RequestError) else ""
    return ""


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "no reason given"
