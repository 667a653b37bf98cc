"""Checks the arguments of a client, and reads defaults from the environment."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

import httpx

from bettune._errors import ConfigurationError
from bettune._http.http_options import (
    ClientKind,
    check_headers,
    checked_options,
    has_valid_port,
    merged_cookies,
)
from bettune._http.redaction import cleaner
from bettune._http.request_builder import origin
from bettune._http.retries import RetryPolicy
from bettune._http.terms import Terms
from bettune._http.token import read_token
from bettune._http.transports import is_loopback, with_transports
from bettune._models import RateLimit
from bettune._values.display import short_repr
from bettune._version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

_HEADERS = {
    "Accept": "application/json",
    # The only encoding that BodyReader can decompress.
    "Accept-Encoding": "gzip",
    "Connection": "keep-alive",
    "User-Agent": f"bettune/{__version__} httpx/{httpx.__version__}",
}
# The defaults of httpx.Client.
_MAX_REDIRECTS = 20
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20)
# The longest timeout, in seconds, that every system supports.
_LONGEST_TIMEOUT = 10**9
BASE_URL = "https://ovaccess.com/bet-tune-api/v1"
BASE_URL_VARIABLE = "BETTUNE_BASE_URL"


class Settings:
    """The checked arguments of a client. The token is hidden inside functions."""

    def __init__(
        self,
        token: Callable[[], str | None],
        *,
        base_url: str | None,
        timeout: float | httpx.Timeout | None,
        max_retries: int,
        max_wait: float,
        max_response_bytes: int,
        rate_limit: RateLimit | None,
        allow_insecure_http: bool,
        http_options: dict[str, Any],
        kind: ClientKind,
    ) -> None:
        if type(allow_insecure_http) is not bool:
            raise ConfigurationError(
                f"allow_insecure_http must be True or False, not {short_repr(allow_insecure_http)}"
            )
        self.base_url = to_base_url(base_url, allow_insecure_http=allow_insecure_http)
        policy = RetryPolicy(to_max_retries(max_retries), to_max_wait(max_wait))
        self.max_response_bytes = _at_least(1, max_response_bytes, "max_response_bytes", int)
        if rate_limit is not None and not isinstance(rate_limit, RateLimit):
            raise ConfigurationError(
                f"rate_limit must be a RateLimit, not {short_repr(rate_limit)}"
            )
        self.rate_limit = rate_limit
        # The window that several processes share, if any.
        self.window = None
        if rate_limit is not None and rate_limit.shared:
            from bettune._http.shared_window import SharedWindow  # noqa: PLC0415 - seldom needed

            self.window = SharedWindow(rate_limit, self.base_url)
        options = {"limits": _LIMITS, **checked_options(http_options, kind)}
        # The number of connections, unless HTTP/2 or a caller's transport makes it unknown.
        self.max_in_flight = math.inf
        limits = options["limits"].max_connections
        if limits is not None:
            _at_least(1, limits, "limits.max_connections", int)
            if "transport" not in options and not options.get("http2"):
                self.max_in_flight = limits
        self.follow_redirects: bool = options.pop("follow_redirects", False)
        self.max_redirects: int = options.pop("max_redirects", _MAX_REDIRECTS)
        headers = httpx.Headers(_HEADERS)
        headers.update(options.pop("headers", None))
        check_headers(headers)
        self.terms = Terms(
            policy=policy,
            timeout=to_timeout(timeout),
            headers=headers,
            cookies=merged_cookies("", options.pop("cookies", None)),
        )
        is_encrypted = self.base_url.scheme == "https"
        unencrypted_host = None if allow_insecure_http or is_encrypted else self.base_url.host
        # The arguments for httpx.Client.
        self.http_options = {
            "base_url": self.base_url,
            **with_transports(options, kind, unencrypted_host),
        }
        # Last, so that no frame of a constructor that raises has the token in a variable.
        self.http_options["auth"], self.clean = _token_functions(token, self.base_url)


def to_max_retries(value: Any) -> int:
    """Check `max_retries`.

    Raises:
        ConfigurationError: the value is not an integer of at least 0.
    """
    number: int = _at_least(0, value, "max_retries", int)
    return number


def to_max_wait(value: Any) -> float:
    """Check `max_wait`.

    Raises:
        ConfigurationError: the value is not a number of at least 0.
    """
    seconds: float = _at_least(0, value, "max_wait", int, float)
    return seconds


def to_timeout(value: Any) -> httpx.Timeout:
    """Check `timeout`.

    Raises:
        ConfigurationError: the value is not a number of seconds, None or an httpx.Timeout.
    """
    if not isinstance(value, httpx.Timeout):
        return httpx.Timeout(_seconds(value, "timeout"))
    for part, seconds in value.as_dict().items():
        _seconds(seconds, f"timeout.{part}")
    return value


def _seconds(value: Any, name: str) -> Any:
    if value is not None and _at_least(0, value, name, int, float) > _LONGEST_TIMEOUT:
        raise ConfigurationError(
            f"{name} must be at most {_LONGEST_TIMEOUT} seconds, or None for no limit, "
            f"not {short_repr(value)}"
        )
    return value


def _token_functions(
    token: Callable[[], str | None], base_url: httpx.URL
) -> tuple[Callable[[httpx.Request], httpx.Request], Callable[[str], str]]:
    """Return a function that adds the token to requests, and one that removes it from texts.

    Raises:
        ConfigurationError: the token is missing or invalid.
    """
    problem = ""
    try:
        secret = read_token(token())
        return _authorizer(secret, base_url), cleaner(secret)
    except ConfigurationError as error:
        problem = str(error)
    # A new exception, outside `except`: no frame of its traceback has the token in a variable.
    raise ConfigurationError(problem)


def _authorizer(token: str, base_url: httpx.URL) -> Callable[[httpx.Request], httpx.Request]:
    header = f"Bearer {token}"
    own_origin = origin(base_url)

    def authorize(request: httpx.Request) -> httpx.Request:
        # Never send the token to another server, even if a caller or a redirect names its URL.
        if origin(request.url) == own_origin:
            request.headers["Authorization"] = header
        else:
            # httpx keeps the header on a redirect from http to https.
            request.headers.pop("Authorization", None)
        return request

    return authorize


def to_base_url(base_url: str | None, *, allow_insecure_http: bool) -> httpx.URL:
    """Return the given base URL, or the one in BETTUNE_BASE_URL, or the public API.

    Raises:
        ConfigurationError: the URL is invalid, or would show the token to the network.
    """
    source = "base_url"
    if base_url is None and (base_url := os.environ.get(BASE_URL_VARIABLE) or None):
        source = BASE_URL_VARIABLE
    try:
        url = httpx.URL(BASE_URL if base_url is None else base_url)
        host = url.host  # decodes the host, which fails for xn--
    except (httpx.InvalidURL, TypeError, UnicodeError) as error:
        raise ConfigurationError(f"{source} is not a URL: {error}") from None
    if url.userinfo or url.query or url.fragment or (not host and "@" in str(base_url)):
        raise ConfigurationError(
            f"{source} must not contain a user name, password, query or fragment"
        )
    if url.scheme not in {"http", "https"} or not host or "%20" in host:
        raise ConfigurationError(
            f"{source} must be an https:// URL with a host, not {short_repr(base_url)}"
        )
    if not has_valid_port(url):
        raise ConfigurationError(f"{source} must have a port from 1 to 65535, not {url.port}")
    if url.scheme == "http" and not (allow_insecure_http or is_loopback(host)):
        raise ConfigurationError(
            f"{source} is plain http, which would show the token to the network: "
            "use https://, or pass allow_insecure_http=True"
        )
    return url


def _at_least(minimum: int, value: Any, name: str, *types: type) -> Any:
    """Check the type of a number, and that it is at least `minimum`."""
    if type(value) not in types or not value >= minimum:  # false for NaN, too
        kind = "an integer" if types == (int,) else "a number"
        raise ConfigurationError(
            f"{name} must be {kind} of at least {minimum}, not {short_repr(value)}"
        )
    return value
