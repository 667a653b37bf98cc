"""Decimal odds with the six decimals that BetTune keeps, `min_odds`, and `DELETE`."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import Enum
from fractions import Fraction
from math import ceil
from numbers import Integral, Real
from typing import Any, Final, Literal

from bettune._errors import InvalidOddsError
from bettune._values.display import short_repr

_SIX_DECIMALS = Decimal("0.000001")
# The maximum number of digits, enough for the largest float.
_DIGITS = 320
_EXACT = Context(prec=_DIGITS, rounding=ROUND_HALF_EVEN, traps=[])
_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,9})?", re.ASCII)
_WITH_COMMA = re.compile(r"\s*\d{1,9},\d{1,9}\s*", re.ASCII)
# The format of str(float).
_FLOAT = re.compile(r"-?(\d+\.?\d*)(e[+-]?\d{1,9})?", re.ASCII)
_SIGNED = re.compile(r"\s*[+-]\s*\d[\d.,]*\s*", re.ASCII)


class Delete(Enum):
    """The type of `DELETE`. It is an enum, so that copies and pickles are the same object."""

    DELETE = "delete"

    def __repr__(self) -> str:
        return "bettune.DELETE"

    __str__ = __repr__


DELETE: Final[Literal[Delete.DELETE]] = Delete.DELETE
"""Use it in place of odds to delete a prediction, so that BetTune does not bet."""


def min_odds(probability: Any, edge: Any = 0) -> Decimal:
    """Compute the minimum odds of a bet: ``(1 + edge) / probability``, rounded up.

    At these decimal odds, a bet with this probability of winning has an expected value of at least
    `edge` for a stake of 1. With an edge of 0, the result is the fair odds, at which bets gain
    nothing in the long run. The result is exact, and rounded up to the six decimals that BetTune
    keeps.

    Args:
        probability: the probability of winning, above 0 and at most 1, as Decimal, str, int, float
            or numpy scalar.
        edge: the expected value of a stake of 1, at least 0, such as 0.05 for 5%.

    Raises:
        InvalidOddsError: an argument is invalid.
    """
    p, e = _decimal(probability), _decimal(edge)
    if p is None or not p.is_finite() or not 0 < p <= 1:
        raise InvalidOddsError(
            f"probability must be a number above 0 and at most 1, not {short_repr(probability)}"
        )
    if e is None or not e.is_finite() or e < 0:
        raise InvalidOddsError(
            f"edge must be a number of at least 0, such as 0.05 for 5%, not {short_repr(edge)}"
        )
    for name, number, value in (("probability", p, probability), ("edge", e, edge)):
        if len(number.as_tuple().digits) > _DIGITS or abs(number.adjusted()) > _DIGITS:
            raise InvalidOddsError(f"{name} has too many digits: {short_repr(value)}")
    exact = (1 + Fraction(e)) / Fraction(p)
    return Decimal(ceil(exact * 10**6)).scaleb(-6, context=Context(prec=4 * _DIGITS))


def to_odds(value: Any) -> Decimal:
    """Round decimal odds to the six decimals that BetTune keeps.

    Args:
        value: a Decimal, str, int, float or numpy scalar. A float is read as its shortest decimal.

    Raises:
        InvalidOddsError: the value is not a finite number of at least 1.
    """
    number = _decimal(value)
    if number is None or not number.is_finite():
        remedy = ""
        if isinstance(value, str) and _WITH_COMMA.fullmatch(value):
            remedy = f": write {value.strip().replace(',', '.')}"
        elif isinstance(value, str) and _SIGNED.fullmatch(value):
            remedy = ": American odds are not supported, convert them to decimal odds"
        raise InvalidOddsError(
            f"odds must be a finite decimal number, not {short_repr(value)}{remedy}"
        )
    # Checked before rounding: 0.9999999 is below 1, although it rounds to 1.
    if number < 1:
        remedy = ""
        if number > 0:
            remedy = ": to get the odds of a probability, use bettune.min_odds(probability, edge)"
        raise InvalidOddsError(f"odds must be at least 1, not {short_repr(value)}{remedy}")
    rounded = six_decimals(number)
    if not rounded.is_finite():
        raise InvalidOddsError(f"odds have too many digits: {short_repr(value)}")
    return rounded


def six_decimals(number: Decimal) -> Decimal:
    """Round to six decimals, half to even. Return NaN if the number has too many digits."""
    return number.quantize(_SIX_DECIMALS, context=_EXACT)


def is_within(fraction: Decimal, new: Decimal, old: Decimal) -> bool:
    """Return whether odds differ from the old ones by at most a fraction of the old ones."""
    # The caller's decimal context may round to a few digits, or raise.
    return _EXACT.subtract(new, old).copy_abs() <= _EXACT.multiply(fraction, old)


def falls_by_more(fraction: Decimal, new: Decimal, old: Decimal) -> bool:
    """Return whether odds are lower than the old ones by more than a fraction of the old ones."""
    return _EXACT.subtract(old, new) > _EXACT.multiply(fraction, old)


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, Integral):
        return Decimal(int(value))
    if isinstance(value, Real):
        # Not repr(), which for numpy scalars has their type. Both give the shortest decimal.
        value = str(value)
        return Decimal(value) if _FLOAT.fullmatch(value) else None
    if isinstance(value, str) and _NUMBER.fullmatch(value := value.strip()):
        return Decimal(value)
    return None
