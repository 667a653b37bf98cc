"""DataFrames of any library, and mappings, as plain values: odds by match, sheets, rows.

DataFrames are read by narwhals (extra `frames`), which is imported only where one comes.
"""

from __future__ import annotations

import re
import struct
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from bettune._errors import InvalidArgumentError
from bettune._values.arguments import to_id
from bettune._values.display import short_repr

if TYPE_CHECKING:
    from collections.abc import Iterable

    from narwhals.stable.v2 import Series

_Value_co = TypeVar("_Value_co", covariant=True)


class SupportsItems(Protocol[_Value_co]):
    """A mapping, or what can be read like one: a pandas Series."""

    def items(self) -> Iterable[tuple[Any, _Value_co]]:
        """Each key with its value."""


class SupportsColumns(Protocol):
    """A DataFrame, of any library that narwhals reads."""

    @property
    def columns(self) -> Any:
        """Its columns, or their names."""


OddsByMatch: TypeAlias = SupportsItems[Any] | SupportsColumns
OddsByFilter: TypeAlias = SupportsItems[OddsByMatch] | SupportsColumns

# These two need not be installed, and are no number that differs from itself.
_NO_VALUE = frozenset({"NAType", "MaskedConstant"})
_FILTER_ID = re.compile(r"[1-9]\d{0,18}", re.ASCII)
# As pandas, polars and pyarrow write the types of narrow floats, in struct's format.
_NARROW_FLOATS = {"float16": "e", "halffloat": "e", "float32": "f", "float": "f"}


def is_missing(value: Any) -> bool:
    """Tell whether it is no value: None, NaN, NA, NaT, masked; text never is."""
    if value is None or type(value).__name__ in _NO_VALUE:
        return True
    if isinstance(value, Decimal):
        return value.is_nan()  # a signalling NaN cannot be compared
    if hasattr(value, "__iter__"):
        return False
    try:
        return bool(value != value)  # noqa: PLR0124 - as NaN and NaT do
    except Exception:  # noqa: BLE001 - of a caller's own type
        return False


def odds_pairs(odds: OddsByMatch) -> Iterable[tuple[Any, Any]]:
    """Read odds by match: each match id with its value, in the order given.

    Args:
        odds: a mapping, anything with items(), or a DataFrame with the columns match_id (or pandas'
            index of that name) and odds.

    Raises:
        InvalidArgumentError: it is none of these, or no match ids are in it.
    """
    return _pairs(odds, "odds")


def sheet_pairs(odds_by_filter: OddsByFilter) -> dict[int, list[tuple[Any, Any]]]:
    """Read odds by filter and match: filter id to what `odds_pairs` gives.

    Args:
        odds_by_filter: a mapping of filter id to odds, or a DataFrame with the column match_id (or
            pandas' index of that name) and a column a filter, named by its id.

    Raises:
        InvalidArgumentError: it is neither, a filter comes twice, or no match ids are in it.
    """
    name = "odds_by_filter"
    sheet: dict[int, list[tuple[Any, Any]]] = {}
    if _is_frame(odds_by_filter):
        columns = _columns(odds_by_filter, name)
        ids = _match_ids(columns, name)
        if not columns:
            raise InvalidArgumentError(f"{name} has no column but match_id: add a column a filter")
        for column, values in columns.items():
            given = column
            if isinstance(column, str) and _FILTER_ID.fullmatch(column):
                given = int(column)
            where = f"each column of {name} besides match_id is a filter id, and"
            _add(sheet, to_id(given, where), zip(ids, _values(values), strict=True))
        return sheet
    for key, odds in _items(odds_by_filter, name, "filter ids to odds by match"):
        filter_id = to_id(key, f"each filter id of {name}")
        _add(sheet, filter_id, _pairs(odds, f"odds of filter {filter_id}"))
    return sheet


def rows(frame: Any) -> list[dict[str, Any]] | None:
    """Read the rows of a DataFrame, or None where it is none.

    A cell is a Python value, such as a date, a datetime or a str, and None where it is no value. A
    pandas index that has a name is a column of that name.

    Raises:
        InvalidArgumentError: the DataFrame cannot be read.
    """
    if not _is_frame(frame):
        return None
    columns = _columns(frame, "the DataFrame")
    cells = [map(_plain, _values(column)) for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*cells, strict=True)]


def _add(
    sheet: dict[int, list[tuple[Any, Any]]], filter_id: int, pairs: Iterable[tuple[Any, Any]]
) -> None:
    if filter_id in sheet:
        raise InvalidArgumentError(f"odds_by_filter holds filter {filter_id} more than once")
    sheet[filter_id] = list(pairs)


def _pairs(odds: Any, name: str) -> Iterable[tuple[Any, Any]]:
    if _is_frame(odds):
        columns = _columns(odds, name)
        ids = _match_ids(columns, name)
        if "odds" not in columns:
            raise InvalidArgumentError(
                f"{name}: besides match_id, no column odds, only {_listed(columns)}"
            )
        return zip(ids, _values(columns["odds"]), strict=True)
    items = _items(odds, name, "match ids to odds")
    narrow = _narrow_float(getattr(odds, "dtype", None))
    return ((key, _shortest(value, narrow)) for key, value in items) if narrow else items


def _items(given: Any, name: str, what: str) -> Iterable[tuple[Any, Any]]:
    items = getattr(given, "items", None)
    if isinstance(given, type) or not callable(items):
        raise InvalidArgumentError(
            f"{name} must map {what}, as a dict, a pandas Series with the ids as its index or a "
            f"DataFrame does, not {short_repr(given)}"
        )
    _refuse_row_index(getattr(given, "index", None), name)
    pairs: Iterable[tuple[Any, Any]] = items()
    return pairs


def _refuse_row_index(index: Any, name: str) -> None:
    """Refuse the rows' numbers in place of ids.

    pandas makes a RangeIndex of ids that follow each other too, and those that set_index gave have
    a name. Rows picked from a frame keep their numbers in an index of another type, perhaps with 0.
    """
    if getattr(index, "names", None) != [None] or not len(index):
        return
    if len(index) and (type(index).__name__ == "RangeIndex" or 0 in index):
        raise InvalidArgumentError(
            f"{name}: the index holds the numbers of rows, not ids. Take the ids as the index: "
            'frame.set_index("match_id")["odds"]; if it does hold ids, name it: '
            '.rename_axis("match_id")'
        )


def _is_frame(value: Any) -> bool:
    return hasattr(type(value), "columns")


def _columns(frame: Any, name: str) -> dict[Any, Series[Any]]:
    try:
        import narwhals.stable.v2 as nw  # noqa: PLC0415 - optional
    except ImportError:
        raise InvalidArgumentError(
            f"{name}: reading a DataFrame takes narwhals: pip install 'bettune[frames]'"
        ) from None
    index_names = [one for one in getattr(_index(frame), "names", ()) if one is not None]
    if index_names:
        both = [one for one in index_names if one in frame.columns]
        if both:
            raise InvalidArgumentError(
                f"{name}: {_listed(both)} names a column and the index: keep one of them, such as "
                "with reset_index(drop=True)"
            )
        frame = frame.reset_index(level=index_names)
    try:
        read = nw.from_native(frame)
        if isinstance(read, nw.LazyFrame):
            read = read.collect()
    except Exception as error:
        # pyarrow is missing for duckdb, a library is unknown, columns share a name, or what a lazy
        # frame asks for fails, with an error of its library's own.
        raise InvalidArgumentError(
            f"{name} cannot be read as a DataFrame: {' '.join(str(error).split())}"
        ) from error
    return {column.name: column for column in read.iter_columns()}


def _index(frame: Any) -> Any:
    return getattr(frame, "index", None)


def _match_ids(columns: dict[Any, Series[Any]], name: str) -> list[int]:
    """Take the ids out of the columns."""
    if "match_id" not in columns:
        raise InvalidArgumentError(
            f"{name}: no column match_id, only {_listed(columns)}: add it, or if pandas' index "
            'holds the ids, name that: frame.rename_axis("match_id")'
        )
    ids = columns.pop("match_id").to_list()
    for row, value in enumerate(ids):
        if is_missing(value):
            raise InvalidArgumentError(
                f"{name}: row {row} has no match_id: fill it in, or drop the row"
            )
    return [to_id(value, f"{name}: match_id in row {row}") for row, value in enumerate(ids)]


def _listed(names: Iterable[Any]) -> str:
    """Name some columns, not all of a wide frame."""
    some = [short_repr(name) for name in names]
    return ", ".join(some[:8]) + (f" and {len(some) - 8} more" if len(some) > 8 else "") or "none"


def _values(column: Series[Any]) -> list[Any]:
    native = column.to_native()
    narrow = _narrow_float(getattr(native, "dtype", getattr(native, "type", None)))
    values: list[Any] = column.to_list()
    return [_shortest(value, narrow) for value in values] if narrow else values


def _narrow_float(dtype: Any) -> str | None:
    """Tell struct's format of a column's type, or of its categories, if it is a narrow float."""
    dtype = getattr(dtype, "value_type", dtype)
    dtype = getattr(getattr(dtype, "categories", None), "dtype", dtype)
    return _NARROW_FLOATS.get(str(dtype).lower().removesuffix("[pyarrow]"))


def _shortest(value: Any, narrow: str) -> Any:
    """Undo a widening: 2.1500000953674316, which was the 2.15 of 32 bits, is 2.15 again."""
    if is_missing(value):
        return value
    for digits in range(3, 10):
        shorter = float(f"{value:.{digits}g}")
        if struct.unpack(narrow, struct.pack(narrow, shorter))[0] == value:
            return shorter
    return value


def _plain(value: Any) -> Any:
    if is_missing(value):
        return None
    if hasattr(value, "to_pydatetime"):
        return value.to_pydatetime(warn=False)
    return value.item() if hasattr(value, "dtype") and hasattr(value, "item") else value
