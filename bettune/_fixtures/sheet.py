"""A caller's fixtures, read and checked: rows to names, days and kick-offs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, tzinfo
from typing import Any

from bettune._errors import InvalidArgumentError
from bettune._values.display import short_repr
from bettune._values.frames import rows
from bettune._values.missing import is_missing
from bettune._values.zones import local_instants

_WRITTEN = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?)?", re.ASCII
)
_COLUMNS = ("date", "home", "away")


@dataclass(frozen=True, slots=True)
class Fixture:
    """A row.

    Attributes:
        position: its place, counted from 0.
        given: its date as given, as a date or an aware datetime.
        day: its day in its time zone.
        kick_offs: the instants the kick-off may be: none for a day, two where clocks go back.
        home: the home team's name as given.
        away: the away team's name as given.
        country: the country's name, or None.
        tournament: the tournament's name, or None.
    """

    position: int
    given: date | datetime
    day: date
    kick_offs: tuple[datetime, ...]
    home: str
    away: str
    country: str | None
    tournament: str | None


def read_fixtures(fixtures: Any, zone: tzinfo) -> list[Fixture]:
    """Read rows: a DataFrame, or an iterable of mappings.

    Raises:
        InvalidArgumentError: it is neither, or a cell cannot be read: the message names its row,
            counted from 0, and its column.
    """
    checked = [_checked(row, position) for position, row in enumerate(_rows(fixtures))]
    dates = [_to_date(row["date"], at) for at, row in enumerate(checked)]
    for at, value in enumerate(dates):
        # Beside them there is no day, or none in another time zone.
        if value.year in {MINYEAR, MAXYEAR}:
            raise InvalidArgumentError(
                f"{_where(at, 'date')}: {value} lies at the end of the calendar"
            )
    only_days = all(_is_day(value) for value in dates)
    return [
        _fixture(position, row, value, zone, only_days=only_days)
        for position, (row, value) in enumerate(zip(checked, dates, strict=True))
    ]


def read_aliases(aliases: Any) -> dict[str, str]:
    """Read names of the caller's to BetTune's.

    Raises:
        InvalidArgumentError: it is no mapping of names to names.
    """
    if aliases is None:
        return {}
    if not isinstance(aliases, Mapping):
        raise InvalidArgumentError(
            f"aliases must map your names to BetTune's, not {short_repr(aliases)}"
        )
    for yours, name in aliases.items():
        for text in (yours, name):
            if not isinstance(text, str) or not text.strip():
                raise InvalidArgumentError(
                    f"aliases: {short_repr(yours)}: {short_repr(name)} must be two names"
                )
    return dict(aliases)


def _rows(fixtures: Any) -> Iterable[Any]:
    read: list[dict[str, Any]] | None = rows(fixtures)
    if read is not None:
        return read
    if isinstance(fixtures, str | bytes | Mapping) or not isinstance(fixtures, Iterable):
        raise InvalidArgumentError(
            "fixtures must be a DataFrame or an iterable of mappings with date, home and away,"
            f" not {short_repr(fixtures)}"
        )
    return fixtures


def _checked(row: Any, position: int) -> Mapping[str, Any]:
    if not isinstance(row, Mapping):
        raise InvalidArgumentError(
            f"fixtures: row {position} must be a mapping with date, home and away,"
            f" not {short_repr(row)}"
        )
    missing = [column for column in _COLUMNS if column not in row]
    if missing:
        raise InvalidArgumentError(
            f"fixtures: row {position} has no {' and no '.join(missing)}, only"
            f" {short_repr(sorted(map(str, row)))}"
        )
    return row


def _where(position: int, column: str) -> str:
    return f"fixtures: row {position}: {column}"


def _fixture(
    position: int,
    row: Mapping[str, Any],
    value: date | datetime,
    zone: tzinfo,
    *,
    only_days: bool,
) -> Fixture:
    kick_offs: tuple[datetime, ...] = ()
    if isinstance(value, datetime) and only_days:
        value = value.date()
    if isinstance(value, datetime):
        if value.tzinfo is None:
            kick_offs = local_instants(value, zone)
            if not kick_offs:
                raise InvalidArgumentError(
                    f"{_where(position, 'date')}: the clocks of {zone} skip {value}"
                )
            value = value.replace(tzinfo=zone)
        else:
            kick_offs = (value.astimezone(UTC),)
    day = kick_offs[0].astimezone(zone).date() if kick_offs else value
    return Fixture(
        position,
        value,
        day,
        kick_offs,
        _text(row["home"], position, "home"),
        _text(row["away"], position, "away"),
        _text_or_none(row.get("country"), position, "country"),
        _text_or_none(row.get("tournament"), position, "tournament"),
    )


def _to_date(value: Any, position: int) -> date | datetime:
    if isinstance(value, str) and _WRITTEN.fullmatch(value.strip()):
        text = value.strip()
        try:
            return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
        except ValueError:
            pass
    elif isinstance(value, datetime) and not is_missing(value):
        return datetime.combine(value.date(), value.timetz())  # pandas' own type has more to it
    elif isinstance(value, date) and not is_missing(value):
        return value
    raise InvalidArgumentError(
        f"{_where(position, 'date')} must be a date, a datetime, "
        f'"YYYY-MM-DD" or "YYYY-MM-DD HH:MM", not {short_repr(value)}'
    )


def _is_day(value: date | datetime) -> bool:
    return not isinstance(value, datetime) or value.time() == time.min


def _text(value: Any, position: int, column: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidArgumentError(
            f"{_where(position, column)} must be a name, not {short_repr(value)}"
        )
    return value


def _text_or_none(value: Any, position: int, column: str) -> str | None:
    return None if is_missing(value) or value == "" else _text(value, position, column)
