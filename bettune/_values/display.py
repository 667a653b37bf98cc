"""Formats values for messages and notebook tables: short, on one line, and only the first few."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from decimal import Decimal

# The number of items that a message names.
FEW = 5
# The number of rows that a notebook shows.
_ROWS = 20
# The maximum characters of a value in a message, and of a cell.
_LONGEST_REPR = 60
_LONGEST_CELL = 200


def short_repr(value: Any) -> str:
    """Format a value for an error message: short, on one line, even if its repr raises."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - a caller's own repr, or an int with too many digits
        text = f"<{type(value).__name__}>"
    return _cut(printable(" ".join(text.split())), _LONGEST_REPR)


def printable(text: str) -> str:
    """Format text of a server or a caller on one line, without control characters.

    White space becomes single spaces. Control characters, and characters that reverse or hide text,
    become escapes, such as a backslash and ``x1b``.
    """
    if text.isprintable():
        return text
    line = " ".join(text.split())
    return "".join(
        character if character.isprintable() else ascii(character)[1:-1] for character in line
    )


def first_few(texts: Collection[str], *, limit: int = FEW, separator: str = "; ") -> str:
    """Join the first texts, and add the number of the others."""
    shown = separator.join(islice(texts, limit))
    if len(texts) > limit:
        shown += f"{separator.rstrip(', ')} and {len(texts) - limit} more"
    return shown


def shown_odds(odds: Decimal) -> str:
    """Format odds without trailing zeros: 2.150000 as 2.15, 2.000000 as 2."""
    text = f"{odds:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def html_table(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], *, total: int, caption: str
) -> str:
    """Make a short HTML table, which a notebook shows in its light or dark style.

    Args:
        columns: the names of the columns.
        rows: the cells of each row, None for an empty cell. Only the first rows are read.
        total: the number of rows.
        caption: the text above the table.
    """
    from html import escape  # noqa: PLC0415 - only notebooks need it

    shown = [
        "".join(f"<td>{escape(_cell(value))}</td>" for value in row) for row in islice(rows, _ROWS)
    ]
    if total > len(shown):
        shown.append(f'<td colspan="{len(columns)}">and {total - len(shown)} more</td>')
    # Without rows, the caption is enough.
    head = "".join(f"<th>{escape(column)}</th>" for column in columns if shown)
    body = "".join(f"<tr>{row}</tr>" for row in shown)
    # With these classes, a notebook does not show text between dollar signs as formulas.
    return (
        f'<table class="tex2jax_ignore mathjax_ignore"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cell(value: Any) -> str:
    return "" if value is None else _cut(str(value), _LONGEST_CELL)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"
