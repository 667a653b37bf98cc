"""The six operations through the public surface, against the sandbox: both twins, end to end."""

from __future__ import annotations

import html
import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from bettune import (
    AuthenticationError,
    BadRequestError,
    IdName,
    Match,
    NotFoundError,
    Prediction,
    PredictionFilter,
    PredictionFilterStatus,
    PredictionSource,
    ProSubscriptionRequiredError,
    Score,
    Sport,
)

PAST, FUTURE = date(2020, 6, 6), date(2999, 6, 6)
FILTER = 11583


def test_sports(client):
    assert client.sports.list() == [Sport(1, "football")]


def test_matches_of_a_past_day_are_finished_and_typed(client):
    matches = client.matches.list(PAST, sport=1)
    assert len(matches) > 50
    for match in matches:
        assert isinstance(match, Match)
        assert match.date.astimezone(UTC).date() == PAST
        assert match.finished
        assert isinstance(match.score, Score)
        assert match.score.home >= 0
        assert match.score.away >= 0
        for named in (match.country, match.tournament, match.season, match.home, match.away):
            assert isinstance(named, IdName)
            assert named.name


def test_matches_of_a_future_day_have_no_score(client):
    matches = client.matches.list(FUTURE, sport=1)
    assert {match.finished for match in matches} == {False}
    assert {match.score for match in matches} == {Score(None, None)}


@pytest.mark.parametrize(
    "day",
    [
        "2020-06-06",
        datetime(2020, 6, 6, 23, 59, tzinfo=UTC),
        datetime(2020, 6, 7, 1, 30, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_a_day_may_be_a_string_or_an_aware_datetime(client, day):
    assert client.matches.list(day, sport=1) == client.matches.list(PAST, sport=1)


def test_prediction_filters(client):
    filters = client.prediction_filters.list()
    assert filters[0] == PredictionFilter(
        FILTER,
        "Manual football",
        IdName(1, "football"),
        "Home",
        PredictionFilterStatus.APPROVED,
    )
    assert {listed.status for listed in filters} == {"approved", "disabled"}


def test_put_search_delete(client):
    match = client.matches.list(FUTURE, sport=1)[0]
    client.predictions.delete(FILTER, match.id)
    assert client.predictions.search(FILTER, [match.id]) == []

    put = client.predictions.put(FILTER, match.id, 2.15)
    assert isinstance(put, Prediction)
    assert (put.filter_id, put.match_id, put.odds) == (FILTER, match.id, Decimal("2.15"))
    assert put.source is PredictionSource.API
    assert put.created_at.utcoffset() == timedelta(0)
    assert client.predictions.search(FILTER, [match.id]) == [put]

    again = client.predictions.put(FILTER, match.id, "3")
    assert (again.id, again.created_at, again.odds) == (put.id, put.created_at, Decimal(3))

    assert client.predictions.delete(FILTER, match.id) is None
    assert client.predictions.search(FILTER, [match.id]) == []
    assert client.predictions.delete(FILTER, match.id) is None


def test_predictions_of_both_sources_are_found(client):
    ids = [match.id for match in client.matches.list(FUTURE, sport=1)]
    found = client.predictions.search(FILTER, ids)
    assert found
    assert {prediction.source for prediction in found} == {"api", "ui"}
    assert {prediction.match_id for prediction in found} <= set(ids)


def test_a_search_is_split_joined_and_asks_for_an_id_once(client, box):
    first = client.matches.list(FUTURE, sport=1)[0].id
    ids = list(range(first, first + 1001))
    before = len(box.seen)
    found = client.predictions.search(FILTER, ids + ids[:10])
    assert [(seen.method, seen.status) for seen in box.seen[before:]] == [("POST", 200)] * 3
    assert len({prediction.match_id for prediction in found}) == len(found) > 10
    # None asked, none sent.
    assert client.predictions.search(FILTER, []) == []
    assert len(box.seen) == before + 3


def test_models_are_immutable_hashable_comparable(client):
    one, other = (client.matches.list(FUTURE, sport=1) for _ in range(2))
    assert one == other
    assert set(one) == set(other)
    with pytest.raises(AttributeError):
        one[0].finished = True


def test_errors_of_the_api(client, connect, box):
    match = client.matches.list(FUTURE, sport=1)[0]
    with pytest.raises(NotFoundError) as caught:
        client.predictions.put(1, match.id, 2)
    assert (caught.value.code, caught.value.message) == ("filter_not_found", "Filter not found")
    with pytest.raises(NotFoundError):
        client.predictions.put(FILTER, 10**15, 2)
    with pytest.raises(BadRequestError):
        client.matches.list(FUTURE, sport=2)
    with pytest.raises(AuthenticationError) as caught:
        connect("wrong", base_url=box.base_url).sports.list()
    assert caught.value.code == "invalid_token"
    with pytest.raises(ProSubscriptionRequiredError):
        connect(box.free_token, base_url=box.base_url).predictions.delete(FILTER, match.id)


def test_lists_show_as_tables_in_a_notebook(client):
    day = client.matches.list("2026-06-06")
    predictions = client.predictions.search(11583, day)
    lists = {
        "matches": (day, day[0].home.name),
        "in a zone": (client.matches.list("2026-06-06", tz="Europe/Warsaw"), "CEST"),
        "predictions": (predictions, str(predictions[0].match_id)),
        "filters": (client.prediction_filters.list(), "Manual football"),
        "sports": (client.sports.list(), "football"),
        "nothing": (client.predictions.search(11583, []), "empty"),
    }
    for models, text in lists.values():
        assert isinstance(models, list)
        shown = models._repr_html_()
        assert shown.startswith("<table")
        assert html.escape(text) in shown
    assert f"and {len(day) - 20} more" in day._repr_html_()
    assert pickle.loads(pickle.dumps(day)) == day == list(day)
