"""Predictions: the single operations, and a model's odds in bulk, which uses those alone."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

from bettune_openapi.api.predictions import delete_prediction, put_prediction, search_predictions

from bettune._bulk.plan import make_plan, to_wanted
from bettune._bulk.report import Run, has_patience
from bettune._errors import APIError, RateLimitError
from bettune._http import stopping as _stopping
from bettune._resources import calls
from bettune._resources.resources import Resource
from bettune._values.arguments import to_count, to_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from decimal import Decimal

    from bettune_openapi.client import AuthenticatedClient

    from bettune._bulk.plan import Plan
    from bettune._bulk.report import SyncReport
    from bettune._models import Prediction

Result = TypeVar("Result")


class Predictions(Resource):
    """Predictions: the odds that a prediction filter holds for matches."""

    def __init__(self, low_level: AuthenticatedClient, max_wait: float) -> None:
        super().__init__(low_level)
        self._max_wait = max_wait

    def search(self, filter_id: int, match_ids: Iterable[int]) -> list[Prediction]:
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
        found: list[Prediction] = []
        for body in calls.search_bodies(filter_id, match_ids):
            found += calls.found(
                search_predictions.sync_detailed(client=self._low_level, body=body)
            )
        return found

    def put(self, filter_id: int, match_id: int, odds: Any) -> Prediction:
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
        ids, body = calls.ids(filter_id, match_id), calls.put_body(odds)
        return calls.prediction(
            put_prediction.sync_detailed(*ids, client=self._low_level, body=body)
        )

    def delete(self, filter_id: int, match_id: int) -> None:
        """Delete a prediction, if there is one: DELETE …/prediction.

        Args:
            filter_id: the prediction filter.
            match_id: the match.

        Raises:
            InvalidArgumentError: an argument cannot be right; nothing was sent.
            APIError: the request brought no result.
        """
        ids = calls.ids(filter_id, match_id)
        calls.deleted(delete_prediction.sync_detailed(*ids, client=self._low_level))

    def plan(self, filter_id: int, odds: Mapping[int, Any]) -> Plan:
        """Compare a model's odds with those BetTune holds; write nothing.

        Sends POST /predictions/search, once per 500 matches.

        Args:
            filter_id: the prediction filter.
            odds: match id to decimal odds, or to None for "no prediction here"; a dict, a pandas
                Series or whatever has `items()`.

        Raises:
            InvalidOddsError: some odds cannot be right; the message names every such match, and
                nothing was sent.
            InvalidArgumentError: another argument cannot be right; nothing was sent.
            APIError: a request brought no result.
        """
        filter_id, wanted = to_id(filter_id, "filter_id"), to_wanted(odds)
        held = {}
        for match_ids in calls.chunks(wanted):
            for found in self._patiently(self.search, filter_id, match_ids):
                held[found.match_id] = found.odds
        return make_plan(filter_id, wanted, held)

    def apply(
        self,
        plan: Plan,
        *,
        concurrency: int = 8,
        on_progress: Callable[[int, int], object] | None = None,
    ) -> SyncReport:
        """Carry a plan out: one PUT …/prediction or DELETE …/prediction for each of its writes.

        One match that fails does not stop the others; its error is in the report. What would meet
        all of them (401, 403, `filter_not_found`, a `Retry-After` beyond `max_wait`) stops the
        run, and the report has the rest as pending. Interrupted (Ctrl-C), it finishes
        the writes under way and no others, and leaves no thread.

        Args:
            plan: what `plan` returned.
            concurrency: how many writes are under way at a time.
            on_progress: called with (done, total) after each write, one call at a time.

        Raises:
            InvalidArgumentError: an argument cannot be right; nothing was sent.
        """
        run, workers = Run(plan, on_progress), to_count(concurrency, "concurrency")
        stop = _stopping.Stop()

        def work() -> None:
            _stopping.current.set(stop)
            try:
                for match_id, odds in run.writes():
                    run.note(match_id, self._write(plan.filter_id, match_id, odds))
            except _stopping.Stopped:
                pass
            except BaseException:
                run.stop()
                stop.give()
                raise

        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only needed here

        with ThreadPoolExecutor(workers, "bettune-apply") as pool:
            try:
                futures = [pool.submit(work) for _ in range(min(workers, len(plan)))]
                for future in futures:
                    future.result()
            except BaseException:
                run.stop()
                stop.give()
                raise
        return run.report

    def sync(
        self,
        filter_id: int,
        odds: Mapping[int, Any],
        *,
        concurrency: int = 8,
        on_progress: Callable[[int, int], object] | None = None,
    ) -> SyncReport:
        """Make BetTune hold a model's odds: plan, then apply.

        A second run with the same odds writes nothing.

        Args:
            filter_id: the prediction filter.
            odds: match id to decimal odds, or to None for "no prediction here"; a dict, a pandas
                Series or whatever has `items()`.
            concurrency: how many writes are under way at a time.
            on_progress: called with (done, total) after each write, one call at a time.

        Raises:
            InvalidOddsError: some odds cannot be right; the message names every such match, and
                nothing was sent.
            InvalidArgumentError: another argument cannot be right; nothing was sent.
            APIError: a search brought no result; nothing was written. What fails later is in the
                report.
        """
        to_count(concurrency, "concurrency")
        plan = self.plan(filter_id, odds)
        return self.apply(plan, concurrency=concurrency, on_progress=on_progress)

    def _write(
        self, filter_id: int, match_id: int, odds: Decimal | None
    ) -> Prediction | APIError | None:
        try:
            if odds is None:
                return self._patiently(self.delete, filter_id, match_id)
            return self._patiently(self.put, filter_id, match_id, odds)
        except APIError as error:
            return error.with_traceback(None)

    def _patiently(self, call: Callable[..., Result], *args: Any) -> Result:
        for turn in count(1):
            try:
                return call(*args)
            except RateLimitError as error:
                if not has_patience(error, turn, self._max_wait):
                    raise
        raise AssertionError("count does not end")


class AsyncPredictions(Resource):
    """Predictions: the odds that a prediction filter holds for matches."""

    def __init__(self, low_level: AuthenticatedClient, max_wait: float) -> None:
        super().__init__(low_level)
        self._max_wait = max_wait

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
        found: list[Prediction] = []
        for body in calls.search_bodies(filter_id, match_ids):
            found += calls.found(
                await search_predictions.asyncio_detailed(client=self._low_level, body=body)
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
        ids, body = calls.ids(filter_id, match_id), calls.put_body(odds)
        return calls.prediction(
            await put_prediction.asyncio_detailed(*ids, client=self._low_level, body=body)
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
        ids = calls.ids(filter_id, match_id)
        calls.deleted(await delete_prediction.asyncio_detailed(*ids, client=self._low_level))

    async def plan(self, filter_id: int, odds: Mapping[int, Any]) -> Plan:
        """Compare a model's odds with those BetTune holds; write nothing.

        Sends POST /predictions/search, once per 500 matches.

        Args:
            filter_id: the prediction filter.
            odds: match id to decimal odds, or to None for "no prediction here"; a dict, a pandas
                Series or whatever has `items()`.

        Raises:
            InvalidOddsError: some odds cannot be right; the message names every such match, and
                nothing was sent.
            InvalidArgumentError: another argument cannot be right; nothing was sent.
            APIError: a request brought no result.
        """
        filter_id, wanted = to_id(filter_id, "filter_id"), to_wanted(odds)
        held = {}
        for match_ids in calls.chunks(wanted):
            for found in await self._patiently(self.search, filter_id, match_ids):
                held[found.match_id] = found.odds
        return make_plan(filter_id, wanted, held)

    async def apply(
        self,
        plan: Plan,
        *,
        concurrency: int = 8,
        on_progress: Callable[[int, int], object] | None = None,
    ) -> SyncReport:
        """Carry a plan out: one PUT …/prediction or DELETE …/prediction for each of its writes.

        One match that fails does not stop the others; its error is in the report. What would meet
        all of them (401, 403, `filter_not_found`, a `Retry-After` beyond `max_wait`) stops the
        run, and the report has the rest as pending. Cancelled, it leaves no task.

        Args:
            plan: what `plan` returned.
            concurrency: how many writes are under way at a time.
            on_progress: called with (done, total) after each write.

        Raises:
            InvalidArgumentError: an argument cannot be right; nothing was sent.
        """
        run, workers = Run(plan, on_progress), to_count(concurrency, "concurrency")
        failures: list[Exception] = []

        async def work() -> None:
            try:
                for match_id, odds in run.writes():
                    run.note(match_id, await self._write(plan.filter_id, match_id, odds))
            except Exception as error:  # noqa: BLE001 - raised below, and not within a group
                failures.append(error)
                group.cancel_scope.cancel()

        import anyio  # noqa: PLC0415 - slow to import, and only async code needs it

        async with anyio.create_task_group() as group:
            for _ in range(min(workers, len(plan))):
                group.start_soon(work)
        if failures:
            raise failures[0]
        return run.report

    async def sync(
        self,
        filter_id: int,
        odds: Mapping[int, Any],
        *,
        concurrency: int = 8,
        on_progress: Callable[[int, int], object] | None = None,
    ) -> SyncReport:
        """Make BetTune hold a model's odds: plan, then apply.

        A second run with the same odds writes nothing.

        Args:
            filter_id: the prediction filter.
            odds: match id to decimal odds, or to None for "no prediction here"; a dict, a pandas
                Series or whatever has `items()`.
            concurrency: how many writes are under way at a time.
            on_progress: called with (done, total) after each write.

        Raises:
            InvalidOddsError: some odds cannot be right; the message names every such match, and
                nothing was sent.
            InvalidArgumentError: another argument cannot be right; nothing was sent.
            APIError: a search brought no result; nothing was written. What fails later is in the
                report.
        """
        to_count(concurrency, "concurrency")
        plan = await self.plan(filter_id, odds)
        return await self.apply(plan, concurrency=concurrency, on_progress=on_progress)

    async def _write(
        self, filter_id: int, match_id: int, odds: Decimal | None
    ) -> Prediction | APIError | None:
        try:
            if odds is None:
                return await self._patiently(self.delete, filter_id, match_id)
            return await self._patiently(self.put, filter_id, match_id, odds)
        except APIError as error:
            return error.with_traceback(None)

    async def _patiently(self, call: Callable[..., Awaitable[Result]], *args: Any) -> Result:
        for turn in count(1):
            try:
                return await call(*args)
            except RateLimitError as error:
                if not has_patience(error, turn, self._max_wait):
                    raise
        raise AssertionError("count does not end")
