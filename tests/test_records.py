"""to_records: flat dicts of models."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pandas as pd
import pytest

from bettune import (
    IdName,
    InvalidArgumentError,
    Match,
    Plan,
    Plans,
    Prediction,
    PredictionFilter,
    PredictionFilterStatus,
    PredictionSource,
    RateLimit,
    Score,
    Sport,
    to_records,
)
from bettune.types import Entry

NOON = datetime(2026, 6, 6, 12, tzinfo=UTC)
MATCH = Match(5, NOON, True, Score(2, None), *(IdName(n, f"name {n}") for n in range(5)))


def test_a_match():
    assert to_records([MATCH]) == [
        {
            "id": 5,
            "date": NOON,
            "finished": True,
            "score_home": 2,
            "score_away": None,
            "country_id": 0,
            "country_name": "name 0",
            "tournament_id": 1,
            "tournament_name": "name 1",
            "season_id": 2,
            "season_name": "name 2",
            "home_id": 3,
            "home_name": "name 3",
            "away_id": 4,
            "away_name": "name 4",
        }
    ]


def test_the_other_models():
    status = PredictionFilterStatus("paused")
    one = PredictionFilter(1, "x", IdName(1, "football"), "Home", status)
    (record,) = to_records([one])
    assert record["sport_name"] == "football"
    assert type(record["status"]) is str
    prediction = Prediction(1, 2, 3, Decimal("2.15"), PredictionSource.UI, NOON, NOON)
    assert to_records(iter([prediction]))[0]["odds"] == Decimal("2.15")
    assert to_records((Sport(1, "football"),)) == [{"id": 1, "name": "football"}]
    assert to_records([]) == []


def test_into_pandas_and_csv():
    frame = pd.DataFrame(to_records([MATCH, MATCH]))
    assert frame.shape == (2, 15)
    assert frame["date"].dt.tz is not None
    file = io.StringIO()
    records = to_records([MATCH])
    writer = csv.DictWriter(file, records[0])
    writer.writerows(records)
    assert file.getvalue().startswith("5,2026-06-06 12:00:00+00:00,True,2,,0,name 0,")


@pytest.mark.parametrize("models", [None, 5, "x", MATCH, [5], [{"id": 1}], [None]])
def test_values_that_are_not_models_are_refused(models):
    with pytest.raises(InvalidArgumentError):
        to_records(models)


def test_a_rate_limit_is_a_value():
    assert {RateLimit(60, 2), RateLimit(60, 2.0)} == {RateLimit(60, 2)}
    assert to_records([RateLimit(60, 2)]) == [{"requests": 60, "per": 2, "shared": False}]


PLAN = Plan(
    11583,
    (
        Entry(5, "create", None, Decimal(2)),
        Entry(6, "update", Decimal("2.50"), Decimal(3), PredictionSource.UI, refused="by hand"),
        Entry(7, "unchanged", Decimal(2), Decimal(2), PredictionSource.API),
    ),
)


def test_a_plan_and_plans():
    rows = to_records(PLAN)
    assert rows == [
        {
            "filter_id": 11583,
            "match_id": 6,
            "action": "update",
            "old_odds": Decimal("2.5"),
            "new_odds": Decimal(3),
            "source": "ui",
        },
        {
            "filter_id": 11583,
            "match_id": 5,
            "action": "create",
            "old_odds": None,
            "new_odds": Decimal(2),
            "source": None,
        },
    ]
    assert to_records(Plans({11583: PLAN})) == rows
    assert to_records(Plan(1)) == to_records(Plans({})) == []


def test_a_report_has_the_state_of_each_write(client):
    ids = [match.id for match in client.matches.list("2999-06-06")][:3]
    plan = client.predictions.plan(11583, dict.fromkeys(ids, 2), by_hand="overwrite")
    report = client.predictions.apply(plan.without(ids[:1]))
    for row in to_records(report):
        assert list(row)[-4:] == ["source", "state", "at", "error"]
        assert (row["state"], row["error"], type(row["at"])) == ("done", None, datetime)


@pytest.mark.parametrize(("kind", "odds"), [(float, 2.5), (str, "2.50"), (Decimal, Decimal("2.5"))])
def test_odds_of_another_type(kind, odds):
    row = to_records(PLAN, odds=kind)[0]
    assert (row["old_odds"], type(row["old_odds"])) == (odds, kind)
    if kind is not Decimal:
        assert json.loads(json.dumps(to_records(PLAN, odds=kind)))[0] == row
    prediction = Prediction(1, 2, 3, Decimal("2.50"), PredictionSource.UI, NOON, NOON)
    assert to_records([prediction], odds=kind)[0]["odds"] == odds


@pytest.mark.parametrize("odds", [int, "float", None, 2.5])
def test_another_type_of_odds_is_refused(odds):
    with pytest.raises(InvalidArgumentError, match="odds"):
        to_records([], odds=odds)


def test_predictions_beside_results():
    predictions = [
        Prediction(1, 2, match_id, Decimal("2.5"), PredictionSource.API, NOON, NOON)
        for match_id in (5, 6)
    ]
    known, unknown = to_records(predictions, matches=iter([MATCH]), odds=float)
    joined = {
        "kick_off": NOON,
        "country": "name 0",
        "tournament": "name 1",
        "home": "name 3",
        "away": "name 4",
        "score_home": 2,
        "score_away": None,
        "finished": True,
    }
    assert list(known)[-8:] == list(joined)
    assert known.items() >= joined.items()
    assert unknown.items() >= dict.fromkeys(joined).items()
    assert to_records(PLAN, matches=[])[0].items() >= dict.fromkeys(joined).items()
    assert to_records([MATCH], matches=[MATCH]) == to_records([MATCH])


@pytest.mark.parametrize("matches", [5, "x", [5], MATCH, {5: MATCH}, [None]])
def test_invalid_matches_are_refused(matches):
    with pytest.raises(InvalidArgumentError, match="matches"):
        to_records([], matches=matches)


def test_a_resolution_gives_a_row_per_fixture(client):
    match = client.matches.list("2026-06-06")[0]
    fixtures = [
        {"date": "2026-06-06", "home": match.home.name, "away": match.away.name},
        {"date": "2026-06-06", "home": "No such", "away": "team"},
    ]
    resolution = client.matches.resolve(fixtures)
    first, second = to_records(resolution)
    assert first == {
        "position": 0,
        "date": date(2026, 6, 6),
        "home": match.home.name,
        "away": match.away.name,
        "match_id": match.id,
        "reason": None,
    }
    assert (second["match_id"], second["reason"]) == (None, resolution.unresolved[0].reason)
