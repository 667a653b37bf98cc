"""The matches and filters that a session has listed. Tools accept only the ids of these."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo

from mcp.server.mcpserver.exceptions import ToolError

from bettune import AsyncBetTune
from bettune._fixtures.team_names import plain
from bettune._models import Match, PredictionFilter
from bettune._values.days import to_day

_RELATIVE_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}


class Catalog:
    """The matches and filters of a session.

    A model may invent ids, and BetTune cannot look a match up by its id. So an id is valid only if
    a reply of this session contained it.
    """

    def __init__(self, client: AsyncBetTune) -> None:
        self._client = client
        self._matches: dict[int, Match] = {}
        self._filters: dict[int, PredictionFilter] = {}

    async def filters(self, search: str = "") -> list[PredictionFilter]:
        """List the filters whose name contains each word of the search."""
        filters = await self._client.prediction_filters.list()
        self._filters.update((item.id, item) for item in filters)
        return [item for item in filters if _contains(search, item.name)]

    async def filter(self, filter_id: int) -> PredictionFilter:
        """Return a filter of the user.

        Raises:
            ToolError: the user has no such filter.
        """
        if filter_id not in self._filters:
            await self.filters()
        if filter_id not in self._filters:
            raise ToolError(
                f"filter {filter_id} is not among the user's prediction filters. Call list_filters."
            )
        return self._filters[filter_id]

    async def matches(self, day: str, zone: tzinfo, sport: int, search: str = "") -> list[Match]:
        """List the matches of a day whose names contain each word of the search."""
        listed = await self._client.matches.list(_to_day(day, zone), sport=sport, tz=zone)
        self.remember(listed)
        return [match for match in listed if _contains(search, *_names(match))]

    def match(self, match_id: int) -> Match:
        """Return a match that this session has listed.

        Raises:
            ToolError: the session has not listed it.
        """
        if match_id not in self._matches:
            raise ToolError(
                f"match {match_id} is not among the matches of this session. Call list_matches for "
                "its day, or resolve_fixtures, and take the id from the reply."
            )
        return self._matches[match_id]

    def remember(self, matches: Iterable[Match]) -> None:
        """Make the ids of these matches valid."""
        self._matches.update((match.id, match) for match in matches)


def has_started(match: Match, now: datetime) -> bool:
    """Return whether the match has kicked off."""
    return match.finished or match.date <= now


def _to_day(text: str, zone: tzinfo) -> date:
    if text in _RELATIVE_DAYS:
        return datetime.now(zone).date() + timedelta(days=_RELATIVE_DAYS[text])
    return to_day(text, "day", zone)


def _contains(search: str, *names: str) -> bool:
    text = plain(" ".join(names))
    return all(word in text for word in plain(search).split())


def _names(match: Match) -> tuple[str, ...]:
    return (match.country.name, match.tournament.name, match.home.name, match.away.name)
