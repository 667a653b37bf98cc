"""Every answer of the sandbox, over HTTP; test_refusals.py has what it refuses."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
import yaml

from bettune.sandbox import Sandbox
from bettune.sandbox._football import matches_json

FILTER = 11583
MATCH = 1611243
DAY = "2026-06-06"
SEARCH = {"filterId": FILTER, "matchIds": [MATCH]}


def prediction(filter_id=FILTER, match_id=MATCH):
    return f"/prediction-filters/{filter_id}/matches/{match_id}/prediction"


def search(client, *match_ids, filter_id=FILTER):
    answer = client.post("/predictions/search", json={"filterId": filter_id, "matchIds": match_ids})
    assert answer.status_code == 200
    body = answer.json()
    assert body["count"] == len(body["items"])
    return body["items"]


@pytest.fixture
def without_prediction(client):
    """Matches of one day in which nobody made a prediction beforehand."""
    ids = [
        match["id"]
        for match in json.loads(matches_json(date(2026, 6, 6), datetime.now(UTC)))["items"]
    ]
    there = {item["matchId"] for item in search(client, *ids)}
    return [match_id for match_id in ids if match_id not in there]


@pytest.fixture
def from_ui(client):
    """A prediction that somebody made beforehand."""
    ids = [
        match["id"]
        for match in client.get("/matches", params={"date": DAY, "sport": 1}).json()["items"]
    ]
    return search(client, *ids)[0]


def test_sports(client):
    answer = client.get("/sports")
    assert answer.status_code == 200
    assert answer.json() == {"count": 1, "items": [{"id": 1, "name": "football"}]}


def test_matches_of_the_past_and_of_the_future(client):
    for day, finished in (("0001-01-01", True), ("2020-02-29", True), ("9999-12-31", False)):
        answer = client.get("/matches", params={"date": day, "sport": 1})
        assert answer.status_code == 200
        body = answer.json()
        assert (body["date"], body["count"]) == (day, len(body["items"]))
        assert {match["finished"] for match in body["items"]} == {finished}


def test_the_current_time_is_that_of_the_clock(connect):
    now = datetime(2026, 6, 6, 15, tzinfo=UTC)
    with Sandbox(now=lambda: now) as box:
        client = connect(box.base_url, box.token)
        items = client.get("/matches", params={"date": DAY, "sport": 1}).json()["items"]
        assert {match["finished"] for match in items} == {True, False}
        item = client.put(prediction(), json={"odds": 2}).json()
        assert item["createdAt"] == "2026-06-06T15:00:00+00:00"


def test_prediction_filters(client):
    body = client.get("/prediction-filters").json()
    assert body["count"] == len(body["items"]) >= 3
    assert body["items"][0] == {
        "id": 11583,
        "name": "Manual football",
        "sport": {"id": 1, "name": "football"},
        "betType": "Home",
        "status": "approved",
    }
    assert {item["status"] for item in body["items"]} == {"approved", "disabled"}
    assert len({item["betType"] for item in body["items"]}) == len(body["items"])


def test_a_prediction_from_nothing_to_nothing(connect):
    now = [datetime(2026, 6, 1, tzinfo=UTC)]
    with Sandbox(now=lambda: now[0]) as box:
        client = connect(box.base_url, box.token)
        assert search(client, MATCH) == []
        made = client.put(prediction(), json={"odds": "2.15"})
        assert made.status_code == 200
        assert made.json() == {
            "id": 1,
            "filterId": FILTER,
            "matchId": MATCH,
            "odds": "2.150000",
            "source": "api",
            "createdAt": "2026-06-01T00:00:00+00:00",
            "updatedAt": "2026-06-01T00:00:00+00:00",
        }
        assert search(client, MATCH) == [made.json()]

        now[0] = datetime(2026, 6, 2, tzinfo=UTC)
        changed = client.put(prediction(), json={"odds": 3}).json()
        assert changed == made.json() | {
            "odds": "3.000000",
            "updatedAt": "2026-06-02T00:00:00+00:00",
        }
        assert search(client, MATCH) == [changed]
        assert search(client, MATCH, filter_id=11584) == []

        for _ in range(2):
            gone = client.delete(prediction())
            assert (gone.status_code, gone.content) == (204, b"")
            assert search(client, MATCH) == []
        again = client.put(prediction(), json={"odds": 4}).json()
        assert (again["id"], again["createdAt"]) == (2, "2026-06-02T00:00:00+00:00")


def test_search_answers_in_the_order_of_the_ids_each_once(client, without_prediction):
    one, two, none = without_prediction[:3]
    for match_id in (one, two):
        client.put(prediction(match_id=match_id), json={"odds": 2})
    unknown = 2**63 - 1
    predictions = search(client, two, unknown, one, none, two)
    assert [item["matchId"] for item in predictions] == [two, one]
    assert search(client) == []


def test_predictions_made_beforehand(client):
    day = client.get("/matches", params={"date": DAY, "sport": 1}).json()["items"]
    ids = [match["id"] for match in day]
    predictions = {f: search(client, *ids, filter_id=f) for f in (11583, 11584)}
    for items in predictions.values():
        assert len(ids) / 18 < len(items) < len(ids) / 4
        assert [item["source"] for item in items].count("ui") == 2
        assert {item["source"] for item in items} == {"api", "ui"}
        assert len({item["id"] for item in items}) == len(items)
        for item in items:
            assert 1 < Decimal(item["odds"]) < 10
            assert item["createdAt"] == item["updatedAt"] < "2026"
    assert [item["matchId"] for item in predictions[11583]] != [
        item["matchId"] for item in predictions[11584]
    ]
    with (
        Sandbox() as other,
        httpx.Client(
            base_url=other.base_url,
            headers={"Authorization": f"Bearer {other.token}"},
            trust_env=False,
            timeout=60,
        ) as client_of_other,
    ):
        assert search(client_of_other, *ids) == predictions[11583]


@pytest.mark.parametrize("day", ["0001-01-01", "1500-06-06", "9999-12-31"])
def test_predictions_made_beforehand_on_any_day(client, day):
    matches = client.get("/matches", params={"date": day, "sport": 1}).json()["items"]
    predictions = [
        item
        for filter_id in (11583, 11584, 11585)
        for item in search(client, *(match["id"] for match in matches), filter_id=filter_id)
    ]
    assert predictions
    assert all(datetime.fromisoformat(item["createdAt"]).tzinfo == UTC for item in predictions)


def test_a_prediction_made_beforehand_is_overwritten(client, from_ui):
    changed = client.put(prediction(match_id=from_ui["matchId"]), json={"odds": "9.5"}).json()
    assert changed["updatedAt"] > from_ui["updatedAt"]
    assert changed == from_ui | {
        "odds": "9.500000",
        "source": "api",
        "updatedAt": changed["updatedAt"],
    }
    assert search(client, from_ui["matchId"]) == [changed]


def test_a_prediction_made_beforehand_is_deleted_for_good(client, from_ui):
    assert client.delete(prediction(match_id=from_ui["matchId"])).status_code == 204
    assert search(client, from_ui["matchId"]) == []
    again = client.put(prediction(match_id=from_ui["matchId"]), json={"odds": 2}).json()
    assert again["id"] != from_ui["id"]
    assert again["createdAt"] > from_ui["createdAt"]


@pytest.mark.parametrize(
    ("odds", "kept"),
    [
        ("2.15", "2.150000"),
        ("1", "1.000000"),
        ("1.0000005", "1.000000"),
        ("1.0000015", "1.000002"),
        ("2.1234565", "2.123456"),
        ("2.12345650000000000000001", "2.123457"),
        ("2e3", "2000.000000"),
        ("00002.5", "2.500000"),
        ("9" * 400, "9" * 400 + ".000000"),
        ("1" + "0" * 399 + ".1234565", "1" + "0" * 399 + ".123456"),
    ],
)
def test_odds_are_kept_with_six_decimals(client, odds, kept):
    texts = [json.dumps(odds)]
    if not odds.startswith("00"):
        texts.append(odds)
    for text in texts:
        answer = client.put(prediction(), content=f'{{"odds": {text}}}')
        assert answer.status_code == 200
        assert answer.json()["odds"] == kept
        assert search(client, MATCH)[0]["odds"] == kept


def test_unknown_fields_are_ignored(client):
    assert client.put(prediction(), json={"odds": 2, "note": [1]}).status_code == 200
    assert client.post("/predictions/search", json=SEARCH | {"page": 2}).status_code == 200
    query = {"date": DAY, "sport": 1, "page": 2}
    assert client.get("/matches", params=query).status_code == 200


def test_an_integer_may_be_written_with_a_fraction_of_nothing(client):
    client.put(prediction(), json={"odds": 2})
    body = f'{{"filterId": {FILTER}.0, "matchIds": [{MATCH}.00]}}'
    assert client.post("/predictions/search", content=body).json()["count"] == 1


def test_the_schema_is_served_without_a_token(box, connect):
    client = connect(box.base_url)
    answer = client.get("/openapi.yaml")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/yaml"
    root = Path(__file__).resolve().parents[2] / "openapi.yaml"
    assert answer.content == root.read_bytes()
    assert yaml.safe_load(answer.text)["openapi"].startswith("3.")
    assert client.get(box.base_url.replace("/bet-tune-api/v1", "/openapi.yaml")).text == answer.text
