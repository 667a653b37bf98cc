"""The rules that match a fixture to a match, or give the reason why not.

Both names certain: it is the match, on its day or the days beside it. One certain and one
compatible: on its day, where nothing speaks against it. Both compatible: where besides the
country, the tournament or the kick-off agrees. A contradiction is never outvoted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from bettune._fixtures.match_index import same_text
from bettune._fixtures.team_names import FIRST_TEAM, parse, tournament_marks, words_of
from bettune._fixtures.verdicts import Level, Place, Verdict, compare, compare_alias
from bettune._fixtures.vocabulary import fold, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from bettune._fixtures.fixture_input import Fixture
    from bettune._fixtures.match_index import IndexedMatch, MatchIndex
    from bettune._fixtures.team_names import Marks, TeamName
    from bettune._models import Match

# A kick-off so near agrees, and one so far off speaks against a match.
_NEAR = timedelta(minutes=90)
_FAR = timedelta(hours=3)
CANDIDATES = 3

_SCORES = {
    Level.CERTAIN: 1.0,
    Level.COMPATIBLE: 0.8,
    Level.UNRELATED: 0.0,
    Level.CONTRADICTING: 0.0,
}

Window = tuple["datetime", "datetime"]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """A team of a fixture.

    Attributes:
        given: the name as the caller gave it.
        name: the name that is looked for: the alias where there is one.
        marks: what the caller's tournament, and of an alias the name itself, say of the team.
        aliased: whether the name is the caller's alias.
    """

    given: str
    name: TeamName
    marks: Marks
    aliased: bool

    def verdict(self, team: TeamName, marks: Marks, place: Place) -> Verdict:
        """Return whether a team of a match is this one."""
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


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A fixture with its names as they are looked for.

    Attributes:
        fixture: the fixture.
        home: its home team.
        away: its away team.
        country: its country's name, or None.
        countries: the countries that this means.
        tournament: its tournament's name, or None.
        own: its day.
        around: its day and those beside it.
    """

    fixture: Fixture
    home: Side
    away: Side
    country: str | None
    countries: tuple[str, ...]
    tournament: str | None
    own: Window
    around: Window


@dataclass(frozen=True, slots=True, eq=False)
class Pairing:
    """A fixture beside a match.

    Attributes:
        indexed: the match.
        home: the verdict on its home team.
        away: the verdict on its away team.
        on_day: whether it is played on the fixture's day.
        country: whether the country given is its country; None where none is given.
        tournament: how the tournament given agrees: 2 wholly, 1 in part, 0 not; None where none
            is given.
        apart: the time between the kick-offs; None where the fixture has none.
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
        """True if country and tournament let it be the fixture's match."""
        return self.country is not False and self.tournament != 0

    @property
    def is_certain(self) -> bool:
        """True if both names are certain."""
        return self.lower is Level.CERTAIN

    @property
    def is_near(self) -> bool:
        """True if the kick-off agrees."""
        return self.apart is not None and self.apart <= _NEAR

    @property
    def is_far(self) -> bool:
        """True if the kick-off speaks against it."""
        return self.apart is not None and self.apart > _FAR

    @property
    def is_alike(self) -> bool:
        """True if it is the fixture's match though a name is only alike."""
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
        return (_SCORES[self.home.level] + _SCORES[self.away.level]) / 2


@dataclass(frozen=True, slots=True)
class Decision:
    """A fixture's match, or the reason why it has none.

    Attributes:
        match: the match, or None.
        reason: why there is none.
        pairings: the matches that it might be, best first.
        shared_with: the positions of the other fixtures that are the same match.
    """

    match: Match | None = None
    reason: str = ""
    pairings: tuple[Pairing, ...] = ()
    shared_with: tuple[int, ...] = ()


def pair(asked: Asked, indexed: IndexedMatch, *, swapped: bool = False) -> Pairing:
    """Put a fixture beside a match, or with home and away swapped."""
    home, away = (asked.away, asked.home) if swapped else (asked.home, asked.away)
    country: bool | None = None
    place = _place(indexed.places)
    if asked.country is not None:
        if asked.countries:
            same = bool(set(asked.countries) & set(indexed.country))
            if same and not indexed.is_international:
                common = tuple(each for each in asked.countries if each in indexed.country)
                place = _place(indexed.places, common)
            country = same or (None if indexed.is_international else False)
        else:
            country = same_text(asked.country, indexed.match.country.name)
    tournament = None
    if asked.tournament is not None:
        tournament = agreement(asked.tournament, indexed.match.tournament.name)
    kick_offs = asked.fixture.kick_offs
    apart = min((abs(indexed.match.date - each) for each in kick_offs), default=None)
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
    """The matches of a fixture's days of which both names may be the fixture's."""
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
    """Return whether home and away may be either way round, and the very names do not tell."""
    indexed = pairing.indexed
    home, away = (asked.away, asked.home) if swapped else (asked.home, asked.away)
    if home.name.plain == indexed.home.plain or away.name.plain == indexed.away.plain:
        return False
    return pair(asked, indexed, swapped=not swapped).lower >= Level.COMPATIBLE


def either_alike(asked: Asked, indexes: Sequence[MatchIndex]) -> list[Pairing]:
    """The matches of a fixture's days of which at least one name may be the fixture's."""
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
    """Pairings, the best first."""
    return sorted(
        pairings,
        key=lambda each: (
            not each.fits,
            -each.score,
            not each.on_day,
            each.match.date,
            each.match.id,
        ),
    )


def choose_certain(asked: Asked, pairings: Iterable[Pairing]) -> Decision | None:
    """The match of which both names are certain; None where there is none."""
    certain = [pairing for pairing in pairings if pairing.fits and pairing.is_certain]
    return _choose(asked, certain) if certain else None


def choose_alike(
    asked: Asked, pairings: Iterable[Pairing], indexes: Sequence[MatchIndex]
) -> Decision | None:
    """The match of which a name is only alike, if nothing speaks against it."""
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
    """Another team of these days that a name may be as well."""
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
                    return f"{known.name!r} plays match {indexed.match.id}"
    return None


def _same_country(asked: Asked, indexed: IndexedMatch) -> bool:
    if not asked.countries or indexed.is_international:
        return True
    return bool(set(asked.countries) & set(indexed.country))


def _choose(asked: Asked, pairings: Sequence[Pairing]) -> Decision:
    """The one of several matches that the tournament or the kick-off points at."""
    levels = [pairing.tournament or 0 for pairing in pairings]
    best = [each for each, level in zip(pairings, levels, strict=True) if level == max(levels)]
    on_day = [each for each in best if each.on_day]
    best = on_day or best
    if len(best) > 1 and len({each.match.tournament.id for each in best}) == 1:
        near = [each for each in best if each.is_near]
        best = near if len(near) == 1 else best
    if len(best) == 1:
        return Decision(best[0].match, pairings=tuple(best))
    listed = ", ".join(
        f"{each.match.id} ({each.match.tournament.name}, {each.match.date:%Y-%m-%d %H:%M})"
        for each in best[:CANDIDATES]
    )
    tournaments = len({each.match.tournament.id for each in best}) > 1
    remedy = "; give its tournament" if tournaments and not asked.tournament else ""
    return Decision(reason=f"it could be several matches: {listed}{remedy}", pairings=tuple(best))


@lru_cache(maxsize=1 << 12)
def agreement(given: str, known: str) -> int:
    """Rate how two tournaments' names agree: 2 wholly, 1 in part, 0 not at all."""
    if not tournament_marks(given).agree(tournament_marks(known)):
        return 0
    ours, theirs = _tournament(given), _tournament(known)
    if ours == theirs or "".join(ours) == "".join(theirs):
        return 2
    words, others = set(ours), set(theirs)
    # "Serie A" and "Serie B", "Bundesliga" and "2. Bundesliga" are not the same in part.
    rest = words ^ others
    if (words <= others or others <= words) and all(len(w) > 2 and w.isalpha() for w in rest):
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
    """A team of a fixture, by its name or the caller's alias of it."""
    return Side(given, parse(given if alias is None else alias), marks, alias is not None)
