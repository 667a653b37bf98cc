from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

import msgspec

from ..models.match import Match


class MatchesResponse(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """MatchesResponse"""

    date: datetime.date
    count: int
    items: list[Match]

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        return msgspec.convert(src_dict, cls)

    def to_dict(self) -> dict[str, Any]:
        return msgspec.to_builtins(self)
