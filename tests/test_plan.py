"""Plans: how odds are compared with those held, what is refused, and plans that grow old."""

from __future__ import annotations

import copy
import math
import pickle
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal, FloatOperation, Inexact, localcontext
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import bettune
from bettune import IdName, Match, Score
from tests.scripted import Scripted
from tests.test_sync import Table, error

NOON = datetime(2026, 6, 6, 12, tzinfo=UTC)


def test_held_odds_are_compared_at_six_decimals_however_many_came(connect):
    table = Table()
    table.odds = {1: "2.0000004", 2: "2.0000006"}
    with Scripted(table) as server:
        plan = connect(base_url=server.base_url).predictions.plan(1, {1: 2, 2: 2})
    assert list(plan.unchanged) == [1]
    assert list(plan.update) == [2]


def test_odds_within_the_tolerance_are_left(connect):
    table = Table()
    table.odds = {1: "2.00", 2: "2.00", 3: "2.00"}
    with Scripted(table) as server:
        client = connect(base_url=server.base_url)
        report = client.predictions.sync(1, {1: 2.01, 2: 2.011, 3: 1.99}, tolerance=0.005)
    assert report.unchanged == {1: Decimal("2.00"), 3: Decimal("2.00")}
    assert list(report.updated) == [2]


def test_a_plan_does_not_depend_on_the_callers_decimal_context(connect):
    table = Table()
    table.odds = {1: "2.00", 2: "2.00", 3: "2.00"}
    with Scripted(table) as server, localcontext(prec=1, traps=[Inexact, FloatOperation]):
        client = connect(base_url=server.base_url)
        odds = {1: 2.24, 2: 2.26, 3: 10.000001}
        plan = client.predictions.plan(1, odds, tolerance=0.125)
        assert str(plan).startswith("0 to create, 2 to update, 0 to delete, 1 unchanged (1 by more")
    assert list(plan.update) == [2, 3]


def match_of(match_id):
    names = (IdName(n, f"name {n}") for n in range(3))
    teams = IdName(8, "Legia"), IdName(9, "Lech")
    return Match(match_id, NOON, False, Score(None, None), *names, *teams)


@pytest.fixture
def planner(connect):
    """Make a table with a client of it."""
    with ExitStack() as stack:

        def make(odds=None, **options):
            table = Table(odds=odds, **options)
            server = stack.enter_context(Scripted(table))
            return table, connect(base_url=server.base_url, max_wait=0.001).predictions, server

        yield make


class TestScope:
    def test_predictions_without_odds_are_deleted(self, planner):
        table, predictions, _ = planner({1: "2", 2: "2", 3: "2", 4: "2"})
        plan = predictions.plan(1, {1: 2, 5: 3}, scope=[5, match_of(3), 1, 2])
        assert (list(plan.delete), list(plan.create), list(plan.unchanged)) == ([3, 2], [5], [1])
        assert predictions.apply(plan).ok
        assert list(table.odds) == [1, 4, 5]

    def test_without_a_scope_other_predictions_stay(self, planner):
        table, predictions, _ = planner({1: "2", 2: "2"})
        predictions.sync(1, {1: 3})
        assert list(table.odds) == [1, 2]

    def test_skipped_matches_are_named_and_stay(self, planner):
        _, predictions, _ = planner({1: "2"})
        plan = predictions.plan(1, {1: None}, scope=[1], missing="skip")
        assert (len(plan), plan.skipped) == (0, (1,))

    @pytest.mark.parametrize("call", ["plan", "sync"])
    def test_odds_outside_it_are_refused(self, planner, call):
        _, predictions, server = planner()
        with pytest.raises(bettune.InvalidArgumentError, match="match 7"):
            getattr(predictions, call)(1, {1: 2, 7: 2}, scope=[1])
        assert not server.requests

    @pytest.mark.parametrize("wrong", [5, "5", [0], [True], [5.0], [None], ["5"], match_of(1)])
    def test_an_invalid_scope_is_refused(self, planner, wrong):
        _, predictions, server = planner()
        with pytest.raises(bettune.InvalidArgumentError, match="scope"):
            predictions.plan(1, {}, scope=wrong)
        assert not server.requests

    @pytest.mark.parametrize("make", [pa.array, lambda ids: pa.chunked_array([ids])])
    def test_ids_in_a_column_of_pyarrow(self, planner, make):
        _, predictions, _ = planner({1: "2", 2: "2", 3: "2"})
        plan = predictions.plan(1, {}, scope=make([1, 3]))
        assert list(plan.delete) == [1, 3]
        assert list(plan.without(make([3])).delete) == [1]
        assert list(bettune.Plans({1: plan}).without(make([3]))[1].delete) == [1]
        with pytest.raises(bettune.InvalidArgumentError, match="scope must be an integer"):
            predictions.plan(1, {}, scope=make([1.0]))

    def test_it_holds_for_every_filter_and_may_be_an_iterator(self, client, box):
        day = client.matches.list("2026-06-06")
        held = client.predictions.search(11583, day), client.predictions.search(11584, day)
        plans = client.predictions.plan_many({11583: {}, 11584: {}}, scope=iter(day))
        for plan, predictions in zip(plans.values(), held, strict=True):
            assert list(plan.delete) == [prediction.match_id for prediction in predictions]
        assert len(plans.writes) == sum(map(len, held))


HELD = {1: "2", 2: "2", 3: "2", 4: "2"}
ODDS = {1: 3, 2: bettune.DELETE, 3: 2, 5: 2}


class TestByHand:
    def test_updates_and_deletions_of_predictions_set_by_hand_are_refused(self, planner):
        table, predictions, server = planner(HELD, by_hand=[1, 2, 3, 4])
        plan = predictions.plan(1, ODDS, scope=range(1, 6))
        assert list(plan.refused) == [1, 2, 4]
        # The plan tells all that would change.
        assert [write.match_id for write in plan.writes] == [1, 2, 4, 5]
        assert {write.source for write in plan.writes} == {"ui", None}
        assert "3 refused" in str(plan)
        sent = len(server.requests)
        with pytest.raises(bettune.PlanRefusedError, match="by_hand=") as caught:
            predictions.apply(plan)
        assert caught.value.plan == plan
        with pytest.raises(bettune.PlanRefusedError):
            predictions.sync(1, {1: 3})
        assert {request.method for request in server.requests[sent:]} == {"POST"}
        assert predictions.apply(plan.without(plan.refused)).ok
        assert table.odds == {**HELD, 5: "2.000000"}

    def test_keep_leaves_them(self, planner):
        table, predictions, _ = planner(HELD, by_hand=[1, 2, 3])
        plan = predictions.plan(1, ODDS, scope=range(1, 6), by_hand="keep")
        assert plan.kept == {1: Decimal(2), 2: Decimal(2)}
        assert plan.unchanged == {3: Decimal(2)}
        assert (list(plan.delete), list(plan.create)) == ([4], [5])
        assert not plan.refused
        assert "2 kept" in str(plan)
        predictions.apply(plan)
        assert list(table.odds) == [1, 2, 3, 5]

    def test_overwrite_treats_them_as_any_other(self, planner):
        table, predictions, _ = planner(HELD, by_hand=[1, 2, 3, 4])
        report = predictions.sync(1, ODDS, scope=range(1, 6), by_hand="overwrite")
        assert report.ok
        assert table.odds == {1: "3.000000", 3: "2", 5: "2.000000"}

    @pytest.mark.parametrize("wrong", [None, True, "skip", ["keep"]])
    def test_another_word_is_refused(self, planner, wrong):
        _, predictions, server = planner()
        with pytest.raises(bettune.InvalidArgumentError, match=r'"error", "keep" or "overwrite"'):
            predictions.plan_many({1: {1: 2}}, by_hand=wrong)
        assert not server.requests


class TestMaxDrop:
    def test_a_fall_by_more_is_refused(self, planner):
        held = {1: "4", 2: "4", 3: "4", 4: "4"}
        table, predictions, _ = planner(held)
        odds = {1: 2, 2: "1.999999", 3: 40, 4: bettune.DELETE, 5: "1.01"}
        plan = predictions.plan(1, odds)
        assert list(plan.refused) == [2]
        assert "max_drop" in plan.refused[2]
        with pytest.raises(bettune.PlanRefusedError, match="max_drop=") as caught:
            predictions.apply_many({1: plan})
        assert list(caught.value.plan) == [1]
        assert caught.value.plan.refused == {(1, 2): plan.refused[2]}
        assert table.odds == held
        assert not predictions.plan(1, odds, max_drop=None).refused
        assert list(predictions.plan(1, odds, max_drop=0.1).refused) == [1, 2]
        assert list(predictions.plan(1, {1: "3.999999"}, max_drop=0).refused) == [1]

    def test_the_message_names_five(self, planner):
        _, predictions, _ = planner(dict.fromkeys(range(1, 21), "4"))
        with pytest.raises(bettune.PlanRefusedError, match="and 15 more") as caught:
            predictions.sync(1, dict.fromkeys(range(1, 21), 1.5))
        assert str(caught.value).count("match ") == 5
        assert len(caught.value.plan.refused) == 20

    @pytest.mark.parametrize("wrong", [-0.1, 1, 50, "0.5", "50%", True, float("nan"), [0.5]])
    def test_an_invalid_max_drop_is_refused(self, planner, wrong):
        _, predictions, server = planner()
        with pytest.raises(bettune.InvalidArgumentError, match="max_drop"):
            predictions.plan(1, {1: 2}, max_drop=wrong)
        assert not server.requests


class TestValues:
    def test_a_plan_does_not_change(self, planner):
        _, predictions, _ = planner({1: "2", 2: "2", 3: "2"}, by_hand=[3])
        plan = predictions.plan(1, {1: 3, 2: bettune.DELETE, 4: 2, 3: 5, 6: None}, missing="skip")
        assert type(plan.writes) is tuple
        for name in ("create", "update", "delete", "unchanged", "kept", "refused"):
            with pytest.raises(TypeError):
                getattr(plan, name)[1] = 2
        for name in ("filter_id", "writes", "create", "made_at"):
            with pytest.raises(AttributeError):
                setattr(plan, name, None)
        with pytest.raises(AttributeError):
            plan.writes[0].new = None
        for other in (copy.copy(plan), copy.deepcopy(plan), pickle.loads(pickle.dumps(plan))):
            assert other == plan
            assert other.writes == plan.writes
            assert other.made_at == plan.made_at

    def test_a_part_of_a_plan(self, planner):
        table, predictions, _ = planner({1: "2", 2: "2"})
        plan = predictions.plan(1, {1: 3, 2: 4, 3: 5}, scope=[match_of(n) for n in (1, 2, 3)])
        for part in (plan.only([1, match_of(3), 99]), plan.without(iter([match_of(2), 99]))):
            assert [write.match_id for write in part.writes] == [1, 3]
            assert part.made_at == plan.made_at
        assert len(plan) == 3
        plans = predictions.plan_many({1: {1: 3, 2: 4}})
        assert [write.match_id for write in plans.without([1]).writes] == [2]
        assert [write.match_id for write in plans.only([1]).writes] == [1]
        for wrong in (5, "5", b"5", np.array(5), [0], None):
            with pytest.raises(bettune.InvalidArgumentError):
                plan.without(wrong)
            with pytest.raises(bettune.InvalidArgumentError):
                plans.only(wrong)
        assert predictions.apply(plan.only([2])).ok
        assert table.odds == {1: "2", 2: "4.000000"}

    def test_plans_and_reports_of_several_filters_do_not_change(self, planner):
        table, predictions, _ = planner({1: "8", 2: "2"}, by_hand=[1])
        plans = predictions.plan_many({1: {1: 2, 3: 5}})
        refused, writes = plans.refused, plans.writes
        reports = predictions.apply_many(plans.without(refused))
        assert table.odds[3] == "5.000000"
        assert (reports.failed, reports.pending) == ({}, {})
        for values in (plans, reports):
            for name in ("writes", "failed", "another"):
                with pytest.raises(AttributeError):
                    setattr(values, name, ())
            with pytest.raises(AttributeError):
                del values.writes
            for copied in (copy.copy(values), copy.deepcopy(values)):
                assert copied == values
            assert pickle.loads(pickle.dumps(values)) == values
        assert pickle.loads(pickle.dumps(plans)).writes == writes
        assert plans.refused == refused

    def test_a_part_of_plans_by_filter_and_match(self, planner):
        _, predictions, _ = planner()
        plan = predictions.plan(1, {1: 3, 2: 4, 3: 5})
        plans = bettune.Plans({1: plan, 2: replace(plan, filter_id=2)})
        for part in (
            plans.without([(1, 1), 2, (2, np.int64(3)), (3, 1)]),
            plans.only(iter([(1, match_of(3)), (2, 1)])),
        ):
            assert {(w.filter_id, w.match_id) for w in part.writes} == {(2, 1), (1, 3)}
        for wrong in ([(1, 0)], [("1", 1)], [(1, 2, 3)], [(1,)], [(1, None)]):
            with pytest.raises(bettune.InvalidArgumentError):
                plans.without(wrong)

    def test_texts_about_several_filters_name_the_filter(self, planner):
        table, predictions, _ = planner({1: "9", 2: "9"})
        plan = predictions.plan(1, {match_of(1): 2, 2: 1.5, 3: 2})
        plans = bettune.Plans({1: plan, 2: replace(plan, filter_id=2)})
        assert "filter" not in str(plan)
        assert "filter 1: match 1 (Legia - Lech): " in str(plans)
        assert "filter 2: match 2: " in str(plans)
        with pytest.raises(bettune.PlanRefusedError, match=r"filter 2: match 1 \(Legia - Lech\): "):
            predictions.apply_many(plans)
        table.errors[3] = error(404, "match_not_found")
        reports = predictions.apply_many(plans.without(plans.refused))
        with pytest.raises(bettune.SyncError, match="filter 2: match 3: PUT"):
            reports.raise_for_failures()
        with pytest.raises(bettune.SyncError, match=r"failed; match 3: PUT"):
            reports[1].raise_for_failures()

    def test_a_summary_is_one_line_whatever_the_teams_are_called(self, planner):
        _, predictions, _ = planner({1: "9"})
        teams = {"home": IdName(1, "A\nB"), "away": IdName(2, "C\x1b[31m")}
        plan = predictions.plan(1, {replace(match_of(1), **teams): 2})
        assert str(plan).isprintable()
        assert repr(plan).isprintable()

    def test_tables_have_kick_off_and_teams_where_matches_were_given(self, planner):
        _, predictions, _ = planner({1: "2.100000"})
        plan = predictions.plan(1, {match_of(1): 5, 2: 2})
        report = predictions.apply(plan)
        for table in (plan._repr_html_(), report._repr_html_()):
            assert "Legia" in table
            assert "12:00" in table
            assert "<td>2.1</td>" in table
            assert "<td>5</td>" in table
        assert "home" not in predictions.plan(1, {1: 2})._repr_html_()

    def test_a_table_has_its_kick_offs_in_one_zone(self, planner):
        _, predictions, _ = planner()
        there = replace(match_of(1), date=NOON.astimezone(ZoneInfo("Europe/Warsaw")))
        assert "14:00 CEST" in predictions.plan(1, {there: 2})._repr_html_()
        table = predictions.plan(1, {there: 2, match_of(2): 2})._repr_html_()
        assert table.count("12:00 UTC") == 2


class TestOldPlans:
    @pytest.fixture
    def later(self, monkeypatch):
        """Let it be so many seconds after a plan was made, however fast this machine is."""
        monotonic = time.monotonic

        def later(plan, seconds, *, wall=True):
            class Later(datetime):
                @classmethod
                def now(cls, tz=None):
                    return plan.made_at + timedelta(seconds=seconds)

            if wall:
                monkeypatch.setattr("bettune._bulk.plan.datetime", Later)
            else:
                monkeypatch.setattr(
                    "bettune._bulk.plan.time.monotonic", lambda: monotonic() + seconds
                )

        return later

    def test_a_young_plan_is_not_compared_again(self, planner, later):
        _, predictions, server = planner({1: "2"})
        plan = predictions.plan(1, {1: 3})
        later(plan, 59)
        assert predictions.apply(plan).ok
        assert [request.method for request in server.requests] == ["POST", "PUT"]

    @pytest.mark.parametrize("wall", [True, False])
    def test_an_old_one_is_compared_again_once_per_500(self, planner, later, wall):
        _, predictions, server = planner()
        odds = dict.fromkeys(range(1, 502), 2)
        plan = predictions.plan(1, odds)
        part = plan.without([501])
        later(plan, 61, wall=wall)
        assert predictions.apply(part).ok
        assert [request.method for request in server.requests].count("POST") == 2 + 1
        assert predictions.apply(plan.only([501])).ok
        assert [request.method for request in server.requests].count("POST") == 4

    @pytest.mark.parametrize("seconds", [61, 10**6, -1])
    def test_predictions_that_changed_meanwhile_are_refused(self, planner, later, seconds):
        held = {1: "2", 2: "2", 3: "2", 4: "2"}
        table, predictions, server = planner(held)
        odds = {1: 3, 2: 3, 3: bettune.DELETE, 4: 2, 5: 3, 6: 3}
        # Of 7, in its scope alone, the plan saw nothing.
        plan = predictions.plan(1, odds, scope=[*odds, 7])
        table.odds |= {1: "2.5", 4: "1.5", 5: "9", 7: "2"}
        del table.odds[3]
        table.by_hand.add(2)
        later(plan, seconds)
        sent = len(server.requests)
        with pytest.raises(bettune.PlanRefusedError) as caught:
            predictions.apply(plan)
        assert set(caught.value.plan.refused) == {1, 2, 3, 4, 5, 7}
        assert [request.method for request in server.requests[sent:]] == ["POST"]
        assert not plan.refused
        assert predictions.apply(plan.without(caught.value.plan.refused)).ok
        assert table.odds[6] == "3.000000"


class TestMinOdds:
    @pytest.mark.parametrize(
        ("probability", "edge", "odds"),
        [
            (0.5, 0, "2"),
            ("0.45", "0.05", "2.333334"),
            (Decimal("0.3"), 0, "3.333334"),
            (1, 0, "1"),
            (np.float32(0.45), np.float64(0.05), "2.333334"),
            (np.int64(1), 1, "2"),
            (1e-300, 0, "1e300"),
        ],
    )
    def test_it_is_rounded_up_at_six_decimals(self, probability, edge, odds):
        assert bettune.min_odds(probability, edge) == Decimal(odds)

    @given(
        probability=st.decimals("0.0001", 1, places=8).filter(bool),
        edge=st.decimals(0, 2, places=6),
    )
    def test_it_is_the_lowest_that_has_the_edge(self, probability, edge):
        with localcontext(prec=2, traps=[Inexact, FloatOperation]):
            odds = bettune.min_odds(probability, edge)
        step = Fraction(1, 10**6)
        assert Fraction(odds) * Fraction(probability) >= 1 + Fraction(edge)
        assert (Fraction(odds) - step) * Fraction(probability) < 1 + Fraction(edge)

    @pytest.mark.parametrize(
        "wrong",
        [
            0,
            -0.1,
            1.000001,
            True,
            None,
            "x",
            "",
            "50%",
            "+0.5",
            math.nan,
            math.inf,
            [0.5],
            "1e-99999",
        ],
    )
    def test_invalid_probabilities(self, wrong):
        with pytest.raises(bettune.InvalidOddsError, match="probability"):
            bettune.min_odds(wrong)

    @pytest.mark.parametrize("wrong", [-0.01, True, None, "5%", math.nan, math.inf, "1e99999"])
    def test_invalid_edges(self, wrong):
        with pytest.raises(bettune.InvalidOddsError, match="edge"):
            bettune.min_odds(0.5, wrong)
