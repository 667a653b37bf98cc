"""to_records: flat dicts of models."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pandas as pd
import pytest

from bettune import (
    IdName,
    InvalidArgumentError,
    Match,
    Prediction,
    PredictionFilter,
    PredictionFilterStatus,
    PredictionSource,
    RateLimit,
    Score,
    Sport,
    to_records,
)

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
def test_what_is_no_model(models):
    with pytest.raises(InvalidArgumentError):
        to_records(models)


def test_a_rate_limit_is_a_value():
    assert {RateLimit(60, 2), RateLimit(60, 2.0)} == {RateLimit(60, 2)}
    assert to_records([RateLimit(60, 2)]) == [{"requests": 60, "per": 2, "shared": False}]
