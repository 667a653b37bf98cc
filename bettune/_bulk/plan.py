"""Plans: the writes that make BetTune hold the desired minimum odds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from heapq import heappop, heappush
from itertools import chain, pairwise, zip_longest
from types import MappingProxyType
from typing import Any, Literal

from bettune_openapi.models import PredictionSource
from msgspec import Struct, field
from msgspec.structs import replace

from bettune._bulk.by_filter import ByFilter, OfFilter
from bettune._bulk.tables import is_large, plan_summary, plan_table
from bettune._models import Match
from bettune._values.arguments import each_of, to_id, to_match_id, to_matches

Action = Literal["create", "update", "delete"]
"""The kind of a write: create a prediction, update its minimum odds, or delete it."""
Refusal = Literal["by_hand", "max_drop", "stale"]
"""The kind of a refusal: a prediction set by hand, a large drop, or a prediction that changed."""

# The age from which a plan is compared with the current predictions before it is applied.
_FRESH = timedelta(seconds=60)


class OddsChange(Struct, frozen=True):
    """A change of minimum odds.

    Attributes:
        old: the decimal odds that BetTune holds.
        new: the desired decimal odds.
    """

    old: Decimal
    new: Decimal


class Write(Struct, frozen=True, gc=False):
    """One write of a plan.

    Attributes:
        filter_id: the prediction filter.
        match_id: the match.
        action: ``create``, ``update`` or ``delete``.
        old: the minimum odds that BetTune holds, or None.
        new: the desired minimum odds, or None to delete.
        source: the source of the prediction that BetTune holds (``api`` or ``ui``), or None.
    """

    filter_id: int
    match_id: int
    action: Action
    old: Decimal | None
    new: Decimal | None
    source: PredictionSource | None = None

    @property
    def safe(self) -> bool:
        """True if the write can only stop bets, since it deletes or raises the minimum odds."""
        return self.new is None or (self.old is not None and self.new > self.old)


class Entry(Struct, frozen=True, gc=False):
    """A match of a plan: the current odds, the desired odds, and the resulting action.

    Attributes:
        match_id: the match.
        fate: the action of the write, or the reason why there is no write.
        old: the minimum odds that BetTune holds, or None.
        new: the desired minimum odds, or None.
        source: the source of the prediction that BetTune holds, or None.
        unnamed: True if the match is in the scope but not in the odds.
        refused: the reason why the write is refused, or an empty string.
        refusals: the kinds of this reason.
    """

    match_id: int
    fate: Literal["create", "update", "delete", "unchanged", "kept", "skipped", "absent"]
    old: Decimal | None = None
    new: Decimal | None = None
    source: PredictionSource | None = None
    unnamed: bool = False
    refused: str = ""
    refusals: tuple[Refusal, ...] = ()


def _now() -> datetime:
    return datetime.now(UTC)


def _monotonic() -> float:
    return time.monotonic()


class Plan(OfFilter, frozen=True, dict=True):
    """The writes that a sync would send. A plan is immutable. Its length is its number of writes.

    Attributes:
        filter_id: the prediction filter.
        entries: the matches of the plan. All other values are derived from them.
        made_at: the time before the search, an aware datetime in UTC. `apply` compares a plan older
            than 60 seconds with the current predictions first.
        matches: the matches that were given as `Match`.
    """

    entries: tuple[Entry, ...] = ()
    made_at: datetime = field(default_factory=_now)
    _made_monotonic: float = field(default_factory=_monotonic)
    matches: tuple[Match, ...] = ()

    @cached_property
    def writes(self) -> tuple[Write, ...]:
        """All writes, including refused ones, in the order in which they are sent.

        First those that can only stop bets, then those that can cause bets; both in the order of
        the odds.
        """
        return tuple(writes_of({self.filter_id: self}))

    @cached_property
    def create(self) -> Mapping[int, Decimal]:
        """Match id to the minimum odds of a new prediction."""
        return self._view("create", lambda entry: entry.new)

    @cached_property
    def update(self) -> Mapping[int, OddsChange]:
        """Match id to the old and new minimum odds."""
        return self._view("update", _change)

    @cached_property
    def delete(self) -> Mapping[int, Decimal]:
        """Match id to the minimum odds that will be deleted."""
        return self._view("delete", lambda entry: entry.old)

    @cached_property
    def unchanged(self) -> Mapping[int, Decimal]:
        """Match id to the current odds, which equal the desired ones or are within tolerance."""
        return self._view("unchanged", lambda entry: entry.old)

    @cached_property
    def kept(self) -> Mapping[int, Decimal]:
        """Match id to the odds that a person set and ``by_hand="keep"`` leaves unchanged."""
        return self._view("kept", lambda entry: entry.old)

    @cached_property
    def refused(self) -> Mapping[int, str]:
        """Match id to the reason why its write is refused. `apply` rejects a plan that has any."""
        return MappingProxyType({e.match_id: e.refused for e in self.entries if e.refused})

    @cached_property
    def skipped(self) -> tuple[int, ...]:
        """The matches with missing odds, whose predictions stay unchanged."""
        return tuple(entry.match_id for entry in self.entries if entry.fate == "skipped")

    @property
    def large_changes(self) -> Mapping[int, OddsChange]:
        """The updates that change the odds by more than a factor of 5."""
        return MappingProxyType(
            {
                match_id: change
                for match_id, change in self.update.items()
                if is_large(change.old, change.new)
            }
        )

    def without(self, match_ids: Iterable[int | Match]) -> Plan:
        """Return the plan without these matches. `made_at` stays the same.

        Args:
            match_ids: ids or `Match`, such as `plan.refused`. Matches outside the plan are ignored.

        Raises:
            InvalidArgumentError: the argument is not an iterable of matches.
        """
        left_out = to_matches(match_ids, "match_ids")
        return self._filtered(lambda match_id: match_id not in left_out)

    def only(self, match_ids: Iterable[int | Match]) -> Plan:
        """Return the plan with only these matches. `made_at` stays the same.

        Args:
            match_ids: ids or `Match`. Matches outside the plan are ignored.

        Raises:
            InvalidArgumentError: the argument is not an iterable of matches.
        """
        chosen = to_matches(match_ids, "match_ids")
        return self._filtered(lambda match_id: match_id in chosen)

    def match(self, match_id: int) -> Match | None:
        """Return the match if the odds or the scope had it as a `Match`, else None."""
        return self._match_by_id.get(match_id)

    @property
    def order(self) -> tuple[int, ...]:
        """The matches with odds, in the order of the odds, then the rest of the scope."""
        return tuple(entry.match_id for entry in self.entries)

    @property
    def is_old(self) -> bool:
        """True if the plan must be compared with the current predictions before it is applied.

        Two clocks decide: the system clock may be set back, and the monotonic clock may stop while
        the computer sleeps.
        """
        seconds = time.monotonic() - self._made_monotonic
        fresh = _FRESH.total_seconds()
        return not (timedelta() <= _now() - self.made_at <= _FRESH and 0 <= seconds <= fresh)

    def __len__(self) -> int:
        return len(self.writes)

    def __str__(self) -> str:
        return plan_summary({self.filter_id: self})

    def _repr_html_(self) -> str:
        return plan_table(repr(self)[1:-1], {self.filter_id: self}, self.writes)

    @cached_property
    def _match_by_id(self) -> dict[int, Match]:
        return {match.id: match for match in self.matches}

    def _filtered(self, is_chosen: Callable[[int], bool]) -> Plan:
        return replace(
            self, entries=tuple(entry for entry in self.entries if is_chosen(entry.match_id))
        )

    def _view(self, fate: str, value: Callable[[Entry], Any]) -> Mapping[int, Any]:
        return MappingProxyType(
            {entry.match_id: value(entry) for entry in self.entries if entry.fate == fate}
        )


class Plans(ByFilter[Plan]):
    """The plans of several prediction filters: a read-only mapping by filter id."""

    @cached_property
    def writes(self) -> tuple[Write, ...]:
        """The writes of all plans, in the order in which they are sent.

        First those that can only stop bets, then those that can cause bets; both by match, then by
        filter.
        """
        return tuple(writes_of(self))

    @cached_property
    def refused(self) -> Mapping[tuple[int, int], str]:
        """Filter id and match id to the reason why the write is refused, over all filters."""
        return MappingProxyType(
            {
                (filter_id, match_id): reason
                for filter_id, plan in self.items()
                for match_id, reason in plan.refused.items()
            }
        )

    def without(self, match_ids: Iterable[int | Match | tuple[int, int]]) -> Plans:
        """Return the plans without these matches. `made_at` stays the same.

        Args:
            match_ids: ids or `Match`, for every filter; or pairs of filter id and match id, such
                as `plans.refused`. Matches outside the plans are ignored.

        Raises:
            InvalidArgumentError: the argument is not an iterable of matches.
        """
        left_out = _by_filter(match_ids)
        return Plans({key: plan.without(left_out(key)) for key, plan in self.items()})

    def only(self, match_ids: Iterable[int | Match | tuple[int, int]]) -> Plans:
        """Return the plans with only these matches. `made_at` stays the same.

        Args:
            match_ids: as for `without`.

        Raises:
            InvalidArgumentError: the argument is not an iterable of matches.
        """
        chosen = _by_filter(match_ids)
        return Plans({key: plan.only(chosen(key)) for key, plan in self.items()})

    def __str__(self) -> str:
        return plan_summary(self)

    def _repr_html_(self) -> str:
        return plan_table(repr(self)[1:-1], self, self.writes)


def _by_filter(match_ids: Iterable[Any]) -> Callable[[int], list[int]]:
    """Return a function that maps a filter id to the given matches of this filter."""
    of_filter: dict[int, list[int]] = {}
    others: list[Any] = []
    for value in each_of(match_ids, "match_ids"):
        if isinstance(value, tuple) and len(value) == 2:
            filter_id = to_id(value[0], "filter_id")
            match_id = to_match_id(value[1], "match_id")
            of_filter.setdefault(filter_id, []).append(match_id)
        else:
            others.append(value)
    of_all_filters = list(to_matches(others, "match_ids"))
    return lambda filter_id: of_all_filters + of_filter.get(filter_id, [])


def _change(entry: Entry) -> OddsChange:
    assert entry.old is not None
    assert entry.new is not None
    return OddsChange(entry.old, entry.new)


def writes_of(plans: Mapping[int, Plan]) -> Iterator[Write]:
    """Yield the writes of all plans in the order in which they are sent.

    First those that can only stop bets (deletions because of the scope are the last of these),
    then those that can cause bets; each kind by match, in the order of the odds, then by filter.
    """
    ranked: tuple[dict[int, list[Write]], ...] = ({}, {}, {})
    for filter_id, plan in plans.items():
        for entry in plan.entries:
            if entry.fate not in {"create", "update", "delete"}:
                continue
            write = Write(filter_id, entry.match_id, entry.fate, entry.old, entry.new, entry.source)
            rank = (1 if entry.unnamed else 0) if write.safe else 2
            ranked[rank].setdefault(entry.match_id, []).append(write)
    matches = _merged(list(dict.fromkeys(plan.order for plan in plans.values())))
    for writes in ranked:
        for match_id in matches:
            yield from writes.get(match_id, ())


def _merged(orders: list[tuple[int, ...]]) -> list[int]:
    """Merge the orders of several plans, so that the matches of each stay in its order.

    If the orders contradict each other, the result has the first match of each, then the second of
    each, and so on.
    """
    # A topological sort. This order applies where the given ones leave a choice or contradict.
    matches = list(dict.fromkeys(chain.from_iterable(zip_longest(*orders))))
    if None in matches:  # zip_longest pads shorter orders
        matches.remove(None)
    place = {match_id: number for number, match_id in enumerate(matches)}
    following: dict[int, list[int]] = {match_id: [] for match_id in matches}
    predecessors = dict.fromkeys(matches, 0)
    for before, after in chain.from_iterable(map(pairwise, orders)):
        following[before].append(after)
        predecessors[after] += 1
    ready = [place[match_id] for match_id in matches if not predecessors[match_id]]
    merged = []
    while ready:
        merged.append(matches[heappop(ready)])
        for match_id in following[merged[-1]]:
            predecessors[match_id] -= 1
            if not predecessors[match_id]:
                heappush(ready, place[match_id])
    return merged if len(merged) == len(matches) else matches
