"""The tools of `bettune mcp`. A model reads the docstrings of the methods as descriptions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult

import bettune
from bettune._mcp import tool_arguments as arguments
from bettune._mcp.catalog import Catalog, has_started
from bettune._mcp.plan_records import PlanRecords
from bettune._mcp.replies import clean, filter_row, match_row, page_of, reply, sentence
from bettune._models import Match
from bettune._values.display import shown_odds
from bettune._values.zones import to_zone


class Tools:
    """The tools over one client.

    Args:
        client: the client that they call.
        max_writes: the number of writes that `apply` may send, or None to apply no plan.
    """

    def __init__(self, client: bettune.AsyncBetTune, max_writes: int | None) -> None:
        self._client = client
        self._catalog = Catalog(client)
        self._plans = PlanRecords(client, max_writes)

    async def list_filters(
        self, *, search: str = "", limit: arguments.Limit = 25, offset: arguments.Offset = 0
    ) -> CallToolResult:
        """List the user's prediction filters: id, name, sport, bet type and status.

        A disabled filter places no bets.
        """
        filters = await self._catalog.filters(search)
        page = filters[offset : offset + limit]
        rows = [filter_row(prediction_filter) for prediction_filter in page]
        return reply(page_of(filters, limit, offset) | {"filters": rows})

    async def list_matches(
        self,
        *,
        day: arguments.Day,
        tz: arguments.Zone = "UTC",
        search: arguments.Search = "",
        limit: arguments.Limit = 25,
        offset: arguments.Offset = 0,
        sport: arguments.Sport = 1,
    ) -> CallToolResult:
        """List the matches of a day by kick-off. A day has up to 300: search, or page by offset."""
        zone = _to_zone(tz)
        matches = await self._catalog.matches(day, zone, sport, search)
        rows = [match_row(match, zone) for match in matches[offset : offset + limit]]
        return reply(page_of(matches, limit, offset) | {"matches": rows})

    async def list_predictions(
        self,
        *,
        filter_id: arguments.FilterId,
        day: arguments.Day,
        tz: arguments.Zone = "UTC",
        search: arguments.Search = "",
        limit: arguments.Limit = 25,
        offset: arguments.Offset = 0,
    ) -> CallToolResult:
        """List the minimum odds that a filter holds for a day's matches.

        Each is an order: BetTune bets once the market's odds reach min_odds. The source is api, or
        ui for minimum odds that a person set on BetTune's page.
        """
        zone = _to_zone(tz)
        sport = (await self._catalog.filter(filter_id)).sport.id
        listed = await self._catalog.matches(day, zone, sport, search)
        matches = {match.id: match for match in listed}
        predictions = await self._client.predictions.search(filter_id, matches)
        rows = [
            {
                **match_row(matches[prediction.match_id], zone),
                "min_odds": shown_odds(prediction.odds),
                "source": clean(prediction.source.value),
            }
            for prediction in predictions[offset : offset + limit]
        ]
        return reply(page_of(predictions, limit, offset) | {"predictions": rows})

    async def resolve_fixtures(
        self,
        *,
        fixtures: arguments.Fixtures,
        tz: arguments.Zone = "UTC",
        sport: arguments.Sport = 1,
    ) -> CallToolResult:
        """Find the match of each fixture by its date and team names. Names are never guessed.

        A fixture without a certain match has the match_id null, a reason and candidates. Do not
        take a candidate without asking the user.
        """
        zone = _to_zone(tz)
        given = [fixture.model_dump(exclude_none=True) for fixture in fixtures]
        resolution = await self._client.matches.resolve(given, tz=zone, sport=sport)
        rows = [None if match is None else match_row(match, zone) for match in resolution.matches]
        self._catalog.remember(match for match in resolution.matches if match is not None)
        for fixture in resolution.unresolved:
            self._catalog.remember(candidate.match for candidate in fixture.candidates)
            rows[fixture.position] = {
                "match_id": None,
                "home": clean(fixture.home),
                "away": clean(fixture.away),
                "reason": sentence(fixture.reason),
                "candidates": [
                    {**match_row(candidate.match, zone), "score": round(candidate.score, 2)}
                    for candidate in fixture.candidates
                ],
            }
        return reply({"summary": str(resolution), "fixtures": rows})

    async def plan(
        self,
        *,
        filter_id: arguments.FilterId,
        odds: arguments.DesiredOdds,
        edge: arguments.Edge = None,
        scope_day: arguments.ScopeDay = None,
        by_hand: arguments.ByHand = "error",
        tz: arguments.Zone = "UTC",
    ) -> CallToolResult:
        """Compare minimum odds with those that BetTune holds. Nothing is written.

        Returns a plan_id and the writes that would follow. Writes with can_cause_bets true create
        predictions or lower minimum odds; the others can only stop bets. Matches that have kicked
        off are left as they are.
        """
        zone = _to_zone(tz)
        prediction_filter = await self._catalog.filter(filter_id)
        scope = None
        now = datetime.now(UTC)
        if scope_day is not None:
            day = await self._catalog.matches(scope_day, zone, prediction_filter.sport.id)
            scope = [match for match in day if not has_started(match, now)]
        elif not odds:
            raise ToolError("odds is empty. Give minimum odds for a match, or scope_day.")
        desired = self._desired(odds, edge)
        started = [match for match in desired if has_started(match, now)]
        plan = await self._client.predictions.plan(
            filter_id,
            {match: value for match, value in desired.items() if match not in started},
            scope=scope,
            by_hand=by_hand,
        )
        plan_id = self._plans.add(plan, prediction_filter, started)
        return reply(self._plans.show(plan_id, zone, 25, 0))

    async def show_plan(
        self,
        *,
        plan_id: arguments.PlanId,
        limit: arguments.Limit = 25,
        offset: arguments.Offset = 0,
        tz: arguments.Zone = "UTC",
    ) -> CallToolResult:
        """Show the writes of a plan of this session, or their results once it was applied."""
        return reply(self._plans.show(plan_id, _to_zone(tz), limit, offset))

    async def apply(self, *, plan_id: arguments.PlanId, ctx: Context[Any, Any]) -> CallToolResult:
        """Apply a plan of this session. BetTune then bets the user's money by it.

        Show the plan to the user first, and apply it only after they agreed. A plan can be applied
        once.
        """
        await self._plans.apply(plan_id, ctx.report_progress)
        return reply(self._plans.show(plan_id, UTC, 25, 0))

    async def stop(self) -> None:
        """Stop the plans that are being applied, and wait until their reports are logged."""
        await self._plans.stop()

    def _desired(self, rows: Iterable[arguments.DesiredWrite], edge: Any) -> dict[Match, Any]:
        """Return the minimum odds, or `bettune.DELETE`, of each match.

        Raises:
            ToolError: a match is unknown or given twice, or a row does not have exactly one value.
            InvalidOddsError: a probability or the edge is invalid.
        """
        desired: dict[Match, Any] = {}
        for row in rows:
            match = self._catalog.match(row.match_id)
            if match in desired:
                raise ToolError(f"match {row.match_id} is given twice. Give it once.")
            values = (row.min_odds, row.probability, row.delete)
            if sum(value is not None for value in values) != 1:
                raise ToolError(
                    f"match {row.match_id} needs exactly one of min_odds, probability and delete."
                )
            if row.delete:
                desired[match] = bettune.DELETE
            elif row.min_odds is not None:
                desired[match] = row.min_odds
            elif edge is None:
                raise ToolError(
                    "edge is missing. Ask the user which expected value they want of a stake of 1, "
                    "such as 0.05. With an edge of 0, bets gain nothing in the long run."
                )
            else:
                desired[match] = bettune.min_odds(row.probability, edge)
        if edge is not None and all(row.probability is None for row in rows):
            raise ToolError("edge needs a probability. Leave edge out with min_odds.")
        return desired


def _to_zone(name: str) -> tzinfo:
    zone = to_zone(name)
    assert zone is not None
    return zone
