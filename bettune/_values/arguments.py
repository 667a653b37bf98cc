"""Checks arguments before any request is sent: ids, counts, fractions, choices, callbacks."""

from __future__ import annotations

from contextlib import suppress
from datetime import tzinfo
from decimal import Decimal
from numbers import Integral, Real
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from bettune._errors import InvalidArgumentError
from bettune._models import Match
from bettune._values.display import short_repr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_GREATEST_ID = 2**63 - 1


class _Instance:
    """Makes pydantic accept instances of a class that it does not know."""

    @staticmethod
    def __get_pydantic_core_schema__(source: Any, _handler: Any) -> Any:
        from pydantic_core import core_schema  # noqa: PLC0415 - only pydantic calls this

        return core_schema.is_instance_schema(source)


TimeZone: TypeAlias = str | Annotated[tzinfo, _Instance]
"""A time zone: a name of the IANA database, such as ``Europe/Warsaw``, or a tzinfo."""


def to_id(value: Any, name: str) -> int:
    """Check an id: an integer from 1 to 2**63-1, or a numpy integer.

    Raises:
        InvalidArgumentError: the value is not a valid id. The message begins with `name`.
    """
    number = to_count(value, name)
    if number > _GREATEST_ID:
        raise InvalidArgumentError(
            f"{name} must be below 2**63, not an integer of {number.bit_length()} bits"
        )
    return number


def to_match_id(value: Any, name: str) -> int:
    """Return the id of a match, which is given as an id or a `Match`.

    Raises:
        InvalidArgumentError: the value is not a valid match. The message begins with `name`.
    """
    return to_id(value.id if isinstance(value, Match) else value, name)


def to_matches(values: Iterable[Any], name: str) -> dict[int, Match | None]:
    """Return the distinct matches of an iterable, in order: id to `Match`, or to None for an id.

    Raises:
        InvalidArgumentError: the value is not an iterable of ids or `Match`.
    """
    matches: dict[int, Match | None] = {}
    for value in each_of(values, name):
        match_id = to_match_id(value, f"each of {name}")
        if isinstance(value, Match) or match_id not in matches:
            matches[match_id] = value if isinstance(value, Match) else None
    return matches


def each_of(values: Iterable[Any], name: str) -> Iterator[Any]:
    """Return an iterator over an iterable of matches.

    Raises:
        InvalidArgumentError: the value is not an iterable, or a text.
    """
    if callable(to_pylist := getattr(values, "to_pylist", None)):
        values = to_pylist()  # pyarrow's own scalars are not integers
    if not isinstance(values, str | bytes | type):
        with suppress(TypeError):  # a numpy array without dimensions has __iter__, too
            return iter(values)
    raise InvalidArgumentError(
        f"{name} must be an iterable of match ids or of Match, not {short_repr(values)}"
    )


def to_count(value: Any, name: str) -> int:
    """Check an integer of at least 1, which may be a numpy integer.

    Raises:
        InvalidArgumentError: the value is not such an integer.
    """
    if type(value) is not int:
        if isinstance(value, bool) or not isinstance(value, Integral):
            remedy = ""
            if isinstance(value, Real) and not isinstance(value, bool) and value % 1 == 0:
                remedy = ': use int(…), or for a column .astype("int64") or .cast(pl.Int64)'
            if isinstance(value, str) and value.isascii() and value.isdecimal():
                remedy = ": use int(…), since JSON turns all keys into strings"
            raise InvalidArgumentError(
                f"{name} must be an integer, not {short_repr(value)}{remedy}"
            )
        value = int(value)
    if value < 1:
        raise InvalidArgumentError(f"{name} must be at least 1, not {short_repr(value)}")
    number: int = value
    return number


def to_fraction(value: Any, name: str, example: str) -> Decimal:
    """Convert a fraction from 0 to below 1, such as 0.005 for half a percent.

    Raises:
        InvalidArgumentError: the value is not such a number. The message shows `example`.
    """
    if not isinstance(value, bool | str):
        with suppress(ArithmeticError, ValueError):  # not a number, or too many digits for str
            number = Decimal(str(value))
            if 0 <= number < 1:
                return number
    raise InvalidArgumentError(
        f"{name} must be a fraction from 0 to below 1, such as {example}, not {short_repr(value)}"
    )


def to_choice(value: Any, name: str, choices: tuple[str, ...]) -> str:
    """Check that a value is one of the choices.

    Raises:
        InvalidArgumentError: the value is not one of the choices.
    """
    if isinstance(value, str) and value in choices:
        return value
    *first, last = (f'"{choice}"' for choice in choices)
    raise InvalidArgumentError(
        f"{name} must be {', '.join(first)} or {last}, not {short_repr(value)}"
    )


def to_optional_zone(value: Any) -> tzinfo | None:
    """Convert a time zone as `bettune._values.zones.to_zone` does, or return None.

    Raises:
        InvalidArgumentError: the value is not a valid time zone.
    """
    if value is None:
        return None
    from bettune._values.zones import to_zone  # noqa: PLC0415 - slow to import, seldom needed

    return to_zone(value)


def check_callback(value: Any, name: str) -> None:
    """Check that a callback is callable, or None.

    Raises:
        InvalidArgumentError: the callback is not callable.
    """
    if value is not None and not callable(value):
        raise InvalidArgumentError(f"{name} must be a function, not {short_repr(value)}")
