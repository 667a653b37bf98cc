"""Checks the options for httpx when a client is made, not when it sends its first request."""

from __future__ import annotations

import inspect
import re
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from bettune._errors import ConfigurationError
from bettune._values.display import short_repr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_OPTIONS = frozenset(inspect.signature(httpx.Client).parameters) - {"base_url", "timeout"}
# The valid types of options that httpx itself does not check when a client is made.
_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    **dict.fromkeys(
        ("follow_redirects", "trust_env", "http1", "http2"), ((bool,), "True or False")
    ),
    "verify": (
        (bool, str, ssl.SSLContext, type(None)),
        "True, False, the name of a file as str, or an ssl.SSLContext",
    ),
    "limits": ((httpx.Limits,), "an httpx.Limits"),
    "mounts": ((dict, type(None)), "a dict"),
}
_LIMITS = ("max_connections", "max_keepalive_connections", "keepalive_expiry")
_BODY_HEADERS = ("Content-Length", "Transfer-Encoding")
_HOOKS = ("request", "response")
# The headers that h11 accepts. Others would make the first request fail.
_HEADER_NAME = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
_HEADER_VALUE = re.compile(rb"(?:[^\x00\s](?:[^\x00\n\r\x0b\x0c]*[^\x00\s])?)?")
# The limits of browsers: the characters of a cookie, and the cookies of a server.
_LONGEST_COOKIE = 4096
_MOST_COOKIES = 50
# RFC 6265: a name is a token; a value has no spaces, quotes, commas, semicolons or backslashes.
_NOT_IN_A_NAME = frozenset('()<>@,;:\\"/[]?={} \t')
_NOT_IN_A_VALUE = frozenset('",;\\ \t')

ClientKind = type[httpx.Client] | type[httpx.AsyncClient]


def has_valid_port(url: httpx.URL) -> bool:
    """Return whether the port of a URL is missing or valid. httpx accepts any number."""
    return url.port is None or 0 < url.port < 2**16


def checked_options(options: dict[str, Any], kind: ClientKind) -> dict[str, Any]:
    """Check the options, and return those that are not None.

    Raises:
        ConfigurationError: an option is unknown, or its value is invalid. The message names it.
    """
    for name, value in options.items():
        if name == "auth":
            raise ConfigurationError("auth cannot be set: pass the API token as token=")
        if name not in _OPTIONS:
            raise ConfigurationError(f"{name} is not a valid option for BetTune or httpx.Client")
        kinds, expected = _KINDS.get(name, ((object,), ""))
        if not isinstance(value, kinds):
            raise ConfigurationError(f"{name} must be {expected}, not {short_repr(value)}")
    given = {name: value for name, value in options.items() if value is not None}
    for name, check in _CHECKS.items():
        if name in given:
            with configuration_errors(name):
                check(given[name])
    limits, redirects = options.get("limits"), options.get("max_redirects", 0)
    encoding = options.get("default_encoding", "utf-8")
    if not isinstance(encoding, str) and not callable(encoding):
        raise ConfigurationError(
            f"default_encoding must be a string or a function, not {short_repr(encoding)}"
        )
    for name in _LIMITS:
        value = getattr(limits, name, None)
        if value is not None and type(value) not in {int, float}:
            raise ConfigurationError(f"limits.{name} must be a number, not {short_repr(value)}")
    if type(redirects) is not int or redirects < 0:
        raise ConfigurationError(
            f"max_redirects must be an integer of at least 0, not {short_repr(redirects)}"
        )
    _check_transport("transport", options.get("transport"), kind)
    for pattern, transport in (options.get("mounts") or {}).items():
        _check_transport(f"mounts[{pattern!r}]", transport, kind)
    if options.get("event_hooks") is not None:
        _check_hooks(options["event_hooks"], kind)
    return given


def check_headers(headers: httpx.Headers) -> None:
    """Check the headers that are sent with every request.

    Raises:
        ConfigurationError: a header is invalid, or describes a body.
    """
    for raw_name, value in headers.raw:
        if not _HEADER_NAME.fullmatch(raw_name) or not _HEADER_VALUE.fullmatch(value):
            # Without the value, which may be a secret.
            raise ConfigurationError(
                f"headers cannot have {short_repr(raw_name.decode('latin-1'))}: use letters, "
                "digits and hyphens in names, and no line breaks or outer spaces in values"
            )
    for name in _BODY_HEADERS:
        if name in headers:
            raise ConfigurationError(f"headers cannot have {name}: each request sets its own")


def merged_cookies(header: str, cookies: Any) -> str:
    """Add cookies to a Cookie header and return it. A new value replaces an old one.

    Raises:
        ConfigurationError: a cookie is invalid, or there are too many.
    """
    with configuration_errors("cookies"):
        added = {cookie.name: cookie.value or "" for cookie in httpx.Cookies(cookies).jar}
    for name, value in added.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise ConfigurationError(f"cookies must map str to str, not {short_repr(cookies)}")
        if not name or not _is_plain(name) or _NOT_IN_A_NAME.intersection(name):
            raise ConfigurationError(
                f"cookies cannot have the name {short_repr(name)}: use letters and digits"
            )
        if not _is_plain(value) or _NOT_IN_A_VALUE.intersection(value):
            raise ConfigurationError(
                f"cookies[{name!r}] must be ASCII without spaces, quotes, commas, semicolons and "
                "backslashes: encode it with urllib.parse.quote"
            )
        if len(name) + len(value) > _LONGEST_COOKIE:
            raise ConfigurationError(
                f"cookies[{name!r}] is longer than {_LONGEST_COOKIE} characters, including its name"
            )
    present = dict(pair.split("=", 1) for pair in header.split("; ") if pair)
    merged = present | added
    if len(merged) > _MOST_COOKIES:
        raise ConfigurationError(f"cookies must be at most {_MOST_COOKIES}, not {len(merged)}")
    return "; ".join(f"{name}={value}" for name, value in merged.items())


def _is_plain(text: str) -> bool:
    return text.isascii() and (text.isprintable() or not text)


def check_proxy(proxy: Any) -> None:
    """Check the URL of a proxy, or an httpx.Proxy. It may contain a password: errors omit it.

    Raises:
        ValueError: the URL of the proxy is invalid.
        ImportError: the proxy needs a package that is not installed.
    """
    try:
        url = (proxy if isinstance(proxy, httpx.Proxy) else httpx.Proxy(proxy)).url
    except (httpx.InvalidURL, TypeError, ValueError):
        url = httpx.URL()
    if not url.host or not has_valid_port(url):
        raise ValueError("it must be a URL such as http://host:3128 or socks5://host:1080")
    if url.scheme.startswith("socks5"):
        try:
            import socksio  # type: ignore[import-not-found, unused-ignore]  # noqa: F401, PLC0415
        except ImportError:
            raise ImportError("a SOCKS proxy needs httpx[socks]") from None


def _check_http2(http2: bool) -> None:
    if http2:
        try:
            import h2  # type: ignore[import-not-found, unused-ignore]  # noqa: F401, PLC0415
        except ImportError:
            raise ImportError("HTTP/2 needs httpx[http2]") from None


def _check_mounts(mounts: dict[Any, Any]) -> None:
    for pattern in mounts:
        if not isinstance(pattern, str) or "://" not in pattern:
            raise ValueError(f"{pattern!r} is not a pattern such as 'https://' or 'all://host'")
        _ = httpx.URL(pattern).host  # decodes the host, which fails for xn--


# The checks of single options. Most are httpx's own, which raise various exceptions.
_CHECKS: dict[str, Callable[[Any], object]] = {
    "headers": httpx.Headers,
    "params": lambda params: str(httpx.QueryParams(params)),
    "proxy": check_proxy,
    "http2": _check_http2,
    "mounts": _check_mounts,
}


def _check_transport(name: str, transport: Any, kind: ClientKind) -> None:
    needed, opposite = "handle_request", "handle_async_request"
    if issubclass(kind, httpx.AsyncClient):
        needed, opposite = opposite, needed
    is_instance = not isinstance(transport, type)
    if transport is None or (is_instance and callable(getattr(transport, needed, None))):
        return
    if is_instance and callable(getattr(transport, opposite, None)):
        client = "AsyncBetTune" if opposite == "handle_async_request" else "BetTune"
        raise ConfigurationError(
            f"{name} is of the wrong kind: {type(transport).__name__} needs {client}"
        )
    raise ConfigurationError(f"{name} must be a transport of httpx, not {short_repr(transport)}")


def _check_hooks(hooks: Any, kind: ClientKind) -> None:
    rule = 'event_hooks must map "request" and "response" to lists of functions'
    if not isinstance(hooks, dict) or not hooks.keys() <= set(_HOOKS):
        raise ConfigurationError(rule)
    for name, functions in hooks.items():
        if not isinstance(functions, list | tuple):
            raise ConfigurationError(f"{rule}, such as event_hooks={{{name!r}: [function]}}")
        for function in functions:
            if not callable(function):
                raise ConfigurationError(f"{rule}, not of {short_repr(function)}")
            if inspect.iscoroutinefunction(function) and not issubclass(kind, httpx.AsyncClient):
                raise ConfigurationError(
                    f"event_hooks[{name!r}] has a coroutine function, which needs AsyncBetTune"
                )


@contextmanager
def configuration_errors(name: str) -> Iterator[None]:
    """Convert any exception into a ConfigurationError that names the option or the variable.

    Raises:
        ConfigurationError: the code in the `with` block raised an exception.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - httpx's exceptions have no common base
        reason = f"{name} cannot be used: {type(error).__name__}: {error}"
    else:
        return
    raise ConfigurationError(reason)
