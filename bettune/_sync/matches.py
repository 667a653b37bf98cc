"""Matches: GET /matches, and the resolution of fixtures to matches."""

# Derived by `make generate`: change the file of this name in bettune/_async instead.
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from bettune_openapi.api.matches import list_matches
from bettune_openapi.models import MatchesResponse
from msgspec.structs import replace

from bettune._fixtures.resolution import Resolution
from bettune._models import Match
from bettune._parsing import parse, to_matches
from bettune._resource import Resource
from bettune._values.arguments import TimeZone, to_id, to_optional_zone
from bettune._values.days import TimeRange, to_day
from bettune._values.frames import SupportsColumns
from bettune._values.listing import Listing

# In the class below, `list` is a method.
MatchList = list[Match]


class Matches(Resource):
    """Matches."""

    def list(
        self, day: date | datetime | str, *, sport: int = 1, tz: TimeZone | None = None
    ) -> list[Match]:
        """List the matches of one day: GET /matches, once, or twice with `tz`.

        Args:
            day: a date, ``"YYYY-MM-DD"``, or an aware datetime (its day in UTC, or in `tz`).
            sport: the sport's id; 1 is football.
            tz: the time zone of the day, as a name such as ``"Europe/Warsaw"`` or a tzinfo. The
                matches are then sorted by kick-off, and kick-offs are in this zone. Without `tz`,
                the day is a UTC day, and the matches are in the order of the API.

        Raises:
            InvalidArgumentError: an argument is invalid. No request was sent.
            APIError: a request failed.
        """
        zone, sport = to_optional_zone(tz), to_id(sport, "sport")
        day = to_day(day, "day", zone)
        if zone is None:
            return Listing(self._of_utc_day(day, sport))
        matches = list(self.between(day, day, sport=sport, tz=zone))
        # Python compares datetimes of the same zone without their offsets.
        return Listing(sorted(matches, key=lambda match: match.date.timestamp()))

    def between(
        self,
        start: date | datetime | str,
        end: date | datetime | str,
        *,
        sport: int = 1,
        tz: TimeZone | None = None,
    ) -> Iterator[Match]:
        """Iterate over the matches of a time range: GET /matches, once per UTC day.

        A day is requested when the iteration reaches it.

        Args:
            start: the first day (a date or ``"YYYY-MM-DD"``), or an aware datetime.
            end: the last day (included), or an aware datetime (excluded).
            sport: the sport's id; 1 is football.
            tz: the time zone of the days and the kick-offs; else UTC.

        Raises:
            InvalidArgumentError: an argument is invalid. No request was sent.
            APIError: a request failed.
        """
        zone, sport = to_optional_zone(tz), to_id(sport, "sport")
        time_range = TimeRange(start, end, zone)

        def matches() -> Iterator[Match]:
            for day in time_range.days():
                for match in self._of_utc_day(day, sport):
                    if match in time_range:
                        yield match if zone is None else _in_zone(match, zone)

        return matches()

    def resolve(
        self,
        fixtures: Iterable[Mapping[str, Any]] | SupportsColumns,
        *,
        tz: TimeZone | None = None,
        aliases: Mapping[str, str] | None = None,
        sport: int = 1,
        columns: Mapping[str, str] | None = None,
    ) -> Resolution:
        """Find the match of each of your fixtures: GET /matches, once per UTC day.

        A match is never guessed: a fixture that cannot be matched with certainty stays unresolved,
        with the reason and up to three candidates.

        Args:
            fixtures: a DataFrame or an iterable of mappings, with `home`, `away` and `date` (a
                day or a kick-off), and optionally `country`, `tournament` and `match_id`.
            tz: the time zone of naive dates and of days; else UTC.
            aliases: a mapping of your team names to BetTune's. An alias replaces your name.
            sport: the sport's id; 1 is football.
            columns: a mapping of your column names to the names above, such as
                ``{"HomeTeam": "home"}``.

        Raises:
            InvalidArgumentError: an argument is invalid. The message names the row. No request was
                sent.
            APIError: a request failed.
        """
        from bettune._fixtures.pauses import Pause  # noqa: PLC0415 - seldom needed
        from bettune._fixtures.resolver import Resolver  # noqa: PLC0415 - seldom needed

        sport = to_id(sport, "sport")
        # Each step is a day whose matches the resolver needs, or None for a pause.
        steps = Resolver(fixtures, tz=tz, aliases=aliases, columns=columns).steps()
        pause = Pause()
        matches: MatchList | None = None
        while True:
            try:
                day = steps.send(matches)
            except StopIteration as done:
                resolution: Resolution = done.value
                return resolution
            if day is None:
                pause.take()
            matches = None if day is None else self._of_utc_day(day, sport)

    def _of_utc_day(self, day: date, sport: int) -> MatchList:
        response = list_matches.sync_detailed(client=self._low_level, date=day, sport=sport)
        return parse(self._low_level, response, MatchesResponse, lambda body: to_matches(body, day))


def _in_zone(match: Match, zone: tzinfo) -> Match:
    try:
        return replace(match, date=match.date.astimezone(zone))
    except (OverflowError, ValueError):  # outside the calendar in this zone
        return match
