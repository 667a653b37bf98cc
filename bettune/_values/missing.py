"""Missing values, as pandas, numpy, polars and Python write them, and what becomes of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

Missing = Literal["error", "skip", "delete"]
"""What becomes of a match without odds: refuse all, leave it unchanged, or delete."""

# pandas and numpy need not be installed, and these two values are equal to themselves.
_MISSING_TYPES = frozenset({"NAType", "MaskedConstant"})


def is_missing(value: Any) -> bool:
    """Return whether the value is missing: None, NaN, NaT, NA or masked. Text never is."""
    if value is None or type(value).__name__ in _MISSING_TYPES:
        return True
    if isinstance(value, Decimal):
        return value.is_nan()  # a signalling NaN cannot be compared
    if hasattr(value, "__iter__"):
        return False
    try:
        return bool(value != value)  # noqa: PLR0124 - as NaN and NaT do
    except Exception:  # noqa: BLE001 - of a caller's own type
        return False
