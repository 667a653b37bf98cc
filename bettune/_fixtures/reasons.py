"""Messages for the reasons why a fixture has no match."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bettune._fixtures.decision import (
    CANDIDATES,
    Decision,
    agreement,
    both_alike,
    either_alike,
)
from bettune._fixtures.match_index import country_of, same_text
from bettune._fixtures.verdicts import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bettune._fixtures.decision import Asked, Pairing
    from bettune._fixtures.match_index import MatchIndex
    from bettune._models import Match

_LISTED = 6


def explain(asked: Asked, indexes: Sequence[MatchIndex]) -> Decision:
    """Return the reason why a fixture has no match, with the possible matches."""
    alike = both_alike(asked, indexes)
    swapped = [
        pairing
        for pairing in both_alike(asked, indexes, swapped=True)
        if pairing.is_certain and pairing.on_day
    ]
    either = either_alike(asked, indexes)
    reason = (
        _of_area(asked, indexes)
        or _of_alias(asked, either)
        or _of_swapped(swapped)
        or _of_alike(alike)
        or _of_either(asked, [pairing for pairing in either if pairing.on_day])
        or "no match of that day, the day before or the day after has these teams"
    )
    return Decision(reason=reason, pairings=tuple(swapped or alike or either))


def shared_match(unit: str, numbers: Sequence[int], match_id: int) -> str:
    """Name the rows, or the lines of a file, that have the same match."""
    listed = ", ".join(map(str, sorted(numbers)[:CANDIDATES]))
    more = f" and {len(numbers) - CANDIDATES} more" if len(numbers) > CANDIDATES else ""
    return f"{unit} {listed}{more} are all match {match_id}: keep one of them"


def _of_area(asked: Asked, indexes: Sequence[MatchIndex]) -> str | None:
    """Return the reason that no match of these days has the country or the tournament."""
    if asked.country is None and asked.tournament is None:
        return None
    start, end = asked.around
    near = [match for index in indexes for match in index.matches if start <= match.date < end]
    if not near:
        return None
    if asked.country is not None:
        near, everywhere = [match for match in near if _is_in(asked, match)], near
        if not near:
            names = _listed(match.country.name for match in everywhere)
            return f"no match of these days is in {asked.country!r}; there are {names}"
    if asked.tournament is None or any(
        agreement(asked.tournament, match.tournament.name) for match in near
    ):
        return None
    names = _listed(match.tournament.name for match in near)
    return f"no match of these days is of {asked.tournament!r}; there are {names}"


def _is_in(asked: Asked, match: Match) -> bool:
    if asked.countries:
        return bool(set(asked.countries) & set(country_of(match)))
    return asked.country is not None and same_text(asked.country, match.country.name)


def _of_alias(asked: Asked, either: Iterable[Pairing]) -> str | None:
    for side, verdicts in (
        (asked.home, [pairing.home for pairing in either]),
        (asked.away, [pairing.away for pairing in either]),
    ):
        if side.aliased and not any(verdict.level is Level.CERTAIN for verdict in verdicts):
            return f"the team that {side.given!r} is an alias of does not play on these days"
    return None


def _of_swapped(swapped: Sequence[Pairing]) -> str | None:
    if not swapped:
        return None
    return f"match {swapped[0].match.id} has these teams with home and away swapped"


def _of_alike(alike: Sequence[Pairing]) -> str | None:
    """Return the reason for a match whose names may be the fixture's."""
    if not alike:
        return None
    match = alike[0].match
    if not alike[0].fits:
        return (
            f"match {match.id} has these teams, but in {match.country.name},"
            f" {match.tournament.name}"
        )
    unsure = alike[0].home if alike[0].home.level < Level.CERTAIN else alike[0].away
    alike_only = f"match {match.id} has similar names, but they are not certain ({unsure.reason})"
    if not alike[0].on_day:
        return f"{alike_only}, and is on {match.date:%Y-%m-%d}"
    if alike[0].is_far:
        return f"{alike_only}, and kicks off at {match.date:%Y-%m-%d %H:%M} UTC"
    return f"{alike_only}: an alias, or a country, tournament or kick-off that agrees, decides"


def _of_either(asked: Asked, today: Sequence[Pairing]) -> str | None:
    """Return the reason for a match of which only one team is certain."""
    for pairing in today:
        for side, verdict, opponent, unsure, team in (
            (asked.home, pairing.home, asked.away, pairing.away, pairing.match.away),
            (asked.away, pairing.away, asked.home, pairing.home, pairing.match.home),
        ):
            if verdict.level is Level.CERTAIN:
                if not pairing.fits:
                    continue
                why = "" if unsure.level is Level.UNRELATED else f" ({unsure.reason})"
                return (
                    f"{side.given!r} plays in match {pairing.match.id}, but"
                    f" {opponent.given!r} is not a known name of {team.name!r}{why}"
                )
    return None


def _listed(names: Iterable[str]) -> str:
    distinct = sorted(set(names))
    more = f" and {len(distinct) - _LISTED} more" if len(distinct) > _LISTED else ""
    return ", ".join(distinct[:_LISTED]) + more
