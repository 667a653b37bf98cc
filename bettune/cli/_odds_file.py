"""Read a file of odds: one row per match, by its id or by its teams, with odds for each filter.

Ambiguous values are rejected, never guessed: odds that are 100 times too high are valid odds, too.
"""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING, Any, NamedTuple

from bettune._errors import InvalidArgumentError, InvalidOddsError
from bettune._values.arguments import to_id
from bettune._values.display import short_repr
from bettune._values.odds import DELETE, to_odds
from bettune.cli._fixture_cells import FIXTURE_COLUMNS, FixtureCells
from bettune.cli._table_file import BadLineError, Reading, TableFile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, tzinfo

    from bettune.cli._table_file import Cell

ID_COLUMN = "match_id"
_DELETE = "delete"
# Programs without missing integers write ids as 1611843.0.
_ID = re.compile(r"(\d{1,19})(?:[.,]0)?", re.ASCII)
# A comma that may be a decimal comma (as in Poland) or a thousands separator.
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+", re.ASCII)
_MARKS = {",": "a decimal comma", ".": "a decimal point"}


class OddsRow(NamedTuple):
    """A row of the file.

    Attributes:
        line: the number of the line.
        match_id: the match id, or None.
        fixture: the values of the columns date, home, away, country and tournament.
        day: the day in the time zone, or None in a file without dates.
        odds: one value per column of odds: minimum odds, DELETE, or None for an empty cell.
    """

    line: int
    match_id: int | None
    fixture: dict[str, Any]
    day: date | None
    odds: list[Any]


class MatchIds:
    """The column match_id of a file, if it has one.

    Args:
        file: the file.
        optional: True if cells may be empty.
    """

    def __init__(self, file: TableFile, *, optional: bool) -> None:
        self._file = file
        self._has_column = file.index(ID_COLUMN) is not None
        self._optional = optional
        self._lines: dict[int, int] = {}

    def read(self, cells: list[Cell], line: int) -> int | None:
        """Return the match id of a line, or None.

        Raises:
            BadLineError: the id is missing but required, invalid or duplicated.
        """
        text = self._file.text(cells, ID_COLUMN) if self._has_column else ""
        if not text:
            if self._optional or not self._has_column:
                return None
            raise self._file.bad_line(
                f"{ID_COLUMN} is empty; --unresolved skip skips such rows",
                ID_COLUMN,
            )
        if (matched := _ID.fullmatch(text)) is None:
            raise self._file.bad_line(
                f"{ID_COLUMN} must be a whole number, not {short_repr(text)}; if it is another "
                f"provider's, rename the column: --rename {ID_COLUMN}=their_id",
                ID_COLUMN,
            )
        try:
            match_id = to_id(int(matched[1]), ID_COLUMN)
        except InvalidArgumentError as error:
            raise self._file.bad_line(str(error), ID_COLUMN) from None
        if match_id in self._lines:
            raise BadLineError(
                f"match {match_id} is on {self._file.place(self._lines[match_id])} already"
            )
        self._lines[match_id] = line
        return match_id


class OddsFile:
    """The rows of a file of odds.

    Args:
        content: the content of the file. Its header has match_id, or date, home and away, or all
            of these, and the columns of odds. It may have other columns.
        name: the name of the file, for messages.
        columns: the columns of odds.
        missing: the handling of empty odds. "error" rejects them.
        unresolved: the handling of rows without a match. "error" rejects an empty match_id in rows
            without names.
        zone: the time zone of dates.
        reading: the options for reading the file.
        to_value: a function that converts a number, as text with a decimal point, to minimum odds.

    Attributes:
        table: the file.
        rows: the rows of the file.
        by_fixture: True if rows have date, home and away, with or without an id.
        has_dates: True if the file has a column date.
        unchecked: True if the file has teams but no column date, so that the ids cannot be
            checked against the teams. False for output of bettune, which has kick_off.

    Raises:
        WrongUsage: the file cannot be read, or is invalid.
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
        reading: Reading | None = None,
        to_value: Callable[[str], Any] = to_odds,
    ) -> None:
        reading = reading or Reading()
        self.rows: list[OddsRow] = []
        self.table = file = TableFile(
            content, name, [ID_COLUMN, *columns], [*FIXTURE_COLUMNS, *columns], reading=reading
        )
        # In a file with ids, a column home of odds has the odds of a home win.
        with_ids = file.index(ID_COLUMN) is not None
        self._fixture = FixtureCells(
            file, zone or UTC, reading.date_format, odds=columns if with_ids else ()
        )
        self.by_fixture = set(FIXTURE_COLUMNS) <= set(self._fixture.columns)
        self.has_dates = "date" in self._fixture.columns
        self.unchecked = (
            {"home", "away"} <= set(self._fixture.columns)
            and not self.has_dates
            and file.index("kick_off") is None
        )
        self._ids = MatchIds(file, optional=self.by_fixture or unresolved == "skip")
        self._columns = columns
        self._missing = missing
        self._to_value = to_value
        self._decimal_mark: tuple[str, int] | None = None
        for column in columns:
            file.index(column)  # rejects two columns with the same name
        file.read(self._take)

    def _take(self, line: int, cells: list[Cell]) -> None:
        fixture = self._fixture.read(cells) if self.by_fixture else {}
        day = self._fixture.day(cells) if self.has_dates else None
        match_id = self._ids.read(cells, line)
        odds = [self._odds(cells, column, line) for column in self._columns]
        self.rows.append(OddsRow(line, match_id, fixture, day, odds))

    def _odds(self, cells: list[Cell], column: str, line: int) -> Any:
        cell = self.table.cell(cells, column)
        try:
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                return self._value_of(repr(cell), repr(cell))
            return self._parse(self.table.text(cells, column), line, is_text=isinstance(cell, str))
        except BadLineError as error:
            several = len(self._columns) > 1 or self.table.is_workbook
            raise BadLineError(str(error), column if several else None) from None

    def _parse(self, text: str, line: int, *, is_text: bool) -> Any:
        if not is_text:
            raise BadLineError(
                f"{text} is not a number: the spreadsheet converted what was typed; format the "
                "cells as numbers or text, and type the odds again"
            )
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
        if self.table.delimiter == "," and _THOUSANDS.fullmatch(text):
            # In a file with semicolons, a comma in odds can only be a decimal comma.
            raise BadLineError(
                f"odds {short_repr(text)} are ambiguous: use a decimal point, not a comma"
            )
        for mark in marks:
            used, where = self._decimal_mark = self._decimal_mark or (mark, line)
            if used != mark:
                raise BadLineError(
                    f"odds {short_repr(text)} have {_MARKS[mark]}, those on "
                    f"{self.table.place(where)} {_MARKS[used]}: use the same in the whole file"
                )
        return self._value_of(text.replace(",", "."), text)

    def _value_of(self, number: str, text: str) -> Any:
        """Convert a number to minimum odds. `text` is the number as written in the file."""
        try:
            return self._to_value(number)
        except InvalidOddsError as error:
            reason, advice, _ = str(error).partition(": to get the odds of a probability")
            if advice or (text.endswith("%") and self._to_value is to_odds):
                reason += "; if the column holds probabilities, give --probabilities"
            raise BadLineError(reason.replace(short_repr(number), short_repr(text))) from None
