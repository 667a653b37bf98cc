"""The odds a caller wants BetTune to hold: checked, all of them, before anything is sent."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from bettune._errors import InvalidArgumentError, InvalidOddsError
from bettune._values.arguments import to_id
from bettune._values.display import short_repr
from bettune._values.frames import is_missing
from bettune._values.odds import DELETE, to_odds

if TYPE_CHECKING:
    from collections.abc import Iterable

Missing = Literal["error", "skip", "delete"]

_NAMED = 5


class Wanted(Struct, frozen=True):
    """What a caller wants, in the order given.

    Attributes:
        odds: match id to decimal odds, or to None to delete the prediction.
        skipped: the matches without a value, to be left as they are.
        order: all of them.
    """

    odds: dict[int, Decimal | None]
    skipped: list[int]
    order: tuple[int, ...]


def to_wanted(pairs: Iterable[tuple[Any, Any]], *, missing: Missing, name: str = "odds") -> Wanted:
    """Check match ids and odds.

    Args:
        pairs: match id and odds, as the caller gave them.
        missing: what to do with a match that has no value.
        name: what the messages call the odds.

    Raises:
        InvalidOddsError: some odds cannot be, or are missing and `missing` is "error"; the message
            names the first such matches.
        InvalidArgumentError: an id cannot be, or comes twice, or `missing` is none of the three.
    """
    if not isinstance(missing, str) or missing not in {"error", "skip", "delete"}:
        raise InvalidArgumentError(
            f'missing must be "error", "skip" or "delete", not {short_repr(missing)}'
        )
    odds: dict[int, Decimal | None] = {}
    skipped: list[int] = []
    order: dict[int, None] = {}
    invalid: dict[int, str] = {}
    hint = ""
    for key, value in pairs:
        match_id = to_id(key, f"each match id of {name}")
        if match_id in order:
            raise InvalidArgumentError(f"{name} hold match {match_id} more than once")
        order[match_id] = odds[match_id] = None
        if value is DELETE:
            continue
        if not is_missing(value):
            try:
                odds[match_id] = to_odds(value)
            except InvalidOddsError as error:
                invalid[match_id] = str(error)
        elif missing == "error":
            invalid[match_id] = "odds are missing"
            hint = '. missing="skip" leaves matches without odds as they are, "delete" deletes'
        elif missing == "skip":
            del odds[match_id]
            skipped.append(match_id)
    if invalid:
        named = [f"match {match_id}: {invalid[match_id]}" for match_id in list(invalid)[:_NAMED]]
        if len(invalid) > _NAMED:
            named.append(f"and {len(invalid) - _NAMED} more")
        where = "" if name == "odds" else f"{name}: "
        raise InvalidOddsError(where + "; ".join(named) + hint, invalid=invalid)
    return Wanted(odds, skipped, tuple(order))


def to_tolerance(value: Any) -> Decimal:
    """Take the part of odds by which others may differ and still count as the same.

    Raises:
        InvalidArgumentError: it is not a number from 0 to below 1.
    """
    try:
        number = Decimal(str(value))
        if not isinstance(value, bool | str) and 0 <= number < 1:
            return number
    except (ArithmeticError, ValueError):  # no number, or more digits than str takes
        pass
    raise InvalidArgumentError(
        "tolerance must be a part from 0 to below 1, such as 0.005 for half a percent, "
        f"not {short_repr(value)}"
    )
