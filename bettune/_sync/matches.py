"""Matches: GET /matches, and which match each of a caller's fixtures is."""

# Derived by `make generate`: change the file of this name in bettune/_async instead.
from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from bettune_openapi.api.matches import list_matches
from bettune_openapi.models import MatchesResponse

from bettune._resources import answers, decode
from bettune._resources.resource import Resource
from bettune._values.arguments import to_id, to_optional_zone
from bettune._values.days import TimeRange, to_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime, tzinfo

    from bettune._fixtures.resolution import Resolution
    from bettune._models import Match
    from bettune._values.frames import SupportsColumns

MatchList = list["Match"]


class Matches(Resource):
    """Matches."""

    def list(
        self, day: date | datetime | str, *, sport: int = 1, tz: str | tzinfo | None = None
    ) -> list[Match]:
        """List the matches of one day: GET /matches, once, or twice with `tz`.

        Args:
            day: a date, an aware datetime (its UTC day, or with `tz` its day there) or
                ``"YYYY-MM-DD"``.
            sport: the sport's id; 1 is football.
            tz: the time zone whose day it is, a name such as ``"Europe/Warsaw"`` or a tzinfo; the
                matches then come by kick-off. Else it is a UTC day, and they come as the API
                gives them.

        Raises:
            InvalidArgumentError: an argument cannot be right; nothing was sent.
            APIError: a request brought no result.
        """
        zone, sport = to_optional_zone(tz), to_id(sport, "sport")
        day = to_day(day, "day", zone)
        if zone is None:
            return self._of_utc_day(day, sport)
        found = list(self.between(day, day, sport=sport, tz=zone))
        return sorted(found, key=attrgetter("date"))

    def between(
        self,
        start: date | datetime | str,
        end: date | datetime | str,
        *,
        sport: int = 1,
        tz: str | tzinfo | None = None,
    ) -> Iterator[Match]:
        """List the matches of a range of time, lazily: GET /matches, once per UTC day.

        Args:
            start: the first day (a date or ``"YYYY-MM-DD"``), or an aware datetime.
            end: the last day, included; or an aware datetime, which no kick-off reaches.
            sport: the sport's id; 1 is football.
            tz: the time zone whose days they are; else they are UTC days.

        Raises:
            InvalidArgumentError: an argument cannot be right; nothing was sent.
            APIError: a request brought no result.
        """
        time_range, sport = TimeRange(start, end, to_optional_zone(tz)), to_id(sport, "sport")

        def matches() -> Iterator[Match]:
            for day in time_range.days():
                for match in self._of_utc_day(day, sport):
                    if match in time_range:
                        yield match

        return matches()

    def resolve(
        self,
        fixtures: Iterable[Mapping[str, Any]] | SupportsColumns,
        *,
        tz: str | tzinfo | None = None,
        aliases: Mapping[str, str] | None = None,
        sport: int = 1,
        columns: Mapping[str, str] | None = None,
    ) -> Resolution:
        """Find the match of each of your fixtures: GET /matches, once per UTC day.

        It never guesses: a fixture without a certain match stays unresolved, with the reason and up
        to three candidates.

        Args:
            fixtures: a DataFrame, or an iterable of mappings, with `home`, `away` and `date` (a
                day, or a kick-off), and where you have them `country`, `tournament` and
                `match_id`.
            tz: the time zone of naive dates and of days; else UTC.
            aliases: your names to BetTune's; they overrule a name.
            sport: the sport's id; 1 is football.
            columns: your columns to these names, where yours are called otherwise, such as
                ``{"HomeTeam": "home"}``.

        Raises:
            InvalidArgumentError: an argument is invalid; the message names the row. No request was
                sent.
            APIError: a request failed.
        """
        from bettune._fixtures.pauses import Pause  # noqa: PLC0415 - seldom needed
        from bettune._fixtures.resolver import Resolver  # noqa: PLC0415 - seldom needed

        sport = to_id(sport, "sport")
        steps = Resolver(fixtures, tz=tz, aliases=aliases, columns=columns).steps()
        pause = Pause()
        matches: MatchList | None = None
        while True:
            try:
                day = steps.send(matches)
            except StopIteration as end:
                resolution: Resolution = end.value
                return resolution
            if day is None:
                pause.take()
            matches = None if day is None else self._of_utc_day(day, sport)

    def _of_utc_day(self, day: date, sport: int) -> MatchList:
        response = list_matches.sync_detailed(client=self._low_level, date=day, sport=sport)
        return answers.result(
            self._low_level, response, MatchesResponse, lambda body: decode.matches(body, day)
        )
