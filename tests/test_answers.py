"""Results and errors for the responses of a server."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

import bettune
from tests.scripted import NOTHING, answer

SPORT = {"id": 1, "name": "football"}
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
    one = client.predictions.put(1, 5, 2.15)
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
    got = client.predictions.put(1, 5, expected).odds
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
    server, client = serve(matches(MATCH), NOTHING, answer(204))
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


def test_the_log_tells_each_try_and_never_a_body(serve, caplog):
    caplog.set_level("DEBUG", logger="bettune")
    _, client = serve(answer(503, b"a-body"), answer(200, PREDICTION))
    client.predictions.put(1, 5, "2.15")
    path = "/prediction-filters/1/matches/5/prediction"
    messages = [record.getMessage() for record in caplog.records if record.name == "bettune"]
    assert messages[0].startswith(f"PUT {path}: 503 in ")
    assert messages[0].endswith("s, attempt 1")
    assert messages[-1].startswith(f"PUT {path}: 200 in ")
    assert messages[-1].endswith("s, attempt 2")
    assert "a-token" not in caplog.text
    assert "2.15" not in caplog.text
