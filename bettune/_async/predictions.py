"""Predictions: the single operations, and a model's minimum odds in bulk by means of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from bettune_openapi import models
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

# How many ids one search asks for.
SEARCH_SIZE = 500


class AsyncPredictions(Resource):
    """Predictions: the minimum odds from which BetTune bets on a match for a prediction filter.

    Deleting a prediction and raising its minimum odds can only stop bets. Creating one and
    lowering its minimum odds can cause some.
    """

    async def search(self, filter_id: int, match_ids: Iterable[int | Match]) -> list[Prediction]:
        """Find the predictions of a filter for matches: POST /predictions/search.

        Many matches are split into requests of at most 500. An empty iterable sends no request.
        A match without a prediction is left out.

        Args:
            filter_id: the prediction filter.
            match_ids: the matches, as ids or `Match`. A match given twice is asked for once.

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
            predictions += parse(
                self._low_level,
                response,
                PredictionsResponse,
                partial(to_predictions, filter_id=filter_id, match_ids={*chunk}),
            )
        return predictions

    async def put(self, filter_id: int, match_id: int | Match, odds: Any) -> Prediction:
        """Create or update a prediction: PUT …/prediction.

        BetTune bets on the match as soon as the market's odds reach these minimum odds and the
        filter's settings allow it.

        Args:
            filter_id: the prediction filter.
            match_id: the match, as id or `Match`.
            odds: minimum odds as Decimal, str, int, float or numpy scalar, rounded to six decimals.

        Raises:
            InvalidArgumentError: an argument is invalid (InvalidOddsError: the odds). No request
                was sent.
            APIResponseValidationError: the response has other odds than the ones sent.
            APIError: the request failed.
        """
        filter_id, match = to_id(filter_id, "filter_id"), to_match_id(match_id, "match_id")
        sent: Decimal = to_odds(odds)
        response = await put_prediction.asyncio_detailed(
            filter_id,
            match,
            client=self._low_level,
            body=PutPredictionRequest(odds=f"{sent:f}"),
        )
        return parse(
            self._low_level,
            response,
            models.Prediction,
            lambda body: to_put_prediction(body, filter_id, match, sent),
        )

    async def delete(self, filter_id: int, match_id: int | Match) -> None:
        """Delete a prediction, so that BetTune does not bet: DELETE …/prediction.

        Where there is none, nothing happens.

        Args:
            filter_id: the prediction filter.
            match_id: the match, as id or `Match`.

        Raises:
            InvalidArgumentError: an argument is invalid. No request was sent.
            APIError: the request failed.
        """
        filter_id, match = to_id(filter_id, "filter_id"), to_match_id(match_id, "match_id")
        response = await delete_prediction.asyncio_detailed(
            filter_id, match, client=self._low_level
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
            filter_id: the prediction filter.
            odds: match (an id or `Match`) to minimum odds, or to `bettune.DELETE`: a mapping, an
                object with `items()`, a pandas Series whose index is named `match_id`, a DataFrame
                with the columns `match_id` and `odds`, or an iterable of mappings with these keys.
            missing: what becomes of matches whose odds are missing (None, NaN, NA, null):
                ``"error"`` refuses all, ``"skip"`` leaves these matches unchanged, ``"delete"``
                deletes.
            tolerance: the part of what BetTune holds by which odds may differ and still count as
                unchanged; 0.005 is half a percent.
            scope: the matches that the odds speak for, as ids or `Match`. A prediction of one of
                them that the odds do not name is deleted, since BetTune would bet on it. Without
                it, only matches that the odds name are touched.
            by_hand: what becomes of predictions that a person set on BetTune's page (source
                ``ui``), where they would change or go: ``"error"`` refuses them, ``"keep"`` leaves
                them unchanged, ``"overwrite"`` treats them as any other.
            max_drop: the part by which minimum odds may fall. An update that lowers them by more
                is refused, since it is usually a mistake and BetTune would bet at once. None
                allows any.

        Raises:
            InvalidOddsError: some odds are invalid or missing. The message names the first such
                matches, `.invalid` has all. No request was sent.
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
            odds_by_filter: filter id to odds as `plan` takes them; or a DataFrame or an iterable
                of mappings, either with `match_id` and a column for each filter, named by its id,
                or with `filter_id`, `match_id` and `odds`.
            columns: the filter of each column that is named otherwise, such as
                ``{"home_win": 11583}``. Other columns are then left alone.
            missing: as of `plan`.
            tolerance: as of `plan`.
            scope: as of `plan`, for every filter.
            by_hand: as of `plan`.
            max_drop: as of `plan`.

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
        """Carry a plan out: one PUT …/prediction or DELETE …/prediction for each of its writes.

        Writes that can only stop bets go out first. One match that fails does not stop the others;
        its error is in the report. An error that would affect every write stops the run at once,
        and the rest is pending in the report: 401, 403, `filter_not_found`, a `Retry-After` beyond
        `max_wait`, and a server that is down, where as many writes in a row as run at a time (at
        least 5) fail.

        An exception that ends the run (Ctrl-C, an error of a callback, a client closed meanwhile)
        has the report as `.report`. Requests in flight are settled first; a second Ctrl-C and a
        cancelled task end at once, and report them as unknown.

        Args:
            plan: the plan that `plan` returned. Where it is older than 60 seconds, BetTune is
                asked again first.
            concurrency: how many writes are in flight at a time.
            on_progress: called with (done, total) after each write, one call at a time, in the
                calling thread. The async client takes coroutine functions too.
            on_result: called with the WriteResult of each write, likewise; again where a write
                that was unknown is settled.

        Raises:
            PlanRefusedError: some of the plan's matches are refused, or BetTune no longer holds
                what the plan saw. Nothing was written.
            InvalidArgumentError: an argument is invalid. No request was sent.
            APIError: a search failed. Nothing was written. What fails later is in the report.
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
        """Carry the plans of several filters out, with one pool of workers, as `apply` does.

        Writes that can only stop bets go out first, over all filters; within each kind by match,
        then by filter. A `filter_not_found` stops the writes of that filter alone.

        Args:
            plans: the plans that `plan_many` returned.
            concurrency: how many writes are in flight at a time, over all filters.
            on_progress: called with (done, total) after each write, over all filters.
            on_result: called with the WriteResult of each write.

        Raises:
            PlanRefusedError: as of `apply`. Nothing was written.
            InvalidArgumentError: an argument is invalid. No request was sent.
            APIError: a search failed. Nothing was written. What fails later is in the reports.
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

        Without `scope`, a match that an earlier sync named and this one does not keeps its
        prediction, and BetTune bets on it. A second run with the same odds writes nothing.

        Raises:
            PlanRefusedError: some of the plan's matches are refused. Nothing was written.
            InvalidOddsError: some odds are invalid or missing. No request was sent.
            InvalidArgumentError: another argument is invalid. No request was sent.
            APIError: a search failed. Nothing was written. What fails later is in the report.
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

        Raises:
            PlanRefusedError: some of the plans' matches are refused. Nothing was written.
            InvalidOddsError: some odds are invalid or missing. No request was sent.
            InvalidArgumentError: another argument is invalid. No request was sent.
            APIError: a search failed. Nothing was written. What fails later is in the reports.
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
