"""Settings of a client: refused by name with nothing sent, or used as given."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import httpx
import pytest

import bettune
from bettune import AsyncBetTune, BetTune, ConfigurationError, RateLimit
from bettune._http.transports import shared_context
from tests.scripted import SPORTS, Scripted

TOKEN = "s3cr3t-t0ken-0f-0urs"
kinds = pytest.mark.parametrize("kind", [BetTune, AsyncBetTune])


def assert_in_no_variable(error):
    """The token is in no local variable of a frame of ours that an error went through."""
    while error:
        assert TOKEN not in str(error)
        frame = error.__traceback__
        while frame:
            if frame.tb_frame.f_code.co_filename != __file__:
                for value in frame.tb_frame.f_locals.values():
                    assert TOKEN not in f"{value!r}{getattr(value, '__dict__', '')!r}"
            frame = frame.tb_next
        error = error.__context__


@kinds
class TestOptions:
    # httpx 0.28.0 alone deprecates it.
    @pytest.mark.filterwarnings("ignore:.cert=:DeprecationWarning")
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"retries": 3}, "retries is not a valid option"),
            ({"cert": 5}, "cert cannot be used"),
            ({"cert": "/no/such/file"}, "cert cannot be used"),
            ({"verify": "/no/such/file"}, "verify cannot be used"),
            ({"verify": 5}, "verify must be True, False, the name of a file"),
            ({"verify": 0}, "verify must be"),
            ({"verify": b"x"}, "verify must be"),
            ({"default_encoding": 5}, "default_encoding"),
            ({"event_hooks": 5}, "event_hooks must map"),
            ({"event_hooks": []}, "event_hooks must map"),
            ({"headers": 5}, "headers cannot be used"),
            ({"headers": {"X": 5}}, "headers cannot be used"),
            ({"headers": {"X": "a\nb"}}, "headers cannot have 'X'"),
            ({"headers": {"X": "a\x00b"}}, "headers cannot have 'X'"),
            ({"headers": {"X": " a"}}, "headers cannot have 'X'"),
            ({"headers": {"X": "ą"}}, "headers cannot be used"),
            ({"headers": {"X Y": "a"}}, "headers cannot have 'X Y'"),
            ({"headers": {"": "a"}}, "headers cannot have ''"),
            ({"headers": {"Content-Length": "5"}}, "headers cannot have Content-Length"),
            ({"headers": {"transfer-encoding": "x"}}, "headers cannot have Transfer-Encoding"),
            ({"params": 5}, "params cannot be used"),
            ({"params": {"a": "\ud800"}}, "params cannot be used"),
            ({"cookies": {"a": 1}}, "cookies must map str to str"),
            ({"cookies": {b"a": b"b"}}, "cookies must map str to str"),
            ({"cookies": 5}, "cookies cannot be used"),
            ({"cookies": {"a": "ż"}}, r"cookies\['a'\] must be ASCII"),
            ({"cookies": {"a": "b; c=d"}}, r"cookies\['a'\] must be ASCII"),
            ({"cookies": {"a": "b\r\nX: c"}}, r"cookies\['a'\] must be ASCII"),
            ({"cookies": {"a b": "c"}}, "cookies cannot have the name 'a b'"),
            ({"cookies": {"ż": "c"}}, "cookies cannot have the name 'ż'"),
            ({"cookies": {"": "c"}}, "cookies cannot have the name ''"),
            ({"cookies": {"a": "b" * 5000}}, r"cookies\['a'\] is longer than"),
            ({"cookies": {f"a{n}": "b" for n in range(51)}}, "cookies must be at most 50, not 51"),
            ({"proxy": 5}, "proxy cannot be used"),
            ({"proxy": "socks5://127.0.0.1:1"}, r"proxy cannot be used: .*httpx\[socks\]"),
            ({"http2": True}, r"http2 cannot be used: .*httpx\[http2\]"),
            ({"http2": 1}, "http2 must be True or False"),
            ({"trust_env": "no"}, "trust_env must be True or False, not 'no'"),
            ({"follow_redirects": None}, "follow_redirects must be True or False"),
            ({"mounts": 5}, "mounts must be a dict, not 5"),
            ({"mounts": {5: None}}, "mounts cannot be used"),
            ({"mounts": {"https://xn--": None}}, "mounts cannot be used"),
            ({"mounts": {"all://": 5}}, r"mounts\['all://'\] must be a transport"),
            ({"transport": 5}, "transport must be a transport of httpx, not 5"),
            (
                {"transport": httpx.HTTPTransport},
                "transport must be a transport of httpx, not <class",
            ),
            ({"transport": httpx.AsyncHTTPTransport}, "must be a transport of httpx, not <class"),
            ({"max_redirects": "3"}, "max_redirects must be an integer"),
            ({"event_hooks": [print]}, "event_hooks must map"),
            ({"event_hooks": {"requests": [print]}}, "event_hooks must map"),
            ({"event_hooks": {"request": print}}, r"such as event_hooks=\{'request': \[function"),
            ({"event_hooks": {"response": [5]}}, "event_hooks must map .*not of 5"),
            ({"limits": 5}, r"limits must be an httpx\.Limits, not 5"),
            ({"limits": httpx.Limits(max_connections="5")}, r"limits\.max_connections must be"),
            ({"limits": httpx.Limits(keepalive_expiry="5")}, r"limits\.keepalive_expiry must be"),
            ({"timeout": True}, "timeout must be a number of at least 0, not True"),
            ({"timeout": float("nan")}, "timeout must be a number of at least 0, not nan"),
            ({"limits": None}, r"limits must be an httpx\.Limits, not None"),
            ({"limits": httpx.Limits(max_connections=0)}, r"limits\.max_connections must be"),
            ({"max_retries": -1}, "max_retries must be an integer of at least 0, not -1"),
            ({"max_retries": 1.5}, "max_retries must be an integer of at least 0, not 1.5"),
            ({"max_retries": True}, "max_retries must be an integer of at least 0, not True"),
            ({"max_wait": -1}, "max_wait must be a number of at least 0, not -1"),
            ({"max_wait": "1"}, "max_wait must be a number of at least 0, not '1'"),
            ({"max_response_bytes": 0}, "max_response_bytes must be an integer of at least 1"),
            ({"rate_limit": (60, 1)}, "rate_limit must be a RateLimit, not"),
            ({"auth": ("user", "password")}, "auth cannot be set"),
            ({"proxy": "no-scheme"}, "proxy cannot be used"),
            ({"proxy": "http://[::1"}, "proxy cannot be used"),
            ({"timeout": "30"}, "timeout must be a number of at least 0, not '30'"),
            ({"timeout": float("inf")}, "timeout must be at most .* or None for no limit"),
            ({"timeout": 10**400}, "timeout must be at most"),
            ({"timeout": httpx.Timeout("5")}, r"timeout\.connect must be a number"),
            ({"timeout": httpx.Timeout(5, read=-1)}, r"timeout\.read must be a number"),
            ({"max_retries": "4"}, "max_retries must be an integer of at least 0, not '4'"),
            ({"max_wait": float("nan")}, "max_wait must be a number of at least 0, not nan"),
            ({"rate_limit": 60}, "rate_limit must be a RateLimit, not 60"),
            ({"allow_insecure_http": "false"}, "allow_insecure_http must be True or False"),
            ({"allow_insecure_http": 1}, "allow_insecure_http must be True or False"),
            ({"base_url": "https://localhost:99999"}, "base_url must have a port from 1 to 65535"),
            ({"base_url": "\ud800"}, "base_url is not a URL"),
            ({"base_url": "https://xn--/v1"}, "base_url is not a URL"),
        ],
        ids=str,
    )
    def test_an_invalid_value_names_the_option(self, kind, options, message):
        with pytest.raises(ConfigurationError, match=message):
            kind(TOKEN, **options)

    def test_numbers_of_any_length_are_taken_or_refused(self, kind):
        kind(TOKEN, max_retries=10**5000, max_response_bytes=10**5000, max_wait=10**400)
        kind(TOKEN, max_wait=float("inf"), timeout=10**9)

    def test_a_transport_or_hook_of_the_other_kind_says_so(self, kind):
        async def hook(_):
            pass

        wrong, right = httpx.AsyncHTTPTransport(), "AsyncBetTune"
        if kind is AsyncBetTune:
            wrong, right = httpx.HTTPTransport(), "BetTune"
        with pytest.raises(ConfigurationError, match=f"transport is of the wrong kind: .* {right}"):
            kind(TOKEN, transport=wrong)
        if kind is BetTune:
            with pytest.raises(ConfigurationError, match=r"coroutine function, .* AsyncBetTune"):
                kind(TOKEN, event_hooks={"request": [hook]})

    def test_a_client_whose_construction_failed_has_a_repr(self, kind):
        client = kind.__new__(kind)
        with pytest.raises(ConfigurationError):
            client.__init__(TOKEN, timeout=-1)
        assert repr(client) == f"{kind.__name__}()"


@kinds
class TestTokens:
    @pytest.mark.parametrize(
        ("token", "reason"),
        [
            ("", "is empty"),
            (" \n", "is empty"),
            (f"Bearer {TOKEN}", "begins with 'Bearer': remove this word"),
            (f"bearer {TOKEN}", "begins with 'Bearer': remove this word"),
            (f"Bearer\t{TOKEN}", "begins with 'Bearer': remove this word"),
            (f'"{TOKEN}"', "is in quotes: remove them"),
            (f"'{TOKEN}", "is in quotes: remove them"),
            (f"„{TOKEN}”", "is in quotes: remove them"),
            (f"{TOKEN}\n{TOKEN}", "contains a line break"),
            (f"{TOKEN}\r{TOKEN}", "contains a line break"),
            (f"{TOKEN} {TOKEN}", "contains a space"),
            (f"{TOKEN}\t{TOKEN}", "contains a space"),
            (f"{TOKEN}ż", "contains a character outside ASCII"),
            (f"{TOKEN}\u200b", "contains a character outside ASCII"),
            (f"{TOKEN}\x00", "contains a control character"),
        ],
    )
    def test_one_reason_each_wherever_it_comes_from(
        self, kind, token, reason, monkeypatch, tmp_path
    ):
        (tmp_path / "token").write_bytes(token.encode())
        monkeypatch.setenv("BETTUNE_API_TOKEN_FILE", str(tmp_path / "token"))
        sources = {"the file of BETTUNE_API_TOKEN_FILE": None, "token": token}
        if "\x00" not in token:  # which no variable holds
            sources["BETTUNE_API_TOKEN"] = None
        for source, given in sources.items():
            if source == "BETTUNE_API_TOKEN":
                monkeypatch.setenv(source, token)
            with pytest.raises(ConfigurationError) as caught:
                kind(given)
            assert str(caught.value).startswith(f"{source} {reason}")
            assert TOKEN not in str(caught.value)
            assert_in_no_variable(caught.value)

    def test_no_token(self, kind, monkeypatch):
        with pytest.raises(ConfigurationError, match="BETTUNE_API_TOKEN"):
            kind()
        monkeypatch.setenv("BETTUNE_API_TOKEN", "")
        with pytest.raises(ConfigurationError, match="BETTUNE_API_TOKEN is empty"):
            kind()

    @pytest.mark.parametrize("token", [b"a", 7])
    def test_it_is_a_string(self, kind, token):
        with pytest.raises(ConfigurationError, match="token must be a string, not"):
            kind(token)

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"\xff\xfe", "is not UTF-8 text"),
            (b"a" * 10_001, "is too large to be a token"),
            (None, "cannot be read: No such file"),
        ],
    )
    def test_files_that_hold_none(self, kind, content, reason, monkeypatch, tmp_path):
        file = tmp_path / "token"
        if content is not None:
            file.write_bytes(content)
        monkeypatch.setenv("BETTUNE_API_TOKEN_FILE", str(file))
        with pytest.raises(
            ConfigurationError, match=f"the file of BETTUNE_API_TOKEN_FILE {reason}"
        ):
            kind()

    @pytest.mark.parametrize(
        "options",
        [
            {"timeout": -1},
            {"cert": 5},
            {"verify": "/no/such/file"},
            {"retries": 3},
            {"base_url": "http://x"},
        ],
        ids=str,
    )
    @pytest.mark.parametrize("source", ["argument", "environment", "file"])
    def test_it_is_not_in_the_variables_of_a_failed_constructor(
        self, kind, options, source, monkeypatch, tmp_path
    ):
        given = [TOKEN] if source == "argument" else []
        if source == "environment":
            monkeypatch.setenv("BETTUNE_API_TOKEN", TOKEN)
        if source == "file":
            (tmp_path / "token").write_text(TOKEN)
            (tmp_path / "token").chmod(0o600)
            monkeypatch.setenv("BETTUNE_API_TOKEN_FILE", str(tmp_path / "token"))
        with pytest.raises(ConfigurationError) as caught:
            kind(*given, **options)
        assert_in_no_variable(caught.value)


@kinds
class TestBaseURLs:
    @pytest.mark.parametrize(
        "base_url",
        [
            "ftp://localhost",
            "localhost:80",
            "https://",
            "https://user:password@example.com",
            "user:password@example.com",
            "https://example.com/?a=b",
            "https://example.com/#a",
            "http://[::1",
            "https://exa mple.com",
            "",
            7,
        ],
    )
    def test_base_urls_that_are_refused(self, kind, base_url):
        with pytest.raises(ConfigurationError, match=r"^base_url ") as caught:
            kind("t", base_url=base_url)
        assert "password@" not in str(caught.value)

    @pytest.mark.parametrize(
        "host", ["example.com", "10.0.0.1", "127.0.0.1.example.com", "[2001:db8::1]", "0.0.0.0"]
    )
    def test_plain_http_would_show_the_token(self, kind, host):
        with pytest.raises(ConfigurationError, match="plain http"):
            kind("t", base_url=f"http://{host}/v1")
        kind("t", base_url=f"http://{host}/v1", allow_insecure_http=True)

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"])
    def test_plain_http_to_this_machine(self, kind, host):
        kind("t", base_url=f"http://{host}:1/v1")

    def test_the_environment(self, kind, monkeypatch):
        assert "'https://ovaccess.com/bet-tune-api/v1/'" in repr(kind("t"))
        monkeypatch.setenv("BETTUNE_BASE_URL", "http://example.com")
        with pytest.raises(ConfigurationError, match=r"^BETTUNE_BASE_URL is plain http"):
            kind("t")
        monkeypatch.setenv("BETTUNE_BASE_URL", "")
        assert "ovaccess.com" in repr(kind("t"))


def test_the_token_of_the_environment(connect, monkeypatch):
    monkeypatch.setenv("BETTUNE_API_TOKEN", "from-environment")
    with Scripted(SPORTS) as server:
        monkeypatch.setenv("BETTUNE_BASE_URL", server.base_url)
        connect(None).sports.list()
        assert server.requests[0].headers["authorization"] == "Bearer from-environment"


@pytest.mark.parametrize(
    ("requests", "per"),
    [
        *((wrong, 1) for wrong in (0, -1, 1.5, True)),
        *((1, wrong) for wrong in (0, -1, float("nan"), float("inf"), 10**400)),
    ],
)
def test_rate_limits_that_are_refused(requests, per):
    with pytest.raises(bettune.InvalidArgumentError):
        RateLimit(requests, per)


@pytest.mark.parametrize("text", [TOKEN, f" {TOKEN}\n", f"\ufeff{TOKEN}\r\n"])
def test_the_file_that_a_variable_names(connect, text, monkeypatch, tmp_path):
    (tmp_path / "token").write_bytes(text.encode())
    monkeypatch.setenv("BETTUNE_API_TOKEN_FILE", str(tmp_path / "token"))
    with Scripted(SPORTS) as server:
        connect(None, base_url=server.base_url).sports.list()
        monkeypatch.setenv("BETTUNE_API_TOKEN", "the-variable")
        connect(None, base_url=server.base_url).sports.list()
        connect(" the-argument ", base_url=server.base_url).sports.list()
    sent = [request.headers["authorization"] for request in server.requests]
    assert sent == [f"Bearer {token}" for token in (TOKEN, "the-variable", "the-argument")]


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/", "/a%2Fb/ż"])
def test_a_base_url_of_any_path(connect, path):
    with Scripted(SPORTS) as server:
        client = connect(base_url=f"http://{server.host}:{server.port}{path}")
        client.sports.list()
        expected = httpx.URL(f"http://x{path.rstrip('/')}/sports").raw_path.decode()
        assert server.paths == [("GET", expected)]


class TestTLS:
    """Clients share one context, for as long as it is what httpx would make."""

    def contexts(self, *options):
        return [
            BetTune(TOKEN, **one)._http.sender.client._transport._pool._ssl_context
            for one in options
        ]

    def test_it_is_shared(self):
        one, two = self.contexts({}, {})
        assert one is two
        (other,) = self.contexts({"trust_env": False})
        assert other is not one

    def test_each_of_http2_has_its_own(self):
        assert shared_context(trust_env=True, http2=True) is not shared_context(
            trust_env=True, http2=False
        )

    @pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
    def test_that_of_another_environment_is_another(self, name, monkeypatch, tmp_path):
        import certifi  # noqa: PLC0415 - httpx brings it

        for one in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
            monkeypatch.delenv(one, raising=False)
        (before,) = self.contexts({})
        where = tmp_path
        if name == "SSL_CERT_FILE":
            where = tmp_path / "certificates.pem"
            where.write_bytes(Path(certifi.where()).read_bytes())
        monkeypatch.setenv(name, str(where))
        first, second = self.contexts({}, {})
        assert first is second
        assert first is not before
        if name == "SSL_CERT_FILE":
            os.utime(where, ns=(1, 1))  # renewed
            assert self.contexts({})[0] is not first
        assert self.contexts({"trust_env": False})[0] not in {before, first}
        monkeypatch.delenv(name)
        assert self.contexts({}) == [before]

    def test_given_options_are_used_unchanged(self):
        context = ssl.create_default_context()
        before = context.verify_mode, context.check_hostname, context.get_ca_certs()
        own, none, (shared,) = (
            *self.contexts({"verify": context}, {"verify": False}),
            self.contexts({}),
        )
        assert own is context
        assert (context.verify_mode, context.check_hostname, context.get_ca_certs()) == before
        assert none is not shared
        assert (none.verify_mode, shared.verify_mode) == (ssl.CERT_NONE, ssl.CERT_REQUIRED)
        transport = httpx.HTTPTransport()
        backend = transport._pool._network_backend
        with BetTune(TOKEN, transport=transport) as client:
            assert client._http.sender.client._transport is transport
        # It still connects by itself; only its waits are bounded.
        assert transport._pool._network_backend._backend is backend
