"""The state of a bulk run: hands out writes, records results, and stops the run. Does no I/O."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from msgspec import Struct

from bettune._api_errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    AuthenticationError,
    InternalServerError,
    PermissionDeniedError,
    RateLimitError,
)
from bettune._bulk.plan import Plan, Write, writes_of
from bettune._bulk.report import SyncReport, SyncReports, WriteResult, make_report
from bettune._http.rate_limiter import RequestGroup
from bettune._models import Prediction
from bettune._values.odds import six_decimals

# The minimum number of consecutive failures after which the server counts as down.
_FAILURES_IN_A_ROW = 5
_SERVER_IS_DOWN = (
    APIConnectionError,
    APIResponseValidationError,
    InternalServerError,
    RateLimitError,
)
# Filter id and match id.
_Key = tuple[int, int]
Value = TypeVar("Value")


class Outcome(Struct, frozen=True):
    """The outcome of the request of a write.

    Attributes:
        prediction: the prediction in the response to a PUT, or None.
        error: the error of the request, or None.
        in_doubt: True if BetTune may have executed the request in spite of the error.
    """

    prediction: Prediction | None = None
    error: APIError | None = None
    in_doubt: bool = False


class Notice(Struct, frozen=True):
    """The arguments for the callbacks of the caller.

    Attributes:
        result: the result of a write.
        progress: the numbers of finished writes and of all writes, or None if they are the same as
            in the last notice.
    """

    result: WriteResult
    progress: tuple[int, int] | None


class Run:
    """Hands out the writes of plans and records their results. Threads and tasks share it.

    A write is pending until it is handed out. Then it is in flight until it is settled, or until
    the run is cut off.

    Args:
        plans: the plans, by filter id.
        concurrency: the maximum number of writes in flight.
        max_wait: the maximum delay before one attempt, in seconds.
        cancel: a function that cancels the waiting requests of a filter.
        single: True to return the SyncReport of the only plan, False to return SyncReports.
    """

    def __init__(
        self,
        plans: Mapping[int, Plan],
        *,
        concurrency: int,
        max_wait: float,
        cancel: Callable[[int], None],
        single: bool,
    ) -> None:
        writes = tuple(writes_of(plans))
        self.total = len(writes)
        self.workers = min(concurrency, self.total)
        # Set before `stopped`: signal handlers set it alone, since a `stop` in them could block.
        self.stopping = False
        self.stopped = False
        self._plans = dict(plans)
        self._max_wait = max_wait
        self._cancel = cancel
        self._single = single
        self._lock = threading.Lock()
        self._left: Iterator[Write] = iter(())
        self._writes = writes
        self._in_flight: dict[_Key, tuple[Write, RequestGroup]] = {}
        self._results: dict[_Key, WriteResult] = {}
        self._predictions: dict[_Key, Prediction] = {}
        self._stopped: set[int] = set()
        self._failures_in_a_row = 0
        self._is_over = False

    def phases(self) -> Iterator[int]:
        """Yield the number of workers for each of the two phases of the run.

        Writes that can cause bets start only after all writes that can only stop bets have ended.
        In a single phase, workers that wait for the rate limit could overtake each other.
        """
        for safe in (True, False):
            writes = [write for write in self._writes if write.safe is safe]
            self._left = iter(writes)
            if writes and not self.stopping:
                yield min(self.workers, len(writes))

    def take(self, group_of: Callable[[int], RequestGroup]) -> Write | None:
        """Return the next write, which is now in flight, or None if no write is left.

        Args:
            group_of: returns the request group for the writes of a filter.
        """
        with self._lock:
            for write in self._left:
                if write.filter_id in self._stopped:
                    continue
                group = group_of(write.filter_id)
                if self.stopping:  # checked last: a later `stop` cancels the group
                    break
                group.in_doubt = False
                self._in_flight[_key(write)] = write, group
                return write
            return None

    def release(self, write: Write) -> None:
        """Make a write pending again, since it was never sent."""
        with self._lock:
            self._in_flight.pop(_key(write), None)

    def stop(self, filter_id: int | None = None) -> None:
        """Hand out no more writes of a filter or of all filters. Cancel the waiting requests."""
        if filter_id is None:
            self.stopping = self.stopped = True
        stopped = self._plans if filter_id is None else [filter_id]
        # Under the lock: `take` may be handing out a write, whose group `cancel` must know.
        with self._lock:
            self._stopped.update(stopped)
        for stopped_id in stopped:
            self._cancel(stopped_id)

    def settle(self, write: Write, outcome: Outcome) -> Notice | None:
        """Record the outcome of a write. Return None if the run is over."""
        state = "done" if outcome.error is None else "unknown" if outcome.in_doubt else "failed"
        with self._lock:
            if self._is_over or self._in_flight.pop(_key(write), None) is None:
                return None
            notice = self._record(write, state, outcome)
            failures = self._failures_in_a_row + 1
            self._failures_in_a_row = failures if isinstance(outcome.error, _SERVER_IS_DOWN) else 0
        self._stop_if_hopeless(write, outcome.error)
        return notice

    def unknown(self) -> dict[int, list[Write]]:
        """Return the writes that are unknown, by filter id."""
        writes: dict[int, list[Write]] = {}
        for filter_id, plan in self._plans.items():
            for write in plan.writes:
                result = self._results.get(_key(write))
                if result is not None and result.state == "unknown":
                    writes.setdefault(filter_id, []).append(write)
        return writes

    def settle_unknown(self, write: Write, held: Prediction | None) -> Notice | None:
        """Settle an unknown write by the prediction that BetTune holds.

        The write is done if BetTune holds the new odds, and failed if it holds the old ones.
        Otherwise it stays unknown, and the result is None.
        """
        current = None if held is None else six_decimals(held.odds)
        old = None if write.old is None else six_decimals(write.old)
        with self._lock:
            if self._is_over:
                return None
            if current == write.new:
                return self._record(write, "done", Outcome(held))
            if current == old:
                error = self._results[_key(write)].error
                return self._record(write, "failed", Outcome(error=error))
        return None

    def cut_off(self) -> list[Notice]:
        """End the run now. Writes whose requests were sent become unknown, others are pending.

        Later outcomes are ignored.
        """
        self.stop()
        with self._lock:
            self._is_over = True
            # A request that was not sent before its group was cancelled is never sent.
            in_doubt = [write for write, group in self._in_flight.values() if group.in_doubt]
            self._in_flight.clear()
            return [self._record(write, "unknown", Outcome()) for write in in_doubt]

    def report(self) -> SyncReport | SyncReports:
        """Return the report of the run so far. The report does not change later."""
        with self._lock:
            results = dict(self._results)
        reports = {
            filter_id: make_report(
                plan,
                _of_filter(filter_id, results),
                _of_filter(filter_id, self._predictions),
            )
            for filter_id, plan in self._plans.items()
        }
        return next(iter(reports.values())) if self._single else SyncReports(reports)

    def _record(self, write: Write, state: str, outcome: Outcome) -> Notice:
        key = _key(write)
        is_new = key not in self._results
        result = WriteResult(
            write.filter_id,
            write.match_id,
            write.action,
            write.old,
            write.new,
            write.source,
            state,  # type: ignore[arg-type] # a State
            outcome.error,
            datetime.now(UTC),
        )
        self._results[key] = result
        if outcome.prediction is not None:
            self._predictions[key] = outcome.prediction
        return Notice(result, (len(self._results), self.total) if is_new else None)

    def _stop_if_hopeless(self, write: Write, error: APIError | None) -> None:
        """Stop the run if all other writes would fail in the same way."""
        if self._failures_in_a_row >= max(self.workers, _FAILURES_IN_A_ROW):
            self.stop()
        if isinstance(error, APIStatusError) and error.code == "filter_not_found":
            self.stop(write.filter_id)
        elif isinstance(error, AuthenticationError | PermissionDeniedError):
            self.stop()
        elif isinstance(error, RateLimitError) and error.retry_after is not None:
            self.stop()  # the retries failed, too, or Retry-After exceeds max_wait
        elif isinstance(error, InternalServerError) and (error.retry_after or 0) > self._max_wait:
            self.stop()


def _of_filter(filter_id: int, values: Mapping[_Key, Value]) -> dict[int, Value]:
    """Return the values of a filter, by match id."""
    return {key[1]: value for key, value in values.items() if key[0] == filter_id}


def _key(write: Write) -> _Key:
    return write.filter_id, write.match_id
