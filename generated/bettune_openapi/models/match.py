from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Annotated, Any, Self

import msgspec

from ..models.id_name import IdName
from ..models.score import Score


class Match(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Match"""

    id: int
    date: Annotated[datetime.datetime, msgspec.Meta(tz=True)]
    finished: bool
    score: Score
    country: IdName
    tournament: IdName
    season: IdName
    home: IdName
    away: IdName

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        return msgspec.convert(src_dict, cls)

    def to_dict(self) -> dict[str, Any]:
        return msgspec.to_builtins(self)
