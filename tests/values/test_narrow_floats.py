"""Odds in columns of narrow floats: the decimal that was meant."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bettune._values.frames import odds_pairs
from tests.values.test_frames import IDS, without_missing

NARROW = {
    "pandas float32": lambda odds: pd.DataFrame({"match_id": IDS, "odds": np.float32(odds)}),
    "pandas float16": lambda odds: pd.DataFrame({"match_id": IDS, "odds": np.float16(odds)}),
    "pandas Float32": lambda odds: pd.DataFrame(
        {"match_id": IDS, "odds": pd.array(odds, dtype="Float32")}
    ),
    "pandas float[pyarrow]": lambda odds: pd.DataFrame(
        {"match_id": IDS, "odds": pd.array(odds, dtype="float[pyarrow]")}
    ),
    "pandas categories": lambda odds: pd.DataFrame(
        {"match_id": IDS, "odds": pd.Categorical(np.float32(odds))}
    ),
    "polars": lambda odds: pl.DataFrame(
        {"match_id": IDS, "odds": odds}, schema_overrides={"odds": pl.Float32}
    ),
    "pyarrow": lambda odds: pa.table({"match_id": IDS, "odds": pa.array(odds, pa.float32())}),
    "pyarrow dictionary": lambda odds: pa.table(
        {"match_id": IDS, "odds": pa.array(odds, pa.float32()).dictionary_encode()}
    ),
    "duckdb": lambda odds: duckdb.from_arrow(
        pa.table({"match_id": IDS, "odds": pa.array(odds, pa.float32())})
    ),
}


@pytest.mark.parametrize("make", NARROW.values(), ids=NARROW)
def test_a_narrow_float_means_its_shortest_decimal(make):
    assert list(odds_pairs(make([2.15, 3.4, 12.7]))) == list(
        zip(IDS, [2.15, 3.4, 12.7], strict=True)
    )
    made = make([2.15, 3.4, float("nan")])
    assert without_missing(odds_pairs(made))[2] == (IDS[2], None)
    if isinstance(made, pd.DataFrame):
        assert dict(odds_pairs(made.set_index("match_id")["odds"]))[IDS[0]] == 2.15


def held(value, numpy_type, arrow_type):
    """A narrow float out of a Series and of a Table."""
    series = pd.Series(np.array([value], dtype=numpy_type), index=pd.Index([5], name="match_id"))
    table = pa.table({"match_id": [5], "odds": pa.array(series.to_numpy(), arrow_type)})
    return [Decimal(str(odds)) for given in (series, table) for _, odds in odds_pairs(given)]


@settings(max_examples=200)
@example(value=1.0000001192092896)
@example(value=float("inf"))
@given(value=st.floats(min_value=1, max_value=2**64, width=32))
def test_odds_in_float32_mean_what_numpy_prints(value):
    assert held(value, np.float32, pa.float32()) == [Decimal(str(np.float32(value)))] * 2


@settings(max_examples=200)
@example(value=1.0009765625)
@example(value=65504.0)
@given(value=st.floats(min_value=1, width=16))
def test_odds_in_float16_mean_what_numpy_prints(value):
    assert held(value, np.float16, pa.float16()) == [Decimal(str(np.float16(value)))] * 2
