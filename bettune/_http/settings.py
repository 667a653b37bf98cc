"""What a client is told at the start: where it comes from, and what is refused."""

from __future__ import annotations

import math
import os
from contextlib import contextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies

import httpx

from bettune._errors import ConfigurationError
from bettune._http.redaction import cleaner
from bettune._models import RateLimit
from bettune._values.display import short_repr
from bettune._version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_HEADERS = {
    "Accept": "application/json",
    # The one coding that is undone here, within bounds.
    "Accept-Encoding": "gzip",
    "User-Agent": f"bettune/{__version__} httpx/{httpx.__version__}",
}
# Those of httpx.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20)
BASE_URL = "https://ovaccess.com/bet-tune-api/v1"


class Settings:
    """The checked arguments of a client. The token is reachable only through its two functions."""

    def __init__(
        self,
        token: str | None,
        *,
        base_url: str | None,
        timeout: float | httpx.Timeout | None,
        max_retries: int,
        max_wait: float,
        max_response_bytes: int,
        rate_limit: RateLimit | None,
        allow_insecure_http: bool,
        http_options: dict[str, Any],
    ) -> None:
        secret = _token(token)
        self.base_url = _base_url(base_url, allow_insecure_http=allow_insecure_http)
        self.max_retries = _at_least(0, max_retries, "max_retries", int)
        self.max_wait = _at_least(0, max_wait, "max_wait", int, float)
        self.max_response_bytes = _at_least(1, max_response_bytes, "max_response_bytes", int)
        if rate_limit is not None and not isinstance(rate_limit, RateLimit):
            raise ConfigurationError(
                f"rate_limit must be a RateLimit, not {short_repr(rate_limit)}"
            )
        self.rate_limit = rate_limit
        if "auth" in http_options:
            raise ConfigurationError("auth cannot be set: the API takes a Bearer token, as token=")
        if timeout is not None and not isinstance(timeout, httpx.Timeout):
            _at_least(0, timeout, "timeout", int, float)
        headers = httpx.Headers(_HEADERS)
        with self.checked():
            headers.update(http_options.get("headers"))
            if self.base_url.scheme == "http" and not allow_insecure_http:
                http_options = _direct(self.base_url.host, http_options)
        limits = http_options.get("limits", _LIMITS)
        if not isinstance(limits, httpx.Limits):
            raise ConfigurationError(f"limits must be an httpx.Limits, not {short_repr(limits)}")
        # How many requests may be under way: as many as there are connections, if we know.
        self.max_under_way = math.inf
        if limits.max_connections is not None:
            _at_least(1, limits.max_connections, "limits.max_connections", int)
            if "transport" not in http_options and not http_options.get("http2"):
                self.max_under_way = limits.max_connections
        # What httpx's client is made with.
        self.http_options = {
            "limits": limits,
            **http_options,
            "auth": _authorizer(secret, self.base_url),
            "base_url": self.base_url,
            "headers": headers,
            "timeout": timeout,
        }
        self.clean = cleaner(secret)

    @contextmanager
    def checked(self) -> Iterator[None]:
        """Tell what httpx refuses, such as a proxy's URL, as ours."""
        try:
            yield
        except (httpx.InvalidURL, ValueError, OSError) as error:
            raise ConfigurationError(f"httpx refuses the options: {error}") from None


def _authorizer(token: str, base_url: httpx.URL) -> Callable[[httpx.Request], httpx.Request]:
    header = f"Bearer {token}"
    origin = (base_url.scheme, base_url.host, base_url.port)

    def authorize(request: httpx.Request) -> httpx.Request:
        # Whatever else is asked of the client, the token goes to no other place.
        url = request.url
        if (url.scheme, url.host, url.port) == origin:
            request.headers["Authorization"] = header
        return request

    return authorize


def _direct(host: str, http_options: dict[str, Any]) -> dict[str, Any]:
    """Keep a proxy of the environment that is not on this machine out of plain http to it.

    The token would cross the network in the clear.
    """
    proxies = getproxies()
    proxy = proxies.get("http") or proxies.get("all")
    if not proxy or _is_loopback(httpx.URL(proxy if "://" in proxy else f"//{proxy}").host):
        return http_options
    if http_options.get("proxy") is not None:  # the environment's is not used
        return http_options
    pattern = f"all://[{host}]" if ":" in host else f"all://{host}"
    return {**http_options, "mounts": {pattern: None, **(http_options.get("mounts") or {})}}


def _token(token: str | None) -> str:
    source = "token"
    if token is None:
        source = "BETTUNE_API_TOKEN"
        token = os.environ.get(source)
        if token is None:
            raise ConfigurationError("no token: pass token=, or set BETTUNE_API_TOKEN")
    if not isinstance(token, str):
        raise ConfigurationError(f"{source} must be a string, not {type(token).__name__}")
    if not token.strip():
        raise ConfigurationError(f"{source} is empty")
    # Never with the value: it is the secret, or nearly.
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise ConfigurationError(
            f"{source} holds a line break, a space or a character outside ASCII: copy it anew"
        )
    return token


def _base_url(base_url: str | None, *, allow_insecure_http: bool) -> httpx.URL:
    source = "base_url"
    if base_url is None and (base_url := os.environ.get("BETTUNE_BASE_URL") or None):
        source = "BETTUNE_BASE_URL"
    try:
        url = httpx.URL(BASE_URL if base_url is None else base_url)
    except (httpx.InvalidURL, TypeError) as error:
        raise ConfigurationError(f"{source} is not a URL: {error}") from None
    if url.userinfo or url.query or url.fragment:
        raise ConfigurationError(f"{source} must hold no user, password, query or fragment")
    if url.scheme not in {"http", "https"} or not url.host or "%20" in url.host:
        raise ConfigurationError(
            f"{source} must be https:// and a host, not {short_repr(base_url)}"
        )
    if url.scheme == "http" and not (allow_insecure_http or _is_loopback(url.host)):
        raise ConfigurationError(
            f"{source} is plain http, which would show the token to the network: "
            "use https://, or pass allow_insecure_http=True"
        )
    return url


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _at_least(least: int, value: Any, name: str, *types: type) -> Any:
    if type(value) not in types or math.isnan(value) or value < least:
        kind = "an integer" if types == (int,) else "a number"
        raise ConfigurationError(
            f"{name} must be {kind} of at least {least}, not {short_repr(value)}"
        )
    return value
