"""Reads the clubs in clubs.txt, one country at a time, and finds the club of a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from bettune._fixtures.team_names import (
    FIRST_TEAM,
    Marks,
    Reading,
    parse,
    prepare,
    read_known,
    spell,
    words_of,
)
from bettune._fixtures.vocabulary import read_text, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bettune._fixtures.team_names import TeamName

_T = TypeVar("_T")
_MOST_NAMES = 1 << 15
_FIRST_YEAR, _LAST_YEAR = 1850, 2035


class Club(Struct, eq=False, gc=False):
    """A club of the data. Each club is a single object.

    Attributes:
        country: the section of the club.
        name: the usual name of the club.
        readings: the readings of all its names.
        forms: the club forms in its names.
    """

    country: str
    name: str
    readings: tuple[Reading, ...] = ()
    forms: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name} ({self.country})"


class Identity(Struct, frozen=True, gc=False):
    """The possible clubs of a name.

    Attributes:
        clubs: the possible clubs; exactly one for a known name.
        marks: the marks of the team: a reserve team may have its own name.
        sure: True for a name of the club, False for a part of a name that several clubs share.
        rank: higher for the club's usual name, and for an identical name.
        by_town: True for another club form before the town of the club, as in ASC Dortmund.
    """

    clubs: tuple[Club, ...]
    marks: Marks
    sure: bool
    rank: int = 0
    by_town: bool = False


class _Entry(Struct, frozen=True, eq=False, gc=False):
    """A name of a club."""

    club: Club
    reserve: str
    usual: bool
    plain: str
    reading: Reading


class Section:
    """The clubs of a country."""

    def __init__(self, country: str, text: str, prepared: str) -> None:
        self.country = country
        # By their keys. Tuples of untracked objects do not slow down the garbage collector.
        self.entries: dict[str, tuple[_Entry, ...]] = {}
        # The keys of names that may also be written as one word (HamKam).
        self.joined: dict[str, str] = {}
        self._with_word: dict[str, tuple[Club, ...]] = {}
        self._identities: dict[TeamName, Identity | None] = {}
        clubs: dict[str, Club] = {}
        for line, names in zip(text.splitlines(), prepared.splitlines(), strict=True):
            own, _, first = (part.strip() for part in line.partition(":")[0].partition("="))
            reserve = ""
            if first:
                name, _, number = first.rpartition(" ")
                reserve = {"II": "b", "III": "c"}[number]
            else:
                name = own
            club = clubs.get(name) or clubs.setdefault(name, Club(country, name))
            head, _, rest = names.partition(":")
            self._add(club, reserve, head.partition("=")[0], usual=True)
            for alias in rest.split(",") if rest.strip() else ():
                self._add(club, reserve, alias, usual=False)

    def _add(self, club: Club, reserve: str, prepared: str, *, usual: bool) -> None:
        text, reading = read_known(prepared)
        entry = _Entry(club, reserve, usual, text, reading)
        self.entries[reading.key] = (*self.entries.get(reading.key, ()), entry)
        if len(reading.words) > 1 and _may_be_joined(reading):
            self.joined["".join(reading.words)] = reading.key
        if not reserve:
            club.readings += (reading,)
            club.forms += reading.forms
            for word in reading.words:
                clubs = self._with_word.get(word, ())
                if club not in clubs[-1:]:
                    self._with_word[word] = (*clubs, club)

    def find(self, name: TeamName) -> Identity | None:
        """Return the identity of a name in this country, or None."""
        if name in self._identities:
            return self._identities[name]
        identity = self._look_up(name)
        _remember(self._identities, name, identity)
        return identity

    def _look_up(self, name: TeamName) -> Identity | None:
        identity = self._by_reading(name, name.whole, FIRST_TEAM)
        if identity is not None and name.lettered and not identity.marks.reserve:
            identity = None  # "Legia W." is Legia, but "Legia W" is its women's team
        if identity is None and name.marks != FIRST_TEAM:
            identity = self._by_reading(name, name.reading, name.marks)
        return identity

    def _by_reading(self, name: TeamName, reading: Reading, marks: Marks) -> Identity | None:
        entries = self.entries.get(reading.key)
        if not entries and _may_be_joined(reading):
            joined = "".join(reading.words)
            entries = self.entries.get(self.joined.get(joined, joined))
        if not entries:
            return None
        very = [entry for entry in entries if entry.plain == name.plain]
        sure = very or [
            entry
            for entry in entries
            if entry.reading.numbers == reading.numbers and entry.reading.forms == reading.forms
        ]
        fitting = [entry for entry in entries if _fits(entry, reading)]
        chosen = (
            sure
            or [entry for entry in fitting if entry.reading.numbers == reading.numbers]
            or fitting
        )
        means = {(entry.club, entry.reserve) for entry in chosen}
        if not means:
            return None
        clubs = tuple(dict.fromkeys(club for club, _ in means))
        if len(means) > 1:
            return Identity(clubs, marks, sure=False)
        ((club, reserve),) = means
        if reading.numbers and not any(entry.reading.numbers for entry in chosen):
            return Identity((club,), marks, sure=False)  # the data does not have this year
        bare = not sure and not reading.forms and not reading.numbers
        if bare and all(entry.reading.forms or entry.reading.numbers for entry in chosen):
            rivals = self.containing(reading.words) - {club}
            if rivals:
                return Identity((club, *rivals), marks, sure=False)
        usual = any(
            entry.usual
            and entry.club is club
            and entry.reading.numbers == reading.numbers
            and set(entry.reading.forms) <= set(reading.forms)
            for entry in entries
        )
        rank = 2 * usual + bool(very)
        by_town = not sure and all(_has_only_town(entry, name) for entry in chosen)
        return Identity((club,), marks.joined(Marks(reserve=reserve)), True, rank, by_town)

    def containing(self, words: Sequence[str]) -> set[Club]:
        """Return the clubs that have all these words in their names."""
        sets = [set(self._with_word.get(word, ())) for word in words]
        return set.intersection(*sets) if sets else set()


def _may_be_joined(reading: Reading) -> bool:
    """Return whether a name may be written as one word. "L. Orient" is not Lorient."""
    return all(len(word) > 1 for word in reading.words)


def _fits(entry: _Entry, reading: Reading) -> bool:
    """Return whether numbers and club forms do not exclude an entry of the data."""
    # "FC Levski 1914" may be Levski, and "Levski 1914" or "Levski 2" another team.
    may_be_a_year = (
        not entry.reading.numbers and reading.forms and all(map(is_year, reading.numbers))
    )
    if reading.numbers and entry.reading.numbers != reading.numbers and not may_be_a_year:
        return False
    return not forms_differ(entry.reading.forms, reading.forms) and not forms_differ(
        entry.club.forms, reading.forms
    )


def _has_only_town(entry: _Entry, name: TeamName) -> bool:
    """Return whether a name has a club form and the town of a club: ASC Dortmund, not Borussia."""
    first = name.plain.partition(" ")[0]
    if entry.reading.forms or first not in vocabulary().forms:
        return False
    town = entry.reading.words
    usual = entry.club.readings[0].words if entry.club.readings else ()
    return len(town) < len(usual) and usual[-len(town) :] == town


def is_year(number: str) -> bool:
    """Return whether a number may be a founding year."""
    return (len(number) == 2 and number not in {"23", "21", "20", "19", "18", "17"}) or (
        len(number) == 4 and _FIRST_YEAR <= int(number) <= _LAST_YEAR
    )


def forms_differ(ours: Iterable[str], theirs: Iterable[str]) -> bool:
    """Return whether club forms distinguish two clubs: IFK Malmö is not Malmö FF."""
    ours, theirs = frozenset(ours), frozenset(theirs)
    if not ours or not theirs or ours & theirs:
        return False
    own = vocabulary().own_forms
    return bool(ours <= own or theirs <= own)


def _remember(cache: dict[TeamName, _T], name: TeamName, value: _T) -> None:
    """Store a value in a cache, and clear a cache that has too many entries."""
    if len(cache) >= _MOST_NAMES:
        cache.clear()
    cache[name] = value


class ClubBook:
    """The clubs of all countries. Each section is read on first use."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        for block in read_text("clubs.txt").split("\n[")[1:]:
            country, _, text = block.partition("]\n")
            self._texts[country] = text.strip()
        self._prepared: dict[str, str] = {}
        self._words: dict[str, frozenset[str]] = {}
        self._sections: dict[str, Section] = {}
        self._with_key: dict[str, tuple[str, ...]] = {}
        self._worldwide: dict[TeamName, tuple[Identity, ...]] = {}
        self._read_for: dict[TeamName, None] = {}

    @property
    def countries(self) -> list[str]:
        """The countries of the data."""
        return list(self._texts)

    def read_for(self, text: str) -> Iterator[None]:
        """Read the countries that may contain a name. Yields after each, for a pause."""
        name = parse(text)
        if name not in self._read_for:
            yield from self._prepare()
            for country in self.unread_with(name):
                self.section(country)
                yield
            _remember(self._read_for, name, None)

    def _prepare(self) -> Iterator[None]:
        """Collect the words of each country, which is faster than to read its names."""
        for country in self._texts.keys() - self._words.keys():
            self._prepared[country] = prepare(self._texts[country])
            self._words[country] = frozenset(words_of(self._prepared[country]))
            yield

    def section(self, country: str) -> Section:
        """Return the clubs of a country."""
        section = self._sections.get(country)
        if section is None:
            text = self._texts.get(country, "")
            made = Section(country, text, self._prepared.get(country) or prepare(text))
            section = self._sections.setdefault(country, made)
            if section is made:  # not one of another thread
                for key in (*section.entries, *section.joined):
                    self._with_key[key] = (*self._with_key.get(key, ()), country)
        return section

    def find(self, name: TeamName, countries: Iterable[str]) -> tuple[Identity, ...]:
        """Return the identities of a name in some countries."""
        identities = [self.section(country).find(name) for country in countries]
        return tuple(identity for identity in identities if identity is not None)

    def find_anywhere(self, name: TeamName) -> tuple[Identity, ...]:
        """Return the most likely identities of a name: those of a famous club, or by rank."""
        home = self.famous_home(name)
        famous = tuple(
            identity for identity in self.find_everywhere(name) if identity.clubs[0].country == home
        )
        return famous or self.find_by_rank(name)

    def find_by_rank(self, name: TeamName) -> tuple[Identity, ...]:
        """Return the identities of the highest rank: usual names come before aliases."""
        identities = self.find_everywhere(name)
        highest = max((identity.rank for identity in identities), default=0)
        return tuple(identity for identity in identities if identity.rank == highest)

    def famous_home(self, name: TeamName) -> str | None:
        """Return the country of the club that a name means without a country, if it is listed."""
        return vocabulary().famous.get(name.plain.removeprefix("al "))

    def find_everywhere(self, name: TeamName) -> tuple[Identity, ...]:
        """Return the identities of a name in all countries."""
        identities = self._worldwide.get(name)
        if identities is None:
            for country in self.unread_with(name):
                self.section(country)
            keys = {
                key
                for reading in (name.whole, name.reading)
                for key in (reading.key, "".join(reading.words))
            }
            countries = {country for key in keys for country in self._with_key.get(key, ())}
            known = [self.section(country).find(name) for country in sorted(countries)]
            identities = tuple(identity for identity in known if identity is not None)
            _remember(self._worldwide, name, identities)
        return identities

    def unread_with(self, name: TeamName) -> list[str]:
        """Return the countries not read yet that have all words of a name."""
        given = name.plain.split()
        return self._unread_with(
            [
                {word, *(text for text in given if spell(text) == word)}
                for word in name.reading.words
            ]
        )

    def _unread_with(self, words: Sequence[set[str]]) -> list[str]:
        if len(self._sections) >= len(self._texts):
            return []
        for _ in self._prepare():
            pass
        return [
            country
            for country, known in self._words.items()
            if country not in self._sections
            and not any(spellings.isdisjoint(known) for spellings in words)
        ]

    def containing(self, words: Sequence[str], countries: Iterable[str]) -> set[Club]:
        """Return the clubs of some countries (or all, if empty) with all these words."""
        if not countries:
            countries = [*self._unread_with([{word} for word in words]), *list(self._sections)]
        clubs: set[Club] = set()
        for country in countries:
            clubs |= self.section(country).containing(words)
        return clubs


_BOOK = ClubBook()  # made on import, so that all threads share the clubs


def club_book() -> ClubBook:
    """Return the clubs of clubs.txt."""
    return _BOOK
