"""Tools that stand in for the API: respx, pytest-httpx, vcrpy, and httpx's own transports."""

import asyncio

import httpx
import pytest
import respx
import vcr
from hishel import SqliteStorage
from hishel.httpx import CacheTransport
from httpx_aiohttp import AiohttpTransport
from httpx_retries import Retry, RetryTransport

from bettune import APIConnectionError, AsyncBetTune, BetTune, ConfigurationError, RateLimitError
from bettune.sandbox import Sandbox
from tests.scripted import Scripted, answer

URL = "https://ovaccess.com/bet-tune-api/v1"
SPORTS = {"items": [{"id": 1, "name": "football"}], "count": 1}
TOKEN = "a-secret-token-of-a-user"


def names(sports):
    return [sport.name for sport in sports]


@respx.mock(base_url=URL)
def test_respx_answers_both_clients(respx_mock):
    route = respx_mock.get("/sports").respond(json=SPORTS)
    with BetTune(TOKEN) as bettune:
        assert names(bettune.sports.list()) == ["football"]

    async def main():
        async with AsyncBetTune(TOKEN) as bettune:
            return await bettune.sports.list()

    assert names(asyncio.run(main())) == ["football"]
    assert [call.request.headers["Authorization"] for call in route.calls] == [
        f"Bearer {TOKEN}"
    ] * 2


@respx.mock(base_url=URL)
def test_respx_names_requests_that_are_not_mocked(respx_mock):
    with BetTune(TOKEN) as bettune, pytest.raises(Exception, match="not mocked") as caught:
        bettune.sports.list()
    assert "/sports" in str(caught.value)


@respx.mock(base_url=URL)
def test_retries_are_seen_by_respx(respx_mock):
    busy = httpx.Response(429, headers={"Retry-After": "7"}, json={"code": "rate_limited"})
    route = respx_mock.get("/sports").mock(side_effect=[busy, httpx.Response(200, json=SPORTS)])
    with BetTune(TOKEN, max_wait=1) as bettune, pytest.raises(RateLimitError) as caught:
        bettune.sports.list()
    assert caught.value.retry_after == 7
    assert route.call_count == 1


def test_pytest_httpx_answers_the_sync_client(httpx_mock):
    httpx_mock.add_response(url=f"{URL}/sports", json=SPORTS)
    with BetTune(TOKEN) as bettune:
        assert names(bettune.sports.list()) == ["football"]


async def _matches_of_a_day():
    async with AsyncBetTune(TOKEN, max_retries=0) as bettune:
        return await bettune.matches.list("2026-06-06")


def test_pytest_httpx_answers_the_async_client(httpx_mock):
    httpx_mock.add_response(
        url=f"{URL}/matches?date=2026-06-06&sport=1",
        json={"items": [], "count": 0, "date": "2026-06-06", "sport": {"id": 1, "name": "x"}},
    )
    assert asyncio.run(_matches_of_a_day()) == []


@pytest.mark.httpx_mock(
    assert_all_responses_were_requested=False, assert_all_requests_were_expected=False
)
def test_explanations_of_pytest_httpx_reach_the_user(httpx_mock):
    httpx_mock.add_response(url=f"{URL}/prediction-filters", json={})
    with BetTune(TOKEN, max_retries=0) as bettune, pytest.raises(APIConnectionError) as caught:
        bettune.sports.list()
    said = str(caught.value)
    assert "No response can be found for GET request" in said
    assert "/prediction-filters" in said
    assert TOKEN not in said


def test_vcrpy_records_and_replays_without_the_token(tmp_path):
    cassette = tmp_path / "cassette.yaml"
    recorder = vcr.VCR(filter_headers=["Authorization"], record_mode="once")

    def job(box):
        with recorder.use_cassette(str(cassette)) as tape:
            with BetTune(box.token, base_url=base_url) as bettune:
                day = bettune.matches.list("2026-06-06")
                report = bettune.predictions.sync(11583, {day[0].id: "2.15"}, concurrency=1)
            return day, str(report), tape.play_count

    with Sandbox() as box:
        base_url = box.base_url
        recorded = job(box)
    replayed = job(box)  # the sandbox is gone
    assert replayed[:2] == recorded[:2]
    assert (recorded[2], replayed[2]) == (0, 3)
    assert box.token not in cassette.read_text("utf-8")
    assert "uthorization" not in cassette.read_text("utf-8")


def test_vcrpy_replays_for_the_async_client(tmp_path):
    cassette = tmp_path / "cassette.yaml"
    recorder = vcr.VCR(filter_headers=["Authorization"])

    async def job(box, base_url):
        async with AsyncBetTune(box.token, base_url=base_url) as bettune:
            return await bettune.sports.list()

    with Sandbox() as box:
        base_url = box.base_url
        with recorder.use_cassette(str(cassette)):
            recorded = asyncio.run(job(box, base_url))
    with recorder.use_cassette(str(cassette)) as tape:
        assert asyncio.run(job(box, base_url)) == recorded
        assert tape.play_count == 1


def test_a_mock_transport_serves_both_clients():
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=SPORTS))
    with BetTune(TOKEN, transport=transport) as bettune:
        assert names(bettune.sports.list()) == ["football"]

    async def main():
        async with AsyncBetTune(TOKEN, transport=transport) as bettune:
            return await bettune.sports.list()

    assert names(asyncio.run(main())) == ["football"]


def test_an_asgi_transport_runs_the_sandbox_in_process():
    box = Sandbox()

    async def main():
        transport = httpx.ASGITransport(box.asgi_app())
        async with AsyncBetTune(
            box.token, base_url="https://sandbox/bet-tune-api/v1", transport=transport
        ) as bettune:
            day = await bettune.matches.list("2026-06-06")
            return await bettune.predictions.sync(11583, {match.id: 2 for match in day[:3]})

    assert str(asyncio.run(main())).startswith(("3 created", "2 created", "1 created", "0 created"))
    box.stop()


def test_a_wsgi_transport_serves_the_sync_client():
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"items": [{"id": 1, "name": "%s"}], "count": 1}' % environ["PATH_INFO"].encode()]

    with BetTune(TOKEN, transport=httpx.WSGITransport(app=app)) as bettune:
        assert names(bettune.sports.list()) == ["/bet-tune-api/v1/sports"]


@pytest.mark.parametrize(
    ("kind", "transport", "right"),
    [
        (BetTune, httpx.ASGITransport(app=None), "AsyncBetTune"),
        (BetTune, httpx.AsyncHTTPTransport(), "AsyncBetTune"),
        (AsyncBetTune, httpx.WSGITransport(app=None), "BetTune"),
        (AsyncBetTune, httpx.HTTPTransport(), "BetTune"),
    ],
)
def test_a_transport_of_the_other_kind_is_refused_by_name(kind, transport, right):
    name = type(transport).__name__
    with pytest.raises(ConfigurationError, match=f"transport .*{name} needs {right}$"):
        kind(TOKEN, transport=transport)


def test_hishel_stores_answers_for_the_sync_client(tmp_path):
    asked = []

    def answer(request):
        asked.append(request.url.path)
        return httpx.Response(200, json=SPORTS, headers={"Cache-Control": "max-age=3600"})

    storage = SqliteStorage(database_path=tmp_path / "cache.db")
    transport = CacheTransport(httpx.MockTransport(answer), storage=storage)
    with BetTune(TOKEN, transport=transport) as bettune:
        first, second = bettune.sports.list(), bettune.sports.list()
    assert first == second
    assert len(asked) == 1
    # What docs/tools.md warns of: hishel keeps the headers of requests, the token among them.
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert TOKEN.encode() in kept


def test_httpx_retries_goes_below_retries_of_our_own():
    statuses = [503, 503, 200]

    def answer(request):
        status = statuses.pop(0)
        return httpx.Response(status, json=SPORTS if status == 200 else {"code": "busy"})

    transport = RetryTransport(httpx.MockTransport(answer), retry=Retry(total=2, backoff_factor=0))
    with BetTune(TOKEN, transport=transport, max_retries=0) as bettune:
        assert names(bettune.sports.list()) == ["football"]
    assert statuses == []


def test_aiohttp_carries_the_async_client(bettune_sandbox):
    box = bettune_sandbox

    async def main():
        transport = AiohttpTransport()
        async with AsyncBetTune(box.token, base_url=box.base_url, transport=transport) as bettune:
            day = await bettune.matches.list("2026-06-06")
            plan = await bettune.predictions.plan(11583, dict.fromkeys(day, 20), by_hand="keep")
            return plan, await bettune.predictions.apply(plan)

    plan, report = asyncio.run(main())
    assert report.ok
    assert len(report.created) + len(report.updated) == len(plan) > 0


def test_a_write_that_is_lost_under_aiohttp_is_unknown():
    """Its transport calls a lost connection a ConnectTimeout, as if nothing had been sent."""
    nothing_held = answer(200, {"items": [], "count": 0})

    async def main(server):
        async with AsyncBetTune(
            TOKEN, base_url=server.base_url, transport=AiohttpTransport(), max_retries=0
        ) as bettune:
            return await bettune.predictions.sync(1, {2: "2.15"})

    with Scripted(nothing_held, b"") as server:
        report = asyncio.run(main(server))
    assert [request.method for request in server.requests][:2] == ["POST", "PUT"]
    assert [*report.unknown] == [2]
    assert not report.failed
