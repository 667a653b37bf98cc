from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import msgspec

from ..models.prediction_filter import PredictionFilter


class PredictionFiltersResponse(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """PredictionFiltersResponse"""

    count: int
    items: list[PredictionFilter]

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        return msgspec.convert(src_dict, cls)

    def to_dict(self) -> dict[str, Any]:
        return msgspec.to_builtins(self)
