"""Recognizes missing values of Python, pandas, numpy and polars."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

Missing = Literal["error", "skip", "delete"]
"""The treatment of matches with missing odds: raise, leave unchanged, or delete."""

# Compared by name, since pandas and numpy may not be installed. These values equal themselves.
_MISSING_TYPES = frozenset({"NAType", "MaskedConstant"})


def is_missing(value: Any) -> bool:
    """Return whether a value is missing: None, NaN, NaT, NA or masked. Text never is."""
    if value is None or type(value).__name__ in _MISSING_TYPES:
        return True
    if isinstance(value, Decimal):
        return value.is_nan()  # comparing a signalling NaN raises
    if hasattr(value, "__iter__"):
        return False
    try:
        return bool(value != value)  # noqa: PLR0124 - true for NaN and NaT
    except Exception:  # noqa: BLE001 - raised by the caller's type
        return False
