"""A span of time, by days or by moments, and the UTC days it touches."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from bettune._errors import InvalidArgumentError
from bettune._values.arguments import to_utc, to_utc_day
from bettune._values.display import short_repr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bettune._models import Match


class Span:
    """From one day to another, both included, or from one moment until just before another.

    Raises:
        InvalidArgumentError: they are neither two days nor two moments, or the wrong way round.
    """

    def __init__(self, start: date | datetime | str, end: date | datetime | str) -> None:
        if isinstance(start, datetime) != isinstance(end, datetime):
            raise InvalidArgumentError("start and end must be two days or two aware datetimes")
        self._first, self._last = to_utc_day(start, "start"), to_utc_day(end, "end")
        self._moments: tuple[datetime, datetime] | None = None
        in_order = self._first <= self._last
        if isinstance(start, datetime) and isinstance(end, datetime):
            self._moments = begin, stop = to_utc(start, "start"), to_utc(end, "end")
            in_order = begin <= stop
            # A day that the span ends at the very beginning of holds none of its matches.
            if stop.time() == time.min and begin < stop:
                self._last -= timedelta(days=1)
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
