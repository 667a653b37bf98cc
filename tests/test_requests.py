"""The requests of the generated client are those that httpx would build."""

from __future__ import annotations

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bettune import BetTune
from bettune._http.request_builder import plain_request

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
    made = plain_request(client.sender.client, client.terms, method, path, options)
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


@pytest.mark.parametrize("base_url", ["https://example.com:8443", "https://example.com:8443/"])
def test_a_base_url_needs_no_path(base_url):
    request = BetTune("a-token", base_url=base_url)._http.build_request("GET", "/sports")
    assert str(request.url) == "https://example.com:8443/sports"


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
    assert plain_request(client.sender.client, client.terms, "PUT", url, options) is None


def test_what_a_client_was_given_is_sent():
    given = BetTune("a-token", headers={"X-Mine": "1"}, cookies={"a": "b"})._http
    request = given.build_request("GET", "/sports")
    assert (request.headers["x-mine"], request.headers["cookie"]) == ("1", "a=b")
    for option in ({"headers": {"Host": "other.example"}}, {"params": {"v": "2"}}):
        other = BetTune("a-token", **option)._http
        assert plain_request(other.sender.client, other.terms, "GET", "/sports", {}) is None
