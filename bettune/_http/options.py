"""What callers pass on to httpx, checked when a client is made and not when it is used."""

from __future__ import annotations

import inspect
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from bettune._errors import ConfigurationError
from bettune._values.display import short_repr

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPTIONS = frozenset(inspect.signature(httpx.Client).parameters) - {"base_url", "timeout"}
# What httpx takes without a look, and fails of with the first request.
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
_OF_THE_BODY = ("Content-Length", "Transfer-Encoding")
_HOOKS = ("request", "response")

HTTPClient = type[httpx.Client] | type[httpx.AsyncClient]


def checked_options(options: dict[str, Any], kind: HTTPClient) -> dict[str, Any]:
    """Take what may be passed on to httpx, but for what its own constructor looks at.

    Raises:
        ConfigurationError: there is no such option, or it cannot be right; the message names it.
    """
    for name, value in options.items():
        if name == "auth":
            raise ConfigurationError("auth cannot be set: the API takes a Bearer token, as token=")
        if name not in _OPTIONS:
            raise ConfigurationError(f"{name} is no option of this client, nor of httpx.Client")
        kinds, wanted = _KINDS.get(name, ((object,), ""))
        if not isinstance(value, kinds):
            raise ConfigurationError(f"{name} must be {wanted}, not {short_repr(value)}")
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
        raise ConfigurationError(f"max_redirects must be an integer, not {short_repr(redirects)}")
    _check_transport("transport", options.get("transport"), kind)
    for pattern, transport in (options.get("mounts") or {}).items():
        _check_transport(f"mounts[{pattern!r}]", transport, kind)
    if options.get("event_hooks") is not None:
        _check_hooks(options["event_hooks"], kind)
    return {name: value for name, value in options.items() if value is not None}


def check_headers(headers: httpx.Headers) -> None:
    """Check that the headers of all requests say nothing of a body, which is each request's own.

    Raises:
        ConfigurationError: they do.
    """
    for name in _OF_THE_BODY:
        if name in headers:
            raise ConfigurationError(f"headers cannot have {name}: each request has its own")


def _check_transport(name: str, transport: Any, kind: HTTPClient) -> None:
    takes, other = "handle_request", "handle_async_request"
    if issubclass(kind, httpx.AsyncClient):
        takes, other = other, takes
    made = not isinstance(transport, type)
    if transport is None or (made and callable(getattr(transport, takes, None))):
        return
    if made and callable(getattr(transport, other, None)):
        right = "AsyncBetTune" if other == "handle_async_request" else "BetTune"
        raise ConfigurationError(
            f"{name} is of the other kind: {type(transport).__name__} goes with {right}"
        )
    raise ConfigurationError(f"{name} must be a transport of httpx, not {short_repr(transport)}")


def _check_hooks(hooks: Any, kind: HTTPClient) -> None:
    wanted = 'event_hooks must map "request" and "response" to lists of functions'
    if not isinstance(hooks, dict) or not hooks.keys() <= set(_HOOKS):
        raise ConfigurationError(wanted)
    for name, functions in hooks.items():
        if not isinstance(functions, list | tuple):
            raise ConfigurationError(f"{wanted}, such as event_hooks={{{name!r}: [function]}}")
        for function in functions:
            if not callable(function):
                raise ConfigurationError(f"{wanted}, not of {short_repr(function)}")
            if inspect.iscoroutinefunction(function) and not issubclass(kind, httpx.AsyncClient):
                raise ConfigurationError(
                    f"event_hooks[{name!r}] has a coroutine function, which goes with AsyncBetTune"
                )


@contextmanager
def refused_options_named(kind: HTTPClient, options: dict[str, Any]) -> Iterator[None]:
    """Tell what httpx refuses of the options as an error of ours, which names the option.

    Raises:
        ConfigurationError: httpx refuses something.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever httpx raises: there is no common base
        raise ConfigurationError(_refusal(kind, options, error)) from None


def _refusal(kind: HTTPClient, options: dict[str, Any], error: Exception) -> str:
    # An option that is refused by itself is the culprit. Its value may hold a password.
    for name, value in options.items():
        try:
            # With verify=False httpx 0.28.0 would not look at a cert.
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            kind(**{"verify": context, name: value}).build_request("GET", "http://localhost/")
        except Exception as alone:  # noqa: BLE001 - as above
            return f"{name} cannot be used: {type(alone).__name__}: {alone}"
    return f"httpx refuses the options or the environment: {type(error).__name__}: {error}"
