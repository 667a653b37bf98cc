"""What comes out: tables for a person, JSON and CSV for programs, on standard output."""

from __future__ import annotations

import csv
import io
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
from bettune.cli._options import discard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

    from rich.console import JustifyMethod, RenderableType

    from bettune.cli._options import Options

# Wide enough for any table that goes into a file, where nothing is to be cut off.
_FILE_WIDTH = 1000


def one_line(text: object) -> str:
    """Text without line breaks and other control characters, which could drive the terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())


def shown_odds(odds: Decimal | None) -> str:
    """Decimal odds as text: two decimals, or as many more as they have."""
    if odds is None:
        return ""
    whole, _, decimals = f"{odds:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0'):0<2}"


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


def write_for_person(*parts: RenderableType) -> None:
    """Write tables and lines of text, as wide as the terminal allows."""
    width = None if sys.stdout.isatty() else _FILE_WIDTH
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
    """Write models as asked: for a person the table, if there is anything in it, and a note."""
    if options.output == "json":
        write_json(models)
    elif options.output == "csv":
        write_csv(list(_columns(kind)), to_records(models))
    else:
        parts = [table] if models else []
        write_for_person(*parts, *([Text(note, style="dim")] if note else []))


def write_json(value: Any) -> None:
    """Write JSON: models as objects, decimals as strings, times in ISO 8601."""
    write_text(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def write_csv(columns: Sequence[str], records: Iterable[dict[str, Any]]) -> None:
    """Write CSV with a header, and times in ISO 8601."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for record in records:
        writer.writerow(cell_of(record[column]) for column in columns)
    write_text(text.getvalue())


def cell_of(value: object) -> object:
    """A value as CSV has it: a time in ISO 8601, nothing for None."""
    return value.isoformat() if isinstance(value, datetime) else value


def _columns(kind: type[msgspec.Struct], prefix: str = "") -> Iterator[str]:
    # Those of to_records, which has none to show where there are no models.
    for field in msgspec.structs.fields(kind):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            yield from _columns(field.type, f"{prefix}{field.name}_")
        else:
            yield prefix + field.name


def write_text(text: str) -> None:
    """Write text as it is; bytes of a file that were no UTF-8 stay as they were."""
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
