"""DataFrames of four libraries: out of to_records, through a model, into a sync."""

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from bettune import to_records

# The sandbox holds predictions that a person set, and some that would fall by much.
ANY = {"by_hand": "overwrite", "max_drop": None}


def of_pandas(records):
    frame = pd.DataFrame(records)
    frame["odds"] = 1.5 + frame["home_name"].str.len() / 10
    return frame.set_index("id")["odds"].rename_axis("match_id")


def of_polars(records):
    frame = pl.DataFrame(records)
    odds = 1.5 + pl.col("home_name").str.len_chars() / 10
    return frame.select(match_id="id", odds=odds)


def of_pyarrow(records):
    table = pa.Table.from_pylist(records)
    odds = pa.array([1.5 + len(record["home_name"]) / 10 for record in records])
    return pa.table({"match_id": table["id"], "odds": odds})


def of_duckdb(records):
    table = pa.Table.from_pylist(records)
    return duckdb.from_arrow(table).project("id as match_id, 1.5 + length(home_name) / 10 as odds")


@pytest.mark.parametrize("model", [of_pandas, of_polars, of_pyarrow, of_duckdb])
def test_a_frame_of_matches_becomes_odds_that_are_synced(sync_client, model):
    day = sync_client.matches.list("2026-06-06")
    report = sync_client.predictions.sync(11583, model(to_records(day)), **ANY)
    assert report.ok
    again = sync_client.predictions.plan(
        11583, {match.id: 1.5 + len(match.home.name) / 10 for match in day}
    )
    assert len(again) == 0
    assert len(report.created) + len(report.updated) + len(report.unchanged) == len(day)


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, pa.Table.from_pylist])
def test_a_report_becomes_a_frame(sync_client, library):
    day = sync_client.matches.list("2026-06-06")
    report = sync_client.predictions.sync(11583, {match.id: 2 for match in day}, **ANY)
    frame = library(to_records(report))
    assert frame.shape[0] == len(report.created) + len(report.updated)
