"""Models, plans and reports as flat dicts, ready for pandas, polars or csv."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from bettune._bulk.plan import Plan, Plans
from bettune._bulk.report import SyncReport, SyncReports, WriteResult
from bettune._errors import InvalidArgumentError
from bettune._values.display import short_repr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bettune._bulk.plan import Write


def to_records(
    models: Iterable[Struct] | Plan | Plans | SyncReport | SyncReports,
) -> list[dict[str, Any]]:
    """Make a flat dict of each model, or of each write of a plan or report.

    What is nested is spelt out: ``home_id``, ``home_name``, ``score_home``. Odds stay Decimal and
    times stay datetime; an enum value becomes its string.

    Args:
        models: what the operations return, such as a list of Match. Of a plan or several: a row a
            write, with ``filter_id``, ``match_id``, ``action``, ``old_odds`` and ``new_odds``; of
            a report or several also ``at`` (UTC) and ``error`` (a text), both None of a write
            that is pending.

    Raises:
        InvalidArgumentError: it is no iterable of models.
    """
    if isinstance(models, Plan | Plans):
        plans = [models] if isinstance(models, Plan) else models.values()
        return [row_of(write) for plan in plans for write in plan.writes()]
    if isinstance(models, SyncReport | SyncReports):
        reports = [models] if isinstance(models, SyncReport) else models.values()
        return [row_of(write) | _outcome(write) for report in reports for write in report.writes()]
    if isinstance(models, str | bytes | Struct) or not hasattr(models, "__iter__"):
        raise InvalidArgumentError(
            f"models must be an iterable of models, not {short_repr(models)}"
        )
    return [dict(_fields(model, "")) for model in models]


def row_of(write: Write | WriteResult) -> dict[str, Any]:
    """What stands in the record of a write whatever came of it."""
    return {
        "filter_id": write.filter_id,
        "match_id": write.match_id,
        "action": write.action,
        "old_odds": write.old,
        "new_odds": write.new,
    }


def _outcome(write: Write | WriteResult) -> dict[str, Any]:
    if not isinstance(write, WriteResult):
        return {"at": None, "error": None}
    return {"at": write.at, "error": None if write.error is None else str(write.error)}


def _fields(model: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(model, Struct):
        raise InvalidArgumentError(f"each of models must be a model, not {short_repr(model)}")
    for name in model.__struct_fields__:
        value = getattr(model, name)
        if isinstance(value, Struct):
            yield from _fields(value, f"{prefix}{name}_")
        else:
            yield prefix + name, value.value if isinstance(value, Enum) else value
