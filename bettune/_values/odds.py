"""Decimal odds as BetTune keeps them: six decimals, half to even; and what deletes them."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import Enum
from numbers import Integral, Real
from typing import Any, Final, Literal

from bettune._errors import InvalidOddsError
from bettune._values.display import short_repr

_SIX_DECIMALS = Decimal("0.000001")
# Enough for the largest float; a number with more digits is no odds.
_EXACT = Context(prec=320, rounding=ROUND_HALF_EVEN, traps=[])
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,9})?", re.ASCII)
_WITH_COMMA = re.compile(r"\s*\d{1,9},\d{1,9}\s*", re.ASCII)


class Delete(Enum):
    """The type of `DELETE`; an enum, so that it stays one and the same when copied or pickled."""

    DELETE = "delete"

    def __repr__(self) -> str:
        return "bettune.DELETE"

    __str__ = __repr__


DELETE: Final[Literal[Delete.DELETE]] = Delete.DELETE
"""In place of odds in a plan or a sync: delete the prediction."""


def to_odds(value: Any) -> Decimal:
    """Round decimal odds to the six decimals that BetTune keeps.

    Args:
        value: a Decimal, str, int, float or numpy scalar. A float means its shortest decimal.

    Raises:
        InvalidOddsError: the value is not a finite number of at least 1.
    """
    number = _decimal(value)
    if number is None or not number.is_finite():
        remedy = ""
        if isinstance(value, str) and _WITH_COMMA.fullmatch(value):
            remedy = f": write {value.strip().replace(',', '.')}"
        raise InvalidOddsError(
            f"odds must be a finite decimal number, not {short_repr(value)}{remedy}"
        )
    # Before rounding: 0.9999999 is below 1 and does not become 1.
    if number < 1:
        raise InvalidOddsError(f"odds must be at least 1, not {short_repr(value)}")
    rounded = six_decimals(number)
    if not rounded.is_finite():
        raise InvalidOddsError(f"odds have too many digits: {short_repr(value)}")
    return rounded


def six_decimals(number: Decimal) -> Decimal:
    """Round half to even; NaN where the digits are too many."""
    return number.quantize(_SIX_DECIMALS, context=_EXACT)


def is_within(part: Decimal, new: Decimal, old: Decimal) -> bool:
    """Tell whether odds differ by at most a part of the old ones."""
    # The caller's own decimal context may round to a few digits, or refuse to round.
    return _EXACT.subtract(new, old).copy_abs() <= _EXACT.multiply(part, old)


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, Integral):
        return Decimal(int(value))
    if isinstance(value, Real):
        # str is the shortest decimal of numpy's scalars too; their repr names the type.
        value = str(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value := value.strip()):
        return Decimal(value)
    return None
