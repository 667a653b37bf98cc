"""Resolves fixtures in steps: requests matches by day, decides, and suggests aliases."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bettune._errors import InvalidArgumentError
from bettune._fixtures.clubs import club_book
from bettune._fixtures.countries import countries
from bettune._fixtures.decision import (
    CANDIDATES,
    Asked,
    Decision,
    Pairing,
    Window,
    both_alike,
    choose_alike,
    choose_certain,
    pair,
    side,
)
from bettune._fixtures.fixture_input import FixtureInput, read_aliases
from bettune._fixtures.match_index import MatchIndex, TeamTable, indexed
from bettune._fixtures.reasons import explain, shared_match
from bettune._fixtures.resolution import Candidate, Resolution, UnresolvedFixture
from bettune._fixtures.suggestions import suggest
from bettune._fixtures.team_names import FIRST_TEAM, plain, tournament_marks
from bettune._fixtures.verdicts import Level
from bettune._values.zones import local_day, to_zone

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence

    from bettune._fixtures.fixture_input import Fixture
    from bettune._models import Match

_DAY = timedelta(days=1)
# The numbers of fixtures to decide, and of matches to index, between two pauses.
_SLICE = 25
_INDEXED = 40


class Resolver:
    """Finds the match of each fixture. The caller supplies the matches. Does no I/O.

    Raises:
        InvalidArgumentError: the fixtures, the zone, the aliases or the columns are invalid.
    """

    def __init__(
        self, fixtures: Any, *, tz: Any = None, aliases: Any = None, columns: Any = None
    ) -> None:
        self._zone = to_zone(tz) or UTC
        self._aliases = _by_plain_name(read_aliases(aliases))
        self._input = FixtureInput(fixtures, columns)
        self._windows: dict[date, tuple[Window, Window]] = {}
        self._indexes: dict[date, MatchIndex] = {}
        self._teams = TeamTable()

    def steps(self) -> Generator[date | None, Sequence[Match] | None, Resolution]:
        """Resolve the fixtures. Yields a day to receive its matches, or None for a pause.

        Raises:
            InvalidArgumentError: a row is invalid. Raised before the first day is yielded.
        """
        asked: list[Asked] = []
        for fixtures in self._input.read(self._zone):
            yield None
            for fixture in fixtures or ():
                for text in (fixture.home, fixture.away):
                    yield from club_book().read_for(text)
                asked.append(self._ask(fixture))
                if len(asked) % _SLICE == 0:
                    yield None
        days = {day for query in asked for day in _utc_days(query.own)}
        yield from self._fetch(days)
        decisions: list[Decision | None] = []
        for query in asked:
            decisions.append(self._on_day(query))
            if len(decisions) % _SLICE == 0:
                yield None
        open_ = [place for place, decision in enumerate(decisions) if decision is None]
        beside = {day for place in open_ for day in _utc_days(asked[place].around)}
        yield from self._fetch(beside - days)
        if open_:
            yield from self._teams.index_loosely()
        for number, place in enumerate(open_):
            decisions[place] = self._around(asked[place])
            if number % _SLICE == 0:
                yield None
        result = _unshared([decision or Decision() for decision in decisions])
        unresolved, aliases = yield from self._unresolved(asked, result)
        matches = [decision.match for decision in result]
        fixtures = [query.fixture for query in asked]
        return Resolution(matches, unresolved, aliases, self._input.given, fixtures)

    def _unresolved(
        self, asked: Sequence[Asked], decisions: Sequence[Decision]
    ) -> Generator[None, Any, tuple[list[UnresolvedFixture], dict[str, str]]]:
        """Return the fixtures without a match, with their reasons, and the suggested aliases."""
        taken = {decision.match.id for decision in decisions if decision.match is not None}
        unresolved: list[UnresolvedFixture] = []
        suggested: dict[str, set[str]] = defaultdict(set)
        for number, (query, decision) in enumerate(zip(asked, decisions, strict=True)):
            if number % _SLICE == 0:
                yield None
            if decision.match is not None:
                continue
            if decision.reason:
                unresolved.append(_unresolved(query.fixture, decision))
                continue
            indexes = self._of(query.around)
            unresolved.append(_unresolved(query.fixture, explain(query, indexes)))
            for yours, name in suggest(query, indexes, taken):
                suggested[yours].add(name)
        return unresolved, {
            yours: name for yours, (name, *more) in sorted(suggested.items()) if not more
        }

    def _fetch(self, days: Iterable[date]) -> Generator[date | None, Sequence[Match] | None, None]:
        for day in sorted(days):
            matches = (yield day) or ()
            index = self._indexes[day] = MatchIndex(self._teams)
            for start in range(0, len(matches), _INDEXED):
                part = matches[start : start + _INDEXED]
                for match in part:
                    for text in (match.home.name, match.away.name):
                        yield from club_book().read_for(text)
                index.add(part)
                yield None

    def _of(self, window: Window) -> list[MatchIndex]:
        """Return the indexes of the days that a window touches."""
        days = _utc_days(window)
        return [self._indexes[day] for day in days if day in self._indexes]

    def _on_day(self, asked: Asked) -> Decision | None:
        """Return the certain match on the fixture's own day, or None."""
        if asked.fixture.match_id is not None:
            return _pinned(asked, self._of(asked.own))
        pairings = both_alike(asked, self._of(asked.own), loosely=False)
        return choose_certain(asked, (pairing for pairing in pairings if pairing.on_day))

    def _around(self, asked: Asked) -> Decision:
        """Decide on a fixture that has no certain match on its own day."""
        indexes = self._of(asked.around)
        if asked.fixture.match_id is not None:
            return _pinned(asked, indexes) or Decision(
                reason=f"match {asked.fixture.match_id} is not played on that day, nor on the"
                " days beside"
            )
        pairings = both_alike(asked, indexes)
        return (
            choose_certain(asked, pairings) or choose_alike(asked, pairings, indexes) or Decision()
        )

    def _ask(self, fixture: Fixture) -> Asked:
        country = self._alias(fixture.country) or fixture.country
        tournament = self._alias(fixture.tournament) or fixture.tournament
        marks = tournament_marks(tournament) if tournament else FIRST_TEAM
        own, around = self._windows_of(fixture)
        return Asked(
            fixture,
            side(fixture.home, self._alias(fixture.home), marks),
            side(fixture.away, self._alias(fixture.away), marks),
            country,
            countries().named(country) if country else (),
            tournament,
            own,
            around,
        )

    def _alias(self, name: str | None) -> str | None:
        return None if name is None or not self._aliases else self._aliases.get(plain(name))

    def _windows_of(self, fixture: Fixture) -> tuple[Window, Window]:
        """Return the fixture's day in its zone, and the three days around it."""
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


def _by_plain_name(aliases: Mapping[str, str]) -> dict[str, str]:
    """Key aliases by the caller's name without case, accents and punctuation."""
    by_name: dict[str, str] = {}
    for yours, name in aliases.items():
        key = plain(yours)
        if plain(by_name.setdefault(key, name)) != plain(name):
            raise InvalidArgumentError(
                f"aliases: {yours!r} is an alias of {by_name[key]!r} and of {name!r}"
            )
    return by_name


def _pinned(asked: Asked, indexes: Iterable[MatchIndex]) -> Decision | None:
    """Return the match with the fixture's id, unless names, country or tournament contradict."""
    start, end = asked.around
    for index in indexes:
        for match in index.matches:
            if match.id != asked.fixture.match_id or not start <= match.date < end:
                continue
            pairing = pair(asked, indexed(match))
            if (
                pairing.fits
                and pairing.lower > Level.CONTRADICTING
                and pairing.higher >= Level.COMPATIBLE
            ):
                return Decision(match, pairings=(pairing,))
            return Decision(
                reason=f"match {match.id} is {match.home.name} - {match.away.name}, in"
                f" {match.country.name}, {match.tournament.name}",
                pairings=(pairing,),
            )
    return None


def _unshared(decisions: list[Decision]) -> list[Decision]:
    """Make fixtures with the same match unresolved."""
    claims: dict[int, list[int]] = defaultdict(list)
    for position, decision in enumerate(decisions):
        if decision.match is not None:
            claims[decision.match.id].append(position)
    result = list(decisions)
    for match_id, positions in claims.items():
        if len(positions) > 1:
            reason = shared_match("rows", positions, match_id)
            for position in positions:
                result[position] = Decision(
                    reason=reason,
                    pairings=decisions[position].pairings,
                    shared_with=tuple(p for p in positions if p != position),
                )
    return result


def _unresolved(fixture: Fixture, decision: Decision) -> UnresolvedFixture:
    return UnresolvedFixture(
        fixture.position,
        fixture.given,
        fixture.home,
        fixture.away,
        decision.reason,
        [_candidate(pairing) for pairing in decision.pairings[:CANDIDATES]],
        decision.shared_with,
    )


def _candidate(pairing: Pairing) -> Candidate:
    return Candidate(pairing.match, round(pairing.score, 2))


@lru_cache(maxsize=1 << 10)
def _utc_days(window: Window) -> list[date]:
    start, end = window
    last = (end - timedelta(microseconds=1)).date()
    return [start.date() + _DAY * number for number in range((last - start.date()).days + 1)]
