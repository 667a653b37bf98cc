"""What callers pass in, checked before anything is sent: ids and days."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from bettune._errors import InvalidArgumentError
from bettune._values.display import short_repr

if TYPE_CHECKING:
    from collections.abc import Iterable

# date.fromisoformat takes other forms too.
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_GREATEST_ID = 2**63 - 1


def to_id(value: Any, name: str) -> int:
    """Take an integer from 1 to 2**63-1, numpy's too.

    Raises:
        InvalidArgumentError: it is anything else; `name` is the argument the message names.
    """
    number = to_count(value, name)
    if number > _GREATEST_ID:
        raise InvalidArgumentError(
            f"{name} must be below 2**63, not an integer of {number.bit_length()} bits"
        )
    return number


def to_ids(values: Iterable[Any], name: str) -> list[int]:
    """Take the distinct ids of an iterable in their order.

    Raises:
        InvalidArgumentError: it is no iterable of such integers.
    """
    if isinstance(values, str | bytes) or not hasattr(values, "__iter__"):
        raise InvalidArgumentError(
            f"{name} must be an iterable of integers, not {short_repr(values)}"
        )
    return list(dict.fromkeys(to_id(value, f"each of {name}") for value in values))


def to_utc_day(value: Any, name: str) -> date:
    """Take a day: a date, an aware datetime (its UTC day) or ``"YYYY-MM-DD"``.

    Raises:
        InvalidArgumentError: it is anything else, a naive datetime among them.
    """
    if isinstance(value, datetime):
        return to_utc(value, name).date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise InvalidArgumentError(
        f'{name} must be a date, an aware datetime or "YYYY-MM-DD", not {short_repr(value)}'
    )


def to_utc(value: datetime, name: str) -> datetime:
    """Take an aware datetime to UTC.

    Raises:
        InvalidArgumentError: it is naive, or lies outside the years 1 to 9999 in UTC.
    """
    if value.utcoffset() is None:
        raise InvalidArgumentError(
            f"{name} must have a time zone, such as tzinfo=UTC; {short_repr(value)} has none"
        )
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise InvalidArgumentError(
            f"{name} lies outside the calendar: {short_repr(value)}"
        ) from None


def to_count(value: Any, name: str) -> int:
    """Take an integer of at least 1, numpy's too.

    Raises:
        InvalidArgumentError: it is anything else.
    """
    if type(value) is not int:
        if isinstance(value, bool) or not isinstance(value, Integral):
            remedy = ""
            if isinstance(value, Real) and value % 1 == 0:
                remedy = ': int(…) converts it, .astype("int64") or .cast(pl.Int64) a column'
            raise InvalidArgumentError(
                f"{name} must be an integer, not {short_repr(value)}{remedy}"
            )
        value = int(value)
    if value < 1:
        raise InvalidArgumentError(f"{name} must be at least 1, not {short_repr(value)}")
    number: int = value
    return number
