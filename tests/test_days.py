"""Days and ranges: one request a UTC day, days inclusive, moments half-open, any time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import anyio
import pytest
from dateutil import tz
from hypothesis import given, settings
from hypothesis import strategies as st

from bettune import AsyncBetTune, BetTune, InvalidArgumentError
from bettune.sandbox import Sandbox
from tests.scripted import Scripted, answer

WARSAW = tz.gettz("Europe/Warsaw")
NAMED = {"id": 7, "name": "x"}


def day_of_half_hours(request):
    """A day with a match every half an hour, whose id is its minute of the day."""
    day = parse_qs(urlsplit(request.path).query)["date"][0]
    items = [
        {
            "id": minute,
            "date": f"{day}T{minute // 60:02}:{minute % 60:02}:00+00:00",
            "finished": False,
            "score": {"home": None, "away": None},
            **dict.fromkeys(("country", "tournament", "season", "home", "away"), NAMED),
        }
        for minute in range(0, 1440, 30)
    ]
    return answer(200, {"date": day, "count": len(items), "items": items})


@pytest.fixture
def server():
    with Scripted(day_of_half_hours) as server:
        yield server


@pytest.fixture(scope="module")
def own():
    """A client of a sandbox, for the property."""
    with Sandbox() as box, BetTune(box.token, base_url=box.base_url) as client:
        yield client


def asked(server):
    return [parse_qs(urlsplit(path).query)["date"][0] for _, path in server.paths]


def test_both_days_are_included(connect, server):
    client = connect(base_url=server.base_url)
    matches = list(client.matches.between(date(2026, 2, 27), "2026-03-01", sport=1))
    assert asked(server) == ["2026-02-27", "2026-02-28", "2026-03-01"]
    assert len(matches) == 3 * 48
    assert [match.date for match in matches] == sorted(match.date for match in matches)
    assert len(list(client.matches.between("2026-02-27", "2026-02-27", sport=1))) == 48


@pytest.mark.parametrize(
    ("day", "hours", "days"),
    [
        # Midnight in Warsaw is 22:00 or 23:00 UTC of the day before.
        (date(2026, 6, 6), 24, ["2026-06-05", "2026-06-06"]),
        (date(2026, 12, 6), 24, ["2026-12-05", "2026-12-06"]),
        # The clocks go forward and back.
        (date(2026, 3, 29), 23, ["2026-03-28", "2026-03-29"]),
        (date(2026, 10, 25), 25, ["2026-10-24", "2026-10-25"]),
    ],
)
def test_a_day_in_warsaw(connect, server, day, hours, days):
    client = connect(base_url=server.base_url)
    start = datetime(day.year, day.month, day.day, tzinfo=WARSAW)
    end = start + timedelta(days=1)
    matches = list(client.matches.between(start, end, sport=1))
    assert asked(server) == days
    assert len(matches) == hours * 2
    assert {match.date.astimezone(WARSAW).date() for match in matches} == {day}


def test_moments_are_half_open(connect, server):
    client = connect(base_url=server.base_url)
    start = datetime(2026, 6, 6, 18, tzinfo=UTC)
    matches = list(client.matches.between(start, start + timedelta(hours=1), sport=1))
    assert [match.date for match in matches] == [start, start + timedelta(minutes=30)]
    # Midnight ends a day; nothing of the next is asked for.
    midnight = datetime(2026, 6, 7, tzinfo=UTC)
    assert len(list(client.matches.between(start, midnight, sport=1))) == 12
    assert asked(server) == ["2026-06-06", "2026-06-06"]
    assert list(client.matches.between(start, start, sport=1)) == []
    assert len(server.requests) == 2


def test_it_is_lazy(server):
    with BetTune("t", base_url=server.base_url) as client:
        matches = client.matches.between("2026-06-06", "2026-12-31", sport=1)
        assert server.requests == []
        next(matches)
        assert asked(server) == ["2026-06-06"]

    async def main():
        async with AsyncBetTune("t", base_url=server.base_url) as client:
            matches = client.matches.between("2026-06-06", "2026-12-31", sport=1)
            await anext(matches)
            await matches.aclose()

    anyio.run(main)
    assert asked(server) == ["2026-06-06"] * 2


def test_to_the_last_day_of_the_calendar(connect, server):
    client = connect(base_url=server.base_url)
    assert len(list(client.matches.between(date(9999, 12, 30), date.max, sport=1))) == 96


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        ("2026-06-07", "2026-06-06", "is after"),
        (datetime(2026, 6, 6, 2, tzinfo=UTC), datetime(2026, 6, 6, 1, tzinfo=UTC), "is after"),
        (date(2026, 6, 6), datetime(2026, 6, 7, tzinfo=UTC), "two days or two aware datetimes"),
        (datetime(2026, 6, 6), datetime(2026, 6, 7), "time zone"),  # noqa: DTZ001
        (None, "2026-06-06", "start must"),
    ],
)
def test_spans_that_are_refused_at_the_call(server, start, end, reason):
    with BetTune("t", base_url=server.base_url) as client:
        with pytest.raises(InvalidArgumentError, match=reason):
            client.matches.between(start, end, sport=1)
        with pytest.raises(InvalidArgumentError, match="sport"):
            client.matches.between("2026-06-06", "2026-06-06", sport="1")
    with pytest.raises(InvalidArgumentError, match=reason):
        AsyncBetTune("t").matches.between(start, end, sport=1)


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 28), timezones=st.just(WARSAW))  # noqa: DTZ001


@settings(max_examples=40)
@given(start=MOMENTS, hours=st.integers(0, 72))
def test_it_is_the_filter_over_all_matches(own, start, hours):
    start = start.astimezone(UTC)
    end = start + timedelta(hours=hours)
    first, last = start.date() - timedelta(days=1), end.date() + timedelta(days=1)
    expected = [
        match for match in own.matches.between(first, last, sport=1) if start <= match.date < end
    ]
    assert list(own.matches.between(start, end, sport=1)) == expected


def last_sunday(year, month):
    """Of March or October, which have 31 days: where the EU's clocks change, at 01:00 UTC."""
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def in_warsaw(moment):
    """The local time of an instant, by the EU's rule and not by any time zone database."""
    changes = [
        datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
        for day in (last_sunday(moment.year, 3), last_sunday(moment.year, 10))
    ]
    summer = changes[0] <= moment < changes[1]
    return (moment + timedelta(hours=2 if summer else 1)).replace(tzinfo=None)


def test_days_in_warsaw_around_every_clock_change_of_twenty_years(connect, server):
    client = connect(base_url=server.base_url)
    for year in range(2020, 2041):
        for month, hours in ((3, 23), (10, 25)):
            changed = last_sunday(year, month)
            for day, length in (
                (changed - timedelta(days=1), 24),
                (changed, hours),
                (changed + timedelta(days=1), 24),
            ):
                server.requests.clear()
                listed = client.matches.list(day, tz="Europe/Warsaw")
                assert {match.date.date() for match in listed} == {day}
                found = [match.date.astimezone(UTC) for match in listed]
                assert {in_warsaw(moment).date() for moment in found} == {day}
                assert len(found) == len(set(found)) == 2 * length
                assert found == sorted(found)
                assert asked(server) == [str(day - timedelta(days=1)), str(day)]


@pytest.mark.parametrize(
    ("zone", "day", "hours", "days"),
    [
        # The clocks skip midnight, or repeat it; or the whole day is left out.
        ("America/Santiago", "2024-09-08", 23, ["2024-09-08", "2024-09-09"]),
        ("America/Santiago", "2024-04-06", 25, ["2024-04-06", "2024-04-07"]),
        ("Africa/Cairo", "2024-04-26", 23, ["2024-04-25", "2024-04-26"]),
        ("Asia/Beirut", "2024-10-26", 25, ["2024-10-25", "2024-10-26"]),
        ("Australia/Lord_Howe", "2024-04-07", 24.5, ["2024-04-06", "2024-04-07"]),
        ("Pacific/Apia", "2011-12-30", 0, []),
        ("UTC", "2024-02-29", 24, ["2024-02-29"]),
    ],
)
def test_other_clock_changes(connect, server, zone, day, hours, days):  # noqa: PLR0917
    found = connect(base_url=server.base_url).matches.list(day, tz=zone)
    assert len(found) == 2 * hours
    assert asked(server) == days
    if found:
        first, last = (match.date.astimezone(UTC) for match in (found[0], found[-1]))
        assert last - first == timedelta(hours=hours - 0.5)


def test_the_day_of_a_datetime_is_that_of_the_zone(connect, server):
    client = connect(base_url=server.base_url)
    late = datetime(2026, 6, 5, 22, 30, tzinfo=UTC)  # half past midnight of the 6th in Warsaw
    assert len(client.matches.list(late, tz="Europe/Warsaw")) == 48
    assert asked(server) == ["2026-06-05", "2026-06-06"]
    found = client.matches.list("2026-06-06", tz=ZoneInfo("Europe/Warsaw"))
    assert found == client.matches.list(late, tz="Europe/Warsaw")
    assert len(client.matches.list(late)) == 48
    assert asked(server)[-1] == "2026-06-05"
