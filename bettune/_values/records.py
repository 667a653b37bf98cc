"""Models as flat dicts, ready for pandas, polars or csv."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from bettune._errors import InvalidArgumentError
from bettune._values.display import short_repr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def to_records(models: Iterable[Struct]) -> list[dict[str, Any]]:
    """Make a flat dict of each model.

    What is nested is spelt out: ``home_id``, ``home_name``, ``score_home``. Odds stay Decimal and
    times stay datetime; an enum value becomes its string.

    Args:
        models: what the operations return, such as a list of Match.

    Raises:
        InvalidArgumentError: it is no iterable of models.
    """
    if isinstance(models, str | bytes | Struct) or not hasattr(models, "__iter__"):
        raise InvalidArgumentError(
            f"models must be an iterable of models, not {short_repr(models)}"
        )
    return [dict(_fields(model, "")) for model in models]


def _fields(model: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(model, Struct):
        raise InvalidArgumentError(f"each of models must be a model, not {short_repr(model)}")
    for name in model.__struct_fields__:
        value = getattr(model, name)
        if isinstance(value, Struct):
            yield from _fields(value, f"{prefix}{name}_")
        else:
            yield prefix + name, value.value if isinstance(value, Enum) else value
