"""The transports of a client: proxies, TLS, and deadlines.

This is the only module that uses private attributes of httpx and httpcore: `_pool` and those of the
pool, since httpx.HTTPTransport has no arguments for them, and `_cookies`, since httpx.Client copies
its cookie jar. Tested with httpx 0.28.0 and 0.28.1, httpcore 1.0.9.
"""

from __future__ import annotations

import os
import ssl
import threading
from contextlib import contextmanager, suppress
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies

import httpx

from bettune._errors import ConfigurationError
from bettune._http.http_options import check_proxy, configuration_errors
from bettune._http.network import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bettune._http.http_options import ClientKind

# The options that httpx.Client passes to its transports.
_TRANSPORT_OPTIONS = ("verify", "cert", "http1", "http2", "limits")
# The key of the proxy's URL in the extensions of a request.
_PROXY = "bettune.proxy"
_CERT_FILE, _CERT_DIR = "SSL_CERT_FILE", "SSL_CERT_DIR"
_KEY_LOG = "SSLKEYLOGFILE"


class AsyncTransport(httpx.AsyncHTTPTransport):
    """The transport of httpx, with streams that notice early responses."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        use_streams(self)


class Transport(httpx.HTTPTransport):
    """The transport of httpx, with streams that respect the deadline of the current thread."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._options = options
        # The lock of httpcore is Python code: an exception of a signal handler may leave it
        # acquired, and httpcore itself would then wait for it forever.
        self._pool._optional_thread_lock = threading.Lock()  # type: ignore[assignment]  # noqa: SLF001
        use_streams(self)

    def renew_pool(self) -> None:
        """Replace the connection pool. Requests in flight keep the connections of the old one."""
        old: Any = self._pool
        # In one step: other threads use the pool meanwhile.
        self._pool = Transport(**self._options)._pool  # noqa: SLF001
        old._max_keepalive_connections = 0  # noqa: SLF001 - each is closed after its request
        for connection in old.connections:
            if connection.is_idle():
                connection.close()


class AsyncProxyTransport(AsyncTransport):
    """A transport through a proxy. It stores the proxy's URL in each request, for errors."""

    def __init__(self, proxy: httpx.Proxy, **options: Any) -> None:
        super().__init__(proxy=proxy, **options)
        self._proxy_url = str(proxy.url)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        request.extensions[_PROXY] = self._proxy_url
        with _proxy_errors(request):
            return await super().handle_async_request(request)


class ProxyTransport(Transport):
    """A transport through a proxy. It stores the proxy's URL in each request, for errors."""

    def __init__(self, proxy: httpx.Proxy, **options: Any) -> None:
        super().__init__(proxy=proxy, **options)
        self._proxy_url = str(proxy.url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        request.extensions[_PROXY] = self._proxy_url
        with _proxy_errors(request):
            return super().handle_request(request)


def renew_pools(transports: Iterable[Any]) -> None:
    """Replace the connection pools after an interrupt.

    An interrupt may have left a connection in use or a lock acquired, and later requests would wait
    for it. Only the main thread is interrupted; a task is cancelled instead.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for transport in transports:
        if isinstance(transport, Transport):
            transport.renew_pool()


def use_streams(transport: Any) -> None:
    """Make a transport of httpx use our streams, also inside a caller's own transport."""
    pool = getattr(transport, "_pool", None)
    backend = getattr(pool, "_network_backend", None)
    if backend is None:
        for inner in getattr(transport, "__dict__", {}).values():
            if isinstance(inner, httpx.BaseTransport | httpx.AsyncBaseTransport):
                use_streams(inner)
    else:
        pool._network_backend = wrapped(backend)  # type: ignore[union-attr]  # noqa: SLF001


@contextmanager
def _proxy_errors(request: httpx.Request) -> Iterator[None]:
    """Convert the exceptions of socksio into httpx.ProxyError, since httpcore does not."""
    try:
        yield
    except Exception as error:
        if type(error).__module__.startswith("socksio"):
            raise httpx.ProxyError(f"SOCKS: {error}", request=request) from error
        raise


def proxy_of(request: httpx.Request) -> str:
    """Return the URL of the proxy of a request, without its password, or an empty string."""
    proxy: str = request.extensions.get(_PROXY, "")
    return proxy


def with_transports(
    options: dict[str, Any], kind: ClientKind, unencrypted_host: str | None
) -> dict[str, Any]:
    """Replace the options for transports (proxy, verify, limits, …) with transports.

    Args:
        options: checked options.
        kind: httpx.Client or httpx.AsyncClient.
        unencrypted_host: the host, on this machine, of a base URL without TLS, if any. Its requests
            bypass a proxy on another machine, to which they would carry the token in clear text.

    Raises:
        ConfigurationError: an option or an environment variable is invalid.
    """
    options = dict(options)
    is_async = issubclass(kind, httpx.AsyncClient)
    make = AsyncTransport if is_async else Transport
    make_proxied = AsyncProxyTransport if is_async else ProxyTransport
    proxy, transport = options.pop("proxy", None), options.pop("transport", None)
    trust_env = options.get("trust_env", True)
    proxies: dict[str, Any] = {}
    if proxy is not None:
        proxies["all://"] = proxy if isinstance(proxy, httpx.Proxy) else httpx.Proxy(proxy)
    elif trust_env and transport is None:
        proxies = environment_proxies(unencrypted_host)
    own_options = {name: options.pop(name) for name in _TRANSPORT_OPTIONS if name in options}
    if transport is None or proxies:
        own_options["verify"] = _tls_context(own_options, trust_env=trust_env)
        own_options.pop("cert", None)
    mounts = {
        pattern: None if proxy is None else make_proxied(proxy, **own_options)
        for pattern, proxy in proxies.items()
    }
    mounts |= options.pop("mounts", {})
    for own_transport in (transport, *mounts.values()):
        use_streams(own_transport)
    return {
        **options,
        "transport": make(**own_options) if transport is None else transport,
        "mounts": mounts,
        "trust_env": False,  # its variables have been read already
    }


def environment_proxies(unencrypted_host: str | None) -> dict[str, httpx.Proxy | None]:
    """Return the proxies of the environment as a mapping for the `mounts` of httpx.

    Raises:
        ConfigurationError: a proxy is invalid. The message names the variable.
    """
    settings = getproxies()
    bypassed = [host.strip() for host in settings.get("no", "").split(",")]
    if "*" in bypassed:
        return {}
    proxies: dict[str, httpx.Proxy | None] = {}
    for scheme in ("http", "https", "all"):
        if url := settings.get(scheme):
            url = url if "://" in url else f"http://{url}"
            with configuration_errors(_variable(f"{scheme}_proxy")):
                check_proxy(url)
            proxies[f"{scheme}://"] = httpx.Proxy(url)
    for pattern in map(_bypass_pattern, filter(None, bypassed)):
        # Skip the entries that httpx cannot read, such as ::1/128 and https://xn--.
        with suppress(httpx.InvalidURL, UnicodeError):
            _ = httpx.URL(pattern).host
            proxies[pattern] = None
    proxy = proxies.get("http://") or proxies.get("all://")
    if unencrypted_host and proxy and not is_loopback(proxy.url.host):
        host = f"[{unencrypted_host}]" if ":" in unencrypted_host else unencrypted_host
        proxies[f"all://{host}"] = None
    return proxies


def _bypass_pattern(host: str) -> str:
    if "://" in host:
        return host
    try:
        version = ip_address(host.partition("/")[0]).version
    except ValueError:
        return f"all://{host}" if host.lower() == "localhost" else f"all://*{host}"
    return f"all://{host}" if version == 4 else f"all://[{host}]"


def is_loopback(host: str) -> bool:
    """Return whether a host is localhost or a loopback address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _variable(name: str) -> str:
    """Return the name of a variable that is set: in lower case, which has priority, or upper."""
    return name if os.environ.get(name) else name.upper()


def _tls_context(options: dict[str, Any], *, trust_env: bool) -> ssl.SSLContext:
    path, verify = os.environ.get(_KEY_LOG), options.get("verify", True)
    if path and verify and not isinstance(verify, ssl.SSLContext):
        with configuration_errors(_KEY_LOG):  # ssl.create_default_context opens this file
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).keylog_filename = path
    if "verify" not in options and "cert" not in options:
        return shared_context(trust_env=trust_env, http2=options.get("http2", False))
    with configuration_errors("cert" if "cert" in options else "verify"):
        return httpx.create_ssl_context(verify, options.get("cert"), trust_env=trust_env)


def shared_context(*, trust_env: bool, http2: bool) -> ssl.SSLContext:
    """Return the TLS context that httpx would make. The clients of a process share it.

    Making a context takes 25 ms.

    Raises:
        ConfigurationError: the certificates that the environment names cannot be used.
    """
    file = directory = None
    version = (0, 0)
    if trust_env:
        file, directory = os.environ.get(_CERT_FILE), os.environ.get(_CERT_DIR)
        if file:
            with configuration_errors(_CERT_FILE):
                # The next client reads certificates that have been renewed.
                status = Path(file).stat()
                version = status.st_mtime_ns, status.st_size
        elif directory and not any(map(os.path.isdir, directory.split(os.pathsep))):
            # OpenSSL accepts such a path, and trusts no certificate.
            raise ConfigurationError(f"{_CERT_DIR} cannot be used: {directory!r} is not a folder")
    with configuration_errors(_CERT_FILE if file else _CERT_DIR if directory else "verify"):
        return _cached_context(trust_env, http2, file, directory, version)


# HTTP/2 has its own context, since httpcore writes the offered protocols into it.
@lru_cache(maxsize=8)
def _cached_context(
    trust_env: bool,
    _http2: bool,
    _file: str | None,
    _directory: str | None,
    _version: tuple[int, int],
) -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=trust_env)


class _NoCookies(httpx.Cookies):
    def extract_cookies(self, response: httpx.Response) -> None:
        pass


def ignore_cookies(client: httpx.Client | httpx.AsyncClient) -> None:
    """Make a client ignore the cookies in responses: the API identifies users by token only."""
    client._cookies = _NoCookies()  # noqa: SLF001
