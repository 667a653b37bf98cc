"""What the user gets for whatever a server answers: the table of errors, retries and waits."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime

import httpx
import pytest

import bettune
from bettune import RateLimit
from tests.scripted import SILENCE, Scripted, answer

SPORT = {"id": 1, "name": "football"}
SPORTS = answer(200, {"count": 1, "items": [SPORT]})
NAMED = {"id": 7, "name": "x"}
MATCH = {
    "id": 5,
    "date": "2026-06-06T18:00:00+00:00",
    "finished": False,
    "score": {"home": None, "away": None},
    **dict.fromkeys(("country", "tournament", "season", "home", "away"), NAMED),
}
PREDICTION = {
    "id": 10,
    "filterId": 1,
    "matchId": 5,
    "odds": "2.150000",
    "source": "api",
    "createdAt": "2026-06-06T12:00:00+00:00",
    "updatedAt": "2026-06-06T12:05:00+00:00",
}
FILTER = {"id": 1, "name": "x", "sport": SPORT, "betType": "Home", "status": "approved"}


def matches(*items, **more):
    return answer(200, {"date": "2026-06-06", "count": len(items), "items": items, **more})


@pytest.fixture
def serve(connect):
    """Start a scripted server and give a client of it, whose own back-off is next to nothing."""
    servers = []

    def start(*answers, **options):
        server = Scripted(*answers).__enter__()
        servers.append(server)
        return server, connect(base_url=server.base_url, **{"max_wait": 0.001, **options})

    yield start
    for server in servers:
        server.__exit__()


# httpx leaves generators of its own open where a body is not read to its end; trio tells of it.
UNFINISHED = pytest.mark.filterwarnings("ignore:Exception ignored .* <async_generator")


STATUSES = [
    (400, bettune.BadRequestError),
    (401, bettune.AuthenticationError),
    (403, bettune.PermissionDeniedError),
    (404, bettune.NotFoundError),
    (429, bettune.RateLimitError),
    (500, bettune.InternalServerError),
    (501, bettune.InternalServerError),
    (599, bettune.InternalServerError),
    (418, bettune.APIStatusError),
    (409, bettune.APIStatusError),
    (299, bettune.APIStatusError),
]


@pytest.mark.parametrize(("status", "kind"), STATUSES)
def test_the_class_of_the_status_with_code_and_message(serve, status, kind):
    _, client = serve(answer(status, {"code": "a_code", "message": "A message"}), max_retries=1)
    with pytest.raises(bettune.APIStatusError) as caught:
        client.sports.list()
    error = caught.value
    assert type(error) is kind
    assert (error.status_code, error.code, error.message) == (status, "a_code", "A message")
    assert (error.method, error.path) == ("GET", "/sports")
    assert json.loads(error.body) == {"code": "a_code", "message": "A message"}
    assert error.headers["CONTENT-TYPE"] == "application/json"
    assert str(error) == f"GET /sports: {status} a_code: A message"


@pytest.mark.parametrize(
    ("status", "kind"), [(403, bettune.ProSubscriptionRequiredError), (404, bettune.NotFoundError)]
)
def test_pro_subscription_required_is_a_403(serve, status, kind):
    _, client = serve(answer(status, {"code": "pro_subscription_required", "message": "PRO"}))
    with pytest.raises(bettune.APIStatusError) as caught:
        client.predictions.put(1, 5, 2)
    assert type(caught.value) is kind


def test_each_field_comes_from_its_own(serve):
    named = ("country", "tournament", "season", "home", "away")
    sent = {name: {"id": n, "name": f"name {n}"} for n, name in enumerate(named)}
    _, client = serve(matches({**MATCH, **sent, "score": {"home": 1, "away": 2}}))
    (match,) = client.matches.list("2026-06-06", sport=1)
    assert [getattr(match, name) for name in named] == [
        bettune.IdName(n, f"name {n}") for n in range(5)
    ]
    assert match.score == bettune.Score(1, 2)
    _, client = serve(answer(200, PREDICTION))
    one = client.predictions.put(1, 5, 2)
    assert (one.id, one.filter_id, one.match_id) == (10, 1, 5)
    assert (one.created_at.minute, one.updated_at.minute) == (0, 5)


@pytest.mark.parametrize(
    ("status", "body", "kind", "message"),
    [
        (502, b"<html><h1>Bad\n Gateway</h1></html>", bettune.InternalServerError, "<html><h1>Bad"),
        (401, b"", bettune.AuthenticationError, "Unauthorized (empty body)"),
        (400, b'{"code": "x', bettune.BadRequestError, '{"code": "x'),
        (403, b'["pro_subscription_required"]', bettune.PermissionDeniedError, '["pro_'),
        (404, b'{"code": 7, "message": null}', bettune.NotFoundError, '{"code": 7'),
        (404, b"\xff\xfe\x00", bettune.NotFoundError, "\ufffd"),
        (404, b"x" * 100_000, bettune.NotFoundError, "x" * 200),
        (404, b"[" * 100_000, bettune.NotFoundError, "["),
    ],
)
def test_a_body_that_is_not_the_apis(serve, status, body, kind, message):
    _, client = serve(answer(status, body), max_retries=0)
    with pytest.raises(bettune.APIStatusError) as caught:
        client.sports.list()
    assert type(caught.value) is kind
    assert caught.value.code is None
    assert caught.value.message.startswith(message)
    assert len(caught.value.message) <= 200


def test_a_redirect_is_an_error_and_the_token_goes_nowhere_else(serve):
    other, _ = serve(SPORTS)
    server, client = serve(answer(302, location=f"{other.base_url}/sports"))
    with pytest.raises(bettune.APIStatusError) as caught:
        client.sports.list()
    assert caught.value.status_code == 302
    assert other.requests == []
    assert server.requests[0].headers["authorization"] == "Bearer a-token"


def test_a_redirect_that_is_followed_on_demand_leaves_the_token_behind(serve):
    other, _ = serve(SPORTS)
    _, client = serve(answer(302, location=f"{other.base_url}/sports"), follow_redirects=True)
    assert client.sports.list() == [bettune.Sport(1, "football")]
    assert "authorization" not in other.requests[0].headers


@UNFINISHED
@pytest.mark.parametrize(
    ("sent", "where"),
    [
        (answer(200, b"<html></html>"), "malformed"),
        (answer(200, b""), "truncated"),
        (answer(200, b"null"), "`$`"),
        (answer(200, json.dumps({"count": 1, "items": [SPORT]})[:-9].encode()), "truncated"),
        (answer(200, {"count": 1, "items": [{**SPORT, "id": "x"}]}), "`$.items[0].id`"),
        (answer(200, {"count": 1, "items": [{**SPORT, "id": True}]}), "`$.items[0].id`"),
        (answer(200, {"count": 1, "items": [{**SPORT, "id": 1.5}]}), "`$.items[0].id`"),
        (answer(200, {"count": 2, "items": [SPORT, {"id": 2}]}), "`$.items[1]`"),
        (answer(200, {"count": 0}), "missing required field `items`"),
        (answer(200, {"count": 0, "items": None}), "`$.items`"),
        (answer(200, {"count": 3, "items": [SPORT, SPORT]}), "`$.count`"),
        (answer(200, {"count": 0, "items": []}, content_encoding="br"), "encoded as 'br'"),
        (answer(200, b"not gzip", content_encoding="gzip"), "decompressed"),
        (answer(202, {"count": 0, "items": []}), "status 202"),
    ],
)
def test_a_success_with_a_body_that_is_not_promised(serve, sent, where):
    server, client = serve(sent)
    with pytest.raises(bettune.APIResponseValidationError) as caught:
        client.sports.list()
    assert where in str(caught.value)
    assert str(caught.value).startswith("GET /sports: ")
    assert caught.value.status_code in {200, 202}
    assert isinstance(caught.value.body, str)
    # It would be the same again.
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"home": {"id": "x", "name": "y"}}, "`$.items[3].home.id`"),
        ({"date": "2026-06-06T18:00:00"}, "`$.items[3].date`"),
        ({"date": "0000-06-06T18:00:00Z"}, "`$.items[3].date`"),
        ({"score": None}, "`$.items[3].score`"),
        ({"score": {"home": 1}}, "`$.items[3].score`"),
        ({"id": 10**30}, None),
        ({"finished": 1}, "`$.items[3].finished`"),
    ],
)
def test_the_error_says_where_in_a_list(serve, change, where):
    _, client = serve(matches(MATCH, MATCH, MATCH, {**MATCH, **change}))
    if where is None:
        assert client.matches.list("2026-06-06", sport=1)[3].id == change["id"]
        return
    with pytest.raises(bettune.APIResponseValidationError) as caught:
        client.matches.list("2026-06-06", sport=1)
    assert str(caught.value).endswith(f"at {where}")


@pytest.mark.parametrize("odds", ["NaN", "Infinity", "two", "", None, True, {}])
def test_odds_that_are_no_number(serve, odds):
    found = answer(200, {"count": 1, "items": [{**PREDICTION, "odds": odds}]})
    _, client = serve(found)
    with pytest.raises(bettune.APIResponseValidationError, match=r"\$\.items\[0\]\.odds"):
        client.predictions.search(1, [5])


@pytest.mark.parametrize(
    ("odds", "expected"), [("2.150000", "2.15"), (2.15, "2.15"), (2, "2"), ("3", "3")]
)
def test_odds_as_string_or_number(serve, odds, expected):
    _, client = serve(answer(200, {**PREDICTION, "odds": odds}))
    got = client.predictions.put(1, 5, 2.15).odds
    assert type(got) is Decimal
    assert got == Decimal(expected)


def test_unknown_fields_and_enum_values_are_harmless(serve):
    _, client = serve(
        answer(200, {"count": 1, "items": [{**FILTER, "status": "paused", "new": {}}]})
    )
    (one,) = client.prediction_filters.list()
    assert one.status == "paused"
    assert str(one.status) == "paused"
    assert one == client.prediction_filters.list()[0]
    assert hash(one) == hash(client.prediction_filters.list()[0])


@pytest.mark.parametrize(
    ("sent", "hour"), [("2026-06-06T18:00:00Z", 18), ("2026-06-06T18:00:00+02:00", 16)]
)
def test_times_with_any_offset(serve, sent, hour):
    _, client = serve(matches({**MATCH, "date": sent}))
    date = client.matches.list("2026-06-06", sport=1)[0].date
    assert date == datetime(2026, 6, 6, hour, tzinfo=UTC)


class RefusingTransport(httpx.HTTPTransport, httpx.AsyncHTTPTransport):
    """Refuses the first connections, as no server in our hands can be made to do on time."""

    def __init__(self, times):
        httpx.HTTPTransport.__init__(self)
        self._sync_pool = self._pool
        httpx.AsyncHTTPTransport.__init__(self)
        self._async_pool = self._pool
        self._left = times

    def _refuse(self, request):
        self._left -= 1
        if self._left >= 0:
            raise httpx.ConnectError("Connection refused", request=request)

    def handle_request(self, request):
        self._refuse(request)
        self._pool = self._sync_pool
        return httpx.HTTPTransport.handle_request(self, request)

    async def handle_async_request(self, request):
        self._refuse(request)
        self._pool = self._async_pool
        return await httpx.AsyncHTTPTransport.handle_async_request(self, request)


def test_refusals_a_503_and_a_429_are_sat_out_as_told(serve):
    server, client = serve(
        answer(503, b"busy"),
        answer(429, {"code": "rate_limit_exceeded", "message": "m"}, retry_after="1"),
        SPORTS,
        transport=RefusingTransport(2),
        max_wait=1.0,
    )
    assert client.sports.list() == [bettune.Sport(1, "football")]
    _, told, after = server.requests
    assert after.at - told.at >= 1


def test_max_retries_counts_the_tries_after_the_first(serve):
    server, client = serve(answer(503), max_retries=2)
    with pytest.raises(bettune.InternalServerError):
        client.sports.list()
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_is_retried(serve, status):
    server, client = serve(answer(status), SPORTS)
    assert client.sports.list()
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 501])
def test_what_is_not_retried(serve, status):
    server, client = serve(answer(status), SPORTS)
    with pytest.raises(bettune.APIStatusError):
        client.sports.list()
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_told_to_come_back_after_max_wait_it_raises_at_once(serve, status):
    server, client = serve(answer(status, retry_after="3600"), max_wait=120.0)
    with pytest.raises(bettune.APIStatusError) as caught:
        client.sports.list()
    if status == 429:
        assert caught.value.retry_after == 3600
    assert len(server.requests) == 1
    # And the next call is not held back for an hour.
    with pytest.raises(bettune.APIStatusError):
        client.sports.list()


def test_retry_after_may_be_a_date(serve):
    far = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    _, client = serve(answer(429, retry_after=far))
    with pytest.raises(bettune.RateLimitError) as caught:
        client.sports.list()
    assert 3500 < caught.value.retry_after <= 3600


@pytest.mark.parametrize("value", ["", "soon", "-5", "nan", "inf", "Mon, 99 Foo 2026 00:00:00 GMT"])
def test_an_unusable_retry_after_is_no_order(serve, value):
    server, client = serve(answer(429, retry_after=value), max_retries=1)
    with pytest.raises(bettune.RateLimitError) as caught:
        client.sports.list()
    assert caught.value.retry_after is None
    assert len(server.requests) == 2


def test_a_rate_limit_error_tells_the_limit(serve):
    limited = answer(429, retry_after="60", x_ratelimit_limit="60", x_ratelimit_window="10")
    _, client = serve(limited)
    with pytest.raises(bettune.RateLimitError) as caught:
        client.sports.list()
    assert caught.value.rate_limit == client.rate_limit == RateLimit(60, 10)
    assert caught.value.retry_after == 60


def test_no_answer_in_time_every_time(serve):
    server, client = serve(SILENCE, timeout=httpx.Timeout(20, read=0.05), max_retries=2)
    with pytest.raises(bettune.APITimeoutError) as caught:
        client.sports.list()
    server.wait_until_hung_up()
    assert isinstance(caught.value, TimeoutError)
    assert isinstance(caught.value, bettune.APIConnectionError)
    assert str(caught.value).startswith("GET /sports: no answer within the timeout")
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{",
        b"not http at all\r\n\r\n",
    ],
)
def test_a_broken_answer_is_a_lost_connection(serve, broken):
    server, client = serve(broken, SPORTS)
    assert client.sports.list()
    assert len(server.requests) == 2
    server, client = serve(broken, max_retries=1)
    with pytest.raises(bettune.APIConnectionError):
        client.sports.list()
    assert len(server.requests) == 2


def test_nobody_listens(connect):
    with Scripted() as server:
        base_url = server.base_url
    with pytest.raises(bettune.APIConnectionError, match="GET /sports: ConnectError"):
        connect(base_url=base_url, max_retries=0).sports.list()


def test_a_put_whose_answer_is_lost_is_repeated_whole(serve):
    server, client = serve(b"", answer(200, PREDICTION))
    assert client.predictions.put(1, 5, 2.15).id == 10
    first, second = server.requests
    assert first[:2] == second[:2] == ("PUT", "/v1/prediction-filters/1/matches/5/prediction")
    assert json.loads(first.body) == json.loads(second.body) == {"odds": "2.150000"}


@UNFINISHED
def test_an_answer_that_is_too_large(serve):
    small = {"max_response_bytes": 20}
    _, client = serve(answer(200, b"x" * 21), **small)
    with pytest.raises(bettune.APIResponseValidationError, match="larger than 20 bytes"):
        client.sports.list()
    _, client = serve(answer(404, b"x" * 21), **small)
    with pytest.raises(bettune.NotFoundError):
        client.sports.list()


def test_what_is_sent(serve):
    server, client = serve(matches(MATCH), answer(200, {"count": 0, "items": []}), answer(204))
    client.matches.list("2026-06-06", sport=1)
    client.predictions.search(1, [5, 6])
    client.predictions.delete(1, 5)
    assert server.paths == [
        ("GET", "/v1/matches?date=2026-06-06&sport=1"),
        ("POST", "/v1/predictions/search"),
        ("DELETE", "/v1/prediction-filters/1/matches/5/prediction"),
    ]
    search = server.requests[1]
    assert json.loads(search.body) == {"filterId": 1, "matchIds": [5, 6]}
    assert search.headers["content-type"] == "application/json"
    assert search.headers["accept"] == "application/json"
    assert search.headers["user-agent"].startswith(f"bettune/{bettune.__version__} ")


def test_the_waits_without_an_order_double_to_eight_seconds(serve, caplog):
    caplog.set_level("INFO", logger="bettune")
    server, client = serve(answer(503), max_retries=1, max_wait=120.0)
    with pytest.raises(bettune.InternalServerError):
        client.sports.list()
    first, second = server.requests
    assert second.at - first.at >= 0.375
    assert "try 2 follows in 0." in caplog.text
    from bettune._http.retries import (  # noqa: PLC0415 - the long ones are not sat out here
        RetryPolicy,
        Tries,
    )

    tries = Tries(RetryPolicy(max_retries=100))
    waits = [tries.wait_after(503, None) for _ in range(7)]
    for wait, most in zip(waits, (0.5, 1, 2, 4, 8, 8, 8), strict=True):
        assert most * 0.75 <= wait <= most


def test_the_log_tells_each_try_and_never_a_body(serve, caplog):
    caplog.set_level("DEBUG", logger="bettune")
    _, client = serve(answer(503, b"a-body"), answer(200, PREDICTION))
    client.predictions.put(1, 5, "7.77")
    path = "/prediction-filters/1/matches/5/prediction"
    messages = [record.getMessage() for record in caplog.records if record.name == "bettune"]
    assert messages[0].startswith(f"PUT {path}: 503 in ")
    assert messages[0].endswith("s, try 1")
    assert messages[-1].startswith(f"PUT {path}: 200 in ")
    assert messages[-1].endswith("s, try 2")
    assert "a-token" not in caplog.text
    assert "7.77" not in caplog.text
    assert "2.15" not in caplog.text


def test_a_retry_after_date_that_has_passed_asks_for_no_wait(serve):
    past = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)
    server, client = serve(answer(429, retry_after=past), SPORTS)
    assert client.sports.list()
    assert len(server.requests) == 2
