"""How a value is named in a message, and how many are shown in a notebook."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LONGEST = 60
_ROWS = 20
_LONGEST_CELL = 200


def short_repr(value: Any) -> str:
    """Name a value in an error, shortly and on one line, whatever its repr does."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - a caller's own repr, or an int too long to print
        text = f"<{type(value).__name__}>"
    return _cut(printable(" ".join(text.split())), _LONGEST)


def printable(text: str) -> str:
    """Write text of a server's or a caller's on one line, without what steers a terminal.

    White space becomes single spaces. Other control characters, and those that turn or hide text,
    are written as escapes, such as a backslash and ``x1b``.
    """
    if text.isprintable():
        return text
    line = " ".join(text.split())
    return "".join(
        character if character.isprintable() else ascii(character)[1:-1] for character in line
    )


def html_table(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], *, total: int, caption: str
) -> str:
    """Make a short HTML table, which a notebook shows in its own light or dark style.

    Args:
        columns: the names of the columns.
        rows: the cells of each row, None for an empty one; only the first rows are taken.
        total: how many rows there are.
        caption: what stands above it.
    """
    from html import escape  # noqa: PLC0415 - only notebooks need it

    shown = [
        "".join(f"<td>{escape(_cell(value))}</td>" for value in row) for row in islice(rows, _ROWS)
    ]
    if total > len(shown):
        shown.append(f'<td colspan="{len(columns)}">and {total - len(shown)} more</td>')
    # With no rows the caption says all.
    head = "".join(f"<th>{escape(column)}</th>" for column in columns if shown)
    body = "".join(f"<tr>{row}</tr>" for row in shown)
    # The classes keep a notebook from reading what stands between dollars as formulas.
    return (
        f'<table class="tex2jax_ignore mathjax_ignore"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cell(value: Any) -> str:
    return "" if value is None else _cut(str(value), _LONGEST_CELL)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"
