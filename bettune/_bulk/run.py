"""One application of plans: the next write, what came of each, and when to stop. Without I/O."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

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

# This many writes in a row, at least, have to fail before the server counts as down.
_FAILURES_IN_A_ROW = 5
_SERVER_IS_DOWN = (
    APIConnectionError,
    APIResponseValidationError,
    InternalServerError,
    RateLimitError,
)
_Key = tuple[int, int]


class Outcome(Struct, frozen=True):
    """The outcome of the request of a write.

    Attributes:
        prediction: what BetTune holds now, of a PUT that succeeded.
        error: why it did not succeed, or None.
        in_doubt: whether BetTune may have carried it out all the same.
    """

    prediction: Prediction | None = None
    error: APIError | None = None
    in_doubt: bool = False


class News(Struct, frozen=True):
    """Results and progress to pass to the caller's functions.

    Attributes:
        result: the result of a write.
        progress: how many writes are through, and of how many; None where that is known already.
    """

    result: WriteResult
    progress: tuple[int, int] | None


class Run:
    """Hands out the writes of plans and notes what came of them; threads and tasks share it.

    A write is pending until it is handed out; it is in flight until it is settled, or until the
    run is cut off.

    Args:
        plans: the plans, by filter id.
        concurrency: how many writes are in flight at a time.
        max_wait: the longest single wait of a write, in seconds.
        cancel: wakes the requests of a filter that wait to be sent, so that they are not sent.
        single: whether the report is that of the one plan, not a mapping.
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
        # Set before all else that a stop does: it is a single step, which cannot be interrupted.
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
        """Iterate over the two phases of the run: the number of workers of each.

        No write that can cause bets begins before every write that can only stop bets has come to
        its end: among workers that wait for the rate limit, it could overtake them.
        """
        for safe in (True, False):
            writes = [write for write in self._writes if write.safe is safe]
            self._left = iter(writes)
            if writes and not self.stopping:
                yield min(self.workers, len(writes))

    def take(self, group_of: Callable[[int], RequestGroup]) -> Write | None:
        """Hand out the next write, which is in flight from now on; None when there are no more.

        Args:
            group_of: gives the group of requests by which a filter's write is sent.
        """
        with self._lock:
            if self.stopping:
                return None
            for write in self._left:
                if write.filter_id not in self._stopped:
                    group = group_of(write.filter_id)
                    group.in_doubt = False
                    self._in_flight[_key(write)] = write, group
                    return write
            return None

    def release(self, write: Write) -> None:
        """Note that a write was never sent: it is pending again."""
        with self._lock:
            self._in_flight.pop(_key(write), None)

    def stop(self, filter_id: int | None = None) -> None:
        """Hand out no more writes, of one filter or of all; requests that wait are not sent."""
        if filter_id is None:
            self.stopping = self.stopped = True
        for each in self._plans if filter_id is None else [filter_id]:
            self._stopped.add(each)
            self._cancel(each)

    def settle(self, write: Write, outcome: Outcome) -> News | None:
        """Note what came of a write; None where its run is over and its report was given."""
        state = "done" if outcome.error is None else "unknown" if outcome.in_doubt else "failed"
        with self._lock:
            if self._is_over or self._in_flight.pop(_key(write), None) is None:
                return None
            news = self._note(write, state, outcome)
            failures = self._failures_in_a_row + 1
            self._failures_in_a_row = failures if isinstance(outcome.error, _SERVER_IS_DOWN) else 0
        self._stop_where_in_vain(write, outcome.error)
        return news

    def unknown(self) -> dict[int, list[Write]]:
        """Return the writes that are unknown, by filter id."""
        writes: dict[int, list[Write]] = {}
        for filter_id, plan in self._plans.items():
            for write in plan.writes:
                result = self._results.get(_key(write))
                if result is not None and result.state == "unknown":
                    writes.setdefault(filter_id, []).append(write)
        return writes

    def settle_unknown(self, write: Write, held: Prediction | None) -> News | None:
        """Settle an unknown write by what BetTune holds; None where that does not tell."""
        odds = None if held is None else six_decimals(held.odds)
        before = None if write.old is None else six_decimals(write.old)
        with self._lock:
            if self._is_over:
                return None
            if odds == write.new:
                return self._note(write, "done", Outcome(held))
            if odds == before:
                error = self._results[_key(write)].error
                return self._note(write, "failed", Outcome(error=error))
        return None

    def cut_off(self) -> list[News]:
        """End the run now: what is in flight becomes unknown, unless it was not sent yet.

        Later outcomes change nothing any more.
        """
        self.stopping = True
        with self._lock:
            pass  # a write that was being handed out is in flight by now
        for filter_id in self._plans:
            self._cancel(filter_id)
        with self._lock:
            self._is_over = True
            # What was not sent before it was cancelled is not sent any more.
            in_doubt = [write for write, group in self._in_flight.values() if group.in_doubt]
            self._in_flight.clear()
            return [self._note(write, "unknown", Outcome()) for write in in_doubt]

    def report(self) -> SyncReport | SyncReports:
        """Make the report of the run as it stands. It does not change afterwards."""
        with self._lock:
            results = dict(self._results)
        reports = {
            filter_id: make_report(
                plan,
                {m: result for (f, m), result in results.items() if f == filter_id},
                {m: made for (f, m), made in self._predictions.items() if f == filter_id},
            )
            for filter_id, plan in self._plans.items()
        }
        return next(iter(reports.values())) if self._single else SyncReports(reports)

    def _note(self, write: Write, state: str, outcome: Outcome) -> News:
        key = _key(write)
        is_new = key not in self._results
        result = WriteResult(
            write.filter_id,
            write.match_id,
            write.action,
            write.old,
            write.new,
            write.source,
            state,  # type: ignore[arg-type] # one of the three
            outcome.error,
            datetime.now(UTC),
        )
        self._results[key] = result
        if outcome.prediction is not None:
            self._predictions[key] = outcome.prediction
        return News(result, (len(self._results), self.total) if is_new else None)

    def _stop_where_in_vain(self, write: Write, error: APIError | None) -> None:
        """Stop where every other write would fail in the same way."""
        if self._failures_in_a_row >= max(self.workers, _FAILURES_IN_A_ROW):
            self.stop()
        if isinstance(error, APIStatusError) and error.code == "filter_not_found":
            self.stop(write.filter_id)
        elif isinstance(error, AuthenticationError | PermissionDeniedError):
            self.stop()
        elif isinstance(error, RateLimitError) and error.retry_after is not None:
            self.stop()  # it came back when it was told to, in vain; or that is too far
        elif isinstance(error, InternalServerError) and (error.retry_after or 0) > self._max_wait:
            self.stop()


def _key(write: Write) -> _Key:
    return write.filter_id, write.match_id
