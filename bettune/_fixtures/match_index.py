"""The matches of a day, found by what their teams' names may have in common with another name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from bettune._fixtures.clubs import club_book
from bettune._fixtures.countries import INTERNATIONAL, countries
from bettune._fixtures.team_names import parse, plain, sound, tournament_marks
from bettune._fixtures.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bettune._fixtures.team_names import Marks, TeamName
    from bettune._models import Match


@dataclass(frozen=True, slots=True, eq=False)
class IndexedMatch:
    """A match with its names read.

    Attributes:
        match: the match.
        home: its home team's name.
        away: its away team's name.
        marks: what its tournament says of its teams.
        country: the countries that its country's name means.
        places: the countries in which its teams' names are looked up; none for all.
    """

    match: Match
    home: TeamName
    away: TeamName
    marks: Marks
    country: tuple[str, ...]
    places: tuple[str, ...]

    @property
    def is_international(self) -> bool:
        """Whether it is of a tournament of several countries."""
        return INTERNATIONAL in self.country


class TeamTable:
    """Teams' names by the keys that another name of the same team has."""

    def __init__(self) -> None:
        self._names: dict[str, list[TeamName]] = defaultdict(list)
        self._known: set[tuple[TeamName, tuple[str, ...]]] = set()
        self._alike: dict[TeamName, list[TeamName]] = {}

    def add(self, name: TeamName, places: tuple[str, ...]) -> None:
        """Note a team's name, and where its team plays."""
        if (name, places) not in self._known:
            self._known.add((name, places))
            self._alike.clear()
            for key in _keys(name, places):
                self._names[key].append(name)

    def alike(self, name: TeamName) -> list[TeamName]:
        """The teams' names that may be of the same team as a name."""
        if name not in self._alike:
            found = (each for key in _asked_keys(name) for each in self._names.get(key, ()))
            self._alike[name] = list(dict.fromkeys(found))
        return self._alike[name]


class MatchIndex:
    """Some matches of a day, by their teams' names."""

    def __init__(self, matches: Iterable[Match], teams: TeamTable) -> None:
        self._teams = teams
        self._at_home: dict[TeamName, list[IndexedMatch]] = defaultdict(list)
        self._away: dict[TeamName, list[IndexedMatch]] = defaultdict(list)
        self.matches = [_indexed(match) for match in matches]
        for indexed in self.matches:
            self._at_home[indexed.home].append(indexed)
            self._away[indexed.away].append(indexed)
            teams.add(indexed.home, indexed.places)
            teams.add(indexed.away, indexed.places)

    def at_home(self, name: TeamName) -> list[IndexedMatch]:
        """The matches whose home team may have a name."""
        table = self._at_home
        return [each for team in self._teams.alike(name) for each in table.get(team, ())]

    def away(self, name: TeamName) -> list[IndexedMatch]:
        """The matches whose away team may have a name."""
        table = self._away
        return [each for team in self._teams.alike(name) for each in table.get(team, ())]


def _indexed(match: Match) -> IndexedMatch:
    home, away = parse(match.home.name), parse(match.away.name)
    country = _country(match.country.name)
    places = country
    book = club_book()
    if INTERNATIONAL in country or not any(book.find(name, country) for name in (home, away)):
        places = _common_country(home, away) or (() if INTERNATIONAL in country else country)
    return IndexedMatch(match, home, away, tournament_marks(match.tournament.name), country, places)


@lru_cache(maxsize=1 << 10)
def _country(text: str) -> tuple[str, ...]:
    return countries().named(text)


@lru_cache(maxsize=1 << 15)
def _common_country(home: TeamName, away: TeamName) -> tuple[str, ...]:
    """The country that both teams of a match are known in, if it is only one."""
    common = set.intersection(
        *(
            {club.country for found in club_book().find_everywhere(name) for club in found.clubs}
            for name in (home, away)
        )
    )
    return tuple(common) if len(common) == 1 else ()


def _keys(name: TeamName, places: tuple[str, ...]) -> set[str]:
    """The keys that a team's name is found by."""
    book = club_book()
    keys = set(_own_keys(name))
    clubs = {
        club
        for identity in book.find(name, places) or book.find_everywhere(name)
        for club in identity.clubs
    }
    for club in clubs:
        keys.add(f"@{id(club)}")
        for reading in club.readings:
            keys.update(_word_keys(reading.words, initials=True))
    return keys


@lru_cache(maxsize=1 << 15)
def _asked_keys(name: TeamName) -> frozenset[str]:
    """The keys that a caller's name looks for."""
    keys = set(_own_keys(name))
    for identity in club_book().find_everywhere(name):
        for club in identity.clubs:
            keys.add(f"@{id(club)}")
            for reading in club.readings:
                keys.update(_word_keys(reading.words, initials=False))
    return frozenset(keys)


def _own_keys(name: TeamName) -> Iterator[str]:
    yield "." + name.plain
    for reading in (name.whole, name.reading):
        yield from _word_keys(reading.words, initials=True)
    nation = countries().nation_by_any(name.bare)
    if nation is not None:
        yield "#" + nation


def _word_keys(words: Sequence[str], *, initials: bool) -> Iterator[str]:
    """What words have in common with others that may stand for them."""
    yield "".join(words)
    if len(words) == 1:
        yield "=" + words[0]
    else:
        letters = [word[0] for word in words]
        yield "=" + "".join(letters)
        if initials:
            yield "^" + "".join(sorted(letters))
        yield "+" + " ".join(sorted(map(sound, words)))
        left_out = vocabulary().left_out
        yield "".join(word for word in words if word not in left_out)


def same_text(text: str, known: str) -> bool:
    """Whether two texts are the same but for case, accents and punctuation."""
    return plain(text) == plain(known)
