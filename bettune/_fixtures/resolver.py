"""Which match each fixture is: names, days and kick-offs weighed, nothing guessed.

A fixture is a match where both names are alike, no other match is about as like, no team of these
days has a name that is much more like, and no other fixture claims the match.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bettune._errors import InvalidArgumentError
from bettune._fixtures.index import MatchIndex
from bettune._fixtures.names import agreement, parse
from bettune._fixtures.resolution import Candidate, Resolution, UnresolvedFixture
from bettune._fixtures.sheet import Fixture, read_aliases, read_fixtures
from bettune._fixtures.similarity import CERTAIN
from bettune._values.zones import local_day, to_zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bettune._fixtures.names import Name
    from bettune._models import Match

# Each name of a fixture is at least so like its team's.
_EACH = 0.7
# Another match is no rival that is so much less like, nor this one where a team elsewhere has a
# name so much more like.
_MARGIN = 0.1
_RIVAL = 0.05
# A kick-off this near tells two matches of the same teams apart.
_NEAR = timedelta(minutes=90)
_DAY = timedelta(days=1)
_CANDIDATES = 3

_Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A fixture with its names as they are looked for."""

    fixture: Fixture
    home: Name
    away: Name
    aliased: tuple[bool, bool]
    country: str | None
    tournament: str | None
    own: _Window
    around: _Window


@dataclass(frozen=True, slots=True)
class _Scored:
    """A match with how alike its names are."""

    match: Match
    home: float
    away: float

    @property
    def mean(self) -> float:
        return (self.home + self.away) / 2


@dataclass(frozen=True, slots=True)
class _Found:
    """What a fixture was found to be: a match, or the reason why none."""

    match: Match | None = None
    reason: str = ""
    scored: tuple[_Scored, ...] = ()
    # Whether the days beside may still hold it.
    open: bool = False


class Resolver:
    """Fixtures to be found among matches, which the caller brings.

    Raises:
        InvalidArgumentError: the fixtures, the zone or the aliases cannot be read; the message
            names the row, counted from 0, and the column.
    """

    def __init__(self, fixtures: Any, *, tz: Any = None, aliases: Any = None) -> None:
        self._zone = to_zone(tz) or UTC
        self._aliases = read_aliases(aliases)
        # more_days and resolve ask for the same: neither is put in order or looked for twice.
        self._found: dict[tuple[int, MatchIndex], _Found] = {}
        self._indexes: dict[tuple[int, ...], MatchIndex] = {}
        self._windows: dict[date, tuple[_Window, _Window]] = {}
        self._asked = [self._ask(fixture) for fixture in read_fixtures(fixtures, self._zone)]

    @property
    def days(self) -> list[date]:
        """The UTC days to ask for first: those of the fixtures."""
        windows = {asked.own for asked in self._asked}
        return sorted({day for window in windows for day in _utc_days(window)})

    def more_days(self, matches_by_day: Mapping[date, Sequence[Match]]) -> list[date]:
        """The UTC days beside that may hold what was not found on its own day."""
        found = self._find(_sorted(matches_by_day))
        wanted = {
            day
            for asked, one in zip(self._asked, found, strict=True)
            if one.open
            for day in _utc_days(asked.around)
        }
        return sorted(wanted - set(self.days) - set(matches_by_day))

    def resolve(self, matches_by_day: Mapping[date, Sequence[Match]]) -> Resolution:
        """Tell which match each fixture is, by the matches of the days asked for."""
        matches = _sorted(matches_by_day)
        found = self._find(matches)
        around = {asked.around for asked, one in zip(self._asked, found, strict=True) if one.open}
        indexes = {window: self._index(matches, window) for window in around}
        found = [
            _find_beside(asked, indexes[asked.around]) if one.open else one
            for asked, one in zip(self._asked, found, strict=True)
        ]
        found = _unshared(found)
        unresolved = [
            _unresolved(asked.fixture, one)
            for asked, one in zip(self._asked, found, strict=True)
            if one.match is None
        ]
        return Resolution(
            [one.match for one in found],
            unresolved,
            self._suggestions(found, indexes),
            [asked.fixture for asked in self._asked],
        )

    def _ask(self, fixture: Fixture) -> _Asked:
        def known(name: str | None) -> str | None:
            return None if name is None else self._aliases.get(name, name)

        country, tournament = known(fixture.country), known(fixture.tournament)
        home, away = (
            parse(self._aliases.get(name, name), tournament or "")
            for name in (fixture.home, fixture.away)
        )
        own, around = self._windows_of(fixture)
        aliased = (fixture.home in self._aliases, fixture.away in self._aliases)
        return _Asked(fixture, home, away, aliased, country, tournament, own, around)

    def _windows_of(self, fixture: Fixture) -> tuple[_Window, _Window]:
        """The fixture's day in its zone, and that day with the two beside it."""
        if fixture.day not in self._windows:
            start, end = local_day(fixture.day, self._zone)
            if start == end:
                raise InvalidArgumentError(
                    f"fixtures: row {fixture.position}: date: the clocks of {self._zone} skip"
                    f" {fixture.day}"
                )
            before, after = (local_day(fixture.day + day, self._zone) for day in (-_DAY, _DAY))
            self._windows[fixture.day] = (start, end), (before[0], after[1])
        return self._windows[fixture.day]

    def _index(self, matches: Sequence[Match], window: _Window) -> MatchIndex:
        """The matches of a window."""
        held = _within(matches, window)
        key = tuple(match.id for match in held)
        if key not in self._indexes:
            self._indexes[key] = MatchIndex(held)
        return self._indexes[key]

    def _find(self, matches: Sequence[Match]) -> list[_Found]:
        """What each fixture is on its own day."""
        windows = {asked.own for asked in self._asked}
        indexes = {window: self._index(matches, window) for window in windows}
        found = []
        for asked in self._asked:
            key = asked.fixture.position, indexes[asked.own]
            if key not in self._found:
                self._found[key] = _find_on_day(asked, indexes[asked.own])
            found.append(self._found[key])
        return found

    def _suggestions(
        self, found: Sequence[_Found], indexes: Mapping[_Window, MatchIndex]
    ) -> dict[str, str]:
        """Names beside a certain one, where nothing speaks against them."""
        taken = {one.match.id for one in found if one.match is not None}
        suggested: dict[str, set[str]] = defaultdict(set)
        for asked, one in zip(self._asked, found, strict=True):
            if one.match is None and one.open:
                pair = _suggestion(asked, one, indexes[asked.around], taken)
                if pair is not None:
                    suggested[pair[0]].add(pair[1])
        return {yours: name for yours, (name, *others) in sorted(suggested.items()) if not others}


def _find_on_day(asked: _Asked, index: MatchIndex) -> _Found:
    likely = _likely(asked, index, _EACH)
    if likely:
        return _decide(asked, likely)
    other_way = replace(asked, home=asked.away, away=asked.home, aliased=asked.aliased[::-1])
    swapped = [one for one in _scored(other_way, index) if min(one.home, one.away) >= CERTAIN]
    if swapped:
        reason = f"match {swapped[0].match.id} has its home and away the other way round"
        return _Found(reason=reason, scored=tuple(swapped))
    return _Found(open=True)


def _find_beside(asked: _Asked, index: MatchIndex) -> _Found:
    """What a fixture that is not on its day is on the days beside it, by certain names alone."""
    certain = _likely(asked, index, CERTAIN)
    if certain:
        return _decide(asked, certain)
    scored = _scored(asked, index)
    start, end = asked.own
    today = [one for one in scored if start <= one.match.date < end]
    return _Found(reason=_reason(asked, scored, today, index), scored=tuple(scored), open=True)


def _scores(asked: _Asked, index: MatchIndex) -> tuple[dict[Name, float], dict[Name, float]]:
    """How alike the names of each side and of the teams are."""
    return (
        index.scores(asked.home, exact=asked.aliased[0]),
        index.scores(asked.away, exact=asked.aliased[1]),
    )


def _scored(asked: _Asked, index: MatchIndex) -> list[_Scored]:
    """The matches that have something in common with a fixture, the likest first."""
    home, away = _scores(asked, index)
    found = {match.id: match for match in (*index.at_home(home), *index.away(away))}
    return _in_order(found.values(), home, away, index)


def _likely(asked: _Asked, index: MatchIndex, least: float) -> list[_Scored]:
    """Those whose teams' names are about the likest that any team of these days has."""
    home, away = _scores(asked, index)
    if not home or not away:
        return []
    least_home, least_away = (max(least, max(scores.values()) - _RIVAL) for scores in (home, away))
    matches = index.at_home(team for team, score in home.items() if score >= least_home)
    near = [match for match in matches if away.get(index.teams(match)[1], 0.0) >= least_away]
    return _in_order(near, home, away, index)


def _in_order(
    matches: Iterable[Match],
    home: Mapping[Name, float],
    away: Mapping[Name, float],
    index: MatchIndex,
) -> list[_Scored]:
    scored = []
    for match in matches:
        home_team, away_team = index.teams(match)
        scored.append(_Scored(match, home.get(home_team, 0.0), away.get(away_team, 0.0)))
    return sorted(scored, key=lambda one: (-one.mean, one.match.date, one.match.id))


def _decide(asked: _Asked, likely: list[_Scored]) -> _Found:
    """Which of the matches that it may be a fixture is, if that is plain."""
    agreeing = _agreeing(asked, likely)
    if not agreeing:
        match = likely[0].match
        reason = (
            f"match {match.id} has these teams, but in {match.country.name},"
            f" {match.tournament.name}"
        )
        return _Found(reason=reason, scored=tuple(likely))
    best = [one for one in agreeing if one.mean > agreeing[0].mean - _MARGIN]
    if len(best) > 1 and len({one.match.tournament.id for one in best}) == 1:
        near = [one for one in best if _is_near(asked.fixture, one.match)]
        best = near if len(near) == 1 else best
    if len(best) == 1:
        return _Found(match=best[0].match, scored=tuple(best))
    several = ", ".join(
        f"{one.match.id} ({one.match.tournament.name}, {one.match.date:%Y-%m-%d %H:%M})"
        for one in best[:_CANDIDATES]
    )
    tournaments = len({one.match.tournament.id for one in best}) > 1
    what = "; give its tournament" if tournaments and not asked.tournament else ""
    return _Found(reason=f"it could be several matches: {several}{what}", scored=tuple(best))


def _agreeing(asked: _Asked, likely: list[_Scored]) -> list[_Scored]:
    """Those that agree with the country and the tournament given, the best as far as any does."""
    for given, field in ((asked.country, "country"), (asked.tournament, "tournament")):
        if given is not None:
            levels = [agreement(given, getattr(one.match, field).name) for one in likely]
            best = max(levels, default=0)
            likely = [one for one, level in zip(likely, levels, strict=True) if level == best > 0]
    return likely


def _is_near(fixture: Fixture, match: Match) -> bool:
    return any(abs(match.date - kick_off) <= _NEAR for kick_off in fixture.kick_offs)


def _reason(asked: _Asked, scored: list[_Scored], today: list[_Scored], index: MatchIndex) -> str:
    for name, given, aliased in zip(
        (asked.home, asked.away),
        (asked.fixture.home, asked.fixture.away),
        asked.aliased,
        strict=True,
    ):
        if aliased and not index.scores(name, exact=True):
            return f"the team that {given!r} is an alias of does not play on these days"
    for one in scored:
        if min(one.home, one.away) >= _EACH:
            when = "" if one in today else f", on {one.match.date:%Y-%m-%d},"
            return f"match {one.match.id}{when} has names like these, but not certain ones"
    for given, other, sides in (
        (asked.fixture.home, asked.fixture.away, [one.home for one in today]),
        (asked.fixture.away, asked.fixture.home, [one.away for one in today]),
    ):
        if max(sides, default=0.0) >= CERTAIN:
            return f"{given!r} plays on that day, but no team that is certain to be {other!r}"
    return "no match of that day has these teams, nor one of the days beside"


def _unshared(found: list[_Found]) -> list[_Found]:
    """Leave those unresolved that claim the same match."""
    claims: dict[int, list[int]] = defaultdict(list)
    for position, one in enumerate(found):
        if one.match is not None:
            claims[one.match.id].append(position)
    result = list(found)
    for match_id, positions in claims.items():
        if len(positions) > 1:
            told = ", ".join(map(str, positions[:_CANDIDATES]))
            more = f" and {len(positions) - _CANDIDATES} more" if len(positions) > 3 else ""
            reason = f"rows {told}{more} are all match {match_id}: keep one of them"
            for position in positions:
                result[position] = _Found(reason=reason, scored=found[position].scored)
    return result


def _suggestion(
    asked: _Asked, one: _Found, index: MatchIndex, taken: set[int]
) -> tuple[str, str] | None:
    """The other name of the only match of its day in which one of its sides is certain."""
    start, end = asked.own
    certain = [
        each
        for each in one.scored
        if start <= each.match.date < end and max(each.home, each.away) >= CERTAIN
    ]
    if len(certain) != 1 or certain[0].match.id in taken:
        return None
    match = certain[0].match
    home, away = index.teams(match)
    if certain[0].home >= CERTAIN:
        yours, name, team, text = asked.fixture.away, asked.away, away, match.away.name
        aliased = asked.aliased[1]
    else:
        yours, name, team, text = asked.fixture.home, asked.home, home, match.home.name
        aliased = asked.aliased[0]
    known = max(index.scores(name, exact=False).values(), default=0.0) >= CERTAIN
    return None if aliased or known or name.marks != team.marks else (yours, text)


def _unresolved(fixture: Fixture, found: _Found) -> UnresolvedFixture:
    candidates = [Candidate(one.match, round(one.mean, 2)) for one in found.scored[:_CANDIDATES]]
    return UnresolvedFixture(
        fixture.position, fixture.given, fixture.home, fixture.away, found.reason, candidates
    )


def _sorted(matches_by_day: Mapping[date, Sequence[Match]]) -> list[Match]:
    """All matches once, by kick-off."""
    found = {match.id: match for matches in matches_by_day.values() for match in matches}
    return sorted(found.values(), key=lambda match: match.date)


def _within(matches: Sequence[Match], window: _Window) -> Sequence[Match]:
    first, last = (bisect_left(matches, moment, key=lambda match: match.date) for moment in window)
    return matches[first:last]


def _utc_days(window: _Window) -> Iterable[date]:
    start, end = window
    last = (end - timedelta(microseconds=1)).date()
    return (start.date() + _DAY * number for number in range((last - start.date()).days + 1))
