from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import msgspec

from ..models.id_name import IdName
from ..models.prediction_filter_status import PredictionFilterStatus


class PredictionFilter(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """PredictionFilter"""

    id: int
    name: str
    sport: IdName
    bet_type: str = msgspec.field(name="betType")
    status: PredictionFilterStatus

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        return msgspec.convert(src_dict, cls)

    def to_dict(self) -> dict[str, Any]:
        return msgspec.to_builtins(self)
