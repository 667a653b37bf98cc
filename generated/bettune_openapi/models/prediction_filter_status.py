from __future__ import annotations

from enum import StrEnum


class PredictionFilterStatus(StrEnum):
    """A value that the schema does not list is kept, and equals its string."""

    APPROVED = "approved"
    DISABLED = "disabled"

    @classmethod
    def _missing_(cls, value: object) -> PredictionFilterStatus | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return member
