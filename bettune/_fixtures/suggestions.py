"""Suggests aliases for fixtures of which one team is certain and nothing contradicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bettune._fixtures.decision import pair
from bettune._fixtures.verdicts import Level, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bettune._fixtures.decision import Asked, Pairing, Side
    from bettune._fixtures.match_index import MatchIndex
    from bettune._fixtures.team_names import TeamName

_NO_NAMES = frozenset({"nan", "none", "null", "na", "n a", "nat", "tbd", "tba", "unknown", "bye"})


def suggest(
    asked: Asked, indexes: Sequence[MatchIndex], taken: set[int]
) -> Iterator[tuple[str, str]]:
    """Yield the caller's name and BetTune's name for the only match of a certain team."""
    certain = _certain(asked, indexes)
    if len(certain) != 1:
        return
    (pairing,) = certain.values()
    if pairing.match.id in taken or not pairing.on_day or pairing.is_far or not pairing.fits:
        return
    if pairing.home.level is Level.CERTAIN:
        side, verdict, team = asked.away, pairing.away, pairing.indexed.away
    else:
        side, verdict, team = asked.home, pairing.home, pairing.indexed.home
    if side.aliased or verdict.level is Level.CONTRADICTING or not _is_name(side.name):
        return
    if not side.name.marks.joined(side.marks).agree(team.marks.joined(pairing.indexed.marks)):
        return
    if not _has_rival(asked, side, team, indexes):
        yield side.given, team.text


def _certain(asked: Asked, indexes: Sequence[MatchIndex]) -> dict[int, Pairing]:
    """Return the matches of a fixture's days of which one team is certain, by id."""
    start, end = asked.around
    certain = {}
    for index in indexes:
        for indexed in (*index.at_home(asked.home.name), *index.away(asked.away.name)):
            if start <= indexed.match.date < end:
                pairing = pair(asked, indexed)
                if pairing.higher is Level.CERTAIN:
                    certain[indexed.match.id] = pairing
    return certain


def _has_rival(asked: Asked, side: Side, team: TeamName, indexes: Sequence[MatchIndex]) -> bool:
    """Return whether the name may belong to another team that plays on these days."""
    start, end = asked.around
    for index in indexes:
        for indexed in (*index.at_home(side.name), *index.away(side.name)):
            if start <= indexed.match.date < end:
                for name in (indexed.home, indexed.away):
                    verdict = side.verdict(name, indexed.marks, Place(indexed.places))
                    if name is not team and verdict.level >= Level.COMPATIBLE:
                        return True
    return False


def _is_name(name: TeamName) -> bool:
    return name.plain not in _NO_NAMES and any(letter.isalpha() for letter in name.plain)
