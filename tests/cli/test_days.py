"""Days as people type them, and the moments between which they lie."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import click
import pytest

from bettune.cli._days import Days, to_day, to_zone

CONTEXT = click.Context(click.Command("x"))
DAY = click.Argument(["day"])


def zone(name):
    return to_zone(CONTEXT, DAY, name)


def utc(*numbers):
    return datetime(*numbers, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "day", "start", "end"),
    [
        (None, date(2026, 6, 6), utc(2026, 6, 6), utc(2026, 6, 7)),
        ("UTC", date(2026, 6, 6), utc(2026, 6, 6), utc(2026, 6, 7)),
        ("Europe/Warsaw", date(2026, 6, 6), utc(2026, 6, 5, 22), utc(2026, 6, 6, 22)),
        # 23 hours, and 25.
        ("Europe/Warsaw", date(2026, 3, 29), utc(2026, 3, 28, 23), utc(2026, 3, 29, 22)),
        ("Europe/Warsaw", date(2026, 10, 25), utc(2026, 10, 24, 22), utc(2026, 10, 25, 23)),
        # The clocks go forward at midnight: the day begins at 1 o'clock, the one before ends then.
        ("America/Santiago", date(2025, 9, 7), utc(2025, 9, 7, 4), utc(2025, 9, 8, 3)),
        ("America/Santiago", date(2025, 9, 6), utc(2025, 9, 6, 4), utc(2025, 9, 7, 4)),
        # They go back at midnight: the hour before it comes twice.
        ("America/Santiago", date(2025, 4, 5), utc(2025, 4, 5, 3), utc(2025, 4, 6, 4)),
        ("Asia/Kathmandu", date(2026, 6, 6), utc(2026, 6, 5, 18, 15), utc(2026, 6, 6, 18, 15)),
    ],
)
def test_a_day_lies_between_two_moments(name, day, start, end):
    assert Days(day, None, zone(name)).span() == (start, end)


def test_several_days():
    days = Days(date(2026, 3, 28), date(2026, 3, 30), zone("Europe/Warsaw"))
    assert days.span() == (utc(2026, 3, 27, 23), utc(2026, 3, 30, 22))
    assert len(days) == 3
    assert str(days) == "2026-03-28 to 2026-03-30 (Europe/Warsaw)"
    assert days.clock(utc(2026, 3, 29, 1)) == "2026-03-29 03:00"


def test_one_day_needs_no_date_at_each_time():
    days = Days(date(2026, 6, 6), None, zone("Europe/Warsaw"))
    assert str(days) == "2026-06-06 (Europe/Warsaw)"
    assert days.clock(utc(2026, 6, 6, 1)) == "03:00"


@pytest.mark.parametrize(("word", "offset"), [("yesterday", -1), ("today", 0), ("tomorrow", 1)])
@pytest.mark.parametrize("name", [None, "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_words_mean_the_days_of_the_zone(word, offset, name):
    here = ZoneInfo(name or "UTC")
    before = datetime.now(here).date()
    days = Days(to_day(CONTEXT, DAY, word), None, zone(name))
    after = datetime.now(here).date()
    assert days.first - timedelta(days=offset) in {before, after}


@pytest.mark.parametrize(
    "text",
    ["2026-06-31", "20260606", "2026-6-6", "6.6.2026", "Today", "", "2026-W23-6", "٢٠٢٦-٠٦-٠٦"],
)
def test_what_is_no_day(text):
    with pytest.raises(click.BadParameter) as caught:
        to_day(CONTEXT, DAY, text)
    assert caught.value.message == f"{text!r} is no day: YYYY-MM-DD, yesterday, today, tomorrow."


@pytest.mark.parametrize(
    "name",
    [
        "Europe/Warsow",
        "",
        "Europe",
        "XYZ3",
        "EST5EDT4",
        "UTC+3",
        "local",
        "żółw",
        "x" * 300,
        "/etc/passwd",
        "../UTC",
        "Europe/../UTC",
        "Europe/Warsaw\n",
    ],
)
def test_what_is_no_zone(name):
    with pytest.raises(click.BadParameter, match="one is Europe/Warsaw") as caught:
        zone(name)
    assert repr(name) in caught.value.message


def test_the_days_are_in_order():
    with pytest.raises(click.UsageError, match="--until 2026-06-05 is before 2026-06-06"):
        Days(date(2026, 6, 6), date(2026, 6, 5), None)


@pytest.mark.parametrize(("day", "name"), [(date.max, None), (date.min, "Asia/Tokyo")])
def test_the_calendar_ends(day, name):
    with pytest.raises(click.UsageError, match="end of the calendar"):
        Days(day, None, zone(name)).span()
