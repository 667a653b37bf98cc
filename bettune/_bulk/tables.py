"""Plans and reports for people: a summary line, and a short table in a notebook."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bettune._values.display import first_few, html_table, printable, shown_odds
from bettune._values.odds import is_within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import tzinfo

    from bettune._bulk.plan import Plan, Write

# A change by more than this factor is usually a mistake.
_LARGE = 5


def is_large(old: Decimal | None, new: Decimal | None) -> bool:
    """Return whether odds change by more than a factor of 5."""
    if old is None or new is None:
        return False
    return not is_within(Decimal(_LARGE - 1), max(old, new), min(old, new))


def named_write(plans: Mapping[int, Plan], filter_id: int, match_id: int) -> str:
    """Name the match of a write, with the filter if there are several, and the teams if known."""
    name = f"match {match_id}" if len(plans) == 1 else f"filter {filter_id}: match {match_id}"
    match = plans[filter_id].match(match_id)
    if match is None:
        return name
    return f"{name} ({printable(match.home.name)} - {printable(match.away.name)})"


def plan_summary(plans: Mapping[int, Plan]) -> str:
    """Make the one-line summary of plans: counts, refused writes and large changes."""
    counts = {
        name: sum(len(getattr(plan, name)) for plan in plans.values())
        for name in ("create", "update", "delete", "unchanged", "kept", "skipped", "refused")
    }
    text = (
        f"{counts['create']} to create, {counts['update']} to update, "
        f"{counts['delete']} to delete, {counts['unchanged']} unchanged"
    )
    for name in ("kept", "skipped", "refused"):
        if counts[name]:
            text += f", {counts[name]} {name}"
    if counts["refused"]:
        refused = [
            f"{named_write(plans, filter_id, match_id)}: {reason}"
            for filter_id, plan in plans.items()
            for match_id, reason in plan.refused.items()
        ]
        text += f" ({first_few(refused)})"
    large = [
        f"{named_write(plans, filter_id, match_id)}: "
        f"{shown_odds(change.old)} to {shown_odds(change.new)}"
        for filter_id, plan in plans.items()
        for match_id, change in plan.large_changes.items()
        if match_id not in plan.refused
    ]
    if large:
        text += f" ({len(large)} by more than a factor of {_LARGE}: {first_few(large)})"
    return text


def _match_cells(plans: Mapping[int, Plan], write: Write | Any, zone: tzinfo) -> list[Any]:
    """Make the cells for the match of a write: filter, id, kick-off, home and away."""
    match = plans[write.filter_id].match(write.match_id)
    if match is None:
        return [write.filter_id, write.match_id, None, None, None]
    kick_off = f"{match.date.astimezone(zone):%Y-%m-%d %H:%M %Z}"
    return [write.filter_id, write.match_id, kick_off, match.home.name, match.away.name]


def write_table(
    caption: str,
    plans: Mapping[int, Plan],
    rows: Sequence[tuple[Any, str]],
    last_column: str,
) -> str:
    """Make the notebook table of writes, with kick-off and teams if any are known.

    Args:
        caption: the text above the table.
        plans: the plans, with the matches that are known.
        rows: each write with the text of the last column.
        last_column: the name of the last column, or an empty string for no such column.
    """
    columns = ["filter", "match", "kick-off", "home", "away", "action", "old odds", "new odds"]
    columns += [last_column] if last_column else []
    # Matches requested with `tz` have kick-offs in its zone. If zones differ, show UTC.
    zones = {match.date.tzinfo for plan in plans.values() for match in plan.matches}
    zone = (zones.pop() if len(zones) == 1 else None) or UTC
    omitted = () if any(plan.matches for plan in plans.values()) else ("kick-off", "home", "away")

    def cells() -> Iterator[list[Any]]:
        for write, text in rows:
            odds = [odds and shown_odds(odds) for odds in (write.old, write.new)]
            row = [*_match_cells(plans, write, zone), write.action, *odds, text]
            yield [
                cell for column, cell in zip(columns, row, strict=False) if column not in omitted
            ]

    shown = [column for column in columns if column not in omitted]
    return html_table(shown, cells(), total=len(rows), caption=caption)


def plan_table(caption: str, plans: Mapping[int, Plan], writes: Sequence[Write]) -> str:
    """Make the notebook table of the writes of plans, with the reasons of refusals."""
    refused = {
        (filter_id, match_id): reason
        for filter_id, plan in plans.items()
        for match_id, reason in plan.refused.items()
    }
    # Refused writes come first, since a long table is cut off.
    rows = [(write, refused.get((write.filter_id, write.match_id), "")) for write in writes]
    rows.sort(key=lambda row: not row[1])
    return write_table(caption, plans, rows, "refused" if refused else "")
