"""What callers pass in, checked before anything is sent: ids and numbers."""

from __future__ import annotations

from contextlib import suppress
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from bettune._errors import InvalidArgumentError
from bettune._values.display import short_repr

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

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
    ids = None
    if not isinstance(values, str | bytes):
        with suppress(TypeError):  # numpy's arrays of no dimension have an __iter__ too
            ids = iter(values)
    if ids is None:
        raise InvalidArgumentError(
            f"{name} must be an iterable of integers, not {short_repr(values)}"
        )
    return list(dict.fromkeys(to_id(value, f"each of {name}") for value in ids))


def to_count(value: Any, name: str) -> int:
    """Take an integer of at least 1, numpy's too.

    Raises:
        InvalidArgumentError: it is anything else.
    """
    if type(value) is not int:
        if isinstance(value, bool) or not isinstance(value, Integral):
            remedy = ""
            if isinstance(value, Real) and not isinstance(value, bool) and value % 1 == 0:
                remedy = ': int(…) converts it, .astype("int64") or .cast(pl.Int64) a column'
            raise InvalidArgumentError(
                f"{name} must be an integer, not {short_repr(value)}{remedy}"
            )
        value = int(value)
    if value < 1:
        raise InvalidArgumentError(f"{name} must be at least 1, not {short_repr(value)}")
    number: int = value
    return number


def to_optional_zone(value: Any) -> tzinfo | None:
    """Take a time zone as `bettune._values.zones.to_zone` does, or None.

    Raises:
        InvalidArgumentError: there is no such time zone.
    """
    if value is None:
        return None
    from bettune._values.zones import to_zone  # noqa: PLC0415 - slow to import, seldom needed

    return to_zone(value)


def check_callback(value: Any, name: str) -> None:
    """Check that a callback can be called.

    Raises:
        InvalidArgumentError: it cannot.
    """
    if value is not None and not callable(value):
        raise InvalidArgumentError(f"{name} must be a function, not {short_repr(value)}")
