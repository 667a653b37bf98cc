"""Odds, sheets and rows out of DataFrames of the libraries themselves, and what is refused."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from bettune import InvalidArgumentError
from bettune._values.frames import odds_pairs, rows, sheet_pairs
from bettune._values.missing import is_missing

IDS = [1611850, 1611843, 1611845]
LIBRARIES = {
    "pandas": pd.DataFrame,
    "pandas nullable": lambda data: pd.DataFrame(data).convert_dtypes(),
    "pandas on pyarrow": lambda data: pd.DataFrame(data).convert_dtypes(dtype_backend="pyarrow"),
    "polars": pl.DataFrame,
    "polars lazy": pl.LazyFrame,
    "pyarrow": pa.table,
    "duckdb": lambda data: duckdb.from_arrow(pa.table(data)),
}


@pytest.fixture(params=LIBRARIES.values(), ids=LIBRARIES)
def frame(request):
    """A DataFrame of each library from columns."""
    return request.param


def without_missing(pairs):
    return [(key, None if is_missing(value) else value) for key, value in pairs]


def refused(call, given):
    """The message of the refusal, which is one line."""
    with pytest.raises(InvalidArgumentError) as caught:
        list(call(given))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        float("nan"),
        np.float32("nan"),
        np.longdouble("nan"),
        Decimal("NaN"),
        Decimal("sNaN"),
        pd.NA,
        pd.NaT,
        np.datetime64("NaT", "s"),
        np.ma.masked,
        np.ma.array([2.0], mask=[True])[0],
    ],
)
def test_missing_values(value):
    assert is_missing(value)


class Contrary:
    def __ne__(self, other):
        raise RuntimeError

    __hash__ = None


@pytest.mark.parametrize(
    "value",
    [
        "",
        "nan",
        b"",
        0,
        False,
        2.5,
        np.float32(2.5),
        Decimal("Infinity"),
        1j,
        [None],
        np.array([np.nan]),
        np.array(np.nan),
        pd.Series([np.nan]),
        Contrary(),
    ],
)
def test_values_that_are_not_missing(value):
    assert not is_missing(value)


def test_odds_of_any_library_in_their_order(frame):
    data = {"home": ["a", "b", "c"], "odds": [2.15, None, 3.4], "match_id": IDS}
    pairs = odds_pairs(frame(data))
    assert without_missing(pairs) == [(IDS[0], 2.15), (IDS[1], None), (IDS[2], 3.4)]


DECIMALS = [Decimal("2.15"), None, Decimal("3.40")]
TEXTS = ["2.15", None, "3.4"]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: pd.DataFrame({"match_id": IDS, "odds": DECIMALS}), DECIMALS),
        (lambda: pl.DataFrame({"match_id": IDS, "odds": DECIMALS}), DECIMALS),
        (lambda: pa.table({"match_id": IDS, "odds": DECIMALS}), DECIMALS),
        (lambda: duckdb.from_arrow(pa.table({"match_id": IDS, "odds": DECIMALS})), DECIMALS),
        (lambda: pd.DataFrame({"match_id": IDS, "odds": pd.Categorical(TEXTS)}), TEXTS),
        (
            lambda: pl.DataFrame({"match_id": IDS, "odds": pl.Series(TEXTS, dtype=pl.Categorical)}),
            TEXTS,
        ),
        (lambda: pa.table({"match_id": IDS, "odds": pa.array(TEXTS).dictionary_encode()}), TEXTS),
        (lambda: pl.DataFrame({"match_id": IDS, "odds": [None] * 3}), [None] * 3),
    ],
)
def test_decimal_and_categorical_columns(make, expected):
    assert without_missing(odds_pairs(make())) == list(zip(IDS, expected, strict=True))


def test_a_mapping_and_a_series_give_what_they_hold():
    assert list(odds_pairs({7: "x", 5: None})) == [(7, "x"), (5, None)]
    assert list(odds_pairs(pd.Series([2.5, 3.5], index=pd.Index([7, 5], name="match_id")))) == [
        (7, 2.5),
        (5, 3.5),
    ]
    assert list(odds_pairs(pd.Series({}, dtype=float))) == []


def test_a_day_without_matches_has_no_odds():
    for empty in (
        pd.Series({}),
        pd.Series({}, dtype="float32"),
        pd.DataFrame(columns=["match_id", "odds"]),
    ):
        assert list(odds_pairs(empty)) == []


def test_ids_in_pandas_index_by_its_name():
    # pandas makes a RangeIndex of ids that follow each other.
    for ids in (IDS, [5, 6, 7]):
        indexed = pd.DataFrame({"match_id": ids, "odds": [2.0, 3.0, 4.0]}).set_index("match_id")
        expected = list(zip(ids, [2.0, 3.0, 4.0], strict=True))
        assert list(odds_pairs(indexed)) == expected
        assert list(odds_pairs(indexed["odds"])) == expected
    many = indexed.assign(day=1).set_index("day", append=True)
    assert list(odds_pairs(many)) == expected
    # Other names of the index are no filters.
    assert sheet_pairs(many.rename(columns={"odds": 5})) == {5: expected}
    assert sheet_pairs(indexed.rename_axis("day").assign(match_id=ids).rename(columns={"odds": 5}))


@pytest.mark.parametrize(
    "series",
    [
        pd.Series([2.0, 3.0]),
        pd.Series([2.0, 3.0], index=pd.RangeIndex(1611843, 1611845)),
        pd.Series([2.0, 3.0, 4.0, 5.0])[[True, True, False, True]],
        pd.DataFrame({"match_id": IDS, "odds": [2.0, 3.0, 4.0]})["odds"],
    ],
)
def test_a_row_index_is_refused(series):
    assert "set_index" in refused(odds_pairs, series)


def test_without_the_columns_the_message_names_those_there_are(frame):
    message = refused(odds_pairs, frame({"odds": [2.0], "price": [3.0]}))
    assert "no column match_id" in message
    assert "'odds', 'price'" in message
    message = refused(odds_pairs, frame({"match_id": [5], "price": [3.0]}))
    assert "no column odds" in message
    assert "'price'" in message
    assert "rename_axis" in refused(odds_pairs, pd.DataFrame({"odds": [2.0]}, index=[5]))
    wide = pd.DataFrame([range(500)], columns=[f"column {n}" for n in range(500)])
    message = refused(odds_pairs, wide)
    assert "'column 7' and 492 more" in message
    assert "column 8" not in message


@pytest.mark.parametrize(
    "twice",
    [
        pd.DataFrame([[5, 2, 3]], columns=["match_id", "odds", "odds"]),
        pa.table([pa.array([5]), pa.array([2]), pa.array([3])], names=["match_id", "odds", "odds"]),
    ],
    ids=["pandas", "pyarrow"],
)
def test_columns_of_one_name(twice):
    assert "'odds'" in refused(odds_pairs, twice)


def test_a_column_and_the_index_of_one_name():
    both = pd.DataFrame({"match_id": [5], "odds": [2.0]}).set_index("match_id", drop=False)
    assert "reset_index" in refused(odds_pairs, both)


def test_ids_that_are_floats(frame):
    message = refused(odds_pairs, frame({"match_id": [1611843.5, 1611845.0], "odds": [2.0, 3.0]}))
    assert "row 0" in message
    floats = pd.DataFrame({"match_id": [1611843.0], "odds": [2.0]})
    for wrong in (floats, pl.from_pandas(floats), pa.table({"match_id": [5.0], "odds": [2]})):
        message = refused(odds_pairs, wrong)
        assert '.astype("int64")' in message
        assert ".cast(pl.Int64)" in message


def test_a_row_without_id_is_named(frame):
    message = refused(odds_pairs, frame({"match_id": [5, None, 7], "odds": [2.0, 3.0, 4.0]}))
    assert "row 1 has no match_id" in message


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        5,
        "5",
        [5],
        [(5, 2.0)],
        dict,
        pd.DataFrame,
        np.array([2.0]),
        pl.Series("odds", [2.0]),
        pa.chunked_array([[2.0]]),
    ],
    ids=lambda wrong: type(wrong).__name__,
)
def test_tables_without_ids(wrong):
    assert "odds must map match ids to odds" in refused(odds_pairs, wrong)
    assert "odds_by_filter must map filter ids" in refused(sheet_pairs, wrong)


@pytest.mark.parametrize(
    "lazy",
    [
        lambda: duckdb.sql("select 'x' as id, 2 as odds").project("id::int as match_id, odds"),
        lambda: pl.LazyFrame({"match_id": ["x"], "odds": [2]}).with_columns(
            pl.all().cast(pl.Int64)
        ),
    ],
    ids=["duckdb", "polars"],
)
def test_a_lazy_frame_whose_query_fails(lazy):
    assert "cannot be read as a DataFrame: " in refused(odds_pairs, lazy())


def test_a_table_that_narwhals_does_not_read():
    assert "cannot be read" in refused(odds_pairs, pa.record_batch({"match_id": [5], "odds": [2]}))


def test_a_sheet_of_any_library(frame):
    data = {"match_id": IDS, "11583": [2.15, None, 3.0], "99": [None, 1.5, 2.0]}
    sheet = sheet_pairs(frame(data))
    assert list(sheet) == [11583, 99]
    assert without_missing(sheet[11583]) == list(zip(IDS, [2.15, None, 3.0], strict=True))
    assert without_missing(sheet[99]) == list(zip(IDS, [None, 1.5, 2.0], strict=True))


def test_a_pivoted_sheet_of_pandas():
    long = pd.DataFrame(
        {"match_id": [5, 5, 6], "filter_id": [11583, 99, 99], "odds": np.float32([2.15, 3, 4])}
    )
    sheet = sheet_pairs(long.pivot(index="match_id", columns="filter_id", values="odds"))
    assert {key: without_missing(pairs) for key, pairs in sheet.items()} == {
        99: [(5, 3.0), (6, 4.0)],
        11583: [(5, 2.15), (6, None)],
    }


def test_a_mapping_of_odds_by_filter():
    frame = pl.DataFrame({"match_id": IDS, "odds": [2.0, 3.0, 4.0]})
    sheet = sheet_pairs({np.int64(11583): {5: 2.0}, 99: frame})
    assert sheet == {11583: [(5, 2.0)], 99: list(zip(IDS, [2.0, 3.0, 4.0], strict=True))}
    assert sheet_pairs({}) == {}


class Twice:
    def items(self):
        return [(5, {1: 2}), (5, {1: 3})]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"11583": {5: 2.0}}, "each filter id of odds_by_filter must be an integer"),
        ({1611843: 2.0}, "odds of filter 1611843 must map match ids"),
        ({99: pd.Series([2.0])}, "odds of filter 99: the index must be named"),
        (Twice(), "filter 5 more than once"),
        (pd.DataFrame({"match_id": [5], "home": ["a"]}), "not 'home'"),
        (pd.DataFrame({"match_id": [5], "011583": [2.0]}), "not '011583'"),
        (pd.DataFrame({"match_id": [5], 7: [2.0], "7": [3.0]}), "filter 7 more than once"),
        (pd.DataFrame({"match_id": [5]}), "no column but match_id"),
        (pl.DataFrame({"7": [2.0]}), "no column match_id"),
    ],
)
def test_sheets_that_are_refused(wrong, said):
    assert said in refused(sheet_pairs, wrong)


NOON = datetime(2026, 6, 6, 12, tzinfo=UTC)


def test_rows_of_any_library(frame):
    data = {
        "home": ["Legia", None],
        "date": [NOON, None],
        "seats": [5, 7],
    }
    read = rows(frame(data))
    assert read == [
        {"home": "Legia", "date": NOON, "seats": 5},
        {"home": None, "date": None, "seats": 7},
    ]
    assert [type(value) for value in read[0].values()] == [str, datetime, int]


def test_cells_of_numpys_types_are_pythons_in_rows():
    (row,) = rows(pd.DataFrame({"seats": [np.int64(5)], "odds": [np.float32(2)]}, dtype=object))
    assert [type(value) for value in row.values()] == [int, float]


def test_rows_keep_days_and_zones(frame):
    kick_off = datetime(2026, 6, 6, 20, 45, tzinfo=ZoneInfo("Europe/Warsaw"))
    (row,) = rows(frame({"day": [date(2026, 6, 6)], "kick_off": [kick_off]}))
    assert row == {"day": date(2026, 6, 6), "kick_off": kick_off}
    assert type(row["day"]) is date


def test_rows_have_pandas_index_where_it_has_a_name():
    days = pd.DatetimeIndex(["2026-06-06"], name="date")
    assert rows(pd.DataFrame({"home": ["Legia"]}, index=days)) == [
        {"date": datetime(2026, 6, 6), "home": "Legia"}  # noqa: DTZ001 - as pandas has it
    ]
    assert rows(pd.DataFrame({"home": ["Legia"]}, index=[5])) == [{"home": "Legia"}]


@pytest.mark.parametrize("given", [None, [], [{"home": "Legia"}], {}, pd.Series([1])])
def test_values_that_are_not_frames_have_no_rows(given):
    assert rows(given) is None


def test_without_narwhals_only_frames_are_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "narwhals", None)
    monkeypatch.setitem(sys.modules, "narwhals.stable.v2", None)
    frame = pd.DataFrame({"match_id": [7, 5], "odds": [2.5, 3.5]})
    for call in (odds_pairs, sheet_pairs, rows):
        assert "pip install 'bettune[frames]'" in refused(call, frame)
    assert list(odds_pairs(frame.set_index("match_id")["odds"])) == [(7, 2.5), (5, 3.5)]
    assert list(odds_pairs({5: 2})) == [(5, 2)]
