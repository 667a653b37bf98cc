"""Converts models, plans, reports and resolutions to flat rows for pandas, polars or csv."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

from msgspec import Struct

from bettune._bulk.plan import Plan, Plans, Write
from bettune._bulk.report import SyncReport, SyncReports, WriteResult
from bettune._errors import InvalidArgumentError
from bettune._fixtures.resolution import Resolution
from bettune._models import Match
from bettune._values.display import short_repr

_MATCH_COLUMNS: dict[str, Callable[[Match], Any]] = {
    "kick_off": lambda match: match.date,
    "country": lambda match: match.country.name,
    "tournament": lambda match: match.tournament.name,
    "home": lambda match: match.home.name,
    "away": lambda match: match.away.name,
    "score_home": lambda match: match.score.home,
    "score_away": lambda match: match.score.away,
    "finished": lambda match: match.finished,
}


def to_records(
    models: Iterable[Struct] | Plan | Plans | SyncReport | SyncReports | Resolution,
    *,
    matches: Iterable[Match] | None = None,
    odds: type[Decimal | float | str] = Decimal,
) -> list[dict[str, Any]]:
    """Make one flat dict per model, per write of a plan or report, or per fixture.

    Nested values get prefixed names: ``home_id``, ``home_name``, ``score_home``. Times stay
    datetime, and enum values become strings.

    Args:
        models: the result of an operation, such as a list of Match. `Plan` and `Plans` become one
            row per write, in the order in which the writes are sent: ``filter_id``, ``match_id``,
            ``action``, ``old_odds``, ``new_odds``, ``source``. `SyncReport` and `SyncReports` also
            have ``state`` (``done``, ``failed``, ``unknown`` or ``pending``), ``at`` (UTC) and
            ``error`` (text). A resolution becomes one row per fixture: ``position``, ``date``,
            ``home``, ``away``, ``match_id``, ``reason``.
        matches: matches whose ``kick_off``, ``country``, ``tournament``, ``home``, ``away``,
            ``score_home``, ``score_away`` and ``finished`` are added to each row with their
            ``match_id``. These columns are None for matches that are missing here.
        odds: the type of odds: Decimal, float (for pandas and JSON) or str.

    Raises:
        InvalidArgumentError: an argument is invalid.
    """
    if odds not in (Decimal, float, str):
        raise InvalidArgumentError(f"odds must be Decimal, float or str, not {short_repr(odds)}")
    records = _records(models)
    if odds is not Decimal:
        convert: Any = float if odds is float else "{:f}".format
        records = [
            {
                name: convert(value) if isinstance(value, Decimal) else value
                for name, value in record.items()
            }
            for record in records
        ]
    return records if matches is None else _joined(records, matches)


def row_of(write: Write | WriteResult) -> dict[str, Any]:
    """Return the columns of a write that plans and reports share."""
    return {
        "filter_id": write.filter_id,
        "match_id": write.match_id,
        "action": write.action,
        "old_odds": write.old,
        "new_odds": write.new,
        "source": None if write.source is None else write.source.value,
    }


def _records(models: Any) -> list[dict[str, Any]]:
    if isinstance(models, Plan | Plans):
        return [row_of(write) for write in models.writes]
    if isinstance(models, SyncReport | SyncReports):
        return [row_of(write) | _outcome(write) for write in models.writes]
    if isinstance(models, Resolution):
        return list(_fixtures(models))
    if isinstance(models, str | bytes | Struct) or not hasattr(models, "__iter__"):
        raise InvalidArgumentError(
            f"models must be an iterable of models, not {short_repr(models)}"
        )
    return [dict(_fields(model, "")) for model in models]


def _outcome(write: Write | WriteResult) -> dict[str, Any]:
    if not isinstance(write, WriteResult):
        return {"state": "pending", "at": None, "error": None}
    error = None if write.error is None else str(write.error)
    return {"state": write.state, "at": write.at, "error": error}


def _fixtures(resolution: Resolution) -> Iterator[dict[str, Any]]:
    reasons = {fixture.position: fixture.reason for fixture in resolution.unresolved}
    for fixture, match_id in zip(resolution.fixtures, resolution.ids, strict=True):
        yield {
            "position": fixture.position,
            "date": fixture.given,
            "home": fixture.home,
            "away": fixture.away,
            "match_id": match_id,
            "reason": reasons.get(fixture.position),
        }


def _fields(model: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(model, Struct):
        raise InvalidArgumentError(f"each of models must be a model, not {short_repr(model)}")
    for name in model.__struct_fields__:
        value = getattr(model, name)
        if isinstance(value, Struct):
            yield from _fields(value, f"{prefix}{name}_")
        else:
            yield prefix + name, value.value if isinstance(value, Enum) else value


def _joined(records: list[dict[str, Any]], matches: Iterable[Match]) -> list[dict[str, Any]]:
    if isinstance(matches, Mapping | str | bytes | Struct) or not hasattr(matches, "__iter__"):
        raise InvalidArgumentError(
            f"matches must be an iterable of Match, not {short_repr(matches)}"
        )
    by_id: dict[int, Match] = {}
    for match in matches:
        if not isinstance(match, Match):
            raise InvalidArgumentError(f"each of matches must be a Match, not {short_repr(match)}")
        by_id[match.id] = match
    return [
        record | _match_columns(by_id.get(record["match_id"])) if "match_id" in record else record
        for record in records
    ]


def _match_columns(match: Match | None) -> dict[str, Any]:
    return {name: None if match is None else value(match) for name, value in _MATCH_COLUMNS.items()}
