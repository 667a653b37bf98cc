"""Redirects: followed on demand, with the same method, and never with the token elsewhere."""

from __future__ import annotations

import httpx
import pytest

import bettune
from tests.conftest import Awaited
from tests.scripted import SPORTS, Scripted, answer


def test_a_redirect_is_an_error_and_the_token_goes_nowhere_else(serve):
    other, _ = serve(SPORTS)
    server, client = serve(answer(302, location=f"{other.base_url}/sports"))
    with pytest.raises(bettune.APIStatusError, match=f"{other.base_url}/sports") as caught:
        client.sports.list()
    assert caught.value.status_code == 302
    assert other.requests == []
    assert server.requests[0].headers["authorization"] == "Bearer a-token"


def test_a_redirect_that_is_followed_on_demand_leaves_the_token_behind(serve):
    other, _ = serve(SPORTS)
    _, client = serve(answer(302, location=f"{other.base_url}/sports"), follow_redirects=True)
    assert client.sports.list() == [bettune.Sport(1, "football")]
    assert "authorization" not in other.requests[0].headers


def test_a_307_is_followed_with_the_same_method(serve):
    server, client = serve(answer(307, location="/v1/there"), answer(204), follow_redirects=True)
    assert client.predictions.delete(1, 5) is None
    assert [method for method, _ in server.paths] == ["DELETE"] * 2


def test_each_hop_of_a_redirect_is_paced(connect):
    hops = [answer(307, location=f"/v1/{n}") for n in range(3)]
    with Scripted(*hops, SPORTS) as server:
        limit = bettune.RateLimit(1, 0.1)
        client = connect(base_url=server.base_url, follow_redirects=True, rate_limit=limit)
        client.sports.list()
        arrivals = [request.at for request in server.requests]
    assert len(arrivals) == 4
    assert arrivals[3] - arrivals[0] >= 0.3


def test_redirects_without_end(connect):
    with Scripted(answer(307, location="/v1/again")) as server:
        client = connect(base_url=server.base_url, follow_redirects=True, max_redirects=3)
        with pytest.raises(bettune.APIStatusError, match="after 3 redirects"):
            client.sports.list()
        assert len(server.requests) == 4


@pytest.mark.parametrize("target", ["ftp://127.0.0.1/x", "http://[::1", "mailto:x"])
def test_a_redirect_to_an_invalid_address_is_not_retried(connect, target):
    with Scripted(answer(307, location=target)) as server:
        client = connect(base_url=server.base_url, follow_redirects=True)
        with pytest.raises(bettune.APIError):
            client.sports.list()
        assert len(server.requests) == 1


class Redirecting(httpx.MockTransport):
    """Stands for TLS, which a test has no certificate for: redirects by the script of `targets`."""

    def __init__(self, *targets):
        super().__init__(self.answer)
        self.targets = list(targets)
        self.requests = []

    def answer(self, request):
        self.requests.append(request)
        if self.targets:
            return httpx.Response(307, headers={"Location": self.targets.pop(0)})
        return httpx.Response(200, json={"count": 0, "items": []})


@pytest.mark.parametrize(
    ("base_url", "target", "same"),
    [
        ("http://bettune.invalid/v1", "https://bettune.invalid/v1/sports", False),
        ("https://bettune.invalid/v1", "http://bettune.invalid/v1/sports", False),
        ("https://bettune.invalid/v1", "https://bettune.invalid:444/v1/sports", False),
        ("https://bettune.invalid/v1", "https://bettune.invalid:443/elsewhere", True),
        ("https://bettune.invalid/v1", "https://BetTune.invalid/v1/sports", True),
        ("https://bettune.invalid/v1", "https://api.bettune.invalid/v1/sports", False),
        ("https://bettune.invalid/v1", "https://bettune.invalid.example/v1/sports", False),
        ("https://bettune.invalid/v1", "//bettune.invalid/v1/sports", True),
        ("https://bettune.invalid/v1", "/v2/sports", True),
    ],
)
def test_the_token_goes_to_the_very_origin_of_the_base_url(connect, base_url, target, same):
    transport = Redirecting(target)
    options = {"transport": transport, "allow_insecure_http": True, "cookies": {"a": "b"}}
    connect(base_url=base_url, follow_redirects=True, **options).sports.list()
    first, second = transport.requests
    assert (first.headers["Authorization"], first.headers["Cookie"]) == ("Bearer a-token", "a=b")
    kept = ("Bearer a-token", "a=b") if same else (None, None)
    assert (second.headers.get("Authorization"), second.headers.get("Cookie")) == kept


def test_the_token_comes_back_with_the_origin(connect):
    there, back = "https://elsewhere.invalid/v1/sports", "https://bettune.invalid/v1/sports"
    transport = Redirecting(there, back)
    options = {"transport": transport, "follow_redirects": True}
    connect(base_url="https://bettune.invalid/v1", **options).sports.list()
    sent = [request.headers.get("Authorization") for request in transport.requests]
    assert sent == ["Bearer a-token", None, "Bearer a-token"]


@pytest.mark.parametrize("userinfo", ["user", "user:password", ":password"])
def test_a_user_name_or_password_is_refused(connect, userinfo):
    with Scripted(lambda _: answer(307, location=f"http://{userinfo}@{where}/v1/sports")) as server:
        where = f"{server.host}:{server.port}"
        client = connect(base_url=server.base_url, follow_redirects=True)
        with pytest.raises(bettune.APIStatusError, match="user name or password") as caught:
            client.sports.list()
        assert caught.value.status_code == 307
        assert "password@" not in str(caught.value)
        assert len(server.requests) == 1


def test_low_level_follows_where_a_call_says_so(connect):
    with Scripted(answer(307, location="/v1/there"), SPORTS, answer(307, location="/x")) as server:
        client = connect(base_url=server.base_url)
        http = client.low_level.http

        def get(url, **options):
            if isinstance(client, Awaited):
                return client._portal.call(lambda: http.get(url, **options))
            return http.get(url, **options)

        assert get("/sports", follow_redirects=True).json()["count"] == 1
        with pytest.raises(bettune.APIStatusError, match="redirected to /x"):
            get("/sports")


@pytest.mark.parametrize("status", [301, 302, 303])
@pytest.mark.parametrize("call", ["delete", "put", "search"])
def test_one_that_would_change_the_method_is_not_followed(connect, status, call):
    arguments = {"delete": (1, 5), "put": (1, 5, 2), "search": (1, [5])}[call]
    with Scripted(answer(status, location="/v1/sports")) as server:
        client = connect(base_url=server.base_url, follow_redirects=True)
        with pytest.raises(bettune.APIStatusError, match="/v1/sports") as caught:
            getattr(client.predictions, call)(*arguments)
        assert caught.value.status_code == status
        methods = {method for method, _ in server.paths}
    assert methods == {{"delete": "DELETE", "put": "PUT", "search": "POST"}[call]}


@pytest.mark.parametrize("port", [0, 65536, 99999])
def test_a_redirect_to_a_port_that_does_not_exist(connect, port):
    with Scripted(answer(307, location=f"http://127.0.0.1:{port}/v1/sports")) as server:
        client = connect(base_url=server.base_url, follow_redirects=True)
        with pytest.raises(bettune.APIStatusError, match="port"):
            client.sports.list()
        with pytest.raises(bettune.InvalidArgumentError, match=f"port {port}"):
            client.low_level.http.build_request("GET", f"http://127.0.0.1:{port}/")
