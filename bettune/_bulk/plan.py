"""What a sync would do: the model's odds against those that BetTune holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import attrs
from msgspec import Struct

from bettune._bulk.by_filter import ByFilter, OfFilter
from bettune._errors import InvalidArgumentError
from bettune._values.display import html_table, short_repr
from bettune._values.odds import is_within, six_decimals

if TYPE_CHECKING:
    from bettune._bulk.wanted import Wanted

Action = Literal["create", "update", "delete"]

# A change by more than this factor is more often a slip than an opinion.
_LARGE = 5
_NAMED = 5


class OddsChange(Struct, frozen=True):
    """Odds that differ.

    Attributes:
        old: the decimal odds BetTune holds.
        new: the decimal odds asked for.
    """

    old: Decimal
    new: Decimal


class Write(Struct, frozen=True, gc=False):
    """One write of a plan.

    Attributes:
        filter_id: the prediction filter.
        match_id: the match.
        action: ``create``, ``update`` or ``delete``.
        old: the decimal odds BetTune holds, or None.
        new: the decimal odds asked for, or None to delete.
    """

    filter_id: int
    match_id: int
    action: Action
    old: Decimal | None
    new: Decimal | None


@attrs.frozen(repr=False)
class Plan(OfFilter):
    """What a sync would do; its length is the number of writes.

    Attributes:
        filter_id: the prediction filter.
        create: match id to the odds of a new prediction.
        update: match id to the odds as they are and as they will be.
        delete: match id to the odds that will go.
        unchanged: match id to the odds held, which are as asked for, or within the tolerance.
        skipped: matches without a value, which are left as they are.
        order: all these matches in the order in which their odds were given, that of the writes.
    """

    filter_id: int
    create: dict[int, Decimal] = attrs.field(factory=dict)
    update: dict[int, OddsChange] = attrs.field(factory=dict)
    delete: dict[int, Decimal] = attrs.field(factory=dict)
    unchanged: dict[int, Decimal] = attrs.field(factory=dict)
    skipped: list[int] = attrs.field(factory=list)
    order: tuple[int, ...] = attrs.field(default=(), eq=False)

    __hash__: ClassVar[None] = None  # type: ignore[assignment] # it holds dicts

    @property
    def large_changes(self) -> dict[int, OddsChange]:
        """Those of `update` that change the odds by more than a factor of 5, worth a look."""
        return {
            match_id: change
            for match_id, change in self.update.items()
            if is_large(change.old, change.new)
        }

    def writes(self) -> Iterator[Write]:
        """Each write, in the order of `order`, then those that somebody added to the attributes."""
        for match_id in dict.fromkeys(chain(self.order, self.create, self.update, self.delete)):
            if (new := self.create.get(match_id)) is not None:
                yield Write(self.filter_id, match_id, "create", None, new)
            elif (change := self.update.get(match_id)) is not None:
                yield Write(self.filter_id, match_id, "update", change.old, change.new)
            elif (old := self.delete.get(match_id)) is not None:
                yield Write(self.filter_id, match_id, "delete", old, None)

    def __len__(self) -> int:
        return len(self.create) + len(self.update) + len(self.delete)

    def __str__(self) -> str:
        return _summary([self])

    def _repr_html_(self) -> str:
        return _html(repr(self)[1:-1], [self])


class Plans(ByFilter[Plan]):
    """The plans of several prediction filters, by filter id."""

    @property
    def writes(self) -> int:
        """The number of writes of all."""
        return sum(map(len, self.values()))

    def __str__(self) -> str:
        return _summary(self.values())

    def _repr_html_(self) -> str:
        return _html(repr(self)[1:-1], self.values())


def make_plan(
    filter_id: int, wanted: Wanted, held: Mapping[int, Decimal], tolerance: Decimal
) -> Plan:
    """Compare the odds asked for with those held, at six decimals."""
    plan = Plan(filter_id, skipped=wanted.skipped, order=wanted.order)
    for match_id, new in wanted.odds.items():
        old = held.get(match_id)
        if new is None:
            if old is not None:
                plan.delete[match_id] = old
        elif old is None:
            plan.create[match_id] = new
        elif six_decimals(old) == new or is_within(tolerance, new, old):
            plan.unchanged[match_id] = old
        else:
            plan.update[match_id] = OddsChange(old, new)
    return plan


def writes_of(plans: Mapping[int, Plan]) -> Iterator[Write]:
    """The writes of all plans: by match, in the order of their odds, then by filter."""
    if len(plans) == 1:
        yield from next(iter(plans.values())).writes()
        return
    by_match: dict[int, list[Write]] = {}
    for row in zip_longest(*(plan.order for plan in plans.values())):
        for match_id in row:
            if match_id is not None:
                by_match.setdefault(match_id, [])
    for plan in plans.values():
        for write in plan.writes():
            by_match.setdefault(write.match_id, []).append(write)
    for writes in by_match.values():
        yield from writes


def is_large(old: Decimal | None, new: Decimal | None) -> bool:
    """Whether a change is by more than a factor of 5."""
    if old is None or new is None:
        return False
    return not is_within(Decimal(_LARGE - 1), max(old, new), min(old, new))


def checked_plan(plan: Any) -> dict[int, Plan]:
    """Check what is to be applied; the plan by its filter id.

    Raises:
        InvalidArgumentError: it is no plan.
    """
    if not isinstance(plan, Plan):
        raise InvalidArgumentError(f"plan must be a Plan, not {short_repr(plan)}")
    return {plan.filter_id: plan}


def checked_plans(plans: Any) -> dict[int, Plan]:
    """Check what is to be applied.

    Raises:
        InvalidArgumentError: it is no mapping of filter ids to their plans.
    """
    if not isinstance(plans, Mapping):
        raise InvalidArgumentError(
            f"plans must be what plan_many returned, not {short_repr(plans)}"
        )
    for filter_id, plan in plans.items():
        if checked_plan(plan) != {filter_id: plan}:
            raise InvalidArgumentError(f"plans: {plan!r} stands at {short_repr(filter_id)}")
    return dict(plans)


def _summary(plans: Any) -> str:
    counts = {
        name: sum(len(getattr(plan, name)) for plan in plans)
        for name in ("create", "update", "delete", "unchanged", "skipped")
    }
    text = (
        f"{counts['create']} to create, {counts['update']} to update, "
        f"{counts['delete']} to delete, {counts['unchanged']} unchanged"
    )
    if counts["skipped"]:
        text += f", {counts['skipped']} skipped"
    large = [item for plan in plans for item in plan.large_changes.items()]
    if large:
        named = [f"match {match_id}: {c.old:f} to {c.new:f}" for match_id, c in large[:_NAMED]]
        named += ["…"] if len(large) > _NAMED else []
        text += f" ({len(large)} by more than a factor of {_LARGE}: {', '.join(named)})"
    return text


def _html(caption: str, plans: Any) -> str:
    rows = (
        (write.filter_id, write.match_id, write.action, write.old, write.new)
        for plan in plans
        for write in plan.writes()
    )
    columns = ("filter", "match", "action", "old odds", "new odds")
    return html_table(columns, rows, total=sum(map(len, plans)), caption=caption)
