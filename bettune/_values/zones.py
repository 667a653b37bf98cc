"""Converts names to time zones, and local days and times to UTC."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from bettune._errors import InvalidArgumentError
from bettune._values.display import short_repr

# The format of names in the time zone database. A path is not a valid name.
_ZONE_NAME = re.compile(r"(?=.{1,64}\Z)[A-Za-z][\w+-]*(/[A-Za-z][\w+-]*)*", re.ASCII)
_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)


def to_zone(value: Any) -> tzinfo | None:
    """Convert a tzinfo, or a name of the IANA database such as ``Europe/Warsaw``, to a tzinfo.

    Raises:
        InvalidArgumentError: the value is invalid, or the database does not have the name.
    """
    # A datetime with a pytz zone would use the zone's first offset. Use the zone of this name.
    name = getattr(value, "zone", None) if isinstance(value, tzinfo) else value
    if isinstance(name, str):
        if _ZONE_NAME.fullmatch(name):
            try:
                return ZoneInfo(name)
            except (LookupError, OSError, ValueError):
                pass
        raise InvalidArgumentError(
            f"tz: there is no time zone {short_repr(name)}: use a name such as Europe/Warsaw"
            " (a system without a time zone database needs the package tzdata)"
        )
    if value is None or isinstance(value, tzinfo):
        return value
    raise InvalidArgumentError(
        f'tz must be a name such as "Europe/Warsaw" or a tzinfo, not {short_repr(value)}'
    )


def local_instants(local: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """Return the instants, in UTC, at which clocks in a zone show a naive time.

    A clock change may skip the time (no instant) or repeat it (two instants).

    Raises:
        InvalidArgumentError: the time is outside the years 1 to 9999 in UTC.
    """
    try:
        instants = {
            instant
            for fold in (0, 1)
            if _shown((instant := local.replace(tzinfo=zone, fold=fold).astimezone(UTC)), zone)
            == local
        }
    except OverflowError:
        raise InvalidArgumentError(f"{local} lies at the end of the calendar") from None
    return tuple(sorted(instants))


def local_day(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the first instants, in UTC, of a day in a zone and of the next day.

    They are 23 or 25 hours apart on days of clock changes, and equal if the zone skips the day.

    Raises:
        InvalidArgumentError: the day is outside the years 1 to 9999.
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
    """Return the naive local time in the zone at an instant."""
    return instant.astimezone(zone).replace(tzinfo=None)
