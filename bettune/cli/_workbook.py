"""Read a sheet of an .xlsx workbook, with the types of its cells."""

from __future__ import annotations

import io
import warnings
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from bettune._values.display import short_repr
from bettune.cli._exit_status import WrongUsage
from bettune.cli._table_file import BadLineError, Cell, ErrorCell, Source, TableFileError, shown

try:
    import openpyxl
    from openpyxl.utils import get_column_letter
except ImportError:
    raise WrongUsage("workbooks need openpyxl: pip install 'bettune[excel]'") from None

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NOT_CALCULATED = ErrorCell(
    "a formula without a value", ": open the file in the spreadsheet program and save it again"
)


class Worksheet(Source):
    """The rows of a sheet.

    Args:
        content: the workbook.
        name: the file, for messages.
        sheet: the name of the sheet. Required if several sheets are not empty.

    Raises:
        WrongUsage: the content is not a valid workbook, or does not have the sheet.
        TableFileError: the sheet is empty.
    """

    unit = "row"

    def __init__(self, content: bytes, name: str, sheet: str | None) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about styles and extensions
                title, self._rows = _read(content, name, sheet)
        except WrongUsage:
            raise
        except Exception as error:  # noqa: BLE001 - openpyxl raises any exception for damaged files
            raise WrongUsage(
                f"{name} is not an .xlsx workbook, or it is damaged ({short_repr(str(error))}): "
                "save it as .xlsx, or as CSV UTF-8"
            ) from None
        self.name = f"{name}, sheet {title!r}"
        for number, cells in enumerate(self._rows, 1):
            if any(cell != "" for cell in cells):
                self.header_line = number
                self.header = [shown(cell).strip() for cell in cells]
                while self.header and not self.header[-1]:
                    self.header.pop()
                return
        raise TableFileError(self.name, [("row 1", "the sheet is empty")])

    def lines(self) -> Iterator[tuple[int, list[Cell] | BadLineError]]:
        """Iterate over the rows below the header."""
        width = len(self.header)
        for number, cells in enumerate(self._rows, 1):
            if number > self.header_line:
                rest = [shown(cell) for cell in cells[width:] if cell != ""]
                if rest:
                    yield number, BadLineError(f"{rest[0]!r} is to the right of the last column")
                else:
                    yield number, (cells + [""] * width)[:width]

    def label(self, index: int, column: str) -> str:
        """Name a column with its letter, for messages."""
        return f"column {get_column_letter(index + 1)} ({column})"


def _read(content: bytes, name: str, wanted: str | None) -> tuple[str, list[list[Cell]]]:
    """Return the title and the rows of a sheet."""
    sheet = _sheet_of(_open(content, values=True), name, wanted)
    # Formulas that were never calculated have empty values. The second workbook has the formulas,
    # to distinguish these cells from empty ones.
    formulas = _open(content, values=False)[sheet.title]
    rows = zip(sheet.iter_rows(), formulas.iter_rows(), strict=False)
    return sheet.title, [list(_cells(*row)) for row in rows]


def _open(content: bytes, *, values: bool) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=values)


def _sheet_of(workbook: Any, name: str, wanted: str | None) -> Any:
    titles = [sheet.title for sheet in workbook.worksheets]
    if wanted is not None:
        if wanted not in titles:
            raise WrongUsage(f"{name} has no sheet {wanted!r}, only {', '.join(map(repr, titles))}")
        return workbook[wanted]
    visible = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    filled = [sheet for sheet in visible if not _is_empty(sheet)]
    if len(filled) > 1:
        listed = ", ".join(repr(sheet.title) for sheet in filled)
        raise WrongUsage(f"{name} has several sheets: choose one with --worksheet: {listed}")
    return (filled or visible or workbook.worksheets)[0]


def _is_empty(sheet: Any) -> bool:
    return all(value is None for row in sheet.iter_rows(values_only=True) for value in row)


def _cells(values: Iterable[Any], formulas: Iterable[Any]) -> Iterator[Cell]:
    for cell, formula in zip(values, formulas, strict=False):
        value = cell.value
        if value is None:
            # An empty text as the result of a formula is a value. openpyxl keeps its type.
            calculated = getattr(cell, "data_type", "") == "str"
            is_formula = getattr(formula, "data_type", "") == "f"
            yield _NOT_CALCULATED if is_formula and not calculated else ""
        elif cell.data_type == "e":
            yield ErrorCell(str(value), ": correct the formula, or empty the cell")
        elif isinstance(value, datetime) and value.time() == time() and _is_day(cell):
            yield value.date()
        else:
            yield value


def _is_day(cell: Any) -> bool:
    """Return whether a date is shown without a time."""
    return "h" not in str(cell.number_format or "").lower()
