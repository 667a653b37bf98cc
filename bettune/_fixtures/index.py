"""Matches of some days, found by their teams' names."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from bettune._fixtures.names import parse
from bettune._fixtures.similarity import similarity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bettune._fixtures.names import Name
    from bettune._models import Match


class MatchIndex:
    """Matches by team, and teams by what their names have in common with another name."""

    def __init__(self, matches: Sequence[Match]) -> None:
        self._by_home: dict[Name, list[Match]] = defaultdict(list)
        self._by_away: dict[Name, list[Match]] = defaultdict(list)
        self._teams: dict[int, tuple[Name, Name]] = {}
        for match in matches:
            tournament = match.tournament.name
            home, away = (parse(team.name, tournament) for team in (match.home, match.away))
            self._teams[match.id] = home, away
            self._by_home[home].append(match)
            self._by_away[away].append(match)
        self._by_text: dict[str, list[Name]] = defaultdict(list)
        for name in {**self._by_home, **self._by_away}:
            self._by_text[name.text].append(name)
        self._scores: dict[tuple[Name, bool], dict[Name, float]] = {}

    @cached_property
    def _by_key(self) -> dict[str, list[Name]]:
        by_key: dict[str, list[Name]] = defaultdict(list)
        for names in self._by_text.values():
            for name in names:
                for key in _keys(name):
                    by_key[key].append(name)
        return by_key

    def scores(self, name: Name, *, exact: bool) -> dict[Name, float]:
        """How alike a name and each team's are, for those that are; exact: its own name or none.

        A name that teams have is theirs alone.
        """
        found = self._scores.get((name, exact))
        if found is None:
            near: Iterable[Name] = self._by_text.get(name.text, ())
            if not near:
                near = {team for key in _keys(name) for team in self._by_key.get(key, ())}
            scored = {team: similarity(name, team) for team in near}
            found = {
                team: score for team, score in scored.items() if score > (0.98 if exact else 0)
            }
            self._scores[name, exact] = found
        return found

    def teams(self, match: Match) -> tuple[Name, Name]:
        """The names of a match's teams."""
        return self._teams[match.id]

    def at_home(self, teams: Iterable[Name]) -> list[Match]:
        """The matches that these teams play at home."""
        return [match for team in teams for match in self._by_home.get(team, ())]

    def away(self, teams: Iterable[Name]) -> list[Match]:
        """The matches that these teams play away."""
        return [match for team in teams for match in self._by_away.get(team, ())]


@lru_cache(maxsize=1 << 14)
def _keys(name: Name) -> frozenset[str]:
    """Of two names that are alike, at least one key is the same."""
    words = [word for word in name.words if word.distinctive] or list(name.words)
    words += name.also
    keys = {text[:3] for word in words for text in (word.text, word.sound)}
    # The ends of words for m'gladbach, initials for psg.
    keys.update(word.text[-4:] for word in words if len(word.text) > 6)
    initials = sorted(word.text[:1] for word in name.words)
    if len(initials) > 1:
        keys.add("".join(initials))
    keys.update("".join(sorted(word.text)) for word in words if len(word.text) <= 4)
    return frozenset(keys)
