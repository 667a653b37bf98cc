"""What a sync would do: the model's odds against those that BetTune holds."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from bettune._errors import InvalidArgumentError, InvalidOddsError
from bettune._values.arguments import to_id
from bettune._values.display import short_repr
from bettune._values.odds import six_decimals, to_odds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class OddsChange(Struct, frozen=True):
    """Odds that differ.

    Attributes:
        old: the decimal odds BetTune holds.
        new: the decimal odds asked for.
    """

    old: Decimal
    new: Decimal


class Plan(Struct, frozen=True):
    """What a sync would do; its length is the number of writes.

    Attributes:
        filter_id: the prediction filter.
        create: match id to the odds of a new prediction.
        update: match id to the odds as they are and as they will be.
        delete: match id to the odds that will go.
        unchanged: match id to odds that are as asked for.
    """

    filter_id: int
    create: dict[int, Decimal]
    update: dict[int, OddsChange]
    delete: dict[int, Decimal]
    unchanged: dict[int, Decimal]

    def __len__(self) -> int:
        return len(self.create) + len(self.update) + len(self.delete)

    def __str__(self) -> str:
        return (
            f"{len(self.create)} to create, {len(self.update)} to update, "
            f"{len(self.delete)} to delete, {len(self.unchanged)} unchanged"
        )

    def writes(self) -> Iterator[tuple[int, Decimal | None]]:
        """Each write: a match id, and its odds or None to delete them."""
        yield from self.create.items()
        for match_id, change in self.update.items():
            yield match_id, change.new
        for match_id in self.delete:
            yield match_id, None


def to_wanted(odds: Mapping[int, Any]) -> dict[int, Decimal | None]:
    """Check the odds asked for, all of them.

    Raises:
        InvalidOddsError: some odds cannot be; the message names every such match.
        InvalidArgumentError: it is no mapping, or an id cannot be, or comes twice.
    """
    try:
        pairs: Iterable[tuple[Any, Any]] = odds.items()
    except AttributeError:
        raise InvalidArgumentError(
            f"odds must map match ids to odds or None, not {short_repr(odds)}"
        ) from None
    wanted: dict[int, Decimal | None] = {}
    invalid = []
    for key, value in pairs:
        match_id = to_id(key, "each match id of odds")
        if match_id in wanted:
            raise InvalidArgumentError(f"odds hold match {match_id} more than once")
        wanted[match_id] = None
        if value is not None:
            try:
                wanted[match_id] = to_odds(value)
            except InvalidOddsError as error:
                invalid.append(f"match {match_id}: {error}")
    if invalid:
        raise InvalidOddsError("; ".join(invalid))
    return wanted


def make_plan(
    filter_id: int, wanted: dict[int, Decimal | None], held: Mapping[int, Decimal]
) -> Plan:
    """Compare the odds asked for with those held, at six decimals."""
    plan = Plan(filter_id, {}, {}, {}, {})
    for match_id, new in wanted.items():
        old = held.get(match_id)
        if new is None:
            if old is not None:
                plan.delete[match_id] = old
        elif old is None:
            plan.create[match_id] = new
        elif six_decimals(old) == new:
            plan.unchanged[match_id] = old
        else:
            plan.update[match_id] = OddsChange(old, new)
    return plan
