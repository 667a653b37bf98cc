"""Bulk runs: the order of writes, and what is told of them; no report is lost."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from contextvars import ContextVar
from datetime import UTC, timedelta
from decimal import Decimal

import anyio
import anyio.lowlevel
import pandas as pd
import pytest

import bettune
from bettune import DELETE, AsyncBetTune, BetTune, RateLimit, to_records
from bettune.sandbox import Sandbox
from tests.scripted import Scripted, answer


def named(ids):
    return pd.Index(ids, name="match_id")


FILTERS = (11583, 11584, 11585)
DAY = "2026-06-06"


@pytest.fixture(scope="module")
def shared():
    """A sandbox and the ids of a day, for tests that look at one another's leavings in no way."""
    with Sandbox() as box, BetTune(box.token, base_url=box.base_url) as client:
        ids = [match.id for match in client.matches.list(DAY)]
        every = dict.fromkeys(ids, DELETE)
        client.predictions.sync_many(dict.fromkeys(FILTERS, every), by_hand="overwrite")
        yield box, ids


@pytest.fixture
def fresh(connect, box):
    """A client of a sandbox of its own, and ids of matches without a prediction."""
    client = connect(box.token, base_url=box.base_url)
    ids = [match.id for match in client.matches.list("2999-06-06")]
    held = {
        prediction.match_id for f in FILTERS for prediction in client.predictions.search(f, ids)
    }
    return client, [match_id for match_id in ids if match_id not in held]


def written(box):
    """Filter and match of each write, in the order in which the sandbox saw them."""
    paths = [seen.path.split("/") for seen in box.seen if seen.method in {"PUT", "DELETE"}]
    return [(int(parts[-4]), int(parts[-2])) for parts in paths]


class TestOrder:
    def test_writes_that_can_only_stop_bets_come_first_then_the_order_of_the_odds(self, fresh, box):
        client, ids = fresh
        a, b, c, d, e, f, g = ids[:7]
        client.predictions.sync(FILTERS[0], dict.fromkeys([b, c, e, f, g], 3))
        done = len(written(box))
        odds = {d: 3, c: DELETE, e: 2, a: 3, b: 4}
        plan = client.predictions.plan(FILTERS[0], odds, scope=[g, f, a, b, c, d, e])
        report = client.predictions.apply(plan, concurrency=1)
        # Deletions and rises, those of the scope last; then creations and falls.
        order = [c, b, g, f, d, e, a]
        assert [(write.match_id, write.safe) for write in plan.writes] == [
            (match_id, n < 4) for n, match_id in enumerate(order)
        ]
        assert [match_id for _, match_id in written(box)[done:]] == order
        assert [row["match_id"] for row in to_records(report)] == order

    def test_none_that_causes_bets_overtakes_one_that_stops_them(self, connect, tmp_path):
        """Not where the first ones wait for the rate limit, either."""
        database = tmp_path / "kept.db"
        with Sandbox(database) as box, BetTune(box.token, base_url=box.base_url) as client:
            ids = [match.id for match in client.matches.list("2999-06-06")][:16]
            held = dict.fromkeys(ids, DELETE) | dict.fromkeys(ids[:8], 3)
            client.predictions.sync(FILTERS[0], held, by_hand="overwrite", max_drop=None)
        with Sandbox(database, RateLimit(6, 0.5)) as box:
            client = connect(box.token, base_url=box.base_url)
            odds = dict.fromkeys(ids[:8], DELETE) | dict.fromkeys(ids[8:], 3)
            assert client.predictions.sync(FILTERS[0], odds).ok
        matches = [match_id for _, match_id in written(box)]
        first = min(matches.index(match_id) for match_id in ids[8:])
        assert set(matches[:first]) == set(ids[:8])
        assert not set(matches[first:]) & set(ids[:8])

    def test_over_several_filters_writes_that_can_only_stop_bets_come_first(self, fresh, box):
        client, ids = fresh
        one, two, _ = FILTERS
        a, b, c = ids[:3]
        client.predictions.sync_many({one: {a: 3, b: 3}, two: {b: 3, c: 3}})
        done = len(written(box))
        odds = {one: {a: 2, b: 4}, two: {a: 2, b: DELETE}}
        plans = client.predictions.plan_many(odds, scope=[a, b, c])
        order = [(one, b), (two, b), (two, c), (one, a), (two, a)]
        assert [(write.filter_id, write.match_id) for write in plans.writes] == order
        client.predictions.apply_many(plans, concurrency=1)
        assert written(box)[done:] == order

    def test_several_filters_go_by_match_then_by_filter(self, fresh, box):
        client, ids = fresh
        one, two, three = FILTERS
        a, b, c = ids[:3]
        client.predictions.put(one, a, 2)  # unchanged: it keeps its place in the sheet
        done = len(written(box))
        sheet = pd.DataFrame(
            {"match_id": [a, b, c], one: [2, 2, 2], two: [3, None, 3], three: [4, 4, 4]}
        )
        reports = client.predictions.sync_many(sheet, missing="skip", concurrency=1)
        assert written(box)[done:] == [
            (two, a),
            (three, a),
            (one, b),
            (three, b),
            (one, c),
            (two, c),
            (three, c),
        ]
        assert list(reports) == list(FILTERS)
        assert str(reports) == "7 created, 0 updated, 1 unchanged, 0 failed"
        assert reports.ok
        reports.raise_for_failures()

    def test_filters_with_other_matches_keep_the_order_of_each(self, fresh, box):
        client, ids = fresh
        one, two, _ = FILTERS
        a, b, c, d = ids[:4]
        client.predictions.sync_many({one: {a: 2, b: 2}, two: {b: 2, c: 2, d: 2}}, concurrency=1)
        assert written(box) == [(one, a), (one, b), (two, b), (two, c), (two, d)]

    @pytest.mark.parametrize(
        ("first", "second", "order"),
        [
            ("abcd", "cd", "abcd"),
            ("cd", "abcd", "abcd"),
            ("ab", "ca", "cab"),
            ("ab", "cd", "acbd"),
            ("abc", "cab", "acb"),  # no order of the matches has both
        ],
    )
    def test_the_matches_of_each_filter_keep_their_order(self, fresh, first, second, order):
        client, ids = fresh
        named_ids = dict(zip("abcd", ids, strict=False))
        odds = {
            filter_id: {named_ids[name]: 2 for name in names}
            for filter_id, names in zip(FILTERS, (first, second), strict=False)
        }
        plans = client.predictions.plan_many(odds)
        matches = dict.fromkeys(write.match_id for write in plans.writes)
        assert [*matches] == [named_ids[name] for name in order]


class TestPlans:
    def test_plans_of_several_filters(self, fresh, box):
        client, ids = fresh
        one, two, _ = FILTERS
        plans = client.predictions.plan_many(
            {one: {ids[0]: 2, ids[1]: None}, two: pd.Series([2.5], index=named(ids[:1]))},
            missing="skip",
        )
        assert (len(plans), len(plans.writes), list(plans)) == (2, 2, [one, two])
        assert str(plans) == "2 to create, 0 to update, 0 to delete, 0 unchanged, 1 skipped"
        assert plans[one].skipped == (ids[1],)
        assert written(box) == []
        assert [(row["filter_id"], row["new_odds"]) for row in to_records(plans)] == [
            (one, Decimal(2)),
            (two, Decimal("2.5")),
        ]
        assert client.predictions.apply_many(plans).ok
        again = client.predictions.plan_many({one: {ids[0]: 2}, two: {ids[0]: 2.5}})
        assert again.writes == ()

    def test_a_change_by_more_than_a_factor_of_five_is_pointed_out(self, fresh):
        client, ids = fresh
        client.predictions.sync(FILTERS[0], {ids[0]: 2.15, ids[1]: 2, ids[2]: 12})
        odds = {ids[0]: 215, ids[1]: 9.9, ids[2]: 2}
        plan = client.predictions.plan(FILTERS[0], odds, max_drop=None)
        assert list(plan.large_changes) == [ids[0], ids[2]]
        assert f"match {ids[0]}: 2.15 to 215" in str(plan)
        notes = []
        client.predictions.apply(plan, on_result=lambda result: notes.append(result.note))
        assert sorted(map(bool, notes)) == [False, True, True]

    @pytest.mark.parametrize("wrong", [None, {}, {1: None}, [1]])
    def test_values_that_are_not_plans_are_refused(self, connect, wrong):
        client = connect()
        with pytest.raises(bettune.InvalidArgumentError, match="plan"):
            client.predictions.apply(wrong)
        if wrong != {}:
            with pytest.raises(bettune.InvalidArgumentError, match="plan"):
                client.predictions.apply_many(wrong)

    def test_a_sheet_with_odds_that_cannot_be_names_the_filter(self, connect):
        with Scripted(answer(500)) as server:
            client = connect(base_url=server.base_url)
            odds = {11583: {5: 2}, 11584: {5: 2, 6: "x"}}
            with pytest.raises(bettune.InvalidOddsError, match=r"filter 11584: match 6: .*'x'"):
                client.predictions.plan_many(odds)
            assert server.requests == []


class TestTelling:
    def test_each_write_is_reported_as_it_happens(self, fresh):
        client, ids = fresh
        a, b, c = ids[:3]
        client.predictions.sync(FILTERS[0], {a: 2, b: 2})
        told, progress = [], []
        report = client.predictions.sync(
            FILTERS[0],
            {a: 3, b: DELETE, c: 4},
            concurrency=1,
            on_result=told.append,
            on_progress=lambda *done: progress.append(done),
        )
        assert [(result.match_id, result.action, result.old, result.new) for result in told] == [
            (a, "update", Decimal(2), Decimal(3)),
            (b, "delete", Decimal(2), None),
            (c, "create", None, Decimal(4)),
        ]
        assert progress == [(1, 3), (2, 3), (3, 3)]
        assert all(result.filter_id == FILTERS[0] and result.error is None for result in told)
        assert all(
            result.at.utcoffset() == timedelta(0) and result.at.tzinfo is UTC for result in told
        )
        assert list(report.results.values()) == told

    def test_coroutine_functions_are_awaited_one_at_a_time(self, shared):
        box, ids = shared
        told, busy = [], []

        async def on_result(result):
            assert not busy
            busy.append(result)
            await anyio.lowlevel.checkpoint()
            busy.remove(result)
            told.append(result.match_id)

        async def on_progress(done, total):
            await anyio.lowlevel.checkpoint()
            assert len(told) == done
            assert total == 8

        async def main():
            async with AsyncBetTune(box.token, base_url=box.base_url) as client:
                odds = dict.fromkeys(ids[:8], 7)
                await client.predictions.sync(
                    FILTERS[0], odds, on_result=on_result, on_progress=on_progress
                )

        anyio.run(main)
        assert sorted(told) == sorted(ids[:8])

    @pytest.mark.parametrize("name", ["on_progress", "on_result"])
    def test_the_sync_client_refuses_coroutine_functions(self, name):
        async def wrong(*_):
            raise AssertionError

        class Wrong:
            async def __call__(self, *_):
                raise AssertionError

        with Scripted(answer(500)) as server, BetTune("t", base_url=server.base_url) as client:
            for one in (wrong, Wrong(), 5):
                with pytest.raises(bettune.InvalidArgumentError, match=name):
                    client.predictions.sync(1, {5: 2}, **{name: one})
            assert server.requests == []

    def test_context_variables_reach_the_writes(self, shared):
        box, ids = shared
        trace, seen = ContextVar("trace", default=None), []
        hooks = {"request": [lambda _: seen.append(trace.get())]}
        with BetTune(box.token, base_url=box.base_url, event_hooks=hooks) as client:
            trace.set("mine")
            client.predictions.sync(FILTERS[1], dict.fromkeys(ids[:10], 9))
        assert seen == ["mine"] * len(seen)
        assert len(seen) > 10


class TestReportsAreKept:
    LATE = """
        import sys, threading
        from bettune import BetTune

        def late():
            threading.main_thread().join()
            with BetTune(sys.argv[2], base_url=sys.argv[1]) as client:
                ids = [match.id for match in client.matches.list("2026-06-06")][:20]
                odds = dict.fromkeys(ids, 13)
                print(client.predictions.sync(11583, odds, by_hand="overwrite").ok)

        threading.Thread(target=late).start()
    """

    def test_a_thread_that_outlives_the_main_thread(self, box):
        code = textwrap.dedent(self.LATE)
        command = [sys.executable, "-W", "error", "-c", code, box.base_url, box.token]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        assert (done.stderr, done.stdout) == ("", "True\n")
