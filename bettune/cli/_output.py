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
# Wide enough for any table that goes into a file, where nothing is to be cut off.
_FILE_WIDTH = 1000


def odds_cell(odds: Decimal | None) -> str:
    """Return odds as a cell of a table; an empty one for None."""
    return "" if odds is None else shown_odds(odds)


def one_line(text: object) -> str:
    """Text without line breaks and other control characters, which could drive the terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())


def table_of(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Make a table. The column ">…" is set to the right, "…*" is cut where room is short."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    for column in columns:
        justify: JustifyMethod = "right" if column.startswith(">") else "left"
        cut = column.endswith("*")
        # Rich narrows the columns first that may wrap; the cells, which may not, are then cut.
        table.add_column(column.strip(">*"), justify=justify, no_wrap=not cut)
    for row in rows:
        cells = (Text(one_line(cell), no_wrap=True, overflow="ellipsis") for cell in row)
        table.add_row(*cells)
    return table


def terminal_width() -> int:
    """Return the terminal's width; COLUMNS counts only where it is a positive number."""
    return shutil.get_terminal_size().columns or 80


def write_for_person(*parts: RenderableType) -> None:
    """Write tables and lines of text, as wide as the terminal allows."""
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
    """Write models as asked: for a person the table, if it has rows, and a note."""
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
    """Write records as asked: for a person the table, if it has rows, and a note."""
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
    """Write rows as CSV; on a terminal, names without the characters that could drive it."""
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
    """Return a value for CSV: a time in ISO 8601, nothing for None.

    Args:
        value: the value.
        spreadsheet_safe: put an apostrophe before text that a spreadsheet would run as a formula.
    """
    if isinstance(value, str) and spreadsheet_safe and value.startswith(_FORMULA):
        return value if _NUMBER.fullmatch(value) else f"'{value}"
    return value.isoformat() if isinstance(value, datetime) else value


def _escaped(letter: str) -> str:
    """Return a letter, or its JSON escape where a terminal would not show it as such."""
    if letter.isprintable():
        return letter
    return json.dumps(letter).strip('"')


def _columns(kind: type[msgspec.Struct], prefix: str = "") -> Iterator[str]:
    # Those of to_records, which has none to show where there are no models.
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
        while rest:  # unbuffered (python -u), it may take only a part
            rest = rest[stream.write(rest) :]
        stream.flush()
    except OSError as error:
        discard(sys.stdout)
        # Whoever has read enough closes the pipe, and that is no failure.
        if not isinstance(error, BrokenPipeError):
            raise click.ClickException(f"cannot write the output: {error.strerror}") from None
