"""Parsing of days and time zones as a person types them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import click

from bettune._errors import InvalidArgumentError

if TYPE_CHECKING:
    from datetime import tzinfo

_FROM_TODAY = {"yesterday": -1, "today": 0, "tomorrow": 1}


class Zone(NamedTuple):
    """A time zone and its name."""

    name: str
    info: tzinfo


def to_zone(_ctx: click.Context, _param: click.Parameter, value: str | None) -> Zone | None:
    """Look up a time zone by its name."""
    if value is None:
        return None
    from bettune._values import zones  # noqa: PLC0415 - slow to import, and seldom needed

    try:
        info = zones.to_zone(value)
    except InvalidArgumentError as error:
        raise click.BadParameter(f"{str(error).removeprefix('tz: ')}.") from None
    assert info is not None
    return Zone(value, info)


def to_day(_ctx: click.Context, _param: click.Parameter, value: str | None) -> date | str | None:
    """Check a day: a date, or a word such as today, which is resolved later in the zone."""
    if value is None or value in _FROM_TODAY:
        return value
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            return date.fromisoformat(value)
    except ValueError:
        pass
    words = "yesterday, today or tomorrow"
    raise click.BadParameter(f"{value!r} is not a day: use YYYY-MM-DD, {words}.")


class Days:
    """The days from one day to another, both included, in a time zone."""

    def __init__(self, first: date | str, last: date | str | None, zone: Zone | None) -> None:
        self._zone_name, self.zone = zone or Zone("UTC", UTC)
        self.first = self._resolve(first)
        self.last = self.first if last is None else self._resolve(last)
        if self.last < self.first:
            raise click.UsageError(f"--until {self.last} is before {self.first}")

    def clock(self, moment: datetime) -> str:
        """Format a time as its time of day, preceded by the date if there are several days."""
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
