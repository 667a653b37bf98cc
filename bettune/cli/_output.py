"""Output: tables for a person, JSON and CSV for programs, on standard output."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
import msgspec
from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from bettune import to_records
from bettune._values.display import shown_odds
from bettune.cli._options import discard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

    from rich.console import JustifyMethod, RenderableType

    from bettune.cli._options import Options

_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?%?", re.ASCII)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# The width of tables in files: wide enough that nothing is cut off.
_FILE_WIDTH = 1000


def odds_cell(odds: Decimal | None) -> str:
    """Format odds for a cell of a table. None becomes an empty cell."""
    return "" if odds is None else shown_odds(odds)


def one_line(text: object) -> str:
    """Return text on one line, without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())


def count(number: int, singular: str, plural: str) -> str:
    """Return a number with its noun."""
    return f"{number} {singular if number == 1 else plural}"


def table_of(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Make a table. Columns ">…" are right-aligned, columns "…*" are cut if there is no room."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    for column in columns:
        justify: JustifyMethod = "right" if column.startswith(">") else "left"
        cut = column.endswith("*")
        # Rich first narrows the columns that may wrap. Their cells may not, so they are cut.
        table.add_column(column.strip(">*"), justify=justify, no_wrap=not cut)
    for row in rows:
        cells = (Text(one_line(cell), no_wrap=True, overflow="ellipsis") for cell in row)
        table.add_row(*cells)
    return table


def terminal_width() -> int:
    """Return the terminal's width. COLUMNS counts only if it is a positive number."""
    return shutil.get_terminal_size().columns or 80


def write_for_person(*parts: RenderableType) -> None:
    """Write tables and lines of text, up to the width of the terminal."""
    width = terminal_width() if sys.stdout.isatty() else _FILE_WIDTH
    console = Console(width=width, markup=False, highlight=False)
    with console.capture() as captured:
        console.print(Group(*parts))
    write_text(captured.get())


def write_models(
    options: Options,
    kind: type[msgspec.Struct],
    models: Sequence[msgspec.Struct],
    table: RenderableType,
    note: str = "",
) -> None:
    """Write models in the output format. For a person: the table, if it has rows, and a note."""
    if options.output == "json":
        write_json(models)
    else:
        write_records(options, list(_columns(kind)), to_records(models), table, note)


def write_records(
    options: Options,
    columns: Sequence[str],
    records: Sequence[dict[str, Any]],
    table: RenderableType,
    note: str = "",
) -> None:
    """Write records in the output format. For a person: the table, if it has rows, and a note."""
    if options.output == "json":
        write_json([{column: record[column] for column in columns} for record in records])
    elif options.output == "csv":
        write_csv(columns, records, options)
    else:
        parts = [table] if records else []
        write_for_person(*parts, *([Text(note, style="dim")] if note else []))


def write_json(value: Any) -> None:
    """Write JSON: models as objects, decimals as strings, times in ISO 8601."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    if sys.stdout.isatty():
        text = "\n".join("".join(map(_escaped, line)) for line in text.split("\n"))
    write_text(text + "\n")


def write_csv(
    columns: Sequence[str],
    records: Iterable[dict[str, Any]],
    options: Options,
) -> None:
    """Write records as CSV with a header, and times in ISO 8601."""
    rows = [[record[column] for column in columns] for record in records]
    write_csv_rows([columns, *rows], options)


def write_csv_rows(
    rows: Iterable[Iterable[object]], options: Options, *, delimiter: str = ","
) -> None:
    """Write rows as CSV. On a terminal, control characters are removed."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    terminal = sys.stdout.isatty()
    for row in rows:
        cells = [cell_of(value, spreadsheet_safe=options.spreadsheet_safe) for value in row]
        if terminal:
            cells = [one_line(cell) if isinstance(cell, str) else cell for cell in cells]
        writer.writerow(cells)
    write_text(text.getvalue())


def cell_of(value: object, *, spreadsheet_safe: bool) -> object:
    """Return a value for CSV. Times are in ISO 8601.

    Args:
        value: the value.
        spreadsheet_safe: put an apostrophe before text that a spreadsheet would run as a formula.
    """
    if isinstance(value, str) and spreadsheet_safe and value.startswith(_FORMULA):
        return value if _NUMBER.fullmatch(value) else f"'{value}"
    return value.isoformat() if isinstance(value, datetime) else value


def _escaped(letter: str) -> str:
    """Return a printable character unchanged, and another one as its JSON escape."""
    if letter.isprintable():
        return letter
    return json.dumps(letter).strip('"')


def _columns(kind: type[msgspec.Struct], prefix: str = "") -> Iterator[str]:
    # The columns of to_records, which has none for an empty list.
    for field in msgspec.structs.fields(kind):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            yield from _columns(field.type, f"{prefix}{field.name}_")
        else:
            yield prefix + field.name


def write_text(text: str) -> None:
    """Write text unchanged; bytes of a file that are not UTF-8 stay as they are."""
    stream = sys.stdout.buffer
    try:
        rest = memoryview(text.encode("utf-8", "surrogateescape"))
        while rest:  # an unbuffered stream (python -u) may write only a part
            rest = rest[stream.write(rest) :]
        stream.flush()
    except OSError as error:
        discard(sys.stdout)
        # The reader may close the pipe at any time. This is not a failure.
        if not isinstance(error, BrokenPipeError):
            raise click.ClickException(f"cannot write the output: {error.strerror}") from None
