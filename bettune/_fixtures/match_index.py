"""The matches of a day, found by what their teams' names may have in common with another name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from bettune._fixtures.clubs import club_book
from bettune._fixtures.countries import INTERNATIONAL, countries
from bettune._fixtures.team_names import parse, plain, sound, tournament_marks

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


class MatchIndex:
    """Some matches, by the keys of their teams' names."""

    def __init__(self, matches: Iterable[Match]) -> None:
        self._at_home: dict[str, list[IndexedMatch]] = defaultdict(list)
        self._away: dict[str, list[IndexedMatch]] = defaultdict(list)
        self.matches = [_indexed(match) for match in matches]
        for indexed in self.matches:
            for name, table in ((indexed.home, self._at_home), (indexed.away, self._away)):
                for key in _keys(name, indexed.places):
                    table[key].append(indexed)

    def at_home(self, name: TeamName) -> Iterator[IndexedMatch]:
        """The matches whose home team's name has something in common with a name."""
        return _hits(self._at_home, name)

    def away(self, name: TeamName) -> Iterator[IndexedMatch]:
        """The matches whose away team's name has something in common with a name."""
        return _hits(self._away, name)


def _hits(table: dict[str, list[IndexedMatch]], name: TeamName) -> Iterator[IndexedMatch]:
    found = {
        indexed.match.id: indexed for key in _asked_keys(name) for indexed in table.get(key, ())
    }
    return iter(found.values())


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


def _common_country(home: TeamName, away: TeamName) -> tuple[str, ...]:
    """The country that both teams of a match are known in, if it is only one."""
    common = set.intersection(
        *(
            {club.country for found in club_book().find_everywhere(name) for club in found.clubs}
            for name in (home, away)
        )
    )
    return tuple(common) if len(common) == 1 else ()


@lru_cache(maxsize=1 << 15)
def _keys(name: TeamName, places: tuple[str, ...]) -> frozenset[str]:
    """The keys that a team's name is found by."""
    book = club_book()
    keys = set(_word_keys(name))
    keys.update(f"^{word[0]}" for word in name.whole.words)
    keys.update(f"~{word[0]}" for word in name.short)
    for found in book.find(name, places) or book.find_everywhere(name):
        keys.update(f"@{id(club)}" for club in found.clubs)
    return frozenset(keys)


@lru_cache(maxsize=1 << 15)
def _asked_keys(name: TeamName) -> frozenset[str]:
    """The keys that a caller's name looks for."""
    keys = set(_word_keys(name))
    keys.update(f"^{word[0]}" for word in name.short)
    keys.update(f"~{word[0]}" for word in name.whole.words)
    for found in club_book().find_everywhere(name):
        keys.update(f"@{id(club)}" for club in found.clubs)
    return frozenset(keys)


def _word_keys(name: TeamName) -> Iterator[str]:
    words: Sequence[str] = name.whole.words
    for word in words:
        yield sound(word)
    yield "".join(name.reading.words)
    if len(name.reading.words) > 2:
        yield "=" + "".join(word[0] for word in name.reading.words)
    elif len(name.reading.words) == 1:
        yield "=" + name.reading.words[0]
    yield "." + name.plain
    nation = countries().nation_by_any(name.bare)
    if nation is not None:
        yield "#" + nation


def same_text(text: str, known: str) -> bool:
    """Whether two texts are the same but for case, accents and punctuation."""
    return plain(text) == plain(known)
