"""An index of matches by keys of their teams' names, to find the matches of other names."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from bettune._fixtures.clubs import club_book
from bettune._fixtures.countries import INTERNATIONAL, countries
from bettune._fixtures.team_names import Marks, TeamName, parse, plain, sound, tournament_marks
from bettune._fixtures.vocabulary import vocabulary
from bettune._models import Match

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bettune._fixtures.clubs import Identity
    from bettune._fixtures.team_names import Reading


# The number of names to index between two pauses.
_SLICE = 100


class IndexedMatch(Struct, eq=False, gc=False):
    """A match with parsed names.

    Attributes:
        match: the match.
        home: the name of the home team.
        away: the name of the away team.
        marks: the marks of both teams according to the tournament.
        country: the countries with the name of the match's country.
        places: the countries in which the teams' names are looked up; empty for all countries.
    """

    match: Match
    home: TeamName
    away: TeamName
    marks: Marks
    country: tuple[str, ...]
    places: tuple[str, ...]

    @property
    def is_international(self) -> bool:
        """True for a match of an international tournament."""
        return INTERNATIONAL in self.country


# Names by key. Most keys have one name, and lists would slow down the garbage collector.
_Table = dict[str, "TeamName | list[TeamName]"]


class TeamTable:
    """The names of teams by keys. Names of the same team have keys in common."""

    def __init__(self) -> None:
        self._places: dict[TeamName, set[tuple[str, ...]]] = defaultdict(set)
        self._by_key: _Table = {}
        self._by_loose_key: _Table = {}
        self._loose = 0
        self._same: dict[TeamName, list[TeamName]] = {}
        self._alike: dict[TeamName, list[TeamName]] = {}

    def add(self, name: TeamName, places: tuple[str, ...]) -> None:
        """Add the name of a team, and the countries in which it plays."""
        if places not in self._places[name]:
            self._places[name].add(places)
            self._same.clear()
            self._alike.clear()
            for key in _keys(name, places):
                _put(self._by_key, key, name)

    def index_loosely(self) -> Iterator[None]:
        """Index new names by their loose keys. Yields for pauses."""
        for number, team in enumerate(list(self._places)[self._loose :], 1):
            for key in _loose_keys(team):
                _put(self._by_loose_key, key, team)
            if number % _SLICE == 0:
                yield
        self._loose = len(self._places)

    def same(self, name: TeamName) -> list[TeamName]:
        """Return the team names that may be certain matches of a name."""
        if name not in self._same:
            self._same[name] = _hits(self._by_key, _asked_keys(name))
        return self._same[name]

    def alike(self, name: TeamName) -> list[TeamName]:
        """Return the team names that may be certain or compatible matches of a name."""
        if name not in self._alike:
            for _ in self.index_loosely():
                pass
            loose = _hits(self._by_loose_key, _asked_loose_keys(name))
            self._alike[name] = list(dict.fromkeys([*self.same(name), *loose]))
        return self._alike[name]


def _put(table: _Table, key: str, name: TeamName) -> None:
    held = table.get(key)
    if held is None:
        table[key] = name
    elif isinstance(held, list):
        held.append(name)
    else:
        table[key] = [held, name]


def _hits(table: _Table, keys: Iterable[str]) -> list[TeamName]:
    hits: dict[TeamName, None] = {}
    for key in keys:
        held = table.get(key)
        if isinstance(held, list):
            hits.update(dict.fromkeys(held))
        elif held is not None:
            hits[held] = None
    return list(hits)


class MatchIndex:
    """The matches of a day, by their teams' names."""

    def __init__(self, teams: TeamTable) -> None:
        self.matches: list[Match] = []
        self._teams = teams
        # Positions in the list: lists of matches would slow down the garbage collector.
        self._at_home: dict[TeamName, tuple[int, ...]] = {}
        self._away: dict[TeamName, tuple[int, ...]] = {}

    def add(self, matches: Iterable[Match]) -> None:
        """Add some matches of the day."""
        for match in matches:
            position = len(self.matches)
            self.matches.append(match)
            home, away = parse(match.home.name), parse(match.away.name)
            places = _places(country_of(match), home, away)
            for name, table in ((home, self._at_home), (away, self._away)):
                table[name] = (*table.get(name, ()), position)
                self._teams.add(name, places)

    def at_home(self, name: TeamName, *, loosely: bool = True) -> list[IndexedMatch]:
        """Return the matches whose home team may have a name; only certain ones if not loosely."""
        return self._of(self._at_home, name, loosely=loosely)

    def away(self, name: TeamName, *, loosely: bool = True) -> list[IndexedMatch]:
        """Return the matches whose away team may have a name; only certain ones if not loosely."""
        return self._of(self._away, name, loosely=loosely)

    def _of(
        self, table: dict[TeamName, tuple[int, ...]], name: TeamName, *, loosely: bool
    ) -> list[IndexedMatch]:
        teams = self._teams.alike(name) if loosely else self._teams.same(name)
        return [
            indexed(self.matches[position])
            for team in teams
            if team in table
            for position in table[team]
        ]


def indexed(match: Match) -> IndexedMatch:
    """Parse the names of a match."""
    home, away = parse(match.home.name), parse(match.away.name)
    country = country_of(match)
    marks = tournament_marks(match.tournament.name)
    return IndexedMatch(match, home, away, marks, country, _places(country, home, away))


def country_of(match: Match) -> tuple[str, ...]:
    """Return the countries with the name of the match's country."""
    return _country(match.country.name)


def _places(country: tuple[str, ...], home: TeamName, away: TeamName) -> tuple[str, ...]:
    """Return the countries in which the names of a match's teams are looked up."""
    international = INTERNATIONAL in country
    if not international and (_is_known(home, country) or _is_known(away, country)):
        return country
    return _common_country(home, away) or (() if international else country)


@lru_cache(maxsize=1 << 15)
def _is_known(name: TeamName, country: tuple[str, ...]) -> bool:
    return bool(club_book().find(name, country))


@lru_cache(maxsize=1 << 10)
def _country(text: str) -> tuple[str, ...]:
    return countries().named(text)


@lru_cache(maxsize=1 << 15)
def _common_country(home: TeamName, away: TeamName) -> tuple[str, ...]:
    """Return the only country in which both teams of a match are known, or an empty tuple."""
    common = set.intersection(
        *(
            {
                club.country
                for identity in club_book().find_everywhere(name)
                for club in identity.clubs
            }
            for name in (home, away)
        )
    )
    return tuple(common) if len(common) == 1 else ()


def _keys(name: TeamName, places: tuple[str, ...]) -> set[str]:
    """Return the keys that a team's name shares with other certain names of the team."""
    book = club_book()
    return _own_keys(name, book.find(name, places) or book.find_everywhere(name))


def _asked_keys(name: TeamName) -> set[str]:
    """Return the keys by which a caller's name is found with certainty."""
    return _own_keys(name, club_book().find_everywhere(name))


def _own_keys(name: TeamName, identities: Iterable[Identity]) -> set[str]:
    keys = {f"@{id(club)}" for identity in identities for club in identity.clubs}
    for reading in (name.whole, name.reading):
        keys.add("".join(reading.words))
    keys.add("." + name.plain)
    nation = countries().nation_by_any(name.bare)
    if nation is not None:
        keys.add("#" + nation)
    return keys


@lru_cache(maxsize=1 << 15)
def _loose_keys(name: TeamName) -> set[str]:
    """Return the keys that a team's name shares with similar names."""
    keys = {f"^{_initials(reading.words)}" for reading in _readings(name)}
    for reading in _readings(name):
        keys.update(_word_keys(reading.words))
    if name.short:
        keys.add(f"~{_initials(name.reading.words)}")
    return keys


def _asked_loose_keys(name: TeamName) -> set[str]:
    """Return the keys by which names similar to a caller's name are found."""
    keys = {f"~{_initials(reading.words)}" for reading in _readings(name)}
    for reading in _readings(name):
        keys.update(_word_keys(reading.words))
    if name.short:
        keys.add(f"^{_initials(name.reading.words)}")
    return keys


def _readings(name: TeamName) -> Iterator[Reading]:
    """Yield the readings of a name, and those of its possible clubs."""
    yield name.whole
    yield name.reading
    for identity in club_book().find_everywhere(name):
        for club in identity.clubs:
            yield from club.readings


def _word_keys(words: Sequence[str]) -> Iterator[str]:
    """Yield keys that words share with abbreviations, initials and other spellings."""
    if len(words) == 1:
        yield "=" + words[0]
        yield words[0]
    else:
        yield "=" + "".join(word[0] for word in words)
        yield "".join(words)
        left_out = vocabulary().left_out
        yield "".join(word for word in words if word not in left_out)
    yield "+" + " ".join(sorted(map(sound, words)))


def _initials(words: Sequence[str]) -> str:
    return "".join(sorted(word[0] for word in words))


def same_text(text: str, known: str) -> bool:
    """Return whether two texts are equal except for case, accents and punctuation."""
    return plain(text) == plain(known)
