"""Makes plans and applies them, with the operations search, put and delete."""

# Derived by `make generate`: change the file of this name in bettune/_async instead.
from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bettune._api_errors import APIError, APIResponseValidationError
from bettune._bulk.desired_odds import DesiredOdds, Rules
from bettune._bulk.plan import Plan, Write
from bettune._bulk.planning import SEEN, check_refused, make_plan, rechecked
from bettune._bulk.report import SyncReport, SyncReports
from bettune._bulk.run import Outcome, Run
from bettune._bulk.workers import Workers
from bettune._http.low_level import LowLevelClient
from bettune._http.rate_limiter import RequestGroup
from bettune._models import Prediction

if TYPE_CHECKING:
    from bettune._http.retries import RetryPolicy
    from bettune._sync.predictions import Predictions

# The maximum delay in seconds before the search for unknown writes, after a run was stopped.
_LAST_WAIT = 10.0


class Bulk:
    """Makes plans and applies them.

    Args:
        predictions: the operations on predictions.
        low_level: the client that these operations use.
    """

    def __init__(self, predictions: Predictions, low_level: LowLevelClient) -> None:
        self._predictions_class = type(predictions)
        self._low_level = low_level

    def plans(self, desired: Mapping[int, DesiredOdds], rules: Rules) -> dict[int, Plan]:
        """Compare the desired odds with those that BetTune holds. Return a plan for each filter."""
        plans = {}
        for filter_id, odds in desired.items():
            # Set before the search, so that a plan never seems newer than its data.
            made_at, made_monotonic = datetime.now(UTC), time.monotonic()
            held = self._held(filter_id, odds.compared_matches())
            plans[filter_id] = make_plan(
                filter_id, odds, held, rules, made_at=made_at, made_monotonic=made_monotonic
            )
        return plans

    def apply(
        self, plans: Mapping[int, Plan], workers: Workers, *, single: bool = False
    ) -> SyncReport | SyncReports:
        """Send the writes of plans, and return the report.

        Args:
            plans: the plans, by filter id.
            workers: the workers that send the writes.
            single: True to return the SyncReport of the only plan, False to return SyncReports.

        Raises:
            PlanRefusedError: a plan has refused writes, or is old and predictions have changed.
                Nothing was written.
            APIError: a search for an old plan failed. Nothing was written.
        """
        check_refused(plans, single=single)
        plans = {filter_id: self._fresh(plan) for filter_id, plan in plans.items()}
        check_refused(plans, single=single)
        groups: dict[int, list[RequestGroup]] = {}
        rate_limiter = self._low_level.http.exchange.rate_limiter

        def cancel(filter_id: int) -> None:
            for group in tuple(groups.get(filter_id, ())):
                rate_limiter.cancel(group)

        run = Run(
            plans,
            concurrency=workers.concurrency,
            max_wait=self._low_level.http.terms.policy.max_wait,
            cancel=cancel,
            single=single,
        )
        return workers.execute(run, lambda: BulkSender(self, run, groups))

    def operations(
        self, group: RequestGroup | None = None, policy: RetryPolicy | None = None
    ) -> Predictions:
        """Return the operations on predictions with the terms of a bulk run.

        Args:
            group: the group of the requests, if a stop of the run must cancel them.
            policy: the retry policy, or None for that of a bulk run.
        """
        terms = self._low_level.http.terms.for_run(group, policy)
        return self._predictions_class(self._low_level.with_terms(terms))

    def final_policy(self) -> RetryPolicy:
        """Return the policy of the search for unknown writes after a stop: no retries."""
        policy: RetryPolicy = self._low_level.http.terms.policy
        return replace(policy, max_retries=0, max_wait=min(policy.max_wait, _LAST_WAIT))

    def _fresh(self, plan: Plan) -> Plan:
        """Return a plan, compared with the current predictions if it is old."""
        if not plan.writes or not plan.is_old:
            return plan
        match_ids = [entry.match_id for entry in plan.entries if entry.fate in SEEN]
        return rechecked(plan, self._held(plan.filter_id, match_ids))

    def _held(self, filter_id: int, match_ids: Iterable[int]) -> dict[int, Prediction]:
        predictions = self.operations().search(filter_id, match_ids)
        return {prediction.match_id: prediction for prediction in predictions}


class BulkSender:
    """Sends the requests of one worker.

    Args:
        bulk: makes the operations.
        run: the run whose writes are sent.
        groups: the request groups of all workers, by filter id.
    """

    def __init__(self, bulk: Bulk, run: Run, groups: dict[int, list[RequestGroup]]) -> None:
        self._bulk = bulk
        self._run = run
        self._groups = groups
        # The group and the operations of this worker, by filter id.
        self._own: dict[int, tuple[RequestGroup, Predictions]] = {}

    def group_of(self, filter_id: int) -> RequestGroup:
        """Return the group of this worker's requests for a filter."""
        if filter_id not in self._own:
            group = RequestGroup()
            self._own[filter_id] = group, self._bulk.operations(group)
            self._groups.setdefault(filter_id, []).append(group)
        return self._own[filter_id][0]

    def write(self, write: Write) -> Outcome:
        """Send the request of a write."""
        group, predictions = self._own[write.filter_id]
        try:
            if write.new is None:
                predictions.delete(write.filter_id, write.match_id)
                return Outcome()
            prediction = predictions.put(write.filter_id, write.match_id, write.new)
            return Outcome(prediction)
        except APIError as error:
            in_doubt = group.in_doubt or isinstance(error, APIResponseValidationError)
            # Without its traceback, whose frames the report would keep in memory.
            return Outcome(None, error.with_traceback(None), in_doubt)

    def held(self, filter_id: int, match_ids: list[int]) -> dict[int, Prediction]:
        """Search the predictions for matches, and return them by match id."""
        group = RequestGroup()
        self._groups.setdefault(filter_id, []).append(group)
        policy = self._bulk.final_policy() if self._run.stopped else None
        predictions = self._bulk.operations(group, policy).search(filter_id, match_ids)
        return {prediction.match_id: prediction for prediction in predictions}
