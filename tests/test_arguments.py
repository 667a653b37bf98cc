"""Arguments of callers: odds, ids, days. Invalid ones are refused before any request."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bettune import BetTune, InvalidArgumentError, InvalidOddsError, Plan
from bettune.sandbox import Sandbox
from tests.scripted import NOTHING, Scripted, answer

EXACT = Context(prec=400, rounding=ROUND_HALF_EVEN)
SIX = Decimal("0.000001")


@pytest.fixture(scope="module")
def own():
    """A sandbox and a client for the properties, which call them many times."""
    with Sandbox() as box, BetTune(box.token, base_url=box.base_url) as client:
        match = client.matches.list("2999-06-06", sport=1)[0]
        yield client, match.id


@pytest.fixture
def strict(connect):
    """A client of a server that no request may reach."""
    with Scripted(answer(500)) as server:
        yield connect(base_url=server.base_url)
        assert server.requests == []


def six_decimals(number):
    return number.quantize(SIX, context=EXACT)


ACCEPTED = st.one_of(
    st.decimals(min_value=1, max_value=10**300, allow_nan=False, allow_infinity=False),
    st.floats(min_value=1, allow_nan=False, allow_infinity=False),
    st.integers(min_value=1, max_value=10**300),
    st.decimals(min_value=1, max_value=10**6, places=8).map(str),
    st.floats(min_value=1, max_value=1e6, width=32).map(np.float32),
    st.floats(min_value=1, max_value=1e6).map(np.float64),
    st.integers(min_value=1, max_value=2**31 - 1).map(np.int64),
)


@settings(max_examples=150)
@given(odds=ACCEPTED)
def test_accepted_odds_arrive_as_their_six_decimals_and_come_back_equal(own, odds):
    client, match_id = own
    expected = six_decimals(Decimal(str(odds)))
    put = client.predictions.put(11583, match_id, odds)
    assert put.odds == expected
    assert client.predictions.search(11583, [match_id]) == [put]
    # What is sent a second time is what is there already.
    assert client.predictions.plan(11583, {match_id: odds}).unchanged == {match_id: expected}


def _number_or_none(text):
    try:
        return Decimal(text)
    except ArithmeticError:
        return None


def is_refused(value):
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return True
    number = _number_or_none(str(value))
    return number is None or not number.is_finite() or number < 1


REFUSED = st.one_of(
    st.decimals(max_value=Decimal("0.999999999"), allow_nan=True),
    st.sampled_from([math.nan, math.inf, -math.inf, 0.999999, 0, -2, True, False, None]),
    st.floats(max_value=0.9999999),
    st.integers(max_value=0),
    st.text(max_size=8).filter(is_refused),
    st.binary(),
    st.lists(st.integers(), max_size=2),
    st.complex_numbers(),
)


@settings(max_examples=300)
@given(odds=REFUSED)
def test_nothing_else_is_accepted(own, odds):
    client, match_id = own
    with pytest.raises(InvalidOddsError):
        client.predictions.put(11583, match_id, odds)


@pytest.mark.parametrize(
    "odds",
    [
        "",
        " ",
        "2,15",
        "2_150",
        "２.１５",  # noqa: RUF001 - full-width digits, which Decimal would take
        "1e",
        "0x2",
        "NaN",
        "sNaN",
        "Infinity",
        Decimal("sNaN"),
        Decimal("1e999999"),
        "1e999999999",
        pytest.param(10**5000, id="5001 digits"),
        "0.9999999",
        np.bool_(True),
        np.float64("nan"),
        np.array([2.0]),
        pd.NA,
        pd.NaT,
        Fraction(5, 2),
        2j,
        object(),
    ],
)
def test_odds_that_are_refused(strict, odds):
    with pytest.raises(InvalidOddsError, match="odds"):
        strict.predictions.put(1, 5, odds)


def test_an_error_names_the_odds(strict):
    with pytest.raises(InvalidOddsError, match=r"at least 1, not 0\.5"):
        strict.predictions.put(1, 5, 0.5)
    with pytest.raises(InvalidOddsError, match="finite decimal number, not '2,15'"):
        strict.predictions.put(1, 5, "2,15")


@pytest.mark.parametrize(
    ("odds", "sent"),
    [
        (2.15, "2.150000"),
        (np.float32(2.15), "2.150000"),
        (np.float16(2.15), "2.150000"),
        (" 2.15 ", "2.150000"),
        ("1e1", "10.000000"),
        ("2.", "2.000000"),
        (np.str_("2.5"), "2.500000"),
        (1, "1.000000"),
        (Decimal("1.0000005"), "1.000000"),
        (Decimal("1.0000015"), "1.000002"),
        ("1.00000050000001", "1.000001"),
        (1e22, "10000000000000000000000.000000"),
    ],
)
def test_odds_are_sent_as_a_string_of_six_decimals(connect, odds, sent):
    with Scripted(answer(404)) as server:
        client = connect(base_url=server.base_url)
        with pytest.raises(Exception, match="404"):
            client.predictions.put(1, 5, odds)
        assert json.loads(server.requests[0].body) == {"odds": sent}


BAD_IDS = [
    0,
    2**63,
    True,
    np.bool_(True),
    1.0,
    "1",
    -1,
    np.int64(-1),
    None,
    b"1",
    Decimal(1),
    [1],
    np.array(1),
    np.float64(5),
    pytest.param(10**5000, id="5001 digits"),
    pytest.param(-(10**5000), id="5001 digits below 0"),
]


@pytest.mark.parametrize("value", BAD_IDS)
def test_ids_that_are_refused(strict, value):
    for call in (
        lambda: strict.matches.list("2026-06-06", sport=value),
        lambda: strict.predictions.search(value, [1]),
        lambda: strict.predictions.search(1, [1, value]),
        lambda: strict.predictions.put(value, 1, 2),
        lambda: strict.predictions.put(1, value, 2),
        lambda: strict.predictions.delete(1, value),
        lambda: strict.predictions.plan(value, {1: 2}),
        lambda: strict.predictions.apply(None),
    ):
        with pytest.raises(InvalidArgumentError):
            call()
    if not isinstance(value, list | np.ndarray):
        with pytest.raises(InvalidArgumentError):
            strict.predictions.plan(1, {value: 2})


@pytest.mark.parametrize(
    "value", [0, -1, True, 1.0, "1", None, pytest.param(-(10**5000), id="5001 digits")]
)
def test_invalid_concurrency(strict, value):
    with pytest.raises(InvalidArgumentError, match="concurrency"):
        strict.predictions.sync(1, {1: 2}, concurrency=value)


def test_the_error_for_a_float_id_says_how_to_convert_a_column(strict):
    with pytest.raises(InvalidArgumentError, match=r'match_ids .* 5\.0: .*\.astype\("int64"\)'):
        strict.predictions.search(1, pd.Series([5.0]))


def test_the_error_for_a_string_id_says_where_ids_come_from(strict):
    with pytest.raises(InvalidArgumentError, match=r"'1611471': use int\(.*JSON"):
        strict.predictions.plan(1, {"1611471": 2})


@pytest.mark.parametrize("value", ["12", 5, None, b"12", np.array(5), np.array([[5]])])
def test_match_ids_that_are_no_list_of_ids(strict, value):
    with pytest.raises(InvalidArgumentError, match="match_ids"):
        strict.predictions.search(1, value)


def test_ids_may_be_numpys_of_any_iterable_and_are_asked_for_once(connect):
    with Scripted(NOTHING) as server:
        client = connect(base_url=server.base_url)
        assert client.predictions.search(np.int64(1), np.array([5, 6])) == []
        assert client.predictions.search(1, pd.Series([5, 6])) == []
        assert client.predictions.search(1, (n for n in (5, 6, 5))) == []
        for request in server.requests:
            assert json.loads(request.body) == {"filterId": 1, "matchIds": [5, 6]}


BAD_DAYS = [
    datetime(2026, 6, 6),  # noqa: DTZ001 - naive, which is the point
    "06.06.2026",
    "2026-6-6",
    "2026-06-31",
    "20260606",
    "2026-06-06T00:00:00Z",
    "２026-06-06",  # noqa: RUF001
    20260606,
    None,
    "",
    pd.NaT,
    np.datetime64("NaT", "s"),
]


@pytest.mark.parametrize("day", BAD_DAYS)
def test_days_that_are_refused(strict, day):
    with pytest.raises(InvalidArgumentError, match="day must"):
        strict.matches.list(day, sport=1)
    with pytest.raises(InvalidArgumentError, match="start must"):
        strict.matches.between(day, day, sport=1)


@given(day=st.dates())
@settings(max_examples=50)
def test_every_day_of_the_calendar_can_be_asked_for(own, day):
    client, _ = own
    matches = client.matches.list(day, sport=1)
    assert {match.date.astimezone(UTC).date() for match in matches} == {day}
    assert client.matches.list(day.isoformat(), sport=1) == matches


def test_a_datetime_that_leaves_the_calendar_in_utc(strict):
    with pytest.raises(InvalidArgumentError, match="calendar"):
        strict.matches.list(datetime.fromisoformat("0001-01-01T00:00:00+05:00"), sport=1)


PLAN = Plan(filter_id=1)


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.matches.list("2026-06-06", sport=pd.NA),
        lambda client: client.matches.list("2026-06-06", tz="../etc/passwd"),
        lambda client: client.matches.list("2026-06-06", tz="No/Where"),
        lambda client: client.matches.list("2026-06-06", tz=2),
        lambda client: client.predictions.put(Decimal("sNaN"), 1, 2),
        lambda client: client.predictions.plan(1, pd.Series([2.0, 3.0])),
        lambda client: client.predictions.plan(1, pd.DataFrame({"odds": [2.0]})),
        lambda client: client.predictions.plan(1, {1: 2}, missing=5),
        lambda client: client.predictions.sync(1, {1: 2}, missing=[]),
        lambda client: client.predictions.sync(1, {1: 2}, tolerance=pd.NA),
        lambda client: client.predictions.plan(1, {1: 2}, tolerance=10**5000),
        lambda client: client.predictions.plan_many({1: {0: 2}}),
        lambda client: client.predictions.plan_many([1]),
        lambda client: client.predictions.apply({}),
        lambda client: client.predictions.apply_many({1: 5}),
        lambda client: client.predictions.apply(PLAN, concurrency=0),
        lambda client: client.predictions.apply(PLAN, on_progress=5),
        lambda client: client.predictions.apply(PLAN, on_result="x"),
        lambda client: client.with_options(on_wait=5),
        lambda client: client.with_options(timeout="soon"),
        lambda client: client.with_options(max_retries=-1),
        lambda client: client.with_options(max_wait=None),
        lambda client: client.low_level.with_headers(5),
        lambda client: client.low_level.with_headers({"Content-Length": "5"}),
        lambda client: client.low_level.with_cookies(5),
        lambda client: client.low_level.with_timeout("soon"),
    ],
)
def test_other_arguments_that_are_refused(strict, call):
    with pytest.raises(InvalidArgumentError) as caught:
        call(strict)
    assert len(str(caught.value)) < 300
