"""The desired minimum odds and the rules of a plan, checked before any request is sent."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Literal, cast

from msgspec import Struct

from bettune._errors import InvalidArgumentError, InvalidOddsError
from bettune._models import Match
from bettune._values.arguments import to_choice, to_fraction, to_match_id, to_matches
from bettune._values.display import first_few
from bettune._values.missing import Missing, is_missing
from bettune._values.odds import DELETE, to_odds

ByHand = Literal["error", "keep", "overwrite"]
"""The treatment of predictions that a person set on BetTune's page: refuse, keep, overwrite."""


class Rules(Struct, frozen=True):
    """The arguments of a plan other than its odds.

    Attributes:
        missing: the treatment of matches with missing odds.
        tolerance: the relative difference up to which odds count as unchanged.
        scope: all matches that the odds cover, or None if these are the matches in the odds.
        by_hand: the treatment of predictions with the source ``ui``.
        max_drop: the fraction by which minimum odds may fall, or None for any drop.
    """

    missing: Missing
    tolerance: Decimal
    scope: dict[int, Match | None] | None
    by_hand: ByHand
    max_drop: Decimal | None


def to_rules(
    *, missing: Any, tolerance: Any, scope: Iterable[Any] | None, by_hand: Any, max_drop: Any
) -> Rules:
    """Check the arguments of a plan other than its odds.

    Raises:
        InvalidArgumentError: an argument is invalid.
    """
    return Rules(
        cast("Missing", to_choice(missing, "missing", ("error", "skip", "delete"))),
        to_fraction(tolerance, "tolerance", "0.005 for half a percent"),
        None if scope is None else to_matches(scope, "scope"),
        cast("ByHand", to_choice(by_hand, "by_hand", ("error", "keep", "overwrite"))),
        None
        if max_drop is None
        else to_fraction(max_drop, "max_drop", "0.5 for a half (or None for any drop)"),
    )


class DesiredOdds(Struct, frozen=True):
    """The desired odds of one filter.

    Attributes:
        odds: match id to minimum odds, or to None to delete the prediction, in the given order.
        skipped: the matches with missing odds, whose predictions stay unchanged.
        order: all matches in the odds, then the rest of the scope.
        unnamed: the rest of the scope, whose predictions are deleted.
        matches: the matches that were given as `Match`.
    """

    odds: dict[int, Decimal | None]
    skipped: frozenset[int]
    order: tuple[int, ...]
    unnamed: frozenset[int]
    matches: tuple[Match, ...]

    def compared_matches(self) -> list[int]:
        """Return the matches whose current predictions the plan needs: all but the skipped ones."""
        return [match_id for match_id in self.order if match_id not in self.skipped]


def to_desired_odds(
    pairs: Iterable[tuple[Any, Any]], rules: Rules, *, name: str = "odds"
) -> DesiredOdds:
    """Check matches and odds.

    Args:
        pairs: matches and odds from the caller.
        rules: the other arguments of the plan.
        name: the name of the odds in messages.

    Raises:
        InvalidOddsError: some odds are invalid, or missing while `missing` is "error". The message
            names the first of these matches.
        InvalidArgumentError: a match is invalid, duplicated, or outside the scope.
    """
    odds: dict[int, Decimal | None] = {}
    skipped: set[int] = set()
    named: dict[int, Match | None] = {}
    invalid: dict[int, str] = {}
    hint = ""
    for key, value in pairs:
        match_id = to_match_id(key, f"each match id of {name}")
        if match_id in named:
            raise InvalidArgumentError(f"{name} contain match {match_id} more than once")
        named[match_id] = key if isinstance(key, Match) else None
        if value is DELETE:
            odds[match_id] = None
        elif not is_missing(value):
            try:
                odds[match_id] = to_odds(value)
            except InvalidOddsError as error:
                invalid[match_id] = str(error)
        elif rules.missing == "error":
            invalid[match_id] = "odds are missing"
            hint = '. missing="skip" keeps their predictions, missing="delete" deletes them'
        elif rules.missing == "skip":
            skipped.add(match_id)
        else:
            odds[match_id] = None
    _check_scope(named, rules, name)
    if invalid:
        texts = [f"match {match_id}: {reason}" for match_id, reason in invalid.items()]
        prefix = "" if name == "odds" else f"{name}: "
        raise InvalidOddsError(prefix + first_few(texts) + hint, invalid=invalid)
    scope = rules.scope or {}
    unnamed = [match_id for match_id in scope if match_id not in named]
    known = (named.get(match_id) or scope.get(match_id) for match_id in (*named, *unnamed))
    return DesiredOdds(
        odds,
        frozenset(skipped),
        (*named, *unnamed),
        frozenset(unnamed),
        tuple(match for match in known if match is not None),
    )


def _check_scope(named: Iterable[int], rules: Rules, name: str) -> None:
    if rules.scope is None:
        return
    outside = [f"match {match_id}" for match_id in named if match_id not in rules.scope]
    if outside:
        raise InvalidArgumentError(
            f"{name} are for matches outside the scope: {first_few(outside, separator=', ')}. Add "
            "them to scope, or leave them out of the odds"
        )
