"""Predictions: the single operations, and a model's odds in bulk, which uses those alone."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from bettune_openapi import models
from bettune_openapi.api.predictions import delete_prediction, put_prediction, search_predictions
from bettune_openapi.models import (
    PredictionsResponse,
    PutPredictionRequest,
    SearchPredictionsRequest,
)

from bettune._api_errors import APIError
from bettune._bulk import tasks
from bettune._bulk.plan import Plan, Plans, checked_plan, checked_plans, make_plan
from bettune._bulk.run import Run
from bettune._bulk.wanted import to_tolerance, to_wanted
from bettune._http.rate_limiter import RequestGroup, RunCancelledError
from bettune._resources import answers, decode
from bettune._resources.resource import Resource
from bettune._values.arguments import to_count, to_id, to_ids
from bettune._values.frames import odds_pairs, sheet_pairs
from bettune._values.odds import to_odds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from decimal import Decimal

    from bettune._bulk.plan import Write
    from bettune._bulk.report import SyncReport, SyncReports, WriteResult
    from bettune._bulk.wanted import Wanted
    from bettune._models import Prediction
    from bettune._values.frames import OddsByMatch

Missing = Literal["error", "skip", "delete"]

# How many ids one search asks for.
SEARCH_SIZE = 500


class AsyncPredictions(Resource):
    """Predictions: the odds that a prediction filter holds for matches."""

    async def search(self, filter_id: int, match_ids: Iterable[int]) -> list[Prediction]:
        """Find the predictions of a filter for matches: POST /predictions/search.

        Many ids are split into requests of at most 500; none asked, none sent. A match without
        a prediction is left out.

        Args:
            filter_id: the prediction filter.
            match_ids: the matches; one given twice is asked for once.

        Raises:
            InvalidArgumentError: an argument cannot be right; nothing was sent.
            APIError: a request brought no result.
        """
        filter_id, ids = to_id(filter_id, "filter_id"), to_ids(match_ids, "match_ids")
        found: list[Prediction] = []
        for start in range(0, len(ids), SEARCH_SIZE):
            chunk = ids[start : start + SEARCH_SIZE]
            response = await search_predictions.asyncio_detailed(
                client=self._low_level,
                body=SearchPredictionsRequest(filter_id=filter_id, match_ids=chunk),
            )
            found += answers.result(
                self._low_level,
                response,
                PredictionsResponse,
                partial(decode.predictions, filter_id=filter_id, match_ids={*chunk}),
            )
        return found

    async def put(self, filter_id: int, match_id: int, odds: Any) -> Prediction:
        """Create or update a prediction: PUT …/prediction.

        Args:
            filter_id: the prediction filter.
            match_id: the match.
            odds: decimal odds as Decimal, str, int, float or numpy scalar, rounded to six decimals.

        Raises:
            InvalidArgumentError: an argument cannot be right (InvalidOddsError: the odds);
                nothing was sent.
            APIError: the request brought no result.
        """
        filter_id, match_id = to_id(filter_id, "filter_id"), to_id(match_id, "match_id")
        response = await put_prediction.asyncio_detailed(
            filter_id,
            match_id,
            client=self._low_level,
            body=PutPredictionRequest(odds=f"{to_odds(odds):f}"),
        )
        return answers.result(
            self._low_level,
            response,
            models.Prediction,
            lambda body: decode.prediction(body, filter_id, {match_id}),
        )

    async def delete(self, filter_id: int, match_id: int) -> None:
        """Delete a prediction, if there is one: DELETE …/prediction.

        Args:
            filter_id: the prediction filter.
            match_id: the match.

        Raises:
            InvalidArgumentError: an argument cannot be right; nothing was sent.
            APIError: the request brought no result.
        """
        filter_id, match_id = to_id(filter_id, "filter_id"), to_id(match_id, "match_id")
        response = await delete_prediction.asyncio_detailed(
            filter_id, match_id, client=self._low_level
        )
        answers.deleted(self._low_level, response)

    async def plan(
        self,
        filter_id: int,
        odds: OddsByMatch,
        *,
        missing: Missing = "error",
        tolerance: Any = 0,
    ) -> Plan:
        """Compare a model's odds with those BetTune holds; write nothing.

        Sends POST /predictions/search, once per 500 matches.

        Args:
            filter_id: the prediction filter.
            odds: match id to decimal odds, or to `bettune.DELETE` for "no prediction here": a
                mapping, whatever has `items()` (a pandas Series), or a DataFrame with the columns
                `match_id` and `odds`.
            missing: what becomes of matches whose value is none (None, NaN, NA, null): ``"error"``
                refuses them, ``"skip"`` leaves them as they are, ``"delete"`` deletes.
            tolerance: the part of what BetTune holds by which odds may differ and still count as
                unchanged; 0.005 is half a percent.

        Raises:
            InvalidOddsError: some odds cannot be right; the message names the first such matches,
                `.invalid` has all, and nothing was sent.
            InvalidArgumentError: another argument cannot be right; nothing was sent.
            APIError: a request brought no result.
        """
        filter_id = to_id(filter_id, "filter_id")
        wanted = to_wanted(odds_pairs(odds), missing=missing)
        return (await self._plans({filter_id: wanted}, to_tolerance(tolerance)))[filter_id]

    async def plan_many(
        self,
        odds_by_filter: Mapping[int, OddsByMatch] | Any,
        *,
        missing: Missing = "error",
        tolerance: Any = 0,
    ) -> Plans:
        """Compare a model's odds for several prediction filters with those BetTune holds.

        Sends POST /predictions/search, once per filter and 500 matches; writes nothing.

        Args:
            odds_by_filter: filter id to odds as `plan` takes them, or a DataFrame with a column
                `match_id` and one column per filter id.
            missing: as of `plan`.
            tolerance: as of `plan`.

        Raises:
            InvalidOddsError: some odds cannot be right; nothing was sent.
            InvalidArgumentError: another argument cannot be right; nothing was sent.
            APIError: a request brought no result.
        """
        wanted = {
            to_id(filter_id, "each filter id"): to_wanted(
                pairs, missing=missing, name=f"odds of filter {filter_id}"
            )
            for filter_id, pairs in sheet_pairs(odds_by_filter).items()
        }
        return await self._plans(wanted, to_tolerance(tolerance))

    async def apply(
        self,
        plan: Plan,
        *,
        concurrency: int = 8,
        on_progress: Callable[[int, int], object] | None = None,
        on_result: Callable[[WriteResult], object] | None = None,
    ) -> SyncReport:
        """Carry a plan out: one PUT …/prediction or DELETE …/prediction for each of its writes.

        One match that fails does not stop the others; its error is in the report. What would meet
        all of them stops the run at once, and the report has the rest as pending: 401, 403,
        `filter_not_found`, a `Retry-After` beyond `max_wait`, and a server that so many writes in
        a row as run at a time (at least 5) could not reach. An exception that ends the run
        (Ctrl-C, a callback's error, a client closed meanwhile) has the report as `.report`; what
        was under way is settled first. A cancelled task leaves no other task and carries no
        report: `on_result` has told it.

        Args:
            plan: what `plan` returned.
            concurrency: how many writes are under way at a time.
            on_progress: called with (done, total) after each write, one call at a time; may be a
                coroutine function.
            on_result: called with the WriteResult of each write, likewise.

        Raises:
            InvalidArgumentError: an argument cannot be right; nothing was sent.
        """
        teller, concurrency = (
            tasks.Teller(on_progress, on_result),
            to_count(concurrency, "concurrency"),
        )
        plans = checked_plan(plan)
        reports = await self._apply(plans, concurrency, teller, only=plan.filter_id)
        return reports[plan.filter_id]

    async def apply_many(
        self,
        plans: Plans,
        *,
        concurrency: int = 8,
        on_progress: Callable[[int, int], object] | None = None,
        on_result: Callable[[WriteResult], object] | None = None,
    ) -> SyncReports:
        """Carry the plans of several filters out, with one pool of workers, as `apply` does.

        Writes go out by match, in the order in which the odds were given, then by filter, so that
        the first matches are done first. A `filter_not_found` stops the writes of that filter.

        Args:
            plans: what `plan_many` returned.
            concurrency: how many writes are under way at a time, over all filters.
            on_progress: called with (done, total) after each write, over all filters.
            on_result: called with the WriteResult of each write.

        Raises:
            InvalidArgumentError: an argument cannot be right; nothing was sent.
        """
        teller, concurrency = (
            tasks.Teller(on_progress, on_result),
            to_count(concurrency, "concurrency"),
        )
        return await self._apply(checked_plans(plans), concurrency, teller)

    async def sync(
        self,
        filter_id: int,
        odds: OddsByMatch,
        *,
        missing: Missing = "error",
        tolerance: Any = 0,
        concurrency: int = 8,
        on_progress: Callable[[int, int], object] | None = None,
        on_result: Callable[[WriteResult], object] | None = None,
    ) -> SyncReport:
        """Make BetTune hold a model's odds: `plan`, then `apply`, with the arguments of both.

        A second run with the same odds writes nothing.

        Raises:
            InvalidOddsError: some odds cannot be right; nothing was sent.
            InvalidArgumentError: another argument cannot be right; nothing was sent.
            APIError: a search brought no result; nothing was written. What fails later is in the
                report.
        """
        teller, concurrency = (
            tasks.Teller(on_progress, on_result),
            to_count(concurrency, "concurrency"),
        )
        plan = await self.plan(filter_id, odds, missing=missing, tolerance=tolerance)
        plans = {plan.filter_id: plan}
        reports = await self._apply(plans, concurrency, teller, only=plan.filter_id)
        return reports[plan.filter_id]

    async def sync_many(
        self,
        odds_by_filter: Mapping[int, OddsByMatch] | Any,
        *,
        missing: Missing = "error",
        tolerance: Any = 0,
        concurrency: int = 8,
        on_progress: Callable[[int, int], object] | None = None,
        on_result: Callable[[WriteResult], object] | None = None,
    ) -> SyncReports:
        """Make BetTune hold a model's odds for several filters: `plan_many`, then `apply_many`.

        Raises:
            InvalidOddsError: some odds cannot be right; nothing was sent.
            InvalidArgumentError: another argument cannot be right; nothing was sent.
            APIError: a search brought no result; nothing was written. What fails later is in the
                reports.
        """
        teller, concurrency = (
            tasks.Teller(on_progress, on_result),
            to_count(concurrency, "concurrency"),
        )
        plans = await self.plan_many(odds_by_filter, missing=missing, tolerance=tolerance)
        return await self._apply(dict(plans), concurrency, teller)

    async def _plans(self, wanted_by_filter: Mapping[int, Wanted], tolerance: Decimal) -> Plans:
        bulk = self._on_terms(None)
        plans = {}
        for filter_id, wanted in wanted_by_filter.items():
            held = {one.match_id: one.odds for one in await bulk.search(filter_id, wanted.odds)}
            plans[filter_id] = make_plan(filter_id, wanted, held, tolerance)
        return Plans(plans)

    async def _apply(
        self,
        plans: Mapping[int, Plan],
        concurrency: int,
        teller: tasks.Teller,
        *,
        only: int | None = None,
    ) -> SyncReports:
        groups = {filter_id: RequestGroup() for filter_id in plans}
        bulk = {filter_id: self._on_terms(group) for filter_id, group in groups.items()}
        http = self._low_level.http
        run = Run(
            plans,
            concurrency,
            http.terms.policy.max_wait,
            lambda filter_id: http.exchange.rate_limiter.cancel(groups[filter_id]),
        )

        async def work() -> None:
            for write in run.writes():
                with suppress(RunCancelledError):  # it stays pending
                    outcome = await bulk[write.filter_id]._write(write)  # noqa: SLF001 - of this class
                    await teller.tell(run.note, write, outcome)

        try:
            await tasks.share_out(work, run.workers, run.stop)
        except BaseException as error:
            with suppress(Exception):  # not every exception takes one
                error.report = run.reports if only is None else run.reports[only]  # type: ignore[attr-defined]
            raise
        return run.reports

    async def _write(self, write: Write) -> Prediction | APIError | None:
        try:
            if write.new is None:
                await self.delete(write.filter_id, write.match_id)
                return None
            return await self.put(write.filter_id, write.match_id, write.new)
        except APIError as error:
            return error.with_traceback(None)

    def _on_terms(self, group: RequestGroup | None) -> AsyncPredictions:
        """The same operations as part of a bulk run."""
        terms = self._low_level.http.terms.for_run(group)
        return AsyncPredictions(self._low_level.on(terms))
