"""Read the columns of a file that name fixtures: date, home, away, country and tournament."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from bettune._errors import InvalidArgumentError
from bettune._values.display import short_repr
from bettune.cli._table_file import BadLineError, cleaned, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from bettune.cli._table_file import Cell, TableFile

FIXTURE_COLUMNS = ("date", "home", "away")
_OPTIONAL_COLUMNS = ("country", "tournament")
_TIME_DIRECTIVES = ("%H", "%I", "%M", "%c", "%X", "%T", "%R", "%s")


class FixtureCells:
    """The columns of a file that name a fixture.

    Args:
        file: the file.
        zone: the time zone of dates.
        date_format: the format of dates for `datetime.strptime`, if any.
        odds: the columns with odds. A column home among them has the odds of a home win.
    """

    def __init__(
        self,
        file: TableFile,
        zone: tzinfo,
        date_format: str | None = None,
        odds: Sequence[str] = (),
    ) -> None:
        taken = {file.index(column) for column in odds}
        places = {c: file.index(c) for c in (*FIXTURE_COLUMNS, *_OPTIONAL_COLUMNS)}
        self.columns = [c for c, at in places.items() if at is not None and at not in taken]
        self._file = file
        self._zone = zone
        self._format = date_format

    def read(self, cells: list[Cell]) -> dict[str, Any]:
        """Return the fixture of a line.

        Raises:
            BadLineError: the fixture of the line is invalid.
        """
        from bettune._fixtures.fixture_input import read_fixture  # noqa: PLC0415 - only for names

        fixture: dict[str, Any] = {}
        for column in self.columns:
            if column == "date":
                fixture[column] = self.date(cells)
                continue
            fixture[column] = text = self._file.text(cells, column)
            if not text.isprintable():
                raise BadLineError(f"{short_repr(text)} has a control character", column)
        try:
            read_fixture(fixture, self._zone)
        except InvalidArgumentError as error:
            raise self._error(error) from None
        return fixture

    def day(self, cells: list[Cell]) -> date:
        """Return the day of a line in the time zone.

        Raises:
            BadLineError: the date of the line is missing or invalid.
        """
        from bettune._fixtures.fixture_input import read_fixture  # noqa: PLC0415 - only for dates

        fixture = {"date": self.date(cells), "home": "home", "away": "away"}
        try:
            return read_fixture(fixture, self._zone).day
        except InvalidArgumentError as error:
            raise self._error(error) from None

    def date(self, cells: list[Cell]) -> str | date:
        """Return the date of a line: a day, a time without a zone, or text for the resolver.

        Raises:
            BadLineError: the date does not have the given format.
        """
        cell = self._file.cell(cells, "date")
        if isinstance(cell, date):  # of a workbook; datetime is a subclass
            return cell
        if isinstance(cell, time | int | float):
            raise BadLineError(f"{text_of(cell)} is not a date: format the cells as dates", "date")
        text = text_of(cell, "date")
        if self._format is None or not text:
            return text
        try:
            moment = datetime.strptime(cleaned(text), self._format)  # noqa: DTZ007 - in the zone
        except ValueError:
            raise BadLineError(
                f"{short_repr(text)} does not have the format {self._format}", "date"
            ) from None
        return moment if any(d in self._format for d in _TIME_DIRECTIVES) else moment.date()

    def _error(self, error: InvalidArgumentError) -> BadLineError:
        """Convert the library's error to the error of a line, with the options of the command."""
        reason = str(error).removeprefix("fixtures: row 0: ")
        column = reason.split()[0].rstrip(":")
        if reason.startswith("date must be"):
            value = reason.rpartition(", not ")[2]
            reason = (
                f"date {value} is not YYYY-MM-DD or DD.MM.YYYY, optionally with HH:MM: give its "
                "--date-format, such as %d/%m/%Y, or %d.%m.%Y for 6.6.2026"
            )
        return self._file.bad_line(reason, column)
