"""Reads a CSV file of odds: a row a match, by its id or by its teams, and odds for each filter.

Since odds a hundred times too high are still odds, nothing here is guessed.
"""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING, Any, NamedTuple

from bettune._errors import InvalidArgumentError, InvalidOddsError
from bettune._values.arguments import to_id
from bettune._values.display import short_repr
from bettune._values.odds import DELETE, to_odds
from bettune.cli._csv_file import BadLineError, CSVFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo
    from decimal import Decimal

ID_COLUMN = "match_id"
FIXTURE_COLUMNS = ("date", "home", "away")
_OPTIONAL_COLUMNS = ("country", "tournament")
_DELETE = "delete"
# Programs that know no missing integer write ids as 1611843.0.
_ID = re.compile(r"(\d{1,19})(?:[.,]0)?", re.ASCII)
# In Poland a decimal comma, elsewhere the comma of thousands.
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+", re.ASCII)
_MARKS = {",": "a decimal comma", ".": "a decimal point"}


class OddsRow(NamedTuple):
    """A line of the file.

    Attributes:
        line: its number.
        match_id: its match, None where that is to be found by the fixture, or empty.
        fixture: what stands in its columns date, home, away, country and tournament.
        odds: for each column of odds a value, DELETE, or None where it is empty.
    """

    line: int
    match_id: int | None
    fixture: dict[str, str]
    odds: list[Any]


class OddsFile:
    """The rows of a CSV file of odds.

    Args:
        content: the file: a header with the columns match_id, or date, home and away, and those of
            odds, with any others.
        name: the file, for errors.
        columns: the columns of odds.
        missing: what is to become of empty odds; with "error" they are refused.
        unresolved: what is to become of rows without a match; with "error" an empty match_id is
            refused.
        zone: the time zone of dates.

    Attributes:
        name: the file, for errors.
        rows: its lines.
        by_fixture: whether matches are named by date, home and away.

    Raises:
        CSVFileError: it cannot be read, or not for certain.
    """

    def __init__(
        self,
        content: bytes,
        name: str,
        columns: Sequence[str] = ("odds",),
        *,
        missing: str = "error",
        unresolved: str = "error",
        zone: tzinfo | None = None,
    ) -> None:
        self.name = name
        self.rows: list[OddsRow] = []
        file = CSVFile(content, name, [ID_COLUMN, *columns], [*FIXTURE_COLUMNS, *columns])
        self._id = file.index(ID_COLUMN)
        self.by_fixture = self._id is None
        self._fixture = FixtureCells(file, zone, odds=() if self.by_fixture else columns)
        self._odds = [(column, file.index(column)) for column in columns]
        self._missing, self._unresolved = missing, unresolved
        self._delimiter = file.delimiter
        self._lines: dict[int, int] = {}
        self._decimal_mark: tuple[str, int] | None = None
        file.read(self._take)

    def _take(self, line: int, cells: list[str]) -> None:
        match_id = None
        if self._id is None:
            fixture = self._fixture.checked(cells)
        else:
            fixture = self._fixture.of(cells)
            match_id = self._to_id(cells[self._id], line)
        odds = []
        for column, at in self._odds:
            assert at is not None
            try:
                odds.append(self._read(cells[at], line))
            except BadLineError as error:
                if len(self._odds) == 1:
                    raise
                raise BadLineError(f"{column}: {error}") from None
        self.rows.append(OddsRow(line, match_id, fixture, odds))

    def _to_id(self, text: str, line: int) -> int | None:
        if not text:
            if self._unresolved == "skip":
                return None
            raise BadLineError(
                f"{ID_COLUMN} is empty; --unresolved skip leaves out what has no match"
            )
        if (found := _ID.fullmatch(text)) is None:
            raise BadLineError(f"{ID_COLUMN} must be a whole number, not {short_repr(text)}")
        try:
            match_id = to_id(int(found[1]), ID_COLUMN)
        except InvalidArgumentError as error:
            raise BadLineError(str(error)) from None
        if match_id in self._lines:
            raise BadLineError(f"match {match_id} is on line {self._lines[match_id]} already")
        self._lines[match_id] = line
        return match_id

    def _read(self, text: str, line: int) -> Any:
        if not text:
            if self._missing == "error":
                raise BadLineError(
                    "odds are empty; --missing skip leaves such predictions as they are, "
                    "--missing delete deletes them"
                )
            return None
        if text.lower() == _DELETE:
            return DELETE
        marks = [mark for mark in ",." if mark in text]
        if len(marks) > 1:
            raise BadLineError(f"odds {short_repr(text)} have both a comma and a point")
        if self._delimiter == "," and _THOUSANDS.fullmatch(text):
            # Between semicolons a comma is the decimal one.
            raise BadLineError(
                f"odds {short_repr(text)}: a decimal comma, or one of thousands? Use a point"
            )
        for mark in marks:
            used, where = self._decimal_mark = self._decimal_mark or (mark, line)
            if used != mark:
                raise BadLineError(
                    f"odds {short_repr(text)} have {_MARKS[mark]}, those on line {where} "
                    f"{_MARKS[used]}: use one in the whole file"
                )
        number = text.replace(",", ".")
        try:
            return read_odds(number)
        except InvalidOddsError as error:
            # As it stands in the file.
            raise BadLineError(str(error).replace(short_repr(number), short_repr(text))) from None


class FixtureCells:
    """The columns of a file that name a fixture.

    Args:
        file: the file.
        zone: the time zone of dates.
        odds: the columns that hold odds, so that home may be those of a home win.
    """

    def __init__(self, file: CSVFile, zone: tzinfo | None, odds: Sequence[str] = ()) -> None:
        taken = {file.index(column) for column in odds}
        places = {c: file.index(c) for c in (*FIXTURE_COLUMNS, *_OPTIONAL_COLUMNS)}
        self._columns = {c: at for c, at in places.items() if at is not None and at not in taken}
        self._zone = zone

    def of(self, cells: list[str]) -> dict[str, str]:
        """What stands in them."""
        return {column: cells[at] for column, at in self._columns.items()}

    def checked(self, cells: list[str]) -> dict[str, str]:
        """What stands in them, if a fixture can be read from it.

        Raises:
            BadLineError: it cannot.
        """
        from bettune._fixtures.fixture_input import read_fixture  # noqa: PLC0415 - only for names

        fixture = self.of(cells)
        for column, text in fixture.items():
            if not text.isprintable():
                raise BadLineError(f"{column} is not UTF-8: save the file as CSV UTF-8")
        try:
            read_fixture(fixture, self._zone or UTC)
        except InvalidArgumentError as error:
            raise BadLineError(str(error).removeprefix("fixtures: row 0: ")) from None
        return fixture


def read_odds(text: str) -> Decimal:
    """Read odds that a person typed or a program wrote.

    Raises:
        InvalidOddsError: they are no decimal odds, or may be American ones.
    """
    if text.startswith("+"):
        raise InvalidOddsError(f"odds must be decimal odds, without a sign, not {short_repr(text)}")
    return to_odds(text)
