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


def test_several_days():
    days = Days(date(2026, 3, 28), date(2026, 3, 30), zone("Europe/Warsaw"))
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
def test_invalid_days(text):
    with pytest.raises(click.BadParameter) as caught:
        to_day(CONTEXT, DAY, text)
    assert (
        caught.value.message
        == f"{text!r} is not a day: use YYYY-MM-DD, yesterday, today or tomorrow."
    )


@pytest.mark.parametrize(
    "name", ["Europe/Warsow", "", "x" * 300, "EST5EDT4", "local", "Europe/Warsaw\n"]
)
def test_unknown_zones(name):
    with pytest.raises(click.BadParameter, match="use a name such as Europe/Warsaw") as caught:
        zone(name)
    assert repr(name)[:50] in caught.value.message


def test_the_days_are_in_order():
    with pytest.raises(click.UsageError, match="--until 2026-06-05 is before 2026-06-06"):
        Days(date(2026, 6, 6), date(2026, 6, 5), None)
