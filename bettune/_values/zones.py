"""Time zones: looked up by name, and what their local days and times are in UTC."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from bettune._errors import InvalidArgumentError
from bettune._values.display import short_repr

# The names of the time zone database; a path is not one.
_ZONE_NAME = re.compile(r"(?=.{1,64}\Z)[A-Za-z][\w+-]*(/[A-Za-z][\w+-]*)*", re.ASCII)
_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)


def to_zone(value: Any) -> tzinfo | None:
    """Take a time zone: a tzinfo, or a name of the IANA database such as ``Europe/Warsaw``.

    Raises:
        InvalidArgumentError: it is anything else, or the database has no such name.
    """
    # A pytz zone in a datetime means the zone's first offset; the same zone by its name is right.
    name = getattr(value, "zone", None) if isinstance(value, tzinfo) else value
    if isinstance(name, str):
        if _ZONE_NAME.fullmatch(name):
            try:
                return ZoneInfo(name)
            except (LookupError, OSError, ValueError):
                pass
        raise InvalidArgumentError(
            f"tz: there is no time zone {short_repr(name)}; one is Europe/Warsaw"
            " (a system without a time zone database needs the package tzdata)"
        )
    if value is None or isinstance(value, tzinfo):
        return value
    raise InvalidArgumentError(
        f'tz must be a name such as "Europe/Warsaw" or a tzinfo, not {short_repr(value)}'
    )


def local_instants(wall: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """The instants, in UTC, at which the clocks of a zone show a naive time.

    None where a clock change skips it, two where one repeats it, else one.

    Raises:
        InvalidArgumentError: it lies outside the years 1 to 9999 in UTC.
    """
    try:
        instants = {
            instant
            for fold in (0, 1)
            if _shown((instant := wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)), zone)
            == wall
        }
    except OverflowError:
        raise InvalidArgumentError(f"{wall} lies at the end of the calendar") from None
    return tuple(sorted(instants))


def local_day(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """The first instant of a zone's day and that of its next day, in UTC.

    They are 23 or 25 hours apart where the clocks change, and equal where the zone skips the day.

    Raises:
        InvalidArgumentError: it lies at the end of the calendar.
    """
    try:
        return _first_instant(day, zone), _first_instant(day + _DAY, zone)
    except OverflowError:
        raise InvalidArgumentError(f"{day} lies at the end of the calendar") from None


def _first_instant(day: date, zone: tzinfo) -> datetime:
    midnight = datetime.combine(day, time.min)
    instants = local_instants(midnight, zone)
    if instants:
        return instants[0]
    # The clocks skip midnight: the day begins at that change, which lies between midnight by the
    # offset after it and midnight by the offset before it.
    before, after = (
        (midnight - shift).replace(tzinfo=zone).utcoffset() or timedelta()
        for shift in (_DAY, -_DAY)
    )
    early, late = ((midnight - offset).replace(tzinfo=UTC) for offset in (after, before))
    while late - early > _TICK:
        middle = early + (late - early) // 2
        if _shown(middle, zone).date() < day:
            early = middle
        else:
            late = middle
    return late


def _shown(instant: datetime, zone: tzinfo) -> datetime:
    """Return the local time of an instant in the zone, as a naive time."""
    return instant.astimezone(zone).replace(tzinfo=None)
