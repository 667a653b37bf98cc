"""Read a table with a header from a CSV file or a workbook, or list its errors.

Ambiguous content is rejected, never guessed.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import click

from bettune._values.display import short_repr
from bettune.cli._exit_status import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_NAMED_PROBLEMS = 20
# At least this many lines with an equal reason are listed on one line.
_MANY = 5
# The maximum number of lines that a message names.
_NAMED_LINES = 10
# Spaces that spreadsheets and web pages leave in names, and zero-width characters.
_SPACES = re.compile("[\t\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_NO_WIDTH = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_NOT_UTF_8 = "it is not UTF-8: save the file as CSV UTF-8, or give --encoding, such as cp1250"
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class ErrorCell(NamedTuple):
    """A cell of a workbook without a value: an error, or a formula that was never calculated."""

    text: str
    advice: str = ""


Cell = str | int | float | date | datetime | time | ErrorCell


@dataclass(frozen=True)
class Reading:
    """Options for reading a file, shared by `push` and `resolve`.

    Attributes:
        encoding: the encoding of a CSV file; else UTF-8.
        worksheet: the name of a workbook's sheet. Required if there are several.
        rename: names of columns in the file, with the names that the command uses; None for a file
            whose columns cannot be renamed.
        date_format: the format of dates for `datetime.strptime`.
    """

    encoding: str | None = None
    worksheet: str | None = None
    rename: dict[str, str] | None = field(default_factory=dict)
    date_format: str | None = None


class TableFileError(WrongUsage):
    """A file is invalid. The message has the reason for each invalid line."""

    def __init__(self, name: str, problems: Sequence[tuple[str, str]]) -> None:
        lines = [f"{place}: {reason}" for place, reason in problems[:_NAMED_PROBLEMS]]
        if len(problems) > _NAMED_PROBLEMS:
            lines.append(f"and {len(problems) - _NAMED_PROBLEMS} more")
        if len(lines) == 1:
            message = f"{name}, {lines[0]}; nothing was sent"
        else:
            message = "\n  ".join([f"{name} has invalid lines; nothing was sent:", *lines])
        super().__init__(message)


class BadLineError(Exception):
    """A line is invalid.

    Args:
        reason: the reason.
        column: the name of the column that the reason is about, if any.
    """

    def __init__(self, reason: str, column: str | None = None) -> None:
        super().__init__(reason)
        self.column = column


class Source:
    """The lines of a CSV file or of a workbook's sheet, and their places for messages.

    Attributes:
        name: the file, and the sheet of a workbook, for messages.
        unit: the word for a line: "line" in a CSV file, "row" in a workbook.
        header: the names of the columns in the file.
        header_line: the number of the header's line.
        delimiter: the character that separates columns when the table is written again.
    """

    name: str
    unit: str
    header: list[str]
    header_line: int
    delimiter: str = ","

    def lines(self) -> Iterator[tuple[int, list[Cell] | BadLineError]]:
        """Yield the lines below the header: numbers with cells or errors."""
        raise NotImplementedError

    def label(self, _index: int, column: str) -> str:
        """Name a column in a message."""
        return column


class TableFile:
    """A table with a header that names the columns in any order and case.

    Args:
        content: the content: CSV with commas, semicolons or tabs, or an .xlsx workbook.
        name: the name of the file, for messages.
        choices: sets of columns. The table must have one of these sets.
        reading: the options for reading the file.

    Attributes:
        name: the file, and the sheet of a workbook, for messages.
        header: the names of the columns as in the file.
        delimiter: the character that separates columns when the table is written again.

    Raises:
        TableFileError: the file cannot be read, or has none of the sets of columns.
    """

    def __init__(
        self, content: bytes, name: str, *choices: Sequence[str], reading: Reading | None = None
    ) -> None:
        self.name = name
        self._reading = reading or Reading()
        # In composed form, like the header: macOS may write ś as an s and an accent.
        renames = self._reading.rename or {}
        self._renames = {_name_of(key): value for key, value in renames.items()}
        self._choices = choices
        self._unit = "line"
        self._header_line = 1
        if content.startswith(_OLD_EXCEL):
            raise WrongUsage(
                f"{name} is an old Excel file, or has a password: save it as .xlsx without a "
                "password, or as CSV UTF-8"
            )
        if content.startswith(_ZIP):
            from bettune.cli._workbook import Worksheet  # noqa: PLC0415 - needs the extra excel

            self._source: Source = Worksheet(content, name, self._reading.worksheet)
        else:
            from bettune.cli._csv_text import CSVText  # noqa: PLC0415 - only for CSV

            if self._reading.worksheet is not None:
                raise WrongUsage(f"--worksheet is for .xlsx workbooks, and {name} is not one")
            self._source = CSVText(
                content, name, self._reading.encoding, self._has_needed, self.needed()
            )
        self.name = self._source.name
        self.header, self.delimiter = self._source.header, self._source.delimiter
        self._unit, self._header_line = self._source.unit, self._source.header_line
        self._columns = self._renamed(self.header)
        for given in self._renames:
            if given.lower() not in map(str.lower, map(_name_of, self.header)):
                if any(map(_has_raw_bytes, self.header)):
                    self.refuse(_NOT_UTF_8)
                self.refuse(f"--rename {given}=…: no column {given} in the header {self._listed()}")
        if not self._has_needed(self.header):
            self._refuse_header()

    def index(self, column: str) -> int | None:
        """Return the index of a column, or None if no column has this name.

        Raises:
            TableFileError: several columns have this name.
        """
        if self._columns.count(column.lower()) > 1:
            self.refuse(f"there are two columns {column}")
        return self._columns.index(column.lower()) if column.lower() in self._columns else None

    def read(self, take: Callable[[int, list[Cell]], None]) -> None:
        """Pass each line that is not empty to a function: its number and its cells.

        Raises:
            TableFileError: the table has no line below its header, a line has too few or too many
                cells, or the function raised BadLineError for lines.
        """
        problems: list[tuple[int, str]] = []
        rows = 0
        for number, cells in self._source.lines():
            try:
                if isinstance(cells, BadLineError):
                    raise cells
                if any(cell != "" for cell in cells):
                    rows += 1
                    self._check_width(cells)
                    take(number, cells)
            except BadLineError as error:
                column = "" if error.column is None else f"{self._label(error.column)}: "
                problems.append((number, f"{column}{error}"))
        if problems:
            raise TableFileError(self.name, self._grouped(problems))
        if not rows:
            self.refuse("there are no rows below the header")

    @property
    def is_workbook(self) -> bool:
        """True if the file is a workbook."""
        return self._unit == "row"

    def text(self, cells: Sequence[Cell], column: str) -> str:
        """Return the text of a line's cell, without outer spaces and zero-width characters.

        Raises:
            BadLineError: the cell has an error, or bytes that are invalid in the file's encoding.
        """
        return text_of(self.cell(cells, column), column)

    def cell(self, cells: Sequence[Cell], column: str) -> Cell:
        """Return a line's cell.

        Raises:
            BadLineError: the cell has an error.
        """
        index = self.index(column)
        assert index is not None
        value = cells[index]
        if isinstance(value, ErrorCell):
            raise BadLineError(f"the cell holds {value.text}{value.advice}", column)
        return value

    def bad_line(self, reason: str, column: str) -> BadLineError:
        """Make the error for a line, with the letter of the column in a workbook."""
        return BadLineError(reason, column if self.is_workbook else None)

    def error(self, line: int, reason: str) -> TableFileError:
        """Make the error for a line."""
        return TableFileError(self.name, [(self.place(line), reason)])

    def place(self, *lines: int) -> str:
        """Format line numbers: "line 3", "rows 3, 4 and 5", "lines 3, 4, 5 and 20 more"."""
        *before, last = map(str, lines)
        if len(lines) > _NAMED_LINES:
            before, last = before[: _NAMED_LINES - 1], f"{len(lines) - _NAMED_LINES + 1} more"
        unit = f"{self._unit}s" if before else self._unit
        return f"{unit} {', '.join(before)} and {last}" if before else f"{unit} {last}"

    def _grouped(self, problems: Sequence[tuple[int, str]]) -> list[tuple[str, str]]:
        """Return places and reasons: one line for many lines of the file with an equal reason."""
        counts = Counter(reason for _, reason in problems)
        groups: dict[tuple[str, int | None], list[int]] = {}
        for number, reason in problems:
            single = counts[reason] < _MANY
            groups.setdefault((reason, number if single else None), []).append(number)
        return [(self.place(*lines), reason) for (reason, _), lines in groups.items()]

    def _label(self, column: str) -> str:
        index = self.index(column)
        return column if index is None else self._source.label(index, column)

    def _check_width(self, cells: Sequence[Cell]) -> None:
        if len(cells) != len(self.header):
            values = "1 value" if len(cells) == 1 else f"{len(cells)} values"
            raise BadLineError(f"{values}, but the header has {len(self.header)} columns")

    def _renamed(self, header: Sequence[str]) -> list[str]:
        """Return the names of the columns after renaming, in lower case."""
        names = [_name_of(column).lower() for column in header]
        renames = {given.lower(): known.lower() for given, known in self._renames.items()}
        for given, known in self._renames.items():
            has_both = given.lower() in names and known.lower() in names
            if has_both and known.lower() not in renames:
                self.refuse(
                    f"--rename {given}={known}: there already is a column {known}; rename it "
                    f"too, such as --rename {known}=old_{known}"
                )
        return [renames.get(name, name) for name in names]

    def _has_needed(self, header: Sequence[str]) -> bool:
        names = set(self._renamed(header))
        return any(names.issuperset(c.lower() for c in choice) for choice in self._choices)

    def _refuse_header(self) -> NoReturn:
        present = set(self._columns)
        if any(map(_has_raw_bytes, self.header)):
            self.refuse(_NOT_UTF_8)
        missing = min(
            ([c for c in choice if c.lower() not in present] for choice in self._choices), key=len
        )
        self.refuse(
            f"no column {' and no column '.join(missing)} in {self._listed()}; {self.needed()}"
        )

    def _listed(self) -> str:
        return short_repr(", ".join(self.header))

    def needed(self) -> str:
        """Return the sentence that lists the required columns."""
        choices = [_enumeration(choice) for choice in self._choices]
        needed = f"the first line must name the columns {', or '.join(choices)}"
        if self._reading.rename is None:
            return needed
        return f"{needed} (--rename YOURS=NAME where a column has another name)"

    def refuse(self, reason: str) -> NoReturn:
        """Reject the file because of its header."""
        raise self.error(self._header_line, reason)


def read_bytes(path: str) -> tuple[bytes, str]:
    """Read a file, or standard input for a dash; return its content, and its name for messages.

    Raises:
        WrongUsage: the file cannot be read.
    """
    try:
        if path != "-":
            return Path(path).read_bytes(), click.format_filename(path)
        if sys.stdin is None:
            raise WrongUsage("standard input is closed: give a file, or pipe one in")
        return sys.stdin.buffer.read(), "standard input"
    except OSError as error:
        name = "standard input" if path == "-" else repr(click.format_filename(path))
        raise WrongUsage(f"{name}: {error.strerror}") from None


def text_of(cell: Cell, column: str | None = None) -> str:
    """Return the text of a cell, as in CSV.

    Raises:
        BadLineError: the cell has an error, or bytes that are invalid in the file's encoding.
    """
    if isinstance(cell, ErrorCell):
        raise BadLineError(f"the cell holds {cell.text}{cell.advice}", column)
    text = shown(cell)
    if _has_raw_bytes(text):
        raise BadLineError(_NOT_UTF_8, column)
    return cleaned(text)


def shown(cell: Cell) -> str:
    """Return a cell as text, to write the table again."""
    if isinstance(cell, ErrorCell):
        return cell.text
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes" if not (cell.second or cell.microsecond) else "auto")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def cleaned(text: str) -> str:
    """Return text in composed form, with plain spaces and without zero-width characters."""
    text = _NO_WIDTH.sub("", _SPACES.sub(" ", text)).strip()
    return unicodedata.normalize("NFC", text)


def _name_of(column: str) -> str:
    """Return the name of a column, which a spreadsheet may show on several lines."""
    return " ".join(cleaned(column).split())


def _has_raw_bytes(text: str) -> bool:
    """Return whether the text has bytes that are invalid in the file's encoding."""
    return any("\udc80" <= letter <= "\udcff" for letter in text)


def _enumeration(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
