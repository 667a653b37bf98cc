"""plan, apply and sync: the fewest writes, and a report that can be trusted."""

from __future__ import annotations

import json
import re
import threading
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bettune
from bettune import BetTune, OddsChange
from bettune.sandbox import Sandbox
from tests.scripted import NOTHING, Scripted, answer

FILTER = 11583
DAY = "2999-06-06"


@pytest.fixture
def ids(client):
    """Matches without a prediction."""
    ids = [match.id for match in client.matches.list(DAY, sport=1)]
    held = {prediction.match_id for prediction in client.predictions.search(FILTER, ids)}
    return [match_id for match_id in ids if match_id not in held]


@pytest.fixture(scope="module")
def own():
    """A client of a sandbox and ten matches, for the property."""
    with Sandbox() as box, BetTune(box.token, base_url=box.base_url) as client:
        yield client, [match.id for match in client.matches.list(DAY, sport=1)][:10]


def held(client, ids):
    return {
        prediction.match_id: prediction.odds
        for prediction in client.predictions.search(FILTER, ids)
    }


def named(ids):
    return pd.Index(ids, name="match_id")


def writes(box):
    return [(seen.method, seen.status) for seen in box.seen if seen.method in {"PUT", "DELETE"}]


def test_only_differences_are_sent(client, box, ids):
    a, b, c, d, e, f = ids[:6]
    first = client.predictions.sync(FILTER, {a: 2, b: "3.10", c: 4.5, d: 5})
    assert str(first) == "4 created, 0 updated, 0 unchanged, 0 failed"
    done = len(writes(box))

    odds = {a: 2.0000004, b: 3.2, c: bettune.DELETE, d: Decimal(5), e: 6, f: bettune.DELETE}
    plan = client.predictions.plan(FILTER, odds)
    assert len(writes(box)) == done
    assert plan.filter_id == FILTER
    assert plan.create == {e: Decimal(6)}
    assert plan.update == {b: OddsChange(Decimal("3.1"), Decimal("3.2"))}
    assert plan.delete == {c: Decimal("4.5")}
    assert plan.unchanged == {a: Decimal(2), d: Decimal(5)}
    assert plan.refused == plan.kept == {}
    assert len(plan) == 3
    assert str(plan) == "1 to create, 1 to update, 1 to delete, 2 unchanged"

    seen = []
    report = client.predictions.apply(plan, on_progress=lambda *args: seen.append(args))
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert sorted(writes(box)[done:]) == [("DELETE", 204), ("PUT", 200), ("PUT", 200)]
    assert {match: one.odds for match, one in report.created.items()} == {e: Decimal(6)}
    assert {match: one.odds for match, one in report.updated.items()} == {b: Decimal("3.2")}
    assert report.deleted == {c: Decimal("4.5")}
    assert report.unchanged == plan.unchanged
    assert report.failed == report.pending == {}
    assert report.ok
    report.raise_for_failures()
    assert str(report) == "1 created, 1 updated, 1 deleted, 2 unchanged, 0 failed"
    wanted = {a: Decimal(2), b: Decimal("3.2"), d: Decimal(5), e: Decimal(6)}
    assert held(client, ids[:6]) == wanted

    done = len(writes(box))
    again = client.predictions.sync(FILTER, odds)
    assert again.unchanged == wanted
    assert len(writes(box)) == done


@settings(max_examples=40)
@given(
    before=st.dictionaries(st.integers(0, 9), st.decimals(1, 1000, places=8)),
    after=st.dictionaries(
        st.integers(0, 9),
        st.none() | st.decimals(1, 1000, places=8) | st.floats(1, 1000) | st.integers(1, 1000),
    ),
)
def test_after_a_sync_the_odds_are_there_and_nothing_else_changed(own, before, after):
    client, ids = own
    client.predictions.sync(FILTER, dict.fromkeys(ids, bettune.DELETE), by_hand="overwrite")
    options = {"missing": "delete", "max_drop": None}
    client.predictions.sync(FILTER, {ids[n]: odds for n, odds in before.items()}, **options)
    left = held(client, ids)
    report = client.predictions.sync(FILTER, {ids[n]: odds for n, odds in after.items()}, **options)
    assert report.ok
    expected = dict(left)
    for n, odds in after.items():
        expected.pop(ids[n], None)
        if odds is not None:
            expected[ids[n]] = Decimal(str(odds)).quantize(Decimal("0.000001"))
    assert held(client, ids) == expected
    plan = client.predictions.plan(
        FILTER, {ids[n]: odds for n, odds in after.items()}, missing="delete"
    )
    assert len(plan) == 0


@pytest.mark.parametrize(
    "make",
    [
        lambda ids, odds: dict(zip(np.array(ids), np.array(odds), strict=True)),
        lambda ids, odds: pd.Series(odds, index=named(ids)),
        lambda ids, odds: pd.DataFrame({"match_id": ids, "odds": odds}),
        lambda ids, odds: pd.Series(np.array(odds, dtype=np.float32), index=named(ids)),
        lambda ids, odds: pd.Series([Decimal(str(value)) for value in odds], index=named(ids)),
    ],
)
def test_mappings_of_pandas_and_numpy(client, ids, make):
    plan = client.predictions.plan(FILTER, make(ids[:2], [2.15, 3.5]))
    assert plan.create == {ids[0]: Decimal("2.15"), ids[1]: Decimal("3.5")}
    assert {type(match_id) for match_id in plan.create} == {int}


def test_none_in_a_series_deletes(client, ids):
    client.predictions.put(FILTER, ids[0], 2)
    odds = pd.Series([None, 3], index=named(ids[:2]), dtype=object)
    plan = client.predictions.plan(FILTER, odds, missing="delete")
    assert (list(plan.delete), list(plan.create)) == ([ids[0]], [ids[1]])


@pytest.mark.parametrize("call", ["plan", "sync"])
def test_every_bad_match_is_named_before_any_request(connect, call):
    with Scripted(answer(500)) as server:
        predictions = connect(base_url=server.base_url).predictions
        with pytest.raises(bettune.InvalidOddsError) as caught:
            getattr(predictions, call)(1, {5: 2, 6: "x", 7: None, 8: 0.5, 9: float("nan")})
        assert re.findall(r"match (\d+)", str(caught.value)) == ["6", "7", "8", "9"]
        assert "'x'" in str(caught.value)
        for wrong in (None, [5], "5", 5, [(5, 2)]):
            with pytest.raises(bettune.InvalidArgumentError, match="odds must map"):
                getattr(predictions, call)(1, wrong)
        with pytest.raises(bettune.InvalidArgumentError, match="match 5 more than once"):
            getattr(predictions, call)(1, pd.Series([2, 3], index=named([5, 5])))
        assert server.requests == []


def test_no_odds_no_request(connect):
    with Scripted(answer(500)) as server:
        report = connect(base_url=server.base_url).predictions.sync(1, {})
        assert report.ok
        assert str(report) == "0 created, 0 updated, 0 unchanged, 0 failed"
        assert server.requests == []


def test_one_search_per_500_matches(client, box, ids):
    client.predictions.plan(FILTER, {ids[0] + n: 2 for n in range(1001)})
    searches = [seen for seen in box.seen if seen.method == "POST"]
    assert len(searches) == 1 + 3


class Table:
    """A server with predictions in a dict, and an error for chosen matches."""

    def __init__(self, errors=None, odds=None, by_hand=()):
        self.errors = errors or {}
        self.odds = dict(odds or {})
        self.by_hand = {*by_hand}

    def __call__(self, request):
        if request.method == "POST":
            wanted = json.loads(request.body)["matchIds"]
            found = [self.prediction(match_id) for match_id in wanted if match_id in self.odds]
            return answer(200, {"count": len(found), "items": found})
        match_id = int(request.path.split("/")[-2])
        if match_id in self.errors:
            return self.errors[match_id]
        if request.method == "DELETE":
            self.odds.pop(match_id, None)
            return answer(204)
        self.odds[match_id] = json.loads(request.body)["odds"]
        self.by_hand.discard(match_id)
        return answer(200, self.prediction(match_id))

    def prediction(self, match_id):
        now = "2026-06-06T12:00:00Z"
        return {
            "id": match_id,
            "filterId": 1,
            "matchId": match_id,
            "odds": self.odds[match_id],
            "source": "ui" if match_id in self.by_hand else "api",
            "createdAt": now,
            "updatedAt": now,
        }


def error(status, code, **headers):
    return answer(status, {"code": code, "message": code}, **headers)


def test_one_bad_match_does_not_stop_the_others(connect):
    table = Table({3: error(404, "match_not_found"), 7: answer(500), 8: answer(200, b"null")})
    with Scripted(table) as server:
        client = connect(base_url=server.base_url, max_wait=0.001)
        report = client.predictions.sync(1, dict.fromkeys(range(1, 21), 2))
    assert {match: type(one) for match, one in report.failed.items()} == {
        3: bettune.NotFoundError,
        7: bettune.InternalServerError,
        8: bettune.APIResponseValidationError,
    }
    assert set(report.created) == set(table.odds) == set(range(1, 21)) - {3, 7, 8}
    assert report.pending == {}
    assert not report.ok
    assert str(report) == "17 created, 0 updated, 0 unchanged, 3 failed"
    with pytest.raises(bettune.SyncError, match=r"match 3: PUT .* 404 match_not_found") as caught:
        report.raise_for_failures()
    assert caught.value.report is report


@pytest.mark.parametrize(
    "dooming",
    [
        error(401, "invalid_token"),
        error(403, "pro_subscription_required"),
        error(404, "filter_not_found"),
        error(429, "rate_limit_exceeded", retry_after="3600"),
        answer(503, retry_after="3600"),
    ],
)
def test_an_error_that_affects_every_write_stops_the_run(connect, dooming):
    table = Table({10: dooming})
    with Scripted(table) as server:
        client = connect(base_url=server.base_url)
        odds = dict.fromkeys(range(1, 101), 2)
        report = client.predictions.sync(1, odds, concurrency=1)
    assert list(report.failed) == [10]
    assert set(report.created) == set(table.odds) == set(range(1, 10))
    assert report.pending == {n: Decimal(2) for n in range(11, 101)}
    assert str(report) == "9 created, 0 updated, 0 unchanged, 1 failed, 90 pending"


def test_pending_has_the_desired_odds(connect):
    table = Table({2: error(401, "invalid_token")})
    table.odds = {2: "2.000000", 3: "2.000000"}
    with Scripted(table) as server:
        client = connect(base_url=server.base_url)
        report = client.predictions.sync(1, {2: bettune.DELETE, 3: 5, 1: 2}, concurrency=1)
    assert report.pending == {3: Decimal(5), 1: Decimal(2)}


def test_refused_by_the_rate_limit_again_and_again_it_goes_on(connect):
    refused = [error(429, "rate_limit_exceeded", retry_after="0")] * 12
    table = Table()
    with Scripted(NOTHING, *refused, table) as server:
        client = connect(base_url=server.base_url, max_retries=1, max_wait=0.001)
        report = client.predictions.sync(1, {1: 2}, concurrency=1)
        assert report.ok
        assert len(server.requests) == 1 + 12 + 1


@pytest.mark.parametrize("concurrency", [1, 3, 8])
def test_concurrency_is_how_many_are_under_way_at_a_time(connect, concurrency):
    lock, peak, now = threading.Lock(), [0], [0]
    meet = threading.Barrier(concurrency)
    table = Table()

    def slow(request):
        if request.method == "POST":
            return table(request)
        with lock:
            now[0] += 1
            peak[0] = max(peak[0], now[0])
        # All that may be under way meet here; fewer would wait for ever.
        meet.wait(60)
        with lock:
            now[0] -= 1
        return table(request)

    with Scripted(slow) as server:
        client = connect(base_url=server.base_url)
        odds = dict.fromkeys(range(1, 1 + concurrency * 5), 2)
        assert client.predictions.sync(1, odds, concurrency=concurrency).ok
    assert peak == [concurrency]


def test_a_write_whose_answer_was_lost_is_unknown_where_its_client_is_closed():
    def serve(request):
        if request.method == "PUT":
            table(request)
            return b""
        return table(request)

    table = Table()
    with Scripted(serve) as server:
        client = BetTune("t", base_url=server.base_url)
        waiting = client.with_options(on_wait=lambda *_: client.close())
        with pytest.raises(bettune.BetTuneError, match="closed") as caught:
            waiting.predictions.sync(1, {1: 2, 2: 2}, concurrency=1)
    assert list(table.odds) == list(caught.value.report.unknown) == [1]
    assert list(caught.value.report.pending) == [2]
