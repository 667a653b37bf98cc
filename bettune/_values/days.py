"""Days and ranges of time, as callers give them, and the UTC days that the API is asked for."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from bettune._errors import InvalidArgumentError
from bettune._values.display import short_repr

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from bettune._models import Match

# date.fromisoformat takes other forms too.
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TICK = timedelta(microseconds=1)


def to_day(value: Any, name: str, zone: tzinfo | None = None) -> date:
    """Take a day: a date, an aware datetime (its day in the zone, else in UTC) or ``"YYYY-MM-DD"``.

    Raises:
        InvalidArgumentError: it is anything else, a naive datetime or NaT among them.
    """
    if isinstance(value, datetime):
        return to_utc(value, name).astimezone(zone or UTC).date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise InvalidArgumentError(
        f'{name} must be a date, an aware datetime or "YYYY-MM-DD", not {short_repr(value)}'
    )


def to_utc(value: datetime, name: str) -> datetime:
    """Take an aware datetime to UTC.

    Raises:
        InvalidArgumentError: it is naive or NaT, or lies outside the years 1 to 9999 in UTC.
    """
    if value != value:  # noqa: PLR0124 - NaT is a datetime, and not equal to itself
        raise InvalidArgumentError(f"{name} must be a day, not {short_repr(value)}")
    if value.utcoffset() is None:
        raise InvalidArgumentError(
            f"{name} must have a time zone, such as tzinfo=UTC; {short_repr(value)} has none"
        )
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise InvalidArgumentError(
            f"{name} lies outside the calendar: {short_repr(value)}"
        ) from None


class TimeRange:
    """From one day to another, both included, or from one moment until just before another.

    Args:
        start: the first day, or a moment.
        end: the last day, or a moment.
        zone: the time zone whose days they are; else UTC.

    Raises:
        InvalidArgumentError: they are neither two days nor two moments, or the wrong way round.
    """

    def __init__(
        self,
        start: date | datetime | str,
        end: date | datetime | str,
        zone: tzinfo | None = None,
    ) -> None:
        if isinstance(start, datetime) != isinstance(end, datetime):
            raise InvalidArgumentError("start and end must be two days or two aware datetimes")
        self._moments: tuple[datetime, datetime] | None = None
        if isinstance(start, datetime) and isinstance(end, datetime):
            self._moments = to_utc(start, "start"), to_utc(end, "end")
        else:
            self._first, self._last = to_day(start, "start"), to_day(end, "end")
            if zone is not None and self._first <= self._last:
                self._moments = _moments_of(self._first, self._last, zone)
        if self._moments is not None:
            begin, stop = self._moments
            # A day that the range ends at the very beginning of holds none of its matches.
            self._first, self._last = begin.date(), max(begin, stop - _TICK).date()
            in_order = begin <= stop
        else:
            in_order = self._first <= self._last
        if not in_order:
            raise InvalidArgumentError(f"start {short_repr(start)} is after end {short_repr(end)}")

    def days(self) -> Iterator[date]:
        """The UTC days it touches, in their order; none if nothing can be in it."""
        if self._moments is not None and self._moments[0] == self._moments[1]:
            return
        from dateutil.rrule import DAILY, rrule  # noqa: PLC0415 - slow to import, and only here

        first, last = (datetime.combine(day, time.min) for day in (self._first, self._last))
        for moment in rrule(DAILY, dtstart=first, until=last):
            yield moment.date()

    def __contains__(self, match: Match) -> bool:
        return self._moments is None or self._moments[0] <= match.date < self._moments[1]


def _moments_of(first: date, last: date, zone: tzinfo) -> tuple[datetime, datetime]:
    from bettune._values.zones import local_day  # noqa: PLC0415 - slow to import, seldom needed

    return local_day(first, zone)[0], local_day(last, zone)[1]
