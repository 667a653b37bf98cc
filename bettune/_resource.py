"""The base of each group of operations."""

from __future__ import annotations

from bettune._http.low_level import LowLevelClient


class Resource:
    """A group of operations: an attribute of a client."""

    def __init__(self, low_level: LowLevelClient) -> None:
        self._low_level = low_level
