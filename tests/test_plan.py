"""How the odds asked for are compared with those held."""

from __future__ import annotations

from decimal import Decimal, FloatOperation, Inexact, localcontext

from tests.scripted import Scripted
from tests.test_sync import Table


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
        plan = client.predictions.plan(1, {1: 2.24, 2: 2.26, 3: 10.000001}, tolerance=0.125)
        assert str(plan).startswith("0 to create, 2 to update, 0 to delete, 1 unchanged (1 by more")
    assert list(plan.update) == [2, 3]
