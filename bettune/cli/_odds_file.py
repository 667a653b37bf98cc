"""Reads a CSV file of odds as spreadsheets and programs write them, or says line by line why not.

What could mean two things is refused: since empty odds delete a prediction, and odds a hundred
times too high are still odds, nothing here is guessed.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from typing import TYPE_CHECKING

import click

from bettune._errors import InvalidOddsError
from bettune._values.display import short_repr
from bettune._values.odds import to_odds

if TYPE_CHECKING:
    from decimal import Decimal

_ID_COLUMN, _ODDS_COLUMN = "match_id", "odds"
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_ID = re.compile(r"\d{1,19}", re.ASCII)
_UTF_16_OR_32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_NAMED_PROBLEMS = 20
_MARKS = {",": "a decimal comma", ".": "a decimal point"}
_NEEDED = "the first line must name the columns match_id and odds"


class OddsFileError(click.ClickException):
    """A file that cannot be used, with the reason for each bad line."""

    exit_code = 2

    def __init__(self, name: str, problems: list[tuple[int, str]]) -> None:
        lines = [f"line {line}: {reason}" for line, reason in problems[:_NAMED_PROBLEMS]]
        if len(problems) > _NAMED_PROBLEMS:
            lines.append(f"and {len(problems) - _NAMED_PROBLEMS} more")
        if len(lines) == 1:
            message = f"{name}, {lines[0]}; nothing was sent"
        else:
            message = "\n  ".join([f"{name} has bad lines; nothing was sent:", *lines])
        super().__init__(message)


def read_odds_file(content: bytes, name: str) -> dict[int, Decimal | None]:
    """Read match ids and their odds, None where the odds are empty.

    Args:
        content: the file: a header with the columns match_id and odds, in any order and case,
            with any others; separated by commas, semicolons or tabs.
        name: the file, for errors.

    Raises:
        OddsFileError: it cannot be read, or not for certain.
    """
    lines = io.StringIO(_text(content, name), newline="")
    columns = _Columns(lines, name)
    reader = csv.reader(lines, delimiter=columns.delimiter, strict=True, skipinitialspace=True)
    rows = _Rows(columns)
    problems: list[tuple[int, str]] = []
    while True:
        line = columns.line + reader.line_num + 1
        try:
            cells = next(reader, None)
            if cells is None:
                break
            rows.take(line, [cell.strip() for cell in cells])
        except _BadLineError as error:
            problems.append((line, str(error)))
        except csv.Error as error:
            problems.append((line, f"not CSV: {error}"))
            break  # from here on it is unknown where a line begins
    if problems:
        raise OddsFileError(name, problems)
    return rows.odds


def read_odds(text: str) -> Decimal:
    """Read odds that a person typed or a program wrote.

    Raises:
        InvalidOddsError: they are no decimal odds, or may be American ones.
    """
    if text.startswith("+"):
        raise InvalidOddsError(f"odds must be decimal odds, without a sign, not {short_repr(text)}")
    return to_odds(text)


class _BadLineError(Exception):
    """A line that cannot be used."""


class _Columns:
    """The header: how the file is separated, and where the two columns are."""

    def __init__(self, lines: io.StringIO, name: str) -> None:
        self.line = 0
        header = ""
        for header in lines:
            self.line += 1
            if header.strip():
                break
        if not header.strip():
            raise OddsFileError(name, [(1, f"it is empty; {_NEEDED}")])
        found = {}
        for delimiter in _DELIMITERS:
            try:
                cells = next(csv.reader([header], delimiter=delimiter, skipinitialspace=True))
            except csv.Error as error:
                raise OddsFileError(name, [(self.line, f"not CSV: {error}")]) from None
            found[delimiter] = [cell.strip().lower() for cell in cells]
        usable = [d for d, names in found.items() if {_ID_COLUMN, _ODDS_COLUMN} <= {*names}]
        if len(usable) != 1:
            if usable:
                reason = f"separated by {' or by '.join(_DELIMITERS[d] for d in usable)}?"
            else:
                names = max(found.values(), key=len)
                missing = [column for column in (_ID_COLUMN, _ODDS_COLUMN) if column not in names]
                columns = short_repr(", ".join(names))
                reason = f"no column {' and no column '.join(missing)} in {columns}; {_NEEDED}"
            raise OddsFileError(name, [(self.line, reason)])
        self.delimiter = usable[0]
        names = found[self.delimiter]
        for column in (_ID_COLUMN, _ODDS_COLUMN):
            if names.count(column) > 1:
                raise OddsFileError(name, [(self.line, f"there are two columns {column}")])
        self._count = len(names)
        self._id, self._odds = names.index(_ID_COLUMN), names.index(_ODDS_COLUMN)

    def take(self, cells: list[str]) -> tuple[int, str]:
        """The match id and the text of the odds."""
        if len(cells) != self._count:
            values = "1 value" if len(cells) == 1 else f"{len(cells)} values"
            raise _BadLineError(f"{values}, but the header has {self._count} columns")
        match_id = cells[self._id]
        if not _ID.fullmatch(match_id):
            raise _BadLineError(f"match_id must be a whole number, not {short_repr(match_id)}")
        return int(match_id), cells[self._odds]


class _Rows:
    """What the lines below the header say, one after the other."""

    def __init__(self, columns: _Columns) -> None:
        self.odds: dict[int, Decimal | None] = {}
        self._columns = columns
        self._lines: dict[int, int] = {}
        self._decimal_mark: tuple[str, int] | None = None

    def take(self, line: int, cells: list[str]) -> None:
        """Take a line, unless there is nothing in it."""
        if not any(cells):
            return
        match_id, text = self._columns.take(cells)
        if match_id in self._lines:
            raise _BadLineError(f"match {match_id} is on line {self._lines[match_id]} already")
        self._lines[match_id] = line
        self.odds[match_id] = self._read(text, line) if text else None

    def _read(self, text: str, line: int) -> Decimal:
        marks = [mark for mark in ",." if mark in text]
        if "," in marks and self._columns.delimiter == ",":
            raise _BadLineError(
                f"odds {short_repr(text)}: a decimal comma needs semicolons between the columns"
            )
        if len(marks) > 1:
            raise _BadLineError(f"odds {short_repr(text)} have both a comma and a point")
        for mark in marks:
            used, where = self._decimal_mark = self._decimal_mark or (mark, line)
            if used != mark:
                raise _BadLineError(
                    f"odds {short_repr(text)} have {_MARKS[mark]}, those on line {where} "
                    f"{_MARKS[used]}: use one in the whole file"
                )
        number = text.replace(",", ".")
        try:
            return read_odds(number)
        except InvalidOddsError as error:
            # As it stands in the file.
            raise _BadLineError(str(error).replace(short_repr(number), short_repr(text))) from None


def _text(content: bytes, name: str) -> str:
    if content.startswith(_UTF_16_OR_32):
        raise OddsFileError(name, [(1, "it is UTF-16, not UTF-8: save it as CSV UTF-8")])
    before, nul, _ = content.partition(b"\0")
    if nul:
        line = before.count(b"\n") + 1
        raise OddsFileError(name, [(line, "a NUL byte, so it is not UTF-8: save it as CSV UTF-8")])
    # Bytes that are no UTF-8 stay as they are: in a column of names they do no harm, and in the
    # two that count they are refused.
    return content.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")
