"""Rows in place of mappings and DataFrames, columns that name filters, and matches as ids."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from bettune import IdName, InvalidArgumentError, Match, Score
from bettune._values.frames import odds_pairs, sheet_pairs
from tests.values.test_frames import refused, without_missing

NOON = datetime(2026, 6, 6, 12, tzinfo=UTC)


def match(match_id):
    names = [IdName(n, f"name {n}") for n in range(5)]
    return Match(match_id, NOON, False, Score(None, None), *names)


LONG = [
    {"filter_id": 11583, "match_id": 5, "odds": 2.5, "note": "x"},
    {"filter_id": 99, "match_id": 5, "odds": None, "note": "y"},
    {"filter_id": 11583, "match_id": 6, "odds": 3.5, "note": "z"},
]


def test_rows_as_mappings():
    rows_given = [{"match_id": 7, "odds": 2.5, "home": "a"}, {"match_id": 5, "odds": None}]
    for given in (rows_given, iter(rows_given), tuple(rows_given)):
        assert list(odds_pairs(given)) == [(7, 2.5), (5, None)]
    assert list(odds_pairs([])) == []
    assert sheet_pairs([]) == {}


@pytest.mark.parametrize(
    "make", [list, iter, pd.DataFrame, pl.DataFrame, pa.Table.from_pylist], ids=str
)
def test_long_rows_with_the_filter_of_each(make):
    sheet = sheet_pairs(make(LONG))
    assert {key: without_missing(pairs) for key, pairs in sheet.items()} == {
        11583: [(5, 2.5), (6, 3.5)],
        99: [(5, None)],
    }


WIDE = [{"match_id": 5, "home": "a", "win": 2.5, 99: 3}, {"match_id": 6, "win": None, 99: 4}]


@pytest.mark.parametrize("make", [list, pd.DataFrame], ids=str)
def test_columns_name_the_filters(make):
    sheet = sheet_pairs(make(WIDE), {"win": 11583})
    assert {key: without_missing(pairs) for key, pairs in sheet.items()} == {
        11583: [(5, 2.5), (6, None)]
    }
    wide = [{"match_id": 5, 11583: 2.5, "99": 3}, {"match_id": 6, "99": 4}]
    assert sheet_pairs(wide) == {11583: [(5, 2.5), (6, None)], 99: [(5, 3), (6, 4)]}


def test_rows_of_the_filter_asked_for():
    assert list(odds_pairs(LONG[:1], 11583)) == [(5, 2.5)]
    with pytest.raises(InvalidArgumentError, match="row 1 is for filter 99"):
        odds_pairs(LONG, 11583)
    with pytest.raises(InvalidArgumentError, match="row 0 is for filter 11583"):
        sheet_pairs({99: LONG})


def test_a_match_in_place_of_its_id():
    seven = match(7)
    assert list(odds_pairs([{"match_id": seven, "odds": 2}])) == [(seven, 2)]
    frame = pd.DataFrame({"match_id": [seven, match(8)], "11583": [2, 3]})
    assert sheet_pairs(frame) == {11583: [(seven, 2), (match(8), 3)]}


@pytest.mark.parametrize(
    ("call", "given", "said"),
    [
        (odds_pairs, [{"match_id": 5, "odds": 2}, 5], "row 1 must be a mapping, not 5"),
        (odds_pairs, [{"match_id": 5, "odds": 2}, {"odds": 2}], "row 1 has no match_id"),
        (odds_pairs, [{"match_id": 5, "odds": 2}, {"match_id": 6}], "row 1 has no odds"),
        (odds_pairs, [{}], "row 0 is empty"),
        (sheet_pairs, [{}, {}], "row 0 is empty"),
        (odds_pairs, [{"match_id": None, "odds": 2}], "row 0 has no match_id"),
        (odds_pairs, [{"match_id": "5", "odds": 2}], "match_id in row 0 must be an integer"),
        (odds_pairs, [{"id": 5, "odds": 2}], 'rename(columns={"id": "match_id"})'),
        (odds_pairs, pd.DataFrame({"id": [5], "odds": 2}), 'rename(columns={"id": "match_id"})'),
        (sheet_pairs, [{"match_id": 5}], "no column but match_id"),
        (sheet_pairs, [{"match_id": 5, "win": 2}], "not 'win'"),
        (sheet_pairs, [{"filter_id": None, "match_id": 5, "odds": 2}], "filter_id in row 0"),
    ],
)
def test_rows_that_are_refused(call, given, said):
    assert said in refused(call, given)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"draw": 99}, "has no column 'draw'"),
        ({"win": 0}, "the filter of 'win' must be at least 1"),
        ({"win": "99"}, "the filter of 'win' must be an integer"),
        ({"win": 99, 99: 99}, "filter 99 more than once"),
        ({"match_id": 99}, "match_id holds the matches"),
        ({}, "columns must map"),
        (["win"], "columns must map"),
        ("win", "columns must map"),
    ],
)
def test_columns_that_are_refused(columns, said):
    assert said in refused(lambda given: sheet_pairs(given, columns), WIDE)


def test_columns_go_with_rows_alone():
    assert "columns needs a DataFrame or rows" in refused(
        lambda odds: sheet_pairs(odds, {"win": 5}), {5: {6: 2}}
    )


@pytest.mark.parametrize("name", [None, "id", "match"])
def test_an_index_of_another_name_is_refused(name):
    index = pd.Index([1611843, 1611845], name=name)
    message = refused(odds_pairs, pd.Series([2.0, 3.0], index=index))
    assert 'set_index("match_id")' in message
    assert 'rename_axis("match_id")' in message
    message = refused(odds_pairs, pd.DataFrame({"odds": [2.0, 3.0]}, index))
    assert "no column match_id" in message
    assert 'rename_axis("match_id")' in message
