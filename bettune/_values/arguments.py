"""What callers pass in, checked before anything is sent: ids and numbers."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any

from bettune._errors import InvalidArgumentError
from bettune._values.display import short_repr

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo


def to_id(value: Any, name: str) -> int:
    """Take a non-negative integer, numpy's too.

    Raises:
        InvalidArgumentError: it is anything else; `name` is the argument the message names.
    """
    if type(value) is not int:
        if isinstance(value, bool) or not isinstance(value, Integral):
            raise InvalidArgumentError(f"{name} must be an integer, not {short_repr(value)}")
        value = int(value)
    if value < 0:
        raise InvalidArgumentError(f"{name} must not be negative, not {short_repr(value)}")
    number: int = value
    return number


def to_ids(values: Iterable[Any], name: str) -> list[int]:
    """Take the distinct ids of an iterable in their order.

    Raises:
        InvalidArgumentError: it is no iterable of non-negative integers.
    """
    if isinstance(values, str | bytes) or not hasattr(values, "__iter__"):
        raise InvalidArgumentError(
            f"{name} must be an iterable of integers, not {short_repr(values)}"
        )
    return list(dict.fromkeys(to_id(value, f"each of {name}") for value in values))


def to_count(value: Any, name: str) -> int:
    """Take an integer of at least 1.

    Raises:
        InvalidArgumentError: it is anything else.
    """
    number = to_id(value, name)
    if number == 0:
        raise InvalidArgumentError(f"{name} must be at least 1")
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
