"""Time zones by name, and local days and times in UTC."""

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz
from hypothesis import given, settings
from hypothesis import strategies as st

from bettune import InvalidArgumentError
from bettune._values.zones import local_day, local_instants, to_zone

DAY = timedelta(days=1)
NAIVE = datetime(2026, 1, 1, 2, 30)  # noqa: DTZ001 - what the clocks of a zone show
# Santiago, Asuncion, Havana and Cairo change at midnight; Beirut did too, Apia skipped a day, and
# Scoresbysund's clocks went from 23:00 to midnight.
ZONES = [
    "Europe/Warsaw",
    "America/Santiago",
    "America/Asuncion",
    "America/Havana",
    "America/Scoresbysund",
    "Africa/Cairo",
    "Asia/Beirut",
    "Pacific/Apia",
    "Australia/Lord_Howe",
]


def utc(*numbers):
    return datetime(*numbers, tzinfo=UTC)


def days_from(start, end):
    return [start + DAY * number for number in range((end - start).days)]


@cache
def changes(name):
    """The days of 2020 to 2040, and those beside them, on which a zone's offset changes."""
    zone = ZoneInfo(name)
    found = []
    for day in days_from(date(2020, 1, 1), date(2041, 1, 1)):
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        if noon.astimezone(zone).utcoffset() != (noon - DAY).astimezone(zone).utcoffset():
            found += [day - DAY, day, day + DAY]
    return found


@pytest.mark.parametrize("name", ZONES)
def test_days_around_every_clock_change_lie_side_by_side(name):
    zone = ZoneInfo(name)
    assert name == "Pacific/Apia" or changes(name)
    for day in changes(name):
        start, end = local_day(day, zone)
        assert (start, end) == (local_day(day - DAY, zone)[1], local_day(day + DAY, zone)[0])
        assert start.tzinfo is UTC
        assert timedelta(hours=23) <= end - start <= timedelta(hours=25)
        second = timedelta(seconds=1)
        assert [
            moment.astimezone(zone).date() for moment in (start - second, start, end - second, end)
        ] == [day - DAY, day, day, day + DAY]


def test_warsaw_has_two_changes_a_year_and_only_those_days_are_not_24_hours():
    warsaw = ZoneInfo("Europe/Warsaw")
    hours = [
        (end - start) // timedelta(hours=1)
        for day in days_from(date(2020, 1, 1), date(2041, 1, 1))
        for start, end in [local_day(day, warsaw)]
    ]
    assert (hours.count(23), hours.count(25)) == (21, 21)
    assert len(hours) - hours.count(24) == 42


@pytest.mark.parametrize(
    ("name", "day", "start", "end"),
    [
        ("UTC", date(2026, 6, 6), utc(2026, 6, 6), utc(2026, 6, 7)),
        ("Europe/Warsaw", date(2026, 3, 29), utc(2026, 3, 28, 23), utc(2026, 3, 29, 22)),
        ("Europe/Warsaw", date(2026, 10, 25), utc(2026, 10, 24, 22), utc(2026, 10, 25, 23)),
        # dateutil, and whatever else stops at 2037, is an hour off here.
        ("Europe/Warsaw", date(2099, 7, 1), utc(2099, 6, 30, 22), utc(2099, 7, 1, 22)),
        # The clocks go from midnight to 1, and an hour back at midnight.
        ("America/Santiago", date(2025, 9, 7), utc(2025, 9, 7, 4), utc(2025, 9, 8, 3)),
        ("America/Santiago", date(2025, 4, 5), utc(2025, 4, 5, 3), utc(2025, 4, 6, 4)),
        # From 23:30 to half past midnight.
        ("America/Toronto", date(1919, 3, 31), utc(1919, 3, 31, 4, 30), utc(1919, 4, 1, 4)),
        # At one minute past midnight back to 23:01: the day has begun with that minute.
        ("America/St_Johns", date(2010, 11, 7), utc(2010, 11, 7, 2, 30), utc(2010, 11, 8, 3, 30)),
        # A day that the islands skipped.
        ("Pacific/Apia", date(2011, 12, 30), utc(2011, 12, 30, 10), utc(2011, 12, 30, 10)),
        ("Pacific/Apia", date(2011, 12, 31), utc(2011, 12, 30, 10), utc(2011, 12, 31, 10)),
    ],
)
def test_a_local_day_in_utc(name, day, start, end):
    assert local_day(day, ZoneInfo(name)) == (start, end)


@pytest.mark.parametrize(("day", "offset"), [(date.max, 0), (date.min, 9)])
def test_the_calendar_ends(day, offset):
    with pytest.raises(InvalidArgumentError, match="end of the calendar"):
        local_day(day, timezone(timedelta(hours=offset)))


@settings(deadline=None)
@given(
    wall=st.datetimes(NAIVE.replace(year=2020), NAIVE.replace(year=2040)),
    near=st.integers(0, 10_000),
    name=st.sampled_from(ZONES),
)
def test_local_times_exist_once_twice_or_not_at_all(wall, near, name):
    zone = ZoneInfo(name)
    if near % 4 and changes(name):
        wall = datetime.combine(changes(name)[near % len(changes(name))], wall.time())
    instants = local_instants(wall, zone)
    # dateutil calls a skipped time ambiguous too.
    times = 1 + tz.datetime_ambiguous(wall, zone) if tz.datetime_exists(wall, zone) else 0
    assert len(instants) == times
    assert [moment.astimezone(zone).replace(tzinfo=None) for moment in instants] == (
        [wall] * len(instants)
    )
    assert list(instants) == sorted(set(instants))


def test_a_time_that_the_clocks_skip_or_repeat():
    warsaw = ZoneInfo("Europe/Warsaw")
    assert local_instants(NAIVE.replace(month=3, day=29), warsaw) == ()
    assert local_instants(NAIVE.replace(month=10, day=25), warsaw) == (
        utc(2026, 10, 25, 0, 30),
        utc(2026, 10, 25, 1, 30),
    )


def test_a_zone_is_a_name_or_a_tzinfo():
    assert to_zone(None) is None
    assert to_zone("Europe/Warsaw") == ZoneInfo("Europe/Warsaw")
    assert to_zone(UTC) is UTC
    gettz = tz.gettz("Europe/Warsaw")
    assert to_zone(gettz) is gettz


def test_a_pytz_zone_is_taken_by_its_name():
    class Pytz(tzinfo):
        zone = "Europe/Warsaw"

    assert to_zone(Pytz()) == ZoneInfo("Europe/Warsaw")


@pytest.mark.parametrize(
    "name",
    [
        "Europe/Warsow",
        "",
        "Europe",
        "XYZ3",
        "UTC+3",
        "żółw",
        "x" * 300,
        "/etc/passwd",
        "../UTC",
        "Europe/../UTC",
    ],
)
def test_unknown_zones(name):
    with pytest.raises(InvalidArgumentError, match="use a name such as Europe/Warsaw"):
        to_zone(name)


@pytest.mark.parametrize("value", [1, b"UTC", timedelta(), object])
def test_invalid_zones(value):
    with pytest.raises(InvalidArgumentError, match="tz must be a name"):
        to_zone(value)
