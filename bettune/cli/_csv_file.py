"""Reads CSV files as spreadsheets and programs write them, or says line by line why not.

What could mean two things is refused: nothing here is guessed.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from bettune._values.display import short_repr
from bettune.cli._session import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_UTF_16_OR_32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_NAMED_PROBLEMS = 20
# What Excel puts before the header, to say how the columns are separated.
_SEPARATOR = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)


class CSVFileError(WrongUsage):
    """A file that cannot be used, with the reason for each bad line."""

    def __init__(self, name: str, problems: Sequence[tuple[int, str]]) -> None:
        lines = [f"line {line}: {reason}" for line, reason in problems[:_NAMED_PROBLEMS]]
        if len(problems) > _NAMED_PROBLEMS:
            lines.append(f"and {len(problems) - _NAMED_PROBLEMS} more")
        if len(lines) == 1:
            message = f"{name}, {lines[0]}; nothing was sent"
        else:
            message = "\n  ".join([f"{name} has bad lines; nothing was sent:", *lines])
        super().__init__(message)


class BadLineError(Exception):
    """A line that cannot be used."""


class CSVFile:
    """A CSV file with a header, which names the columns in any order and case.

    Args:
        content: the file; its columns are separated by commas, semicolons or tabs.
        name: the file, for errors.
        choices: the columns it must have, or those it may have in place of them.

    Attributes:
        name: the file, for errors.
        header: the names of the columns as they stand there.
        delimiter: what separates the columns.

    Raises:
        CSVFileError: it has no such header, or not for certain.
    """

    def __init__(self, content: bytes, name: str, *choices: Sequence[str]) -> None:
        self.name = name
        self._choices = choices
        self._lines = io.StringIO(_text(content, name), newline="")
        self._line = 0
        header, delimiters = self._next_line(), list(_DELIMITERS)
        if separator := _SEPARATOR.fullmatch(header):
            delimiters = [d for d in delimiters if d == separator[1]]
            if not delimiters:
                self._refuse(f"separated by {separator[1]!r}: use commas, semicolons or tabs")
            header = self._next_line()
        if not header:
            raise CSVFileError(name, [(1, f"it is empty; {self._needed()}")])
        self.delimiter = self._delimiter(header, delimiters)
        self.header = self._cells(header, self.delimiter)
        self._columns = [column.lower() for column in self.header]

    def index(self, column: str) -> int | None:
        """The place of a column, None if there is none of this name.

        Raises:
            CSVFileError: there are several.
        """
        if self._columns.count(column.lower()) > 1:
            self._refuse(f"there are two columns {column}")
        return self._columns.index(column.lower()) if column.lower() in self._columns else None

    def read(self, take: Callable[[int, list[str]], None]) -> None:
        """Pass each line that is not empty to a function: its number and its cells.

        Raises:
            CSVFileError: lines are no CSV, or have too few or too many cells, or the function
                raised BadLineError for them.
        """
        reader = csv.reader(
            self._lines, delimiter=self.delimiter, strict=True, skipinitialspace=True
        )
        problems: list[tuple[int, str]] = []
        while True:
            line = self._line + reader.line_num + 1
            try:
                cells = next(reader, None)
                if cells is None:
                    break
                cells = [cell.strip() for cell in cells]
                if any(cells):
                    take(line, self._complete(cells))
            except BadLineError as error:
                problems.append((line, str(error)))
            except csv.Error as error:
                problems.append((line, f"not CSV: {error}"))
                break  # from here on it is unknown where a line begins
        if problems:
            raise CSVFileError(self.name, problems)

    def _complete(self, cells: list[str]) -> list[str]:
        if len(cells) != len(self.header):
            values = "1 value" if len(cells) == 1 else f"{len(cells)} values"
            raise BadLineError(f"{values}, but the header has {len(self.header)} columns")
        return cells

    def _next_line(self) -> str:
        """The next line with something in it; an empty one at the end."""
        for line in self._lines:
            self._line += 1
            if line.strip():
                return line
        return ""

    def _delimiter(self, header: str, delimiters: Sequence[str]) -> str:
        found = {d: {c.lower() for c in self._cells(header, d)} for d in delimiters}
        usable = [d for d in delimiters if any(found[d].issuperset(c) for c in self._lower())]
        if not usable:
            self._refuse_header(header, delimiters)
        if len(usable) > 1:
            self._refuse(f"separated by {' or by '.join(_DELIMITERS[d] for d in usable)}?")
        return usable[0]

    def _refuse_header(self, header: str, delimiters: Sequence[str]) -> NoReturn:
        names = max((self._cells(header, d) for d in delimiters), key=len)
        there = {name.lower() for name in names}
        missing = min(
            ([c for c in choice if c.lower() not in there] for choice in self._choices), key=len
        )
        columns = short_repr(", ".join(names))
        self._refuse(f"no column {' and no column '.join(missing)} in {columns}; {self._needed()}")

    def _cells(self, header: str, delimiter: str) -> list[str]:
        try:
            cells = next(csv.reader([header], delimiter=delimiter, skipinitialspace=True))
        except csv.Error as error:
            self._refuse(f"not CSV: {error}")
        return [cell.strip() for cell in cells]

    def _lower(self) -> list[set[str]]:
        return [{column.lower() for column in choice} for choice in self._choices]

    def _needed(self) -> str:
        choices = [_enumeration(choice) for choice in self._choices]
        return f"the first line must name the columns {', or '.join(choices)}"

    def _refuse(self, reason: str) -> NoReturn:
        raise CSVFileError(self.name, [(self._line, reason)])


def read_bytes(path: str) -> tuple[bytes, str]:
    """Read a file, or standard input for a dash; its content, and its name for errors.

    Raises:
        WrongUsage: it cannot be read.
    """
    try:
        if path != "-":
            return Path(path).read_bytes(), click.format_filename(path)
        if sys.stdin is None:
            raise WrongUsage("standard input is closed: name a file, or pipe one in")
        return sys.stdin.buffer.read(), "standard input"
    except OSError as error:
        name = "standard input" if path == "-" else repr(click.format_filename(path))
        raise WrongUsage(f"{name}: {error.strerror}") from None


def _enumeration(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _text(content: bytes, name: str) -> str:
    if content.startswith(_UTF_16_OR_32):
        raise CSVFileError(name, [(1, "it is UTF-16, not UTF-8: save it as CSV UTF-8")])
    before, nul, _ = content.partition(b"\0")
    if nul:
        line = before.count(b"\n") + 1
        raise CSVFileError(name, [(line, "a NUL byte, so it is not UTF-8: save it as CSV UTF-8")])
    # Bytes that are no UTF-8 stay as they are: in a column that is not read they do no harm, and
    # in the others they are refused.
    return content.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")
