"""Base classes of plans and reports, for one prediction filter and for several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from msgspec import Struct

Item = TypeVar("Item")


class OfFilter(Struct, frozen=True, dict=True):
    """A plan or report of one filter. Its repr is one line."""

    filter_id: int

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of filter {self.filter_id}: {self}>"


class ByFilter(Mapping[int, Item]):
    """A read-only mapping of filter id to plan or report. Its repr is one line."""

    _items: dict[int, Item]

    def __init__(self, items: Mapping[int, Item]) -> None:
        vars(self)["_items"] = dict(items)  # `__setattr__` raises

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is read-only: {name} cannot be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is read-only: {name} cannot be deleted")

    def __reduce__(self) -> tuple[Any, ...]:
        # Not the cached properties, some of which cannot be pickled.
        return type(self), (self._items,)

    def __getitem__(self, filter_id: int) -> Item:
        return self._items[filter_id]

    def __iter__(self) -> Iterator[int]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self)} filters: {self}>"
