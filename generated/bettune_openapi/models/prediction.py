from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Self

import msgspec

from ..models.prediction_source import PredictionSource


class Prediction(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Prediction"""

    id: int
    filter_id: int = msgspec.field(name="filterId")
    match_id: int = msgspec.field(name="matchId")
    odds: Decimal
    source: PredictionSource
    created_at: Annotated[datetime.datetime, msgspec.Meta(tz=True)] = msgspec.field(
        name="createdAt"
    )
    updated_at: Annotated[datetime.datetime, msgspec.Meta(tz=True)] = msgspec.field(
        name="updatedAt"
    )

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        return msgspec.convert(src_dict, cls)

    def to_dict(self) -> dict[str, Any]:
        return msgspec.to_builtins(self)
