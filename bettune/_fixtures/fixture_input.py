"""Reads and checks fixtures and aliases: converts rows to names, days and kick-offs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, tzinfo
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from bettune._errors import InvalidArgumentError
from bettune._models import Match
from bettune._values.arguments import to_id
from bettune._values.display import short_repr
from bettune._values.frames import rows
from bettune._values.missing import is_missing
from bettune._values.zones import local_instants

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})"
    r"(?:[ Tt](\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)\s*([Zz]|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)
_DOTTED = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})(?: (\d{2}:\d{2}(?::\d{2})?))?", re.ASCII)
_DIGITS = re.compile(r"[1-9]\d{0,18}", re.ASCII)
_REQUIRED = ("date", "home", "away")
_COLUMNS = (*_REQUIRED, "country", "tournament", "match_id")
# The number of rows to read between two pauses.
_SLICE = 200


class Fixture(Struct, frozen=True, gc=False):
    """A row of the fixtures.

    Attributes:
        position: the position of the row, counted from 0.
        given: the given date, as a date or an aware datetime.
        day: the day in the time zone.
        kick_offs: the possible instants of the kick-off: none for a day, two for a local time that
            a clock change repeats.
        home: the given name of the home team.
        away: the given name of the away team.
        country: the name of the country, or None.
        tournament: the name of the tournament, or None.
        match_id: the given match id, or None.
    """

    position: int
    given: date | datetime
    day: date
    kick_offs: tuple[datetime, ...]
    home: str
    away: str
    country: str | None
    tournament: str | None
    match_id: int | None


class FixtureInput:
    """The fixtures of a caller: a DataFrame or an iterable of mappings.

    Args:
        fixtures: the fixtures.
        columns: a mapping of the caller's column names to ours.

    Raises:
        InvalidArgumentError: the fixtures have another type, or the columns are invalid.
    """

    def __init__(self, fixtures: Any, columns: Any = None) -> None:
        self._names = _read_columns(columns)
        read: list[dict[str, Any]] | None = rows(fixtures)
        if read is not None:
            self.given: Any = fixtures
            self._rows: Iterable[Any] = read
            return
        if isinstance(fixtures, str | bytes | Mapping) or not isinstance(fixtures, Iterable):
            raise InvalidArgumentError(
                "fixtures must be a DataFrame or an iterable of mappings with date, home and away,"
                f" not {short_repr(fixtures)}"
            )
        self.given = self._rows = list(fixtures)

    def read(self, zone: tzinfo) -> Iterator[list[Fixture] | None]:
        """Read the rows. Yields None for pauses, and finally the fixtures.

        Raises:
            InvalidArgumentError: a cell is invalid. The message names its row, counted from 0, and
                its column.
        """
        checked: list[Mapping[str, Any]] = []
        dates: list[date | datetime] = []
        for position, row in enumerate(self._rows):
            if position % _SLICE == _SLICE - 1:
                yield None
            checked.append(self._checked(row, position))
            dates.append(_to_date(checked[-1]["date"], position))
        only_days = all(map(_is_day, dates))
        fixtures = []
        for position, (row, value) in enumerate(zip(checked, dates, strict=True)):
            if position % _SLICE == _SLICE - 1:
                yield None
            fixtures.append(_fixture(position, row, value, zone, only_days=only_days))
        yield fixtures

    def _checked(self, row: Any, position: int) -> Mapping[str, Any]:
        if not isinstance(row, Mapping):
            raise InvalidArgumentError(
                f"fixtures: row {position} must be a mapping with date, home and away,"
                f" not {short_repr(row)}"
            )
        for yours, ours in self._names.items():
            if yours not in row:
                raise InvalidArgumentError(
                    f"fixtures: row {position} has no {short_repr(yours)}, which columns names"
                )
            if ours in row and ours != yours and ours not in self._names:
                raise InvalidArgumentError(
                    f"fixtures: row {position} has a column {ours} already: columns must not"
                    f" name {short_repr(yours)} {ours} too"
                )
        if self._names:
            row = {
                **{ours: row[ours] for ours in _COLUMNS if ours in row},
                **{ours: row[yours] for yours, ours in self._names.items()},
            }
        cells: Mapping[str, Any] = row
        missing = [column for column in _REQUIRED if column not in cells]
        if missing:
            raise InvalidArgumentError(
                f"fixtures: row {position} has no {' and no '.join(missing)}, only"
                f" {short_repr(sorted(map(str, cells)))}; columns= names columns called otherwise"
            )
        return cells


def read_fixture(row: Mapping[str, Any], zone: tzinfo) -> Fixture:
    """Read a single row.

    Raises:
        InvalidArgumentError: the row is invalid.
    """
    *_, fixtures = FixtureInput([row]).read(zone)
    assert fixtures is not None
    return fixtures[0]


def read_aliases(aliases: Any) -> dict[str, str]:
    """Check a mapping of the caller's names to BetTune's names.

    Raises:
        InvalidArgumentError: the value is not a mapping of names to names.
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


def _read_columns(columns: Any) -> dict[Any, str]:
    if columns is None:
        return {}
    if not isinstance(columns, Mapping):
        raise InvalidArgumentError(
            'columns must map your columns to ours, such as {"HomeTeam": "home"}, not'
            f" {short_repr(columns)}"
        )
    for yours, ours in columns.items():
        if ours not in _COLUMNS:
            raise InvalidArgumentError(
                f"columns: {short_repr(yours)} must be one of {', '.join(_COLUMNS)}, not"
                f" {short_repr(ours)}"
            )
    if len(set(columns.values())) < len(columns):
        raise InvalidArgumentError(f"columns names one of ours twice: {short_repr(columns)}")
    return dict(columns)


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
        _match_id(row.get("match_id"), position),
    )


def _to_date(value: Any, position: int) -> date | datetime:
    read = None
    if isinstance(value, str):
        read = _read_date(value.strip())
    elif isinstance(value, datetime) and not is_missing(value):
        read = datetime.combine(value.date(), value.timetz())  # a pandas Timestamp has nanoseconds
    elif isinstance(value, date) and not is_missing(value):
        read = value
    if read is None:
        raise InvalidArgumentError(
            f'{_where(position, "date")} must be a date, a datetime, "YYYY-MM-DD",'
            f' "YYYY-MM-DD HH:MM" or "DD.MM.YYYY HH:MM", not {short_repr(value)}'
        )
    # The days beside these, or their time in another zone, may be outside the calendar.
    if read.year in {MINYEAR, MAXYEAR}:
        raise InvalidArgumentError(
            f"{_where(position, 'date')}: {read} lies at the end of the calendar"
        )
    return read


def _read_date(text: str) -> date | datetime | None:
    if dotted := _DOTTED.fullmatch(text):
        day, month, year, clock = dotted.groups()
        text = f"{year}-{month}-{day}" + (f" {clock}" if clock else "")
    written = _ISO.fullmatch(text)
    if written is None:
        return None
    on, clock, offset = written.groups()
    try:
        if clock is None:
            return date.fromisoformat(on)
        clock = clock.replace(",", ".")
        return datetime.fromisoformat(f"{on}T{clock}{(offset or '').upper()}")
    except ValueError:
        return None


def _is_day(value: date | datetime) -> bool:
    """Return whether a date has no time of day. An aware midnight is an instant, not a day."""
    if not isinstance(value, datetime):
        return True
    return value.tzinfo is None and value.time() == time.min


def _text(value: Any, position: int, column: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidArgumentError(
            f"{_where(position, column)} must be a name, not {short_repr(value)}"
        )
    return value


def _text_or_none(value: Any, position: int, column: str) -> str | None:
    if is_missing(value) or (isinstance(value, str) and not value.strip()):
        return None
    return _text(value, position, column)


def _match_id(value: Any, position: int) -> int | None:
    """Read the match id of a row. It may be a float, as in pandas columns with empty cells."""
    if is_missing(value) or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, Match):
        return value.id
    if (isinstance(value, float) and value.is_integer()) or (
        isinstance(value, str) and _DIGITS.fullmatch(value.strip())
    ):
        value = int(value)
    return to_id(value, _where(position, "match_id"))


def rows_with_ids(given: Any, ids: Sequence[int | None], *, resolved: bool) -> Any:
    """Return the given fixtures with a column `match_id`.

    Args:
        given: a DataFrame or a list of mappings.
        ids: the match id of each row, or None.
        resolved: True to return only the rows with a match id.
    """
    if isinstance(given, list):
        pairs = zip(given, ids, strict=True)
        return [
            {**row, "match_id": match_id}
            for row, match_id in pairs
            if match_id is not None or not resolved
        ]
    import narwhals.stable.v2 as nw  # noqa: PLC0415 - optional, but installed: it read the DataFrame

    frame = nw.from_native(given)
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    kept = [number for number, match_id in enumerate(ids) if match_id is not None]
    if resolved:
        frame = frame[kept]
        ids = [ids[number] for number in kept]
    native = frame.to_native()
    if frame.implementation.is_pandas_like():
        # int64 of pandas has no missing values.
        dtype = "int64" if resolved else "Int64"
        series = nw.get_native_namespace(frame).Series(ids, index=native.index, dtype=dtype)
        return native.assign(match_id=series)
    column = nw.new_series("match_id", ids, nw.Int64, backend=frame.implementation)
    return frame.with_columns(column).to_native()
