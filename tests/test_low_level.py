"""The generated client below, views of a client, and being closed: one token, pace and fate."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import anyio
import httpx
import pytest
from bettune_openapi.api.sports import list_sports

import bettune
from bettune import AsyncBetTune, BetTune, RateLimit
from tests.conftest import Awaited, close, view
from tests.scripted import SILENCE, SPORTS, Scripted, answer

ONE_SPORT = {"count": 1, "items": [{"id": 1, "name": "football"}]}
CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"


def sports(client, low_level=None):
    """GET /sports by the generated function of the client's kind."""
    low_level = client.low_level if low_level is None else low_level
    if isinstance(client, Awaited):
        return client._portal.call(lambda: list_sports.asyncio(client=low_level)).count
    return list_sports.sync(client=low_level).count


def stream(client, use):
    """Stream GET /sports; `use` is given the response and, as a list, what its body holds."""
    if not isinstance(client, Awaited):
        with client.low_level.get_httpx_client().stream("GET", "/sports") as response:
            return use(response, response.iter_bytes)

    async def main():
        http = client.low_level.get_async_httpx_client()
        async with http.stream("GET", "/sports") as response:

            async def chunks():
                return [chunk async for chunk in response.aiter_bytes()]

            result = use(response, chunks)
            return await result if hasattr(result, "__await__") else result

    return client._portal.call(main)


class TestViews:
    """Results of with_headers, with_cookies and with_timeout."""

    def test_headers_and_cookies_are_sent_with_the_token_and_others_left_alone(self, connect):
        with Scripted(SPORTS) as server:
            client = connect("a-token-0f-0urs", base_url=server.base_url, cookies={"a": "1"})
            first = client.low_level.with_headers({"X-Ours": "1", "User-Agent": "mine"})
            second = first.with_cookies({"b": "2"})
            third = second.with_headers({"X-Ours": "3"})
            for low_level in (first, second, third, client.low_level):
                assert sports(client, low_level) == 1
            sent = [request.headers for request in server.requests]
        assert [headers.get("x-ours") for headers in sent] == ["1", "1", "3", None]
        assert [headers["cookie"] for headers in sent] == ["a=1", "a=1; b=2", "a=1; b=2", "a=1"]
        assert sent[0]["user-agent"] == "mine"
        assert sent[3]["user-agent"].startswith("bettune/")
        assert {headers["authorization"] for headers in sent} == {"Bearer a-token-0f-0urs"}

    def test_cookies_go_to_the_api_alone(self, connect):
        with Scripted(SPORTS) as server, Scripted(SPORTS) as other:
            low_level = connect(base_url=server.base_url, cookies={"a": "1"}).low_level
            for one in (low_level, low_level.with_cookies({"a": "2"})):
                for method, url in [("GET", "/x?y=z"), ("POST", "/x"), ("GET", other.base_url)]:
                    value = "1" if one is low_level else "2"
                    request = one.http.build_request(method, url)
                    kept = None if url == other.base_url else f"a={value}"
                    assert request.headers.get("Cookie") == kept
            with pytest.raises(bettune.ConfigurationError, match=r"cookies\['a'\]"):
                low_level.with_cookies({"a": "ż"})

    def test_cookies_of_one_request_are_checked_too(self, connect):
        with Scripted(SPORTS) as server, Scripted(SPORTS) as other:
            http = connect(base_url=server.base_url, cookies={"a": "1"}).low_level.http
            for url, sent in [("/x", "a=1; b=2"), (other.base_url, "b=2")]:
                request = http.build_request("GET", url, cookies={"b": "2"})
                assert request.headers["Cookie"] == sent
            for cookies in ({"b": "ż"}, {"b": 1}, {"b": b"2"}, "b=2", {"b": "2" * 5000}):
                with pytest.raises(bettune.ConfigurationError, match="cookies"):
                    http.build_request("GET", "/x", cookies=cookies)

    def test_a_timeout_is_of_the_view_alone(self, connect):
        given = [SILENCE]
        with Scripted(lambda _: given[-1]) as server:
            client = connect(base_url=server.base_url, max_retries=0)
            low_level = client.low_level.with_timeout(httpx.Timeout(0.05))
            with pytest.raises(bettune.APITimeoutError):
                sports(client, low_level)
            given.append(SPORTS)
            assert sports(client) == 1

    @pytest.mark.parametrize("name", ["with_headers", "with_cookies", "with_timeout"])
    def test_they_retry_pace_and_raise_as_the_client(self, connect, name):
        with Scripted(answer(503), SPORTS) as server:
            limit = RateLimit(1, 0.05)
            client = connect(base_url=server.base_url, rate_limit=limit, max_wait=0.1)
            given = httpx.Timeout(60) if name == "with_timeout" else {"x-a": "b"}
            low_level = getattr(client.low_level, name)(given)
            assert sports(client, low_level) == 1
            assert sports(client) == 1
            first, second, third = (request.at for request in server.requests)
            assert min(second - first, third - second) >= 0.05
        with Scripted(answer(404, {"code": "x", "message": "y"})) as server:
            client = connect(base_url=server.base_url)
            with pytest.raises(bettune.NotFoundError, match="GET /sports: 404 x: y"):
                sports(client, getattr(client.low_level, name)(given))

    def test_closing_one_closes_all(self, connect):
        with Scripted(SPORTS) as server:
            client = connect(base_url=server.base_url)
            low_level = client.low_level.with_headers({"x-a": "b"})
            close(client)
            for one in (low_level, client.low_level):
                with pytest.raises(bettune.BetTuneError, match="closed"):
                    sports(client, one)
            assert server.requests == []


class TestKinds:
    def test_sync_of_the_async_client_says_so(self):
        low_level = AsyncBetTune("t").low_level
        for one in (low_level, low_level.with_headers({"x-a": "b"})):
            with pytest.raises(bettune.BetTuneError, match="AsyncBetTune: call the `asyncio`"):
                list_sports.sync(client=one)
            with pytest.raises(bettune.BetTuneError, match="AsyncBetTune"), one:
                pass

    def test_async_of_the_sync_client_says_so(self):
        async def main(one):
            with pytest.raises(bettune.BetTuneError, match="BetTune: call the `sync` functions"):
                await list_sports.asyncio(client=one)
            with pytest.raises(bettune.BetTuneError, match="BetTune"):
                async with one:
                    pass

        with BetTune("t") as client:
            for one in (client.low_level, client.low_level.with_cookies({"a": "b"})):
                anyio.run(main, one)

    def test_its_http_client_stays(self):
        low_level = BetTune("t").low_level
        with pytest.raises(bettune.BetTuneError, match="pass options to BetTune"):
            low_level.set_httpx_client(httpx.Client())
        with pytest.raises(bettune.BetTuneError, match="pass options to AsyncBetTune"):
            low_level.set_async_httpx_client(httpx.AsyncClient())

    def test_as_a_context_manager_it_closes_the_client(self):
        with Scripted(SPORTS) as server:
            client = BetTune("t", base_url=server.base_url)
            with client.low_level as low_level:
                assert list_sports.sync(client=low_level).count == 1
            assert client.is_closed

            async def main():
                client = AsyncBetTune("t", base_url=server.base_url)
                async with client.low_level as low_level:
                    assert (await list_sports.asyncio(client=low_level)).count == 1
                return client.is_closed

            assert anyio.run(main)


class TestStreams:
    def test_a_success_is_streamed(self, connect):
        with Scripted(answer(503), SPORTS) as server:
            client = connect(base_url=server.base_url, max_wait=0.001)
            assert stream(client, lambda response, _: response.status_code) == 200
            assert len(server.requests) == 2

    def test_a_body_that_stays_away(self, connect):
        def stall(_):
            return CUT

        class Stalling(Scripted):
            def _serve(self, connection):
                with (
                    connection,
                    connection.makefile("rb") as requests,
                    suppress(OSError),  # it may have hung up by now
                ):
                    self._read(requests)
                    connection.sendall(CUT)
                    requests.read()

        with Stalling(stall) as server:
            client = connect(base_url=server.base_url, max_retries=0, timeout=0.1)
            with pytest.raises(bettune.APITimeoutError, match="GET /sports"):
                stream(client, self.all_of)

    def test_a_refusal_is_raised_with_its_body(self, connect):
        with Scripted(answer(404, {"code": "x", "message": "y"})) as server:
            client = connect(base_url=server.base_url)
            with pytest.raises(bettune.NotFoundError, match="404 x: y"):
                stream(client, self.all_of)

    @pytest.mark.parametrize(
        "read",
        [
            lambda response: response.content,
            lambda response: response.text.encode(),
            lambda response: b"".join(response.iter_raw()),
            lambda response: b"".join(response.iter_bytes(7)),
            lambda response: "".join(response.iter_text()).encode(),
            lambda response: response.read(),
            lambda response: (response.read(), b"".join(response.iter_raw(3)))[1],
        ],
    )
    def test_it_can_be_read_in_any_way_and_again(self, connect, read):
        with Scripted(SPORTS) as server:
            client = connect(base_url=server.base_url)
            texts = stream(client, lambda response, _: [read(response) for _ in range(2)])
            assert json.loads(texts[0]) == json.loads(texts[1]) == ONE_SPORT

    @staticmethod
    def all_of(_, chunks):
        result = chunks()
        return result if hasattr(result, "__await__") else list(result)


@pytest.mark.parametrize(
    "url", ["http://[::1", "http://localhost:port", "http://[::1]:65536", f"/{'x' * 70_000}"]
)
def test_a_url_that_is_none_is_refused(connect, url):
    http = connect().low_level.http
    with pytest.raises(bettune.InvalidArgumentError, match="the URL is invalid"):
        http.build_request("GET", url)


@pytest.mark.parametrize(
    "options",
    [
        {"params": {"a": "\ud800"}},
        {"json": {"a": "\ud800"}},
        {"headers": {"a": "ż"}},
        {"content": "\ud800"},
    ],
)
def test_text_that_cannot_be_encoded_is_refused(connect, options):
    http = connect().low_level.http
    with pytest.raises(bettune.InvalidArgumentError, match="the request cannot be encoded"):
        http.build_request("GET", "/x", **options)


class TestWithOptions:
    def test_each_is_changed_alone(self, connect):
        given = [answer(503), SPORTS, answer(503), answer(503)]
        with Scripted(lambda _: given.pop() if len(given) > 1 else given[0]) as server:
            client = connect(base_url=server.base_url, max_retries=1, max_wait=0.001)
            more = view(client, max_retries=2)
            assert len(more.sports.list()) == 1
            none = view(client, max_retries=0)
            with pytest.raises(bettune.InternalServerError):
                none.sports.list()
            assert len(server.requests) == 4
            given[:] = [SILENCE]
            hasty = view(client, timeout=0.05, max_retries=0)
            with pytest.raises(bettune.APITimeoutError):
                hasty.sports.list()
            given[:] = [SPORTS]
            assert len(client.sports.list()) == 1

    def test_max_wait(self, connect):
        with Scripted(answer(503, retry_after="7")) as server:
            client = connect(base_url=server.base_url)
            with pytest.raises(bettune.InternalServerError) as caught:
                view(client, max_wait=6.9).sports.list()
            assert caught.value.attempts == 1

    def test_a_view_of_a_view_keeps_the_other_options(self, connect):
        told = []
        with Scripted(answer(503), SPORTS) as server:
            client = connect(base_url=server.base_url, max_retries=0)
            one = view(client, max_retries=1, max_wait=0.001)
            again = view(
                view(one, on_wait=lambda seconds, why: told.append((seconds, why))), timeout=60
            )
            assert len(again.sports.list()) == 1
        assert [why for _, why in told] == ["to try again"]
        assert 0 < told[0][0] <= 0.001

    def test_on_wait_receives_waits_for_the_rate_limit(self, connect):
        told = []
        with Scripted(SPORTS) as server:
            client = connect(base_url=server.base_url, rate_limit=RateLimit(1, 0.05))
            telling = view(client, on_wait=lambda *args: told.append(args))
            telling.sports.list()
            assert told == []
            while not told:  # until two came within the window
                telling.sports.list()
            count = len(told)
            client.sports.list()  # which tells nobody
            assert len(told) == count
        assert {why for _, why in told} == {"for the rate limit"}
        assert all(0 < seconds <= 0.05 for seconds, _ in told)

    def test_they_share_token_pace_connections_and_end(self, connect):
        with Scripted(SPORTS) as server:
            kept = httpx.Limits(keepalive_expiry=600)
            client = connect("a-token-0f-0urs", base_url=server.base_url, limits=kept)
            other = view(client, timeout=60)
            client.sports.list()
            other.sports.list()
            assert len(server._threads) == 2  # the listener's, and that of one connection
            assert {request.headers["authorization"] for request in server.requests} == {
                "Bearer a-token-0f-0urs"
            }
            limited = answer(
                200, {"count": 0, "items": []}, x_ratelimit_limit="9", x_ratelimit_window="7"
            )
            server._answers[:] = [limited]
            other.sports.list()
            assert client.rate_limit == other.rate_limit == RateLimit(9, 7)
            assert (client.is_closed, other.is_closed) == (False, False)
            close(other)
            assert (client.is_closed, other.is_closed) == (True, True)
            with pytest.raises(bettune.BetTuneError, match="closed"):
                client.sports.list()
            server.wait_until_hung_up()


def test_closing_wakes_requests_that_wait_for_a_response(connect):
    with Scripted(SILENCE) as server, ThreadPoolExecutor(1) as pool:
        client = connect(base_url=server.base_url, timeout=None)
        call = pool.submit(client.sports.list)
        while not server.requests:
            time.sleep(0.001)
        close(client)
        with pytest.raises(bettune.BetTuneError, match="closed"):
            call.result(60)
        server.wait_until_hung_up()
