"""Makes plans, and checks them before they are applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from bettune._bulk.desired_odds import DesiredOdds, Rules
from bettune._bulk.plan import Action, Entry, Plan, Plans, Refusal
from bettune._bulk.tables import named_write
from bettune._errors import BetTuneError, InvalidArgumentError
from bettune._models import Prediction
from bettune._values.display import first_few, short_repr, shown_odds
from bettune._values.odds import falls_by_more, is_within, six_decimals

# The entries whose predictions must not change before the plan is applied.
SEEN = frozenset({"create", "update", "delete", "unchanged", "absent"})


class PlanRefusedError(BetTuneError):
    """A plan was refused. Nothing was written.

    Attributes:
        plan: the Plan or Plans. Its `refused` has the matches and the reasons.
    """

    def __init__(self, message: str, *, plan: Plan | Plans | None = None) -> None:
        super().__init__(message)
        self.plan = plan


def make_plan(
    filter_id: int,
    desired: DesiredOdds,
    held: Mapping[int, Prediction],
    rules: Rules,
    *,
    made_at: datetime,
    made_monotonic: float,
) -> Plan:
    """Compare the desired odds with the predictions that BetTune holds, at six decimals."""
    # Entries without a write are needed, too: they determine the order of several plans' writes.
    entries = (_entry(match_id, desired, held.get(match_id), rules) for match_id in desired.order)
    return Plan(
        filter_id,
        tuple(entries),
        made_at,
        made_monotonic,
        desired.matches,
    )


def _entry(match_id: int, desired: DesiredOdds, held: Prediction | None, rules: Rules) -> Entry:
    unnamed = match_id in desired.unnamed
    if match_id in desired.skipped:
        return Entry(match_id, "skipped")
    new = desired.odds.get(match_id)
    if held is None:
        return Entry(match_id, "absent" if new is None else "create", None, new, None, unnamed)
    old, source = held.odds, held.source
    if new is not None and (six_decimals(old) == new or is_within(rules.tolerance, new, old)):
        return Entry(match_id, "unchanged", old, new, source, unnamed)
    reasons: dict[Refusal, str] = {}
    if source == "ui":
        if rules.by_hand == "keep":
            return Entry(match_id, "kept", old, new, source, unnamed)
        if rules.by_hand == "error":
            reasons["by_hand"] = "set by hand on BetTune's page"
    if new is not None and rules.max_drop is not None and falls_by_more(rules.max_drop, new, old):
        reasons["max_drop"] = (
            f"minimum odds fall from {shown_odds(old)} to {shown_odds(new)}, by more than "
            f"max_drop={rules.max_drop}"
        )
    refused, refusals = ", ".join(reasons.values()), tuple(reasons)
    fate: Action = "delete" if new is None else "update"
    return Entry(match_id, fate, old, new, source, unnamed, refused, refusals)


def rechecked(plan: Plan, held: Mapping[int, Prediction]) -> Plan:
    """Return the plan, with entries refused whose predictions have changed since it was made."""
    return replace(
        plan,
        entries=tuple(
            _rechecked(entry, held.get(entry.match_id)) if entry.fate in SEEN else entry
            for entry in plan.entries
        ),
    )


def _rechecked(entry: Entry, held: Prediction | None) -> Entry:
    if held is None:
        is_same, current = entry.old is None, "no prediction"
    else:
        has_same_source = entry.fate == "unchanged" or entry.source == held.source
        is_same = entry.old == held.odds and has_same_source
        current = f"{shown_odds(held.odds)} (source {held.source.value})"
    if is_same:
        return replace(entry, refused="", refusals=())
    reason = f"the prediction has changed since the plan was made: BetTune now holds {current}"
    return replace(entry, refused=reason, refusals=("stale",))


def checked_plan(plan: Any) -> dict[int, Plan]:
    """Check a plan before it is applied, and return it by its filter id.

    Raises:
        InvalidArgumentError: the value is not a plan.
    """
    if not isinstance(plan, Plan):
        raise InvalidArgumentError(f"plan must be a Plan, not {short_repr(plan)}")
    return {plan.filter_id: plan}


def checked_plans(plans: Any) -> dict[int, Plan]:
    """Check plans before they are applied.

    Raises:
        InvalidArgumentError: the value is not a mapping of filter ids to their plans.
    """
    if not isinstance(plans, Mapping):
        raise InvalidArgumentError(
            f"plans must be the result of plan_many, not {short_repr(plans)}"
        )
    for filter_id, plan in plans.items():
        if not isinstance(plan, Plan) or plan.filter_id != filter_id:
            raise InvalidArgumentError(
                f"plans must map filter ids to their plans, but {short_repr(filter_id)} has "
                f"{short_repr(plan)}"
            )
    return dict(plans)


def refusals_of(plans: Iterable[Plan]) -> set[Refusal]:
    """Return the kinds of the refusals in plans."""
    return {kind for plan in plans for entry in plan.entries for kind in entry.refusals}


def check_refused(plans: Mapping[int, Plan], *, single: bool) -> None:
    """Raise if the plans have refused writes.

    Raises:
        PlanRefusedError: the message names the first matches, and the ways to continue.
    """
    refused = [
        f"{named_write(plans, filter_id, match_id)}: {reason}"
        for filter_id, plan in plans.items()
        for match_id, reason in plan.refused.items()
    ]
    if not refused:
        return
    refusals = refusals_of(plans.values())
    remedies = []
    if "by_hand" in refusals:
        remedies.append(
            'by_hand="keep" keeps predictions set by hand, by_hand="overwrite" overwrites them'
        )
    if "max_drop" in refusals:
        remedies.append("a higher max_drop allows larger drops, max_drop=None any drop")
    if "stale" in refusals:
        remedies.append("make a new plan")
    remedies.append("plan.without(match_ids) removes matches from the plan")
    raise PlanRefusedError(
        f"nothing was written, since writes were refused ({len(refused)}): {first_few(refused)}. "
        f"To continue: {'; '.join(remedies)}",
        plan=next(iter(plans.values())) if single else Plans(plans),
    )
