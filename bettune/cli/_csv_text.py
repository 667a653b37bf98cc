"""Read CSV files of spreadsheets and programs."""

from __future__ import annotations

import codecs
import csv
import io
import re
from typing import TYPE_CHECKING, NoReturn

from bettune.cli._table_file import BadLineError, Cell, Source, TableFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_UTF_16_OR_32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
# A line that Excel writes before the header to name the separator.
_SEPARATOR = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)


class CSVText(Source):
    """The lines of a CSV file.

    Args:
        content: the file.
        name: the file, for messages.
        encoding: the encoding; else UTF-8.
        is_header: a function that returns whether a line has the required columns.
        needed: the sentence that lists the required columns.

    Raises:
        TableFileError: the text cannot be decoded, or the delimiter is ambiguous.
    """

    unit = "line"

    def __init__(
        self,
        content: bytes,
        name: str,
        encoding: str | None,
        is_header: Callable[[Sequence[str]], bool],
        needed: str,
    ) -> None:
        self.name = name
        self._text = io.StringIO(_decode(content, name, encoding), newline="")
        self.header_line = 0
        header, delimiters = self._next_line(), list(_DELIMITERS)
        if separator := _SEPARATOR.fullmatch(header):
            delimiters = [d for d in delimiters if d == separator[1]]
            if not delimiters:
                self._refuse(f"the separator is {separator[1]!r}: use commas, semicolons or tabs")
            header = self._next_line()
        if not header:
            self.header_line = 1
            self._refuse(f"it is empty; {needed}")
        headers = {d: self._split(header, d) for d in delimiters}
        usable = [d for d in delimiters if is_header(headers[d])]
        if len(usable) > 1:
            names = " or ".join(_DELIMITERS[d] for d in usable)
            self._refuse(f"the header is valid with {names} as separators: use only one of these")
        # If no delimiter is usable, the table reports the missing columns of the widest header.
        self.delimiter = (usable or [max(delimiters, key=lambda d: len(headers[d]))])[0]
        self.header = headers[self.delimiter]

    def lines(self) -> Iterator[tuple[int, list[Cell] | BadLineError]]:
        """Iterate over the lines below the header."""
        reader = csv.reader(
            self._text, delimiter=self.delimiter, strict=True, skipinitialspace=True
        )
        while True:
            line = self.header_line + reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield line, BadLineError(f"not CSV: {error}")
                return  # where the next line begins is unknown
            if cells is None:
                return
            yield line, [cell.strip() for cell in cells]

    def _next_line(self) -> str:
        """Return the next line that is not blank, or an empty string at the end."""
        for line in self._text:
            self.header_line += 1
            if line.strip():
                return line
        return ""

    def _split(self, header: str, delimiter: str) -> list[str]:
        try:
            cells = next(csv.reader([header], delimiter=delimiter, skipinitialspace=True))
        except csv.Error as error:
            self._refuse(f"not CSV: {error}")
        return [cell.strip() for cell in cells]

    def _refuse(self, reason: str) -> NoReturn:
        raise TableFileError(self.name, [(f"line {self.header_line}", reason)])


def _decode(content: bytes, name: str, encoding: str | None) -> str:
    if encoding is not None:
        try:
            return content.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            raise TableFileError(
                name, [(f"line {line}", f"it is not {encoding}: give another --encoding")]
            ) from None
    if content.startswith(_UTF_16_OR_32):
        raise TableFileError(
            name,
            [
                (
                    "line 1",
                    "it is UTF-16, not UTF-8: save it as CSV UTF-8, or give --encoding utf-16",
                )
            ],
        )
    before, nul, _ = content.partition(b"\0")
    if nul:
        line = before.count(b"\n") + 1
        raise TableFileError(
            name, [(f"line {line}", "it has a NUL byte, so it is not UTF-8: save it as CSV UTF-8")]
        )
    # Invalid bytes are kept: they are rejected only in columns that are read.
    return content.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")
