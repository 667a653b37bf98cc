from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import msgspec


class ErrorResponse(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """ErrorResponse"""

    code: str
    message: str

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        return msgspec.convert(src_dict, cls)

    def to_dict(self) -> dict[str, Any]:
        return msgspec.to_builtins(self)
