"""The rules that decide which match a fixture is.

If both names are certain, a match on the fixture's day or the days beside it is accepted. If one
name is certain and the other is compatible, a match on the same day is accepted, unless something
contradicts. If both names are compatible, the country, the tournament or the kick-off must agree,
too. A contradiction always excludes a match.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from bettune._fixtures.fixture_input import Fixture
from bettune._fixtures.match_index import IndexedMatch, same_text
from bettune._fixtures.team_names import (
    FIRST_TEAM,
    Marks,
    TeamName,
    parse,
    tournament_marks,
    words_of,
)
from bettune._fixtures.verdicts import Level, Place, Verdict, compare, compare_alias
from bettune._fixtures.vocabulary import fold, vocabulary
from bettune._models import Match

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from bettune._fixtures.match_index import MatchIndex

# A kick-off within the first difference agrees. A difference above the second contradicts.
_NEAR = timedelta(minutes=90)
_FAR = timedelta(hours=3)
CANDIDATES = 3

_SCORES = {Level.CERTAIN: 1.0, Level.COMPATIBLE: 0.8}

Window = tuple["datetime", "datetime"]


class Side(Struct, frozen=True, eq=False, gc=False):
    """A team of a fixture.

    Attributes:
        given: the given name.
        name: the name to look for: the alias if there is one, else the given name.
        marks: the marks of the team according to the given tournament.
        aliased: True if `name` is an alias.
    """

    given: str
    name: TeamName
    marks: Marks
    aliased: bool

    def verdict(self, team: TeamName, marks: Marks, place: Place) -> Verdict:
        """Compare this team with a team of a match."""
        if not self.aliased:
            return _compared(self.name, team, self.marks, marks, place)
        verdict = compare_alias(self.name, team)
        if verdict.level is Level.CERTAIN:
            theirs = team.marks.joined(marks)
            own = parse(self.given).marks
            readings = (self.name.marks.joined(self.marks), own.joined(self.marks))
            if not any(reading.agree(theirs) for reading in readings):
                return Verdict(Level.CONTRADICTING, f"one is not {theirs}")
        return verdict


@lru_cache(maxsize=1 << 12)
def _place(countries: tuple[str, ...], only: tuple[str, ...] | None = None) -> Place:
    return Place(countries, only)


@lru_cache(maxsize=1 << 16)
def _compared(name: TeamName, team: TeamName, ours: Marks, theirs: Marks, place: Place) -> Verdict:
    return compare(name, team, (ours, theirs), place)


class Asked(Struct, frozen=True, eq=False, gc=False):
    """A fixture, prepared for the search.

    Attributes:
        fixture: the fixture.
        home: the home team.
        away: the away team.
        country: the name of the country, or None.
        countries: the countries with this name.
        tournament: the name of the tournament, or None.
        own: the day of the fixture.
        around: the day and the two beside it.
    """

    fixture: Fixture
    home: Side
    away: Side
    country: str | None
    countries: tuple[str, ...]
    tournament: str | None
    own: Window
    around: Window


class Pairing(Struct, frozen=True, eq=False, gc=False):
    """The comparison of a fixture with a match.

    Attributes:
        indexed: the match.
        home: the verdict on the home teams.
        away: the verdict on the away teams.
        on_day: True if the match is on the fixture's day.
        country: True if the countries agree, None if the fixture has no country.
        tournament: the agreement of the tournaments: 2 full, 1 partial, 0 none; None if the fixture
            has no tournament.
        apart: the time between the kick-offs, or None if the fixture has no kick-off.
    """

    indexed: IndexedMatch
    home: Verdict
    away: Verdict
    on_day: bool
    country: bool | None
    tournament: int | None
    apart: timedelta | None

    @property
    def match(self) -> Match:
        """The match."""
        return self.indexed.match

    @property
    def lower(self) -> Level:
        """The level of the less certain name."""
        return min(self.home.level, self.away.level)

    @property
    def higher(self) -> Level:
        """The level of the more certain name."""
        return max(self.home.level, self.away.level)

    @property
    def fits(self) -> bool:
        """True if neither country nor tournament contradicts."""
        return self.country is not False and self.tournament != 0

    @property
    def is_certain(self) -> bool:
        """True if both names are certain."""
        return self.lower is Level.CERTAIN

    @property
    def is_near(self) -> bool:
        """True if the kick-offs agree."""
        return self.apart is not None and self.apart <= _NEAR

    @property
    def is_far(self) -> bool:
        """True if the kick-offs contradict."""
        return self.apart is not None and self.apart > _FAR

    @property
    def is_alike(self) -> bool:
        """True if the match can be accepted although a name is only compatible."""
        if not self.on_day or self.is_far or self.lower is not Level.COMPATIBLE:
            return False
        return self.higher is Level.CERTAIN or self.is_confirmed

    @property
    def is_confirmed(self) -> bool:
        """True if country, tournament or kick-off agrees."""
        return bool(self.country or self.tournament or self.is_near)

    @property
    def score(self) -> float:
        """The similarity of the names, from 0 to 1."""
        return (_SCORES.get(self.home.level, 0.0) + _SCORES.get(self.away.level, 0.0)) / 2


class Decision(Struct, frozen=True, gc=False):
    """The match of a fixture, or the reason for no match.

    Attributes:
        match: the match, or None.
        reason: the reason for no match.
        pairings: the possible matches, best first.
        shared_with: the positions of other fixtures with the same match.
    """

    match: Match | None = None
    reason: str = ""
    pairings: tuple[Pairing, ...] = ()
    shared_with: tuple[int, ...] = ()


def pair(asked: Asked, indexed: IndexedMatch, *, swapped: bool = False) -> Pairing:
    """Compare a fixture with a match, with home and away swapped if requested."""
    home, away = (asked.away, asked.home) if swapped else (asked.home, asked.away)
    country: bool | None = None
    place = _place(indexed.places)
    if asked.country is not None:
        if asked.countries:
            same = bool(set(asked.countries) & set(indexed.country))
            if same and not indexed.is_international:
                common = tuple(name for name in asked.countries if name in indexed.country)
                place = _place(indexed.places, common)
            country = same or (None if indexed.is_international else False)
        else:
            country = same_text(asked.country, indexed.match.country.name)
    tournament = None
    if asked.tournament is not None:
        tournament = agreement(asked.tournament, indexed.match.tournament.name)
    kick_offs = asked.fixture.kick_offs
    apart = min((abs(indexed.match.date - kick_off) for kick_off in kick_offs), default=None)
    start, end = asked.own
    return Pairing(
        indexed,
        home.verdict(indexed.home, indexed.marks, place),
        away.verdict(indexed.away, indexed.marks, place),
        start <= indexed.match.date < end,
        country,
        tournament,
        apart,
    )


def both_alike(
    asked: Asked,
    indexes: Sequence[MatchIndex],
    *,
    swapped: bool = False,
    loosely: bool = True,
) -> list[Pairing]:
    """Return the matches of a fixture's days of which both names are at least compatible."""
    home, away = (asked.away, asked.home) if swapped else (asked.home, asked.away)
    start, end = asked.around
    pairings = []
    for index in indexes:
        ids = {indexed.match.id for indexed in index.away(away.name, loosely=loosely)}
        for indexed in index.at_home(home.name, loosely=loosely) if ids else ():
            if indexed.match.id in ids and start <= indexed.match.date < end:
                pairing = pair(asked, indexed, swapped=swapped)
                if pairing.lower >= Level.COMPATIBLE and not _is_derby(asked, pairing, swapped):
                    pairings.append(pairing)
    return in_order(pairings)


def _is_derby(asked: Asked, pairing: Pairing, swapped: bool) -> bool:
    """Return whether the names fit with home and away swapped, too, and neither is identical."""
    indexed = pairing.indexed
    home, away = (asked.away, asked.home) if swapped else (asked.home, asked.away)
    if home.name.plain == indexed.home.plain or away.name.plain == indexed.away.plain:
        return False
    return pair(asked, indexed, swapped=not swapped).lower >= Level.COMPATIBLE


def either_alike(asked: Asked, indexes: Sequence[MatchIndex]) -> list[Pairing]:
    """Return the matches of a fixture's days of which a name is at least compatible."""
    start, end = asked.around
    pairings = {}
    for index in indexes:
        for indexed in (*index.at_home(asked.home.name), *index.away(asked.away.name)):
            if indexed.match.id not in pairings and start <= indexed.match.date < end:
                pairing = pair(asked, indexed)
                if pairing.higher >= Level.COMPATIBLE:
                    pairings[indexed.match.id] = pairing
    return in_order(pairings.values())


def in_order(pairings: Iterable[Pairing]) -> list[Pairing]:
    """Sort pairings, best first."""
    return sorted(
        pairings,
        key=lambda pairing: (
            not pairing.fits,
            -pairing.score,
            not pairing.on_day,
            pairing.match.date,
            pairing.match.id,
        ),
    )


def choose_certain(asked: Asked, pairings: Iterable[Pairing]) -> Decision | None:
    """Decide between matches of which both names are certain. Return None if there is none."""
    certain = [pairing for pairing in pairings if pairing.fits and pairing.is_certain]
    return _choose(asked, certain) if certain else None


def choose_alike(
    asked: Asked, pairings: Iterable[Pairing], indexes: Sequence[MatchIndex]
) -> Decision | None:
    """Decide between matches of which a name is only compatible. Return None if there is none."""
    alike = [pairing for pairing in pairings if pairing.fits and pairing.is_alike]
    if not alike:
        return None
    decision = _choose(asked, alike)
    if decision.match is None:
        return decision
    pairing = decision.pairings[0]
    for side, verdict, team in (
        (asked.home, pairing.home, pairing.match.home.id),
        (asked.away, pairing.away, pairing.match.away.id),
    ):
        if verdict.level is Level.COMPATIBLE:
            rival = _rival(asked, side, team, indexes)
            if rival is not None:
                return Decision(
                    reason=f"{side.given!r} may be another team than that of match"
                    f" {pairing.match.id}: {rival}",
                    pairings=(pairing,),
                )
    return decision


def _rival(asked: Asked, side: Side, team: int, indexes: Sequence[MatchIndex]) -> str | None:
    """Return the description of another team of these days that the name may mean, or None."""
    start, end = asked.around
    for index in indexes:
        for at_home in (True, False):
            hits = index.at_home(side.name) if at_home else index.away(side.name)
            for indexed in hits:
                known = indexed.match.home if at_home else indexed.match.away
                if known.id == team or not start <= indexed.match.date < end:
                    continue
                if not _same_country(asked, indexed):
                    continue
                name = indexed.home if at_home else indexed.away
                verdict = side.verdict(name, indexed.marks, _place(indexed.places))
                if verdict.level >= Level.COMPATIBLE:
                    return f"{known.name!r} plays in match {indexed.match.id}"
    return None


def _same_country(asked: Asked, indexed: IndexedMatch) -> bool:
    if not asked.countries or indexed.is_international:
        return True
    return bool(set(asked.countries) & set(indexed.country))


def _choose(asked: Asked, pairings: Sequence[Pairing]) -> Decision:
    """Choose one of several matches by the tournament, the day or the kick-off."""
    if len(pairings) == 1:
        return Decision(pairings[0].match, pairings=tuple(pairings))
    levels = [pairing.tournament or 0 for pairing in pairings]
    best = [p for p, level in zip(pairings, levels, strict=True) if level == max(levels)]
    on_day = [pairing for pairing in best if pairing.on_day]
    best = on_day or best
    if len(best) > 1 and len({pairing.match.tournament.id for pairing in best}) == 1:
        near = [pairing for pairing in best if pairing.is_near]
        best = near if len(near) == 1 else best
    if len(best) == 1:
        return Decision(best[0].match, pairings=tuple(best))
    listed = ", ".join(
        f"{match.id} ({match.tournament.name}, {match.date:%Y-%m-%d %H:%M})"
        for match in (pairing.match for pairing in best[:CANDIDATES])
    )
    tournaments = len({pairing.match.tournament.id for pairing in best}) > 1
    remedy = "; give its tournament" if tournaments and not asked.tournament else ""
    return Decision(reason=f"it could be several matches: {listed}{remedy}", pairings=tuple(best))


@lru_cache(maxsize=1 << 12)
def agreement(given: str, known: str) -> int:
    """Return the agreement of two tournament names: 2 full, 1 partial, 0 none."""
    if not tournament_marks(given).agree(tournament_marks(known)):
        return 0
    ours, theirs = _tournament(given), _tournament(known)
    if ours == theirs or "".join(ours) == "".join(theirs):
        return 2
    words, their_words = set(ours), set(theirs)
    # "Serie A" and "Serie B", "Bundesliga" and "2. Bundesliga" do not agree in part.
    rest = words ^ their_words
    if (words <= their_words or their_words <= words) and all(
        len(w) > 2 and w.isalpha() for w in rest
    ):
        return 1
    for acronym, longer in ((ours, theirs), (theirs, ours)):
        if len(acronym) == 1 and len(longer) > 2 and acronym[0] == "".join(w[0] for w in longer):
            return 1
    return 0


@lru_cache(maxsize=1 << 12)
def _tournament(text: str) -> list[str]:
    known = vocabulary()
    words = [word for word in words_of(fold(text)) if word not in {"the", "de", "of"}]
    joined = " ".join(words)
    return known.tournaments.get(joined, joined).split()


def side(given: str, alias: str | None, marks: Marks = FIRST_TEAM) -> Side:
    """Make the side of a fixture from the given name and the alias, if any."""
    return Side(given, parse(given if alias is None else alias), marks, alias is not None)
