"""Reads odds from mappings, DataFrames of any library, and rows, as pairs of match and odds.

narwhals (extra `frames`) reads DataFrames. It is imported only for the first DataFrame.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from bettune._errors import InvalidArgumentError
from bettune._values.arguments import to_id, to_match_id
from bettune._values.display import first_few, short_repr
from bettune._values.missing import is_missing

if TYPE_CHECKING:
    from narwhals.stable.v2 import Series

_Value_co = TypeVar("_Value_co", covariant=True)


class SupportsItems(Protocol[_Value_co]):
    """A mapping, or another object with `items()`, such as a pandas Series."""

    def items(self) -> Iterable[tuple[Any, _Value_co]]:
        """Return each key with its value."""


class SupportsColumns(Protocol):
    """A DataFrame of any library that narwhals reads."""

    @property
    def columns(self) -> Any:
        """The columns, or their names."""


# Not Iterable: a dict is iterable, too, so type checkers could not choose between the two types.
Rows: TypeAlias = Sequence[Mapping[Any, Any]] | Iterator[Mapping[Any, Any]]
OddsByMatch: TypeAlias = SupportsItems[Any] | SupportsColumns | Rows
"""Match to minimum odds: a mapping, a pandas Series, a DataFrame, or rows as mappings."""
OddsByFilter: TypeAlias = SupportsItems[OddsByMatch] | SupportsColumns | Rows
"""Filter id to minimum odds by match: a mapping, a DataFrame, or rows as mappings."""

Pairs = list[tuple[Any, Any]]

_FILTER_ID = re.compile(r"[1-9]\d{0,18}", re.ASCII)
# The names of narrow float types in pandas, polars and pyarrow, with their formats in struct.
_NARROW_FLOATS = {"float16": "e", "halffloat": "e", "float32": "f", "float": "f"}
# The columns of a table with one row per filter and match.
_LONG = ("filter_id", "match_id", "odds")
_RENAMED = 'rename(columns={"id": "match_id"})'


def odds_pairs(odds: OddsByMatch, filter_id: int | None = None) -> Iterable[tuple[Any, Any]]:
    """Read the odds of one filter as pairs of match and value, in the given order.

    Args:
        odds: a mapping, an object with items(), a DataFrame with the columns match_id (or a pandas
            index of this name) and odds, or an iterable of mappings with these keys.
        filter_id: the filter of the odds. Rows with another `filter_id` are rejected.

    Raises:
        InvalidArgumentError: the value has another type, or match ids are missing.
    """
    return _pairs(odds, "odds", filter_id)


def sheet_pairs(
    odds_by_filter: OddsByFilter, columns: Mapping[str, int] | None = None
) -> dict[int, Pairs]:
    """Read the odds of several filters as a dict of filter id to pairs (see `odds_pairs`).

    Args:
        odds_by_filter: a mapping of filter id to odds; or a DataFrame or an iterable of mappings,
            with match_id and one column per filter, or with filter_id, match_id and odds.
        columns: the filter of each column to read. Other columns are ignored.

    Raises:
        InvalidArgumentError: the value has another type, a filter is duplicated, or match ids or
            columns are missing.
    """
    name = "odds_by_filter"
    filters = None if columns is None else _filters_of_columns(columns)
    table = _table(odds_by_filter, name)
    if table is not None:
        if filters is None and all(column in table for column in _LONG):
            return _read_long(table, name)
        return _read_wide(table, name, filters)
    if filters is not None:
        raise InvalidArgumentError(
            f"columns needs a DataFrame or rows, not {short_repr(odds_by_filter)}"
        )
    sheet: dict[int, Pairs] = {}
    for key, odds in _items(odds_by_filter, name, "filter ids to odds by match"):
        filter_id = to_id(key, f"each filter id of {name}")
        _add(sheet, filter_id, _pairs(odds, f"odds of filter {filter_id}", filter_id))
    return sheet


def rows(frame: Any) -> list[dict[str, Any]] | None:
    """Read the rows of a DataFrame, or return None if the value is not a DataFrame.

    Each cell is a Python value, such as a date, a datetime or a str. Missing values are None. A
    named pandas index becomes a column.

    Raises:
        InvalidArgumentError: the DataFrame cannot be read.
    """
    if not _is_frame(frame):
        return None
    columns = _columns(frame, "the DataFrame")
    cells = [map(_plain, _values(column)) for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*cells, strict=True)]


def _filters_of_columns(columns: Any) -> dict[str, int]:
    if not isinstance(columns, Mapping) or not columns:
        raise InvalidArgumentError(
            'columns must map names of columns to filter ids, such as {"home_win": 11583}, '
            f"not {short_repr(columns)}"
        )
    filters = {}
    for column, value in columns.items():
        if column == "match_id":
            raise InvalidArgumentError("columns: match_id holds the matches, not odds of a filter")
        filters[column] = to_id(value, f"columns: the filter of {short_repr(column)}")
    return filters


def _read_long(table: dict[Any, list[Any]], name: str) -> dict[int, Pairs]:
    """Read a table with one row per filter and match."""
    ids = _match_ids(table, name)
    sheet: dict[int, Pairs] = {}
    cells = zip(table["filter_id"], ids, table["odds"], strict=True)
    for row, (filter_cell, match, odds) in enumerate(cells):
        filter_id = to_id(filter_cell, f"{name}: filter_id in row {row}")
        sheet.setdefault(filter_id, []).append((match, odds))
    return sheet


def _read_wide(
    table: dict[Any, list[Any]], name: str, filters: dict[str, int] | None
) -> dict[int, Pairs]:
    """Read a table with one row per match and one column per filter."""
    if not table:  # an empty list of rows
        return {} if filters is None else {filter_id: [] for filter_id in filters.values()}
    ids = _match_ids(table, name)
    if filters is not None:
        absent = [short_repr(column) for column in filters if column not in table]
        if absent:
            raise InvalidArgumentError(
                f"columns: {name} has no column {first_few(absent, separator=', ')}, "
                f"only {_listed(table)}"
            )
    if not table:
        raise InvalidArgumentError(
            f"{name} has no column but match_id: add a column for each filter"
        )
    sheet: dict[int, Pairs] = {}
    for column in table if filters is None else filters:
        if filters is not None:
            filter_id = filters[column]
        else:
            number = int(column) if _is_filter_id(column) else column
            filter_id = to_id(
                number,
                f"{name}: without columns=, each column name besides match_id is a filter id and",
            )
        _add(sheet, filter_id, zip(ids, table[column], strict=True))
    return sheet


def _is_filter_id(column: Any) -> bool:
    return isinstance(column, str) and _FILTER_ID.fullmatch(column) is not None


def _add(sheet: dict[int, Pairs], filter_id: int, pairs: Iterable[tuple[Any, Any]]) -> None:
    if filter_id in sheet:
        raise InvalidArgumentError(f"odds_by_filter holds filter {filter_id} more than once")
    sheet[filter_id] = list(pairs)


def _pairs(odds: Any, name: str, filter_id: int | None) -> Iterable[tuple[Any, Any]]:
    table = _table(odds, name)
    if table is None:
        items = _items(odds, name, "match ids to odds")
        narrow = _narrow_float(getattr(odds, "dtype", None))
        return ((key, _shortest(value, narrow)) for key, value in items) if narrow else items
    if not table:  # an empty list of rows
        return []
    ids = _match_ids(table, name)
    if "odds" not in table:
        raise InvalidArgumentError(
            f"{name}: there is no column odds; besides match_id, there is {_listed(table)}"
        )
    if filter_id is not None and "filter_id" in table:
        for row, filter_cell in enumerate(table["filter_id"]):
            if to_id(filter_cell, f"{name}: filter_id in row {row}") != filter_id:
                raise InvalidArgumentError(
                    f"{name}: row {row} is for filter {filter_cell}, not for filter {filter_id}: "
                    "pass the rows of one filter, or all of them to plan_many or sync_many"
                )
    return zip(ids, table["odds"], strict=True)


def _table(given: Any, name: str) -> dict[Any, list[Any]] | None:
    """Read the columns of a DataFrame or an iterable of mappings, or return None."""
    if _is_frame(given):
        columns = _columns(given, name, index=_LONG)
        return {column: _values(values) for column, values in columns.items()}
    if isinstance(given, str | bytes | type) or callable(getattr(given, "items", None)):
        return None
    try:
        given_rows = list(given)
    except Exception:  # noqa: BLE001 - of the caller's type; an error follows
        return None
    for number, row in enumerate(given_rows):
        if not isinstance(row, Mapping):
            if number == 0:
                return None
            raise InvalidArgumentError(
                f"{name}: row {number} must be a mapping, not {short_repr(row)}"
            )
    names = dict.fromkeys(column for row in given_rows for column in row)
    if given_rows and not names:
        raise InvalidArgumentError(f"{name}: row 0 is empty: each row must have match_id")
    for column in ("match_id", "odds", "filter_id"):
        if column in names:
            for number, row in enumerate(given_rows):
                if column not in row:
                    raise InvalidArgumentError(
                        f"{name}: row {number} has no {column}, unlike other rows"
                    )
    # In other columns, a missing key is a missing value, as in pandas.
    return {column: [row.get(column) for row in given_rows] for column in names}


def _items(given: Any, name: str, content: str) -> Iterable[tuple[Any, Any]]:
    items = getattr(given, "items", None)
    if isinstance(given, type) or not callable(items):
        raise InvalidArgumentError(
            f"{name} must map {content}, not {short_repr(given)}: pass a dict, a pandas Series "
            "with the ids as its index, a DataFrame or an iterable of rows (mappings)"
        )
    _check_index(getattr(given, "index", None), name)
    pairs: Iterable[tuple[Any, Any]] = items()
    return pairs


def _check_index(index: Any, name: str) -> None:
    """Reject a pandas index that is not named match_id: it may contain row numbers."""
    names = getattr(index, "names", None)
    if names is None or not len(index) or list(names) == ["match_id"]:
        return
    raise InvalidArgumentError(
        f'{name}: the index must be named "match_id", not {_listed(names)}, since it may contain '
        'row numbers: make the ids the index, frame.set_index("match_id")["odds"], or name an '
        'index of ids, .rename_axis("match_id")'
    )


def _is_frame(value: Any) -> bool:
    return hasattr(type(value), "columns")


def _columns(
    frame: Any, name: str, *, index: tuple[str, ...] | None = None
) -> dict[Any, Series[Any]]:
    """Read the columns of a DataFrame, and the named columns of its pandas index.

    If `index` is given, other columns of the index are ignored.
    """
    try:
        import narwhals.stable.v2 as nw  # noqa: PLC0415 - optional
    except ImportError:
        raise InvalidArgumentError(
            f"{name}: reading a DataFrame needs narwhals: pip install 'bettune[frames]'"
        ) from None
    index_names = [
        name
        for name in getattr(_index(frame), "names", ())
        if name is not None and (index is None or name in index)
    ]
    if index_names:
        duplicates = [name for name in index_names if name in frame.columns]
        if duplicates:
            raise InvalidArgumentError(
                f"{name}: {_listed(duplicates)} names a column and the index: keep one of them, "
                "for example with reset_index(drop=True)"
            )
        frame = frame.reset_index(level=index_names)
    try:
        table = nw.from_native(frame)
        if isinstance(table, nw.LazyFrame):
            table = table.collect()
    except Exception as error:
        # Missing pyarrow (for duckdb), an unknown library, duplicate column names, or a failed
        # query of a lazy frame: each library raises its own exceptions.
        raise InvalidArgumentError(
            f"{name} cannot be read as a DataFrame: {' '.join(str(error).split())}"
        ) from error
    return {column.name: column for column in table.iter_columns()}


def _index(frame: Any) -> Any:
    return getattr(frame, "index", None)


def _match_ids(table: dict[Any, list[Any]], name: str) -> list[Any]:
    """Remove the column match_id from a table, and return its values: ids or `Match`."""
    if "match_id" not in table:
        hint = f"if id holds match ids, frame.{_RENAMED}; " if "id" in table else ""
        raise InvalidArgumentError(
            f"{name}: there is no column match_id, only {_listed(table)}: add it; {hint}if the "
            'pandas index holds the ids, frame.rename_axis("match_id")'
        )
    ids = table.pop("match_id")
    for row, value in enumerate(ids):
        if is_missing(value):
            raise InvalidArgumentError(
                f"{name}: row {row} has no match_id: fill it in, or drop the row"
            )
    for row, value in enumerate(ids):
        to_match_id(value, f"{name}: match_id in row {row}")
    return ids


def _listed(names: Iterable[Any]) -> str:
    """Format the first few names of columns."""
    return first_few([*map(short_repr, names)], limit=8, separator=", ") or "none"


def _values(column: Series[Any]) -> list[Any]:
    native = column.to_native()
    narrow = _narrow_float(getattr(native, "dtype", getattr(native, "type", None)))
    values: list[Any] = column.to_list()
    return [_shortest(value, narrow) for value in values] if narrow else values


def _narrow_float(dtype: Any) -> str | None:
    """Return the struct format of a column, or of its categories, if it has narrow floats."""
    dtype = getattr(dtype, "value_type", dtype)
    dtype = getattr(getattr(dtype, "categories", None), "dtype", dtype)
    return _NARROW_FLOATS.get(str(dtype).lower().removesuffix("[pyarrow]"))


def _shortest(value: Any, narrow: str) -> Any:
    """Undo the widening of a narrow float: convert 2.1500000953674316 back to 2.15."""
    if is_missing(value):
        return value
    for digits in range(3, 10):
        shorter = float(f"{value:.{digits}g}")
        if struct.unpack(narrow, struct.pack(narrow, shorter))[0] == value:
            return shorter
    return value


def _plain(value: Any) -> Any:
    """Convert a cell to a Python value."""
    if is_missing(value):
        return None
    if hasattr(value, "to_pydatetime"):
        return value.to_pydatetime(warn=False)
    return value.item() if hasattr(value, "dtype") and hasattr(value, "item") else value
