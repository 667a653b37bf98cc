"""The requests of the generated client are those that httpx would build; cookies."""

from __future__ import annotations

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bettune import BetTune
from bettune._http.request_builder import RequestDraft
from tests.scripted import SPORTS, Scripted, answer

client = BetTune("a-token", base_url="https://example.com/some/v1/")._http
at_the_root = BetTune("a-token", base_url="https://example.com:8443")._http
paths = st.from_regex(r"/([a-z0-9%.~_-][a-z0-9%/.~_-]{0,40})?", fullmatch=True)
queries = st.none() | st.dictionaries(st.text(), st.text() | st.integers() | st.none())
bodies = st.none() | st.dictionaries(st.text(), st.text() | st.integers(-(2**53), 2**53))


@given(
    st.sampled_from([client, at_the_root]),
    st.sampled_from(["get", "PUT", "DELETE"]),
    paths,
    queries,
    bodies,
)
def test_a_request_is_that_of_httpx(client, method, path, query, body):
    headers = {} if body is None else {"Content-Type": "application/json"}
    options = {"params": query, "json": body, "headers": headers}
    made = RequestDraft(client.sender.client, client.terms, method, path, options).build_plain()
    headers = httpx.Headers([*client.terms.headers.raw, *httpx.Headers(headers).raw])
    expected = client.sender.client.build_request(
        method, path, **{**options, "headers": headers}, timeout=client.terms.timeout
    )
    if made is None:
        assert body is None
        assert method == "PUT"
        return
    assert (made.method, made.url, made.extensions) == (
        expected.method,
        expected.url,
        expected.extensions,
    )
    sent, theirs = dict(made.headers), dict(expected.headers)
    if body is not None:  # in another spelling of JSON
        assert json.loads(made.content) == json.loads(expected.content) == body
        assert sent.pop("content-length") == str(len(made.content))
        theirs.pop("content-length")
    assert sent == theirs


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("https://other.example/x", {}),
        (httpx.URL("/x"), {}),
        ("x", {}),
        ("//x", {}),
        ("/x?a=b", {}),
        ("/x#a", {}),
        ("/x", {"content": b"a"}),
        ("/x", {"cookies": {"a": "b"}}),
        ("/x", {"headers": {"A": "b"}}),
        ("/x", {"json": {}, "headers": {"Content-Type": "application/json; v=1"}}),
        ("/x", {"extensions": {"sni_hostname": "x"}}),
    ],
)
def test_a_request_of_another_kind_is_left_to_httpx(url, options):
    assert (
        RequestDraft(client.sender.client, client.terms, "PUT", url, options).build_plain() is None
    )


def test_the_options_of_a_client_are_sent():
    headers = {"X-Mine": "1", "User-Agent": "mine"}
    given = BetTune("a-token", headers=headers, cookies={"a": "b"})._http
    sent = given.build_request("GET", "/sports").headers
    assert (sent["x-mine"], sent["user-agent"], sent["cookie"]) == ("1", "mine", "a=b")
    for option in ({"headers": {"Host": "other.example"}}, {"params": {"v": "2"}}):
        other = BetTune("a-token", **option)._http
        assert (
            RequestDraft(other.sender.client, other.terms, "GET", "/sports", {}).build_plain()
            is None
        )


# Cookies.

SETTING = SPORTS.replace(b"\r\n", b"\r\nSet-Cookie: %s\r\n", 1)


@pytest.mark.parametrize(
    "cookies",
    [
        b"a=b; Path=/",
        "a=zażółć".encode(),
        b"a=\xff\xfe",
        b"; ".join(b"a%d=%s" % (n, b"x" * 500) for n in range(50)),
        b"\r\nSet-Cookie: ".join(b"a%d=%s" % (n, b"x" * 500) for n in range(50)),
        b"=; ;;,\x01",
    ],
    ids=["plain", "utf-8", "bytes", "one of 25 kB", "50 of 500 bytes", "nonsense"],
)
def test_no_cookie_of_an_answer_is_kept_or_sent(connect, cookies):
    with Scripted(SETTING % cookies, SPORTS) as server:
        client = connect(base_url=server.base_url)
        for _ in range(3):
            assert len(client.sports.list()) == 1
        assert ["cookie" in request.headers for request in server.requests] == [False] * 3
    with Scripted(SETTING % cookies, SPORTS) as server:
        client = connect(base_url=server.base_url, cookies={"mine": "1"})
        for _ in range(3):
            assert len(client.sports.list()) == 1
        assert [request.headers["cookie"] for request in server.requests] == ["mine=1"] * 3


@pytest.mark.parametrize(
    "given", [{"a": "b", "c": ""}, [("a", "b"), ("c", "")], httpx.Cookies({"a": "b", "c": ""})]
)
def test_those_of_the_caller_are_sent(connect, given):
    with Scripted(SPORTS) as server:
        connect(base_url=server.base_url, cookies=given).sports.list()
        assert server.requests[0].headers["cookie"] == "a=b; c="


def test_a_redirect_sets_none_either(connect):
    moved = answer(307, location="/v1/there", set_cookie="a=b")
    with Scripted(moved, SPORTS) as server:
        connect(base_url=server.base_url, follow_redirects=True).sports.list()
        assert "cookie" not in server.requests[1].headers
