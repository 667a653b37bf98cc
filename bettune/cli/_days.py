"""What a person types for days and time zones, and the span of time it means."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

import click

_FROM_TODAY = {"yesterday": -1, "today": 0, "tomorrow": 1}
# The names of the time zone database; dateutil would also take files and rules such as "XYZ3".
_ZONE_NAME = re.compile(r"(?=.{1,64}\Z)[A-Za-z][\w+-]*(/[A-Za-z][\w+-]*)*", re.ASCII)


class Zone(NamedTuple):
    """A time zone and its name."""

    name: str
    info: tzinfo


def to_zone(_ctx: click.Context, _param: click.Parameter, value: str | None) -> Zone | None:
    """Look up a time zone by its name, in the system's database or the one dateutil brings."""
    if value is None:
        return None
    from dateutil import tz  # noqa: PLC0415 - slow to import, and seldom needed

    info = tz.gettz(value) if _ZONE_NAME.fullmatch(value) else None
    if not isinstance(info, tz.tzfile | tz.tzutc):
        raise click.BadParameter(f"there is no time zone {value!r}; one is Europe/Warsaw.")
    return Zone(value, info)


def to_day(_ctx: click.Context, _param: click.Parameter, value: str | None) -> date | str | None:
    """Check a day: YYYY-MM-DD, or a word that stays one since its meaning depends on the zone."""
    if value is None or value in _FROM_TODAY:
        return value
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            return date.fromisoformat(value)
    except ValueError:
        pass
    words = ", ".join(_FROM_TODAY)
    raise click.BadParameter(f"{value!r} is no day: YYYY-MM-DD, {words}.")


class Days:
    """From one day to another, both included, in a time zone."""

    def __init__(self, first: date | str, last: date | str | None, zone: Zone | None) -> None:
        self._zone_name, self.zone = zone or Zone("UTC", UTC)
        self.first = self._resolve(first)
        self.last = self.first if last is None else self._resolve(last)
        if self.last < self.first:
            raise click.UsageError(f"--until {self.last} is before {self.first}")

    def span(self) -> tuple[datetime, datetime]:
        """The moment at which the first day begins, and that at which the last one has ended."""
        try:
            return self._begin(self.first), self._begin(self.last + timedelta(days=1))
        except OverflowError:
            raise click.UsageError(f"{self} lies at the end of the calendar") from None

    def clock(self, moment: datetime) -> str:
        """A moment as its time of day, with its day if there are several."""
        form = "%H:%M" if self.first == self.last else "%Y-%m-%d %H:%M"
        return moment.astimezone(self.zone).strftime(form)

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        days = str(self.first) if self.first == self.last else f"{self.first} to {self.last}"
        return f"{days} ({self._zone_name})"

    def _resolve(self, day: date | str) -> date:
        if isinstance(day, date):
            return day
        return datetime.now(self.zone).date() + timedelta(days=_FROM_TODAY[day])

    def _begin(self, day: date) -> datetime:
        from dateutil import tz  # noqa: PLC0415 - see above

        # Where the clocks go forward at midnight, the day begins when they have.
        return tz.resolve_imaginary(datetime.combine(day, time.min, self.zone)).astimezone(UTC)
