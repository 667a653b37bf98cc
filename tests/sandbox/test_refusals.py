"""Every refusal of the sandbox, over HTTP."""

from __future__ import annotations

import logging

import pytest

from bettune.sandbox._store import Store
from tests.sandbox.test_answers import DAY, FILTER, MATCH, SEARCH, prediction, search


def refused(answer, status, code):
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code)
    assert list(body) == ["code", "message"]
    assert body["message"]
    return body["message"]


# Each as it stands in the JSON.
BAD_ODDS = [
    "null", "true", "false", "[]", "[2]", "{}", '""', '" "', '" 2"', '"2 "', '"two"', '"2,15"',
    '"NaN"', '"Infinity"', '"-2"', '"+2"', '"0x2"', '"1_0"', '"\u0662"', '".5"', '"2."', '"1e"',
    '"\\ud800"', "0", "0.9999999", '"0.9999999"', "-1", "-1e99", "1e400", '"1e400"',
    '"1e999999999"', '"1e9999999999"', "1" + "0" * 400,
]  # fmt: skip


@pytest.mark.parametrize("odds", BAD_ODDS)
def test_odds_invalid(client, odds):
    answer = client.put(prediction(), content=f'{{"odds": {odds}}}'.encode())
    refused(answer, 400, "odds_invalid")
    assert search(client, MATCH) == []


def test_odds_missing(client):
    refused(client.put(prediction(), json={}), 400, "odds_invalid")


BAD_BODIES = [
    b"", b" ", b"{", b"[]", b"null", b"2", b'"x"', b'{"odds": 2} x', b"{'odds': 2}", b"\xff",
    b'{"odds": NaN}', b'{"odds": Infinity}', b'{"odds": -Infinity}', b'\xef\xbb\xbf{"odds": 2}',
    b'{"odds":' * 100_000,
    b"[" * 100_000, '{"odds": 2}'.encode("utf-16"), b'{"odds": 1' + b"0" * 5000 + b"}",
]  # fmt: skip


@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda body: repr(body[:20]))
@pytest.mark.parametrize(
    ("method", "path"), [("PUT", prediction()), ("POST", "/predictions/search")]
)
def test_invalid_json_body(client, method, path, body):
    answer = client.request(method, path, content=body)
    assert refused(answer, 400, "invalid_json_body") == "Invalid JSON body"


@pytest.mark.parametrize(
    "day",
    [
        None, "", "today", "2026-6-6", "20260606", "2026-W23-6", "2026-02-30", "0000-01-01",
        "10000-01-01", " 2026-06-06", "2026-06-06 ", "2026-06-06T00:00:00", "-2026-06-06",
        "\uff12026-06-06",
    ],
)  # fmt: skip
def test_date_invalid(client, day):
    query = {"sport": "1"} | ({} if day is None else {"date": day})
    message = refused(client.get("/matches", params=query), 400, "date_invalid")
    assert message == "Invalid or missing date. Expected format: YYYY-MM-DD"


@pytest.mark.parametrize("sport", [None, "", "0", "2", "-1", "1.0", "football", "true", "9" * 30])
def test_sport_invalid(client, sport):
    query = {"date": DAY} | ({} if sport is None else {"sport": sport})
    refused(client.get("/matches", params=query), 400, "sport_invalid")


BAD_IDS = ["-1", "x", "1.5", "true", "%00", "9223372036854775808", "1" * 5000, "٣", "1e3", "0x1"]


@pytest.mark.parametrize("bad", BAD_IDS, ids=lambda bad: bad[:20])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_bad_ids_in_the_path(client, method, bad):
    body = {"json": {"odds": 2}} if method == "PUT" else {}
    refused(client.request(method, prediction(bad, MATCH), **body), 400, "filter_id_invalid")
    refused(client.request(method, prediction(FILTER, bad), **body), 400, "match_id_invalid")


@pytest.mark.parametrize(
    "bad", ["null", "true", '"1"', "-1", "1.5", "[]", "{}", "9223372036854775808", "1e400"]
)
def test_bad_ids_in_a_search(client, bad):
    def ask(filter_id, match_ids):
        body = f'{{"filterId": {filter_id}, "matchIds": {match_ids}}}'
        return client.post("/predictions/search", content=body)

    refused(ask(bad, "[1]"), 400, "filter_id_invalid")
    refused(ask(FILTER, f"[{MATCH}, {bad}]"), 400, "match_ids_invalid")
    if bad != "[]":
        refused(ask(FILTER, bad), 400, "match_ids_invalid")


def test_missing_fields_of_a_search(client):
    def ask(**body):
        return client.post("/predictions/search", json=body)

    refused(ask(matchIds=[1]), 400, "filter_id_invalid")
    refused(ask(filterId=FILTER), 400, "match_ids_invalid")


def test_how_many_ids_a_search_may_have(client):
    assert (
        client.post("/predictions/search", json=SEARCH | {"matchIds": [MATCH] * 10_000}).status_code
        == 200
    )
    answer = client.post("/predictions/search", json=SEARCH | {"matchIds": [MATCH] * 10_001})
    refused(answer, 400, "match_ids_invalid")


def test_filter_not_found(client):
    answers = [
        client.put(prediction(7, MATCH), json={"odds": 2}),
        client.delete(prediction(7, MATCH)),
        client.post("/predictions/search", json=SEARCH | {"filterId": 7}),
    ]
    for answer in answers:
        assert refused(answer, 404, "filter_not_found") == "Filter not found"


@pytest.mark.parametrize("match_id", [2**63 - 1, 1611200 + 319])
def test_match_not_found(client, match_id):
    refused(client.put(prediction(FILTER, match_id), json={"odds": 2}), 404, "match_not_found")
    refused(client.delete(prediction(FILTER, match_id)), 404, "match_not_found")


OPERATIONS = [
    ("GET", "/sports", {}),
    ("GET", "/matches", {"params": {"date": DAY, "sport": 1}}),
    ("GET", "/prediction-filters", {}),
    ("POST", "/predictions/search", {"json": SEARCH}),
    ("PUT", prediction(), {"json": {"odds": 2}}),
    ("DELETE", prediction(), {}),
]


@pytest.mark.parametrize(
    ("method", "path", "request_"), OPERATIONS, ids=lambda part: str(part)[:30]
)
def test_without_a_token(box, connect, method, path, request_):
    client = connect(box.base_url)
    for header in (
        None,
        "",
        "Bearer",
        "Basic Zm9vOmJhcg==",
        box.token,
        f"Token {box.token}",
    ):
        headers = {} if header is None else {"Authorization": header}
        answer = client.request(method, path, headers=headers, **request_)
        assert refused(answer, 401, "missing_token") == "No token provided"
    for token in ("nobody", box.token + "x", box.token.upper(), "é"):
        headers = {"Authorization": f"Bearer {token}".encode()}
        refused(client.request(method, path, headers=headers, **request_), 401, "invalid_token")
    answer = client.request(
        method, path, headers={"Authorization": f"bearer {box.token}"}, **request_
    )
    assert answer.status_code in {200, 204}


def test_without_pro(box, connect):
    client = connect(box.base_url, box.free_token)
    assert client.get("/sports").json()["count"] == 1
    query = {"date": DAY, "sport": 1}
    assert client.get("/matches", params=query).json()["count"] > 100
    assert client.get("/prediction-filters").json() == {"count": 0, "items": []}
    for method, path, request in OPERATIONS[3:]:
        answer = client.request(method, path, **request)
        message = refused(answer, 403, "pro_subscription_required")
        assert message == "Prediction-based filters are available only for PRO subscription"


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/sports/", "/prediction-filters/1", "/../sports"]
)
def test_unknown_route(client, path):
    refused(client.get(path, follow_redirects=False), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/sports", {"GET", "HEAD"}),
        ("DELETE", "/matches", {"GET", "HEAD"}),
        ("GET", "/predictions/search", {"POST"}),
        ("GET", prediction(), {"PUT", "DELETE"}),
        ("OPTIONS", "/prediction-filters", {"GET", "HEAD"}),
    ],
)
def test_method_not_allowed(client, method, path, allowed):
    answer = client.request(method, path)
    refused(answer, 405, "method_not_allowed")
    assert set(answer.headers["allow"].split(", ")) == allowed


def test_a_body_too_large(client):
    for content in (b" " * 1_000_001, iter([b" " * 600_000] * 2)):
        refused(client.put(prediction(), content=content), 413, "body_too_large")
    assert client.put(prediction(), content=b'{"odds": 2}'.ljust(1_000_000)).status_code == 200


def test_an_error_of_the_sandbox_itself(client, monkeypatch, caplog):
    def broken(*_):
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(Store, "put", broken)
    with caplog.at_level(logging.ERROR, "bettune.sandbox"):
        refused(client.put(prediction(), json={"odds": 2}), 500, "internal_error")
        assert client.get("/sports").status_code == 200
    (record,) = [record for record in caplog.records if record.name == "bettune.sandbox"]
    assert "on purpose" in str(record.exc_info)
    assert "prediction" in record.getMessage()
