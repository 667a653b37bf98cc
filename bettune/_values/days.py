"""Converts days and time ranges of callers to the UTC days of requests."""

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

# date.fromisoformat accepts other formats, too.
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TICK = timedelta(microseconds=1)


def to_day(value: Any, name: str, zone: tzinfo | None = None) -> date:
    """Convert a date, an aware datetime (to its day in the zone, else UTC) or ``"YYYY-MM-DD"``.

    Raises:
        InvalidArgumentError: the value is not a valid day, such as a naive datetime or NaT.
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
    """Convert an aware datetime to UTC.

    Raises:
        InvalidArgumentError: the value is naive or NaT, or outside the years 1 to 9999 in UTC.
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
    """A range of days (the last day included) or of moments (the end excluded).

    Args:
        start: the first day, or the first moment.
        end: the last day, or the first moment after the range.
        zone: the time zone of the days, or None for UTC.

    Raises:
        InvalidArgumentError: the arguments are not two days or two moments, or are in the wrong
            order.
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
            # A range that ends at midnight does not include the day that begins then.
            self._first, self._last = begin.date(), max(begin, stop - _TICK).date()
            in_order = begin <= stop
        else:
            in_order = self._first <= self._last
        if not in_order:
            raise InvalidArgumentError(f"start {short_repr(start)} is after end {short_repr(end)}")

    def days(self) -> Iterator[date]:
        """Yield the UTC days of the range in order; nothing for an empty range."""
        if self._moments is not None and self._moments[0] == self._moments[1]:
            return
        from dateutil.rrule import DAILY, rrule  # noqa: PLC0415 - slow to import, seldom needed

        first, last = (datetime.combine(day, time.min) for day in (self._first, self._last))
        for moment in rrule(DAILY, dtstart=first, until=last):
            yield moment.date()

    def __contains__(self, match: Match) -> bool:
        return self._moments is None or self._moments[0] <= match.date < self._moments[1]


def _moments_of(first: date, last: date, zone: tzinfo) -> tuple[datetime, datetime]:
    from bettune._values.zones import local_day  # noqa: PLC0415 - slow to import, seldom needed

    return local_day(first, zone)[0], local_day(last, zone)[1]
