"""`low_level` and `with_options`: all that is made of a client keeps its token, pace and errors."""

from __future__ import annotations

import anyio
import httpx
import pytest
from bettune_openapi.api.sports import list_sports

import bettune
from bettune import AsyncBetTune, BetTune, RateLimit
from tests.scripted import SILENCE, Scripted, answer

SPORTS = answer(200, {"count": 1, "items": [{"id": 1, "name": "football"}]})
HALF = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n" + b"x" * 500


def changed(low_level):
    return [
        low_level.with_headers({"X-Ours": "1"}),
        low_level.with_cookies({"ours": "1"}),
        low_level.with_timeout(httpx.Timeout(7)),
    ]


def test_what_is_made_of_it_retries_signs_and_raises_as_it_does():
    with Scripted(*[answer(503), SPORTS] * 4, answer(404)) as server:
        with BetTune("a-token", base_url=server.base_url, max_wait=0.001) as client:
            made = changed(client.low_level)
            for one in (*made, client.low_level):
                assert list_sports.sync(client=one).count == 1
                assert one._exchange is client.low_level._exchange
            with pytest.raises(bettune.NotFoundError):
                list_sports.sync(client=made[0])
        sent = [request.headers for request in server.requests]
    assert {one["authorization"] for one in sent} == {"Bearer a-token"}
    # The original is left alone.
    assert [one.get("x-ours") for one in sent] == ["1", "1", *[None] * 6, "1"]
    assert [one.get("cookie") for one in sent] == [None, None, "ours=1", "ours=1", *[None] * 5]


def test_what_is_made_of_the_async_one_too():
    async def main():
        async with AsyncBetTune("a-token", base_url=server.base_url, max_wait=0.001) as client:
            for one in changed(client.low_level):
                assert (await list_sports.asyncio(client=one)).count == 1
            with pytest.raises(bettune.NotFoundError):
                await list_sports.asyncio(client=changed(client.low_level)[0])

    with Scripted(*[answer(503), SPORTS] * 3, answer(404)) as server:
        anyio.run(main)


def test_a_timeout_of_its_own():
    with Scripted(SILENCE) as server, BetTune("t", base_url=server.base_url, max_retries=0) as one:
        quick = one.low_level.with_timeout(httpx.Timeout(0.05))
        with pytest.raises(bettune.APITimeoutError):
            list_sports.sync(client=quick)
        assert one.low_level.get_httpx_client().timeout == httpx.Timeout(30)


def test_calls_of_the_wrong_kind_say_so():
    async def main():
        async with AsyncBetTune("t") as client:
            with pytest.raises(bettune.BetTuneError, match="`asyncio` functions"):
                list_sports.sync(client=client.low_level)
            with pytest.raises(bettune.BetTuneError, match="`asyncio` functions"):
                client.low_level.__enter__()

    anyio.run(main)
    with BetTune("t") as client, pytest.raises(bettune.BetTuneError, match="`sync` functions"):
        anyio.run(lambda: list_sports.asyncio(client=client.low_level))


def test_another_http_client_is_refused():
    with BetTune("t") as client:
        for change in (client.low_level.set_httpx_client, client.low_level.set_async_httpx_client):
            with pytest.raises(bettune.BetTuneError, match="keeps"):
                change(None)


def test_as_a_context_manager_it_closes_the_client():
    with Scripted(SPORTS) as server:
        client = BetTune("t", base_url=server.base_url)
        with client.low_level as low_level:
            assert list_sports.sync(client=low_level).count == 1
        assert client.is_closed
        server.wait_until_hung_up()

    async def main():
        client = AsyncBetTune("t", base_url=server.base_url)
        async with client.low_level as low_level:
            assert (await list_sports.asyncio(client=low_level)).count == 1
        assert client.is_closed

    with Scripted(SPORTS) as server:
        anyio.run(main)
        server.wait_until_hung_up()


# Streams.


@pytest.mark.parametrize(
    ("given", "kind"),
    [(HALF, bettune.APIConnectionError), (404, bettune.NotFoundError)],
)
@pytest.mark.parametrize("read", ["iter_raw", "iter_bytes", "iter_text", "iter_lines", "read"])
def test_a_stream_that_breaks(given, kind, read):
    given = answer(404) if given == 404 else given
    with (
        Scripted(given) as server,
        BetTune("t", base_url=server.base_url) as client,
        pytest.raises(kind) as caught,
        client.low_level.get_httpx_client().stream("GET", "/sports") as response,
    ):
        for _ in getattr(response, read)():
            pass
    assert (caught.value.method, caught.value.path) == ("GET", "/sports")
    assert caught.value.attempts == 1


@pytest.mark.parametrize("read", ["aiter_raw", "aiter_bytes", "aiter_text", "aiter_lines"])
@pytest.mark.filterwarnings("ignore:Exception ignored .* <async_generator")
def test_an_async_stream_that_breaks(read):
    async def use(client):
        http = client.low_level.get_async_httpx_client()
        async with http.stream("GET", "/sports") as response:
            async for _ in getattr(response, read)():
                pass

    async def main():
        async with AsyncBetTune("t", base_url=server.base_url) as client:
            with pytest.raises(bettune.APIConnectionError):
                await use(client)

    with Scripted(HALF) as server:
        anyio.run(main)


def test_a_stream_that_stops_coming():
    class Stuck(httpx.SyncByteStream):
        def __iter__(self):
            yield b"x"
            raise httpx.ReadTimeout("no more of it")

    with (
        BetTune(
            "t", transport=httpx.MockTransport(lambda request: httpx.Response(200, stream=Stuck()))
        ) as client,
        client.low_level.get_httpx_client().stream("GET", "/sports") as response,
        pytest.raises(bettune.APITimeoutError, match="no more of it"),
    ):
        response.read()


def test_a_stream_read_wrongly():
    with (
        Scripted(SPORTS) as server,
        BetTune("t", base_url=server.base_url) as client,
        client.low_level.get_httpx_client().stream("GET", "/sports") as response,
    ):
        with pytest.raises(bettune.BetTuneError):
            _ = response.content
        assert response.read()
        assert response.json()["count"] == 1


# Hooks.


def close(response):
    response.close()


def part(response):
    next(response.iter_raw(1))


@pytest.mark.parametrize("hook", [close, part])
def test_a_hook_that_closes_or_reads_a_part(hook):
    hooks = {"response": [hook]}
    with (
        Scripted(SPORTS) as server,
        BetTune("t", base_url=server.base_url, event_hooks=hooks) as client,
        pytest.raises(bettune.BetTuneError, match="event hook"),
    ):
        client.sports.list()


@pytest.mark.parametrize("reads", [True, False])
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_hook_that_raises_for_the_status_says_what_we_do(kind, reads):
    """As httpx's documentation has it."""

    def check(response):
        if reads:
            response.read()
        response.raise_for_status()

    async def check_async(response):
        if reads:
            await response.aread()
        response.raise_for_status()

    async def main():
        options["event_hooks"] = {"response": [check_async]}
        async with AsyncBetTune("t", **options) as client:
            await client.sports.list()

    def run():
        with BetTune("t", event_hooks={"response": [check]}, **options) as client:
            client.sports.list()

    refused = answer(404, {"code": "match_not_found", "message": "m"})
    with Scripted(answer(503), refused) as server:
        options = {"base_url": server.base_url, "max_wait": 0.001}
        with pytest.raises(bettune.NotFoundError) as caught:
            run() if kind == "sync" else anyio.run(main)
    assert caught.value.code == ("match_not_found" if reads else None)
    assert caught.value.attempts == 2


# with_options.


def test_with_options_shares_all_but_what_it_changes(connect):
    slow = {"max_retries": 0, "rate_limit": RateLimit(100, 60)}
    with Scripted(answer(503), SPORTS) as server:
        client = connect(base_url=server.base_url, **slow)
        target = getattr(client, "_target", client)
        other = target.with_options(max_retries=1, max_wait=0.001, timeout=5)
        assert other._http.exchange is target._http.exchange
        assert (other._http.timeout.read, target._http.timeout.read) == (5, 30)
        assert other.rate_limit == RateLimit(100, 60)
        call = other.sports.list if target is client else bound(client, other).sports.list
        assert len(call()) == 1
        assert len(server.requests) == 2
        (client.close if target is client else client.aclose)()
        assert other.is_closed
        assert target.is_closed
        with pytest.raises(bettune.BetTuneError, match="closed"):
            call()


def bound(client, target):
    return type(client)(target, client._portal)


@pytest.mark.parametrize(
    "options", [{"max_retries": -1}, {"max_wait": "1"}, {"timeout": -1}, {"timeout": "x"}]
)
def test_options_that_are_refused(options):
    with (
        BetTune("t") as client,
        pytest.raises(bettune.ConfigurationError, match=next(iter(options))),
    ):
        client.with_options(**options)


def test_closing_what_with_options_gave_closes_the_client():
    with Scripted(SPORTS) as server:
        client = BetTune("t", base_url=server.base_url)
        client.sports.list()
        client.with_options(max_retries=0).close()
        assert client.is_closed
        server.wait_until_hung_up()
