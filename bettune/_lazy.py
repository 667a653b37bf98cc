"""Attributes of a client that are imported and created on first use."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Lazy:
    """An attribute of a client, imported and created on first use.

    On the client's class, the value is the class of the attribute. So test doubles made from the
    client have the operations with their signatures.

    Args:
        made_from: the name of the attribute that the constructor of the class takes.
        module: the module of the class.
        name: the name of the class.
    """

    def __init__(self, made_from: str, module: str, name: str) -> None:
        self._made_from = made_from
        self._module = module
        self._class = name

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, client: Any, owner: type) -> Any:
        if client is not None and self._name in client._made:  # noqa: SLF001 - the cache
            return client._made[self._name]  # noqa: SLF001
        kind = getattr(import_module(self._module), self._class)
        if client is None:
            return kind
        made = kind(getattr(client, self._made_from))
        return client._made.setdefault(self._name, made)  # noqa: SLF001
