"""Proxies: of an option or of the environment, used for every attempt, and named in errors."""

from __future__ import annotations

import ssl
import traceback
from contextlib import ExitStack

import httpx
import pytest

import bettune
from bettune import AsyncBetTune, BetTune, ConfigurationError
from tests.scripted import SPORTS, Endless, Scripted, Tunnel, answer

PASSWORD = "pa55w0rd"
kinds = pytest.mark.parametrize("kind", [BetTune, AsyncBetTune])


def test_a_proxy_of_the_environment_is_used_retries_included(connect, monkeypatch):
    with Scripted(answer(503), SPORTS) as proxy:
        monkeypatch.setenv("http_proxy", f"http://{proxy.host}:{proxy.port}")
        client = connect(
            base_url="http://bettune.invalid/v1", allow_insecure_http=True, max_wait=0.001
        )
        assert client.sports.list()
        assert proxy.paths == [("GET", "http://bettune.invalid/v1/sports")] * 2


@pytest.mark.parametrize(
    "entry", ["::1/128", "10.0.0.0/8", "*.internal", "[", "a b", "host:port", "http://xn--"]
)
def test_entries_of_no_proxy_that_httpx_cannot_read_are_ignored(connect, monkeypatch, entry):
    """As container tools inject it."""
    with Scripted(SPORTS) as proxy, Scripted(SPORTS) as server:
        monkeypatch.setenv("http_proxy", f"http://{proxy.host}:{proxy.port}")
        monkeypatch.setenv("no_proxy", f"{entry},127.0.0.1, .example")
        assert connect(base_url=server.base_url).sports.list()
        options = {"allow_insecure_http": True}
        assert connect(base_url="http://bettune.invalid/v1", **options).sports.list()
        assert (len(proxy.requests), len(server.requests)) == (1, 1)


@pytest.mark.parametrize(
    ("no_proxy", "host", "proxied"),
    [
        ("*", "bettune.invalid", False),
        ("bettune.invalid", "bettune.invalid", False),
        ("invalid", "bettune.invalid", False),
        (".invalid", "bettune.invalid", False),
        ("tune.invalid", "bettune.invalid", True),
        ("localhost", "localhost", False),
        ("::1", "[::1]", False),
        ("http://bettune.invalid", "bettune.invalid", False),
        ("https://bettune.invalid", "bettune.invalid", True),
        ("", "bettune.invalid", True),
    ],
)
def test_no_proxy(connect, monkeypatch, no_proxy, host, proxied):
    with Scripted(SPORTS) as proxy:
        monkeypatch.setenv("http_proxy", f"http://{proxy.host}:{proxy.port}")
        monkeypatch.setenv("no_proxy", no_proxy)
        options = {"allow_insecure_http": True, "max_retries": 0, "max_wait": 0}
        client = connect(base_url=f"http://{host}:9/v1", **options)
        if proxied:
            assert client.sports.list()
        else:
            with pytest.raises((bettune.APIConnectionError, PermissionError)):
                client.sports.list()
        assert len(proxy.requests) == proxied


@kinds
@pytest.mark.parametrize("name", ["http_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
@pytest.mark.parametrize(
    "value",
    [
        f"nonsense://user:{PASSWORD}@host",
        f"socks5://user:{PASSWORD}@host:1",  # without its package
        f"http://user:{PASSWORD}@[::1",
        f"http://h:{PASSWORD}",
        f"http://user:{PASSWORD}@127.0.0.1:65536",
    ],
)
def test_a_variable_that_cannot_be_used_is_named_without_its_password(
    kind, name, value, monkeypatch
):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=f"^{name} cannot be used: ") as caught:
        kind("t")
    assert PASSWORD not in str(caught.value)
    kind("t", trust_env=False)
    kind("t", transport=httpx.MockTransport(print))


@kinds
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SSL_CERT_FILE", "/no/such/file"),
        ("SSL_CERT_FILE", "/tmp"),
        ("SSL_CERT_FILE", __file__),
        ("SSL_CERT_DIR", "/no/such/folder"),
        ("SSL_CERT_DIR", __file__),
    ],
)
def test_certificates_that_cannot_be_used_name_their_variable(kind, name, value, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)  # which counts first
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=f"^{name} cannot be used: "):
        kind("t")
    kind("t", trust_env=False)
    kind("t", verify=False)


@kinds
@pytest.mark.parametrize("options", [{}, {"verify": True}, {"trust_env": False}])
def test_a_key_log_that_cannot_be_written_names_its_variable(kind, options, monkeypatch):
    monkeypatch.setenv("SSLKEYLOGFILE", "/no/such/folder/keys")
    with pytest.raises(ConfigurationError, match=r"^SSLKEYLOGFILE cannot be used: "):
        kind("t", **options)
    kind("t", verify=False)


@pytest.fixture(params=["option", "environment"])
def proxied(request, connect, monkeypatch):
    """Make a client whose requests go to a proxy with a user name and a password."""

    def make(port, base_url, **options):
        proxy = f"http://user:{PASSWORD}@127.0.0.1:{port}"
        if request.param == "option":
            options["proxy"] = proxy
        else:
            monkeypatch.setenv("ALL_PROXY", proxy)
        return connect(base_url=base_url, allow_insecure_http=True, max_wait=0.001, **options)

    return make


@pytest.mark.parametrize("base_url", ["http://bettune.invalid/v1", "https://bettune.invalid/v1"])
def test_407_is_not_retried_and_names_the_proxy(proxied, base_url):
    with Scripted(answer(407, b"", reason="Proxy Authentication Required")) as proxy:
        with pytest.raises(bettune.APIError, match="407") as caught:
            proxied(proxy.port, base_url).sports.list()
        assert len(proxy.requests) == 1
    text = str(caught.value)
    assert f"proxy http://127.0.0.1:{proxy.port}" in text
    assert "user name and password" in text
    assert "server http" not in text
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(("status", "tries"), [(403, 1), (502, 3), (429, 3)])
def test_a_proxy_that_does_not_connect(proxied, status, tries):
    with Scripted(answer(status, b"no")) as proxy:
        client = proxied(proxy.port, "https://bettune.invalid/v1", max_retries=2)
        with pytest.raises(bettune.APIConnectionError, match=str(status)) as caught:
            client.sports.list()
        assert len(proxy.requests) == caught.value.attempts == tries
        assert "a-token" not in repr(proxy.requests)  # which goes through the tunnel alone
    assert f"(proxy http://127.0.0.1:{proxy.port})" in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_a_proxy_that_is_not_there(proxied, port):
    client = proxied(port, "https://bettune.invalid/v1", max_retries=0)
    with pytest.raises(bettune.APIConnectionError, match="ConnectError") as caught:
        client.sports.list()
    assert f"(proxy http://127.0.0.1:{port})" in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_a_connection_that_breaks_off_names_server_and_proxy(proxied):
    with Scripted(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{") as proxy:
        client = proxied(proxy.port, "http://bettune.invalid/v1", max_retries=0)
        with pytest.raises(bettune.APIConnectionError) as caught:
            client.sports.list()
    where = f"(server http://bettune.invalid through proxy http://127.0.0.1:{proxy.port})"
    assert where in str(caught.value)


@pytest.fixture(params=["http", "https"])
def tunnelled(request, connect, certificate):
    """Make a proxy, itself with TLS or not, and a client that goes through it to a server's TLS."""
    server_context, client_context = certificate
    tls = server_context if request.param == "https" else None
    with ExitStack() as stack:

        def make(*answers, fast=None, **options):
            server = stack.enter_context(Scripted(*answers, tls=server_context))
            proxy = stack.enter_context(Tunnel(tls=tls, fast=fast))
            address = f"{request.param}://127.0.0.1:{proxy.port}"
            proxied = httpx.Proxy(address, ssl_context=client_context if tls else None)
            options = {"proxy": proxied, "verify": client_context, **options}
            return proxy, connect(base_url=server.base_url, **options)

        yield make


def test_a_server_with_tls_behind_a_proxy(tunnelled):
    football = {"id": 1, "name": "f" * 100_000}
    proxy, client = tunnelled(answer(200, {"count": 1, "items": [football]}))
    assert [sport.name for sport in client.sports.list() * 2] == ["f" * 100_000] * 2
    assert [request.method for request in proxy.requests] == ["CONNECT"]


def test_a_certificate_that_is_not_trusted_behind_a_proxy_is_named(tunnelled):
    _, client = tunnelled(SPORTS, verify=ssl.create_default_context())
    with pytest.raises(bettune.APIConnectionError) as caught:
        client.sports.list()
    assert ": [SSL: CERTIFICATE_VERIFY_FAILED]" in str(caught.value)
    assert caught.value.attempts == 1


# The handshake, the first record of the answer.
@pytest.mark.parametrize("fast", [0, 3000])
def test_bytes_of_tls_that_trickle_through_a_proxy_run_into_the_timeout(tunnelled, fast):
    football = {"id": 1, "name": "f" * 15_000}
    sent = answer(200, {"count": 1, "items": [football]})
    _, client = tunnelled(sent, fast=fast, timeout=0.3, max_retries=0)
    with pytest.raises(bettune.APITimeoutError, match="prox"):
        client.sports.list()


def test_headers_that_trickle_through_a_proxy_name_it(proxied):
    timeout = httpx.Timeout(0.1, connect=1.5)  # where that runs out, the proxy alone is named
    with Endless(b"X-More: 1\r\n", 0.01) as proxy:
        client = proxied(proxy.port, "http://bettune.invalid/v1", timeout=timeout, max_retries=0)
        with pytest.raises(bettune.APITimeoutError) as caught:
            client.sports.list()
    where = f"(server http://bettune.invalid through proxy http://127.0.0.1:{proxy.port})"
    assert where in str(caught.value)


def test_a_broken_answer_of_a_socks_proxy(proxied, monkeypatch):
    """It raises what the package for SOCKS, which is not installed here, raises."""
    malformed = type("ProtocolError", (Exception,), {"__module__": "socksio.exceptions"})

    def fail(self, request):
        raise malformed("Malformed reply")

    async def fail_async(self, request):
        fail(self, request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", fail)
    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", fail_async)
    client = proxied(9, "https://bettune.invalid/v1", max_retries=1)
    with pytest.raises(bettune.APIConnectionError, match="Malformed reply") as caught:
        client.sports.list()
    assert caught.value.attempts == 2
    assert "(proxy http://127.0.0.1:9)" in str(caught.value)
