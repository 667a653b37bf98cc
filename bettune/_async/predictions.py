"""Predictions: search, put and delete, and bulk writes of a model's minimum odds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from bettune_openapi import models as wire
from bettune_openapi.api.predictions import delete_prediction, put_prediction, search_predictions
from bettune_openapi.models import (
    PredictionsResponse,
    PutPredictionRequest,
    SearchPredictionsRequest,
)

from bettune._async.bulk import AsyncBulk
from bettune._bulk.desired_odds import ByHand, to_desired_odds, to_rules
from bettune._bulk.plan import Plan, Plans
from bettune._bulk.planning import checked_plan, checked_plans
from bettune._bulk.report import SyncReport, SyncReports, WriteResult
from bettune._bulk.workers import AsyncWorkers
from bettune._models import Match, Prediction
from bettune._parsing import check_deleted, parse, to_predictions, to_put_prediction
from bettune._resource import Resource
from bettune._values.arguments import to_id, to_match_id, to_matches
from bettune._values.frames import OddsByFilter, OddsByMatch, odds_pairs, sheet_pairs
from bettune._values.listing import Listing
from bettune._values.missing import Missing
from bettune._values.odds import to_odds

# The maximum number of match ids per search request.
SEARCH_SIZE = 500


class AsyncPredictions(Resource):
    """Predictions: the minimum odds at which BetTune bets on a match for a prediction filter.

    Deleting a prediction or raising its minimum odds can only stop bets. Creating a prediction or
    lowering its minimum odds can cause bets.
    """

    async def search(self, filter_id: int, match_ids: Iterable[int | Match]) -> list[Prediction]:
        """Find the predictions of a filter for matches: POST /predictions/search.

        Sends one request per 500 matches. An empty `match_ids` sends no request. The result has no
        entry for a match without a prediction.

        Args:
            filter_id: the id of the prediction filter.
            match_ids: the matches, as ids or `Match`. Duplicates are ignored.

        Raises:
            InvalidArgumentError: an argument is invalid. No request was sent.
            APIError: a request failed.
        """
        filter_id = to_id(filter_id, "filter_id")
        ids = list(to_matches(match_ids, "match_ids"))
        predictions: list[Prediction] = Listing()
        for start in range(0, len(ids), SEARCH_SIZE):
            chunk = ids[start : start + SEARCH_SIZE]
            response = await search_predictions.asyncio_detailed(
                client=self._low_level,
                body=SearchPredictionsRequest(filter_id=filter_id, match_ids=chunk),
            )
            convert = partial(to_predictions, filter_id=filter_id, match_ids={*chunk})
            predictions += parse(self._low_level, response, PredictionsResponse, convert)
        return predictions

    async def put(self, filter_id: int, match_id: int | Match, odds: Any) -> Prediction:
        """Create or update a prediction: PUT …/prediction.

        BetTune bets on the match as soon as the market's odds reach these minimum odds and the
        filter's settings allow the bet.

        Args:
            filter_id: the id of the prediction filter.
            match_id: the match, as an id or a `Match`.
            odds: the minimum odds as a Decimal, str, int, float or numpy scalar. They are rounded
                to six decimals.

        Raises:
            InvalidOddsError: the odds are invalid. No request was sent.
            InvalidArgumentError: another argument is invalid. No request was sent.
            APIResponseValidationError: the response is invalid, or has odds other than those sent.
            APIError: the request failed.
        """
        filter_id, match_id = to_id(filter_id, "filter_id"), to_match_id(match_id, "match_id")
        sent = to_odds(odds)
        response = await put_prediction.asyncio_detailed(
            filter_id,
            match_id,
            client=self._low_level,
            body=PutPredictionRequest(odds=f"{sent:f}"),
        )
        convert = partial(to_put_prediction, filter_id=filter_id, match_id=match_id, sent=sent)
        return parse(self._low_level, response, wire.Prediction, convert)

    async def delete(self, filter_id: int, match_id: int | Match) -> None:
        """Delete a prediction, so that BetTune does not bet: DELETE …/prediction.

        Deleting a prediction that does not exist is not an error.

        Args:
            filter_id: the id of the prediction filter.
            match_id: the match, as an id or a `Match`.

        Raises:
            InvalidArgumentError: an argument is invalid. No request was sent.
            APIError: the request failed.
        """
        filter_id, match_id = to_id(filter_id, "filter_id"), to_match_id(match_id, "match_id")
        response = await delete_prediction.asyncio_detailed(
            filter_id, match_id, client=self._low_level
        )
        check_deleted(self._low_level, response)

    async def plan(
        self,
        filter_id: int,
        odds: OddsByMatch,
        *,
        missing: Missing = "error",
        tolerance: Any = 0,
        scope: Iterable[int | Match] | None = None,
        by_hand: ByHand = "error",
        max_drop: Any = 0.5,
    ) -> Plan:
        """Compare a model's minimum odds with those that BetTune holds. Nothing is written.

        Sends POST /predictions/search, once per 500 matches.

        Args:
            filter_id: the id of the prediction filter.
            odds: the minimum odds, or `bettune.DELETE`, for each match (an id or a `Match`). A
                mapping, an object with `items()`, a pandas Series whose index is named `match_id`,
                a DataFrame with the columns `match_id` and `odds`, or an iterable of mappings with
                these keys.
            missing: the treatment of matches with missing odds (None, NaN, NA, null): ``"error"``
                raises InvalidOddsError, ``"skip"`` leaves their predictions unchanged,
                ``"delete"`` deletes them.
            tolerance: the relative difference up to which odds count as unchanged; 0.005 is half a
                percent of the odds that BetTune holds.
            scope: all matches that the odds cover, as ids or `Match`. If BetTune holds a
                prediction for a match that is in the scope but not in `odds`, the plan deletes it,
                since BetTune would bet on it. Without a scope, the plan changes only matches that
                are in `odds`.
            by_hand: the treatment of predictions that a person set on BetTune's page (source
                ``ui``) and that the plan would update or delete: ``"error"`` refuses these writes,
                ``"keep"`` leaves the predictions unchanged, ``"overwrite"`` writes them.
            max_drop: the fraction by which an update may lower minimum odds, such as 0.5 for a
                half. A larger drop is refused, since it is usually a mistake and BetTune would bet
                immediately. None allows any drop.

        Raises:
            InvalidOddsError: some odds are invalid or missing. The message names the first of
                these matches, and `.invalid` has all of them. No request was sent.
            InvalidArgumentError: another argument is invalid. No request was sent.
            APIError: a request failed.
        """
        filter_id = to_id(filter_id, "filter_id")
        rules = to_rules(
            missing=missing, tolerance=tolerance, scope=scope, by_hand=by_hand, max_drop=max_drop
        )
        desired = {filter_id: to_desired_odds(odds_pairs(odds, filter_id), rules)}
        return (await self._bulk.plans(desired, rules))[filter_id]

    async def plan_many(
        self,
        odds_by_filter: OddsByFilter,
        *,
        columns: Mapping[str, int] | None = None,
        missing: Missing = "error",
        tolerance: Any = 0,
        scope: Iterable[int | Match] | None = None,
        by_hand: ByHand = "error",
        max_drop: Any = 0.5,
    ) -> Plans:
        """Compare a model's minimum odds for several filters with those that BetTune holds.

        Sends POST /predictions/search, once per filter and 500 matches. Nothing is written.

        Args:
            odds_by_filter: a mapping of filter ids to odds in any form that `plan` accepts; or a
                DataFrame or an iterable of mappings, with `match_id` and one column per filter,
                named by the filter's id, or with `filter_id`, `match_id` and `odds`.
            columns: a mapping of column names to filter ids, such as ``{"home_win": 11583}``. All
                other columns are then ignored.
            missing: as for `plan`.
            tolerance: as for `plan`.
            scope: as for `plan`, for every filter.
            by_hand: as for `plan`.
            max_drop: as for `plan`.

        Raises:
            InvalidOddsError: some odds are invalid or missing. No request was sent.
            InvalidArgumentError: another argument is invalid. No request was sent.
            APIError: a request failed.
        """
        rules = to_rules(
            missing=missing, tolerance=tolerance, scope=scope, by_hand=by_hand, max_drop=max_drop
        )
        desired = {
            filter_id: to_desired_odds(pairs, rules, name=f"odds of filter {filter_id}")
            for filter_id, pairs in sheet_pairs(odds_by_filter, columns).items()
        }
        return Plans(await self._bulk.plans(desired, rules))

    async def apply(
        self,
        plan: Plan,
        *,
        concurrency: int = 8,
        on_progress: Callable[[int, int], object] | None = None,
        on_result: Callable[[WriteResult], object] | None = None,
    ) -> SyncReport:
        """Apply a plan: send one PUT or DELETE …/prediction for each of its writes.

        Writes that can cause bets start only after all writes that can only stop bets have ended.
        If one write fails, the others continue, and the report has its error. An error that would
        affect every write stops the run at once, and the remaining writes are pending. These
        errors are the statuses 401 and 403, `filter_not_found`, a rate limit or a `Retry-After`
        that exceeds `max_wait` or outlasts the retries, and a server that is down: as many
        consecutive failures as there are concurrent writes, at least 5.

        An exception that ends the run (Ctrl-C, an error in a callback, a closed client) has the
        report as `.report`. The run first waits for the requests in flight. A second Ctrl-C, or
        the cancellation of the task, ends the run at once; the report then lists the requests in
        flight as unknown.

        Args:
            plan: a plan that `plan` returned. If it is older than 60 seconds, a new search first
                checks that the predictions have not changed, including those that the plan leaves
                unchanged. Predictions that the plan keeps or skips are not compared.
            concurrency: the maximum number of writes in flight.
            on_progress: called with (done, total) after each write. Calls never overlap, and are
                made in the calling thread. With the async client, coroutine functions work, too.
            on_result: called in the same way with the WriteResult of each write, and once more
                when an unknown write is settled.

        Raises:
            PlanRefusedError: the plan has refused writes, or predictions have changed since the
                plan was made. Nothing was written.
            InvalidArgumentError: an argument is invalid. No request was sent.
            APIError: a search failed. Nothing was written. Later errors are in the report.
        """
        workers = AsyncWorkers(concurrency, on_progress, on_result)
        report = await self._bulk.apply(checked_plan(plan), workers, single=True)
        assert isinstance(report, SyncReport)
        return report

    async def apply_many(
        self,
        plans: Plans,
        *,
        concurrency: int = 8,
        on_progress: Callable[[int, int], object] | None = None,
        on_result: Callable[[WriteResult], object] | None = None,
    ) -> SyncReports:
        """Apply the plans of several filters, as `apply` does, with one pool of workers.

        Writes that can only stop bets are sent first, over all filters. Within each kind, writes
        are sorted by match, then by filter. A `filter_not_found` stops only the writes of its
        filter.

        Args:
            plans: the plans that `plan_many` returned.
            concurrency: the maximum number of writes in flight, over all filters.
            on_progress: called with (done, total) after each write, over all filters.
            on_result: called with the WriteResult of each write.

        Raises:
            PlanRefusedError: as for `apply`. Nothing was written.
            InvalidArgumentError: an argument is invalid. No request was sent.
            APIError: a search failed. Nothing was written. Later errors are in the reports.
        """
        workers = AsyncWorkers(concurrency, on_progress, on_result)
        reports = await self._bulk.apply(checked_plans(plans), workers)
        assert isinstance(reports, SyncReports)
        return reports

    async def sync(
        self,
        filter_id: int,
        odds: OddsByMatch,
        *,
        missing: Missing = "error",
        tolerance: Any = 0,
        scope: Iterable[int | Match] | None = None,
        by_hand: ByHand = "error",
        max_drop: Any = 0.5,
        concurrency: int = 8,
        on_progress: Callable[[int, int], object] | None = None,
        on_result: Callable[[WriteResult], object] | None = None,
    ) -> SyncReport:
        """Make BetTune hold a model's minimum odds: `plan`, then `apply`.

        The arguments are those of `plan` and `apply`. Without `scope`, predictions for matches that
        are not in `odds` stay, and BetTune may bet on these matches. A second run with the same
        odds writes nothing.

        Raises:
            PlanRefusedError: the plan has refused writes. Nothing was written.
            InvalidOddsError: some odds are invalid or missing. No request was sent.
            InvalidArgumentError: another argument is invalid. No request was sent.
            APIError: a search failed. Nothing was written. Later errors are in the report.
        """
        workers = AsyncWorkers(concurrency, on_progress, on_result)
        plan = await self.plan(
            filter_id,
            odds,
            missing=missing,
            tolerance=tolerance,
            scope=scope,
            by_hand=by_hand,
            max_drop=max_drop,
        )
        report = await self._bulk.apply({plan.filter_id: plan}, workers, single=True)
        assert isinstance(report, SyncReport)
        return report

    async def sync_many(
        self,
        odds_by_filter: OddsByFilter,
        *,
        columns: Mapping[str, int] | None = None,
        missing: Missing = "error",
        tolerance: Any = 0,
        scope: Iterable[int | Match] | None = None,
        by_hand: ByHand = "error",
        max_drop: Any = 0.5,
        concurrency: int = 8,
        on_progress: Callable[[int, int], object] | None = None,
        on_result: Callable[[WriteResult], object] | None = None,
    ) -> SyncReports:
        """Make BetTune hold a model's minimum odds for several filters: `plan_many`, `apply_many`.

        The arguments are those of `plan_many` and `apply_many`.

        Raises:
            PlanRefusedError: the plans have refused writes. Nothing was written.
            InvalidOddsError: some odds are invalid or missing. No request was sent.
            InvalidArgumentError: another argument is invalid. No request was sent.
            APIError: a search failed. Nothing was written. Later errors are in the reports.
        """
        workers = AsyncWorkers(concurrency, on_progress, on_result)
        plans = await self.plan_many(
            odds_by_filter,
            columns=columns,
            missing=missing,
            tolerance=tolerance,
            scope=scope,
            by_hand=by_hand,
            max_drop=max_drop,
        )
        reports = await self._bulk.apply(plans, workers)
        assert isinstance(reports, SyncReports)
        return reports

    @property
    def _bulk(self) -> AsyncBulk:
        return AsyncBulk(self, self._low_level)
