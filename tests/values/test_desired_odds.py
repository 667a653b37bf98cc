"""The odds a caller wants: what is missing, what deletes, what is refused and how."""

from __future__ import annotations

import copy
import math
import pickle
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bettune import InvalidArgumentError, InvalidOddsError
from bettune._bulk.desired_odds import to_desired_odds, to_rules
from bettune._values.arguments import to_fraction
from bettune._values.odds import DELETE, to_odds

MISSING = (None, float("nan"), pd.NA, pd.NaT)
VALUES = st.one_of(
    st.floats(min_value=1, max_value=1000), st.sampled_from(MISSING), st.just(DELETE)
)
ODDS = st.dictionaries(st.integers(1, 2**63 - 1), VALUES)


def rules(missing="error", **options):
    given = {"tolerance": 0, "scope": None, "by_hand": "error", "max_drop": 0.5, **options}
    return to_rules(missing=missing, **given)


def of(odds, kinds):
    return [match_id for match_id, value in odds.items() if any(value is kind for kind in kinds)]


@given(odds=ODDS, missing=st.sampled_from(["skip", "delete"]))
def test_every_match_is_kept_deleted_or_skipped_in_the_order_given(odds, missing):
    desired = to_desired_odds(odds.items(), rules(missing))
    skipped = of(odds, MISSING) if missing == "skip" else []
    assert desired.skipped == {*skipped}
    assert desired.order == tuple(odds)
    assert list(desired.odds.items()) == [
        (match_id, to_odds(value) if isinstance(value, float) and value == value else None)  # noqa: PLR0124
        for match_id, value in odds.items()
        if match_id not in skipped
    ]


@given(odds=ODDS)
def test_missing_odds_never_delete_by_default(odds):
    missing = of(odds, MISSING)
    if missing:
        with pytest.raises(InvalidOddsError, match="missing=") as caught:
            to_desired_odds(odds.items(), rules("error"))
        assert list(caught.value.invalid) == missing
    else:
        assert list(to_desired_odds(odds.items(), rules("error")).odds) == list(odds)


@given(count=st.integers(1, 200))
def test_a_message_names_five_and_the_error_has_all(count):
    odds = {n: "x" if n % 2 else 0.5 for n in range(1, count + 1)}
    with pytest.raises(InvalidOddsError) as caught:
        to_desired_odds(odds.items(), rules("skip"))
    message = str(caught.value)
    assert message.count("match ") == min(count, 5)
    assert message.endswith(f"; and {count - 5} more") == (count > 5)
    assert (" more" in message) == (count > 5)
    assert "missing=" not in message
    assert list(caught.value.invalid) == list(odds)
    assert caught.value.invalid[1] == "odds must be a finite decimal number, not 'x'"
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.invalid) == (message, caught.value.invalid)


@pytest.mark.parametrize("missing", ["SKIP", "", None, True, ["skip"], pd.NA])
def test_another_word_for_missing_is_refused(missing):
    with pytest.raises(InvalidArgumentError, match=r'missing must be "error", "skip" or "delete"'):
        to_desired_odds([], rules(missing))


@pytest.mark.parametrize("first", [2.0, None, DELETE])
@pytest.mark.parametrize("second", [2.0, None, DELETE])
def test_a_match_that_comes_twice(first, second):
    with pytest.raises(InvalidArgumentError, match="match 5 more than once"):
        to_desired_odds([(5, first), (6, 2.0), (5, second)], rules("skip"))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "at least 1, not 0"),
        (-5, "at least 1, not -5"),
        (True, "must be an integer, not True"),
        ("5", "must be an integer, not '5'"),
        (1611843.0, r'not 1611843.0: .*\.astype\("int64"\)'),
        (1611843.5, "must be an integer, not 1611843.5$"),
        (float("inf"), "must be an integer, not inf$"),
        (2**63, r"below 2\*\*63, not an integer of 64 bits"),
        pytest.param(10**5000, r"not an integer of 16610 bits", id="5001 digits"),
    ],
)
def test_match_ids_that_are_refused(value, said):
    with pytest.raises(InvalidArgumentError, match=said):
        to_desired_odds([(value, 2.0)], rules("error"))


def test_the_greatest_id():
    assert to_desired_odds([(2**63 - 1, 2)], rules("error")).odds == {2**63 - 1: Decimal(2)}


def test_delete_stays_itself():
    assert repr(DELETE) == str(DELETE) == "bettune.DELETE"
    for other in (pickle.loads(pickle.dumps(DELETE)), copy.deepcopy(DELETE)):
        assert other is DELETE
    assert {DELETE: 1}[DELETE] == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2,15", "not '2,15': write 2.15$"),
        (" 2,15 ", r"not ' 2,15 ': write 2\.15$"),
        ("1.000,5", "not '1.000,5'$"),
        (",5", "not ',5'$"),
        (DELETE, r"not bettune\.DELETE$"),
    ],
)
def test_a_decimal_comma_has_its_own_error(text, said):
    with pytest.raises(InvalidOddsError, match=said):
        to_odds(text)


@pytest.mark.parametrize("value", [0, 0.005, Decimal("0.005"), np.float64(0.005)])
def test_a_tolerance_means_its_shortest_decimal(value):
    assert to_fraction(value, "tolerance", "0.005") == Decimal(str(value))


@pytest.mark.parametrize(
    "value",
    [
        1,
        -0.001,
        True,
        "0.005",
        None,
        math.nan,
        math.inf,
        Decimal("sNaN"),
        [0.1],
        pytest.param(10**5000, id="5001 digits"),
    ],
)
def test_tolerances_that_are_refused(value):
    with pytest.raises(
        InvalidArgumentError, match="tolerance must be a fraction from 0 to below 1"
    ):
        to_fraction(value, "tolerance", "0.005")
