"""One application of plans: which write comes next, what came of it, and when to stop."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bettune._api_errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    AuthenticationError,
    InternalServerError,
    PermissionDeniedError,
    RateLimitError,
)
from bettune._bulk.plan import Plan, Write, writes_of
from bettune._bulk.report import SyncReport, SyncReports, WriteResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bettune._models import Prediction

# How many writes in a row have to find nobody, at least, before the server counts as gone.
_UNREACHABLE = 5


class Run:
    """Hands out the writes of plans and notes what came of them; threads and tasks share it.

    Args:
        plans: the plans, by filter id.
        concurrency: how many writes are under way at a time.
        max_wait: the longest single wait of a write, in seconds.
        cancel: wakes what waits to be sent for a filter, so that it is not sent.
    """

    def __init__(
        self,
        plans: Mapping[int, Plan],
        concurrency: int,
        max_wait: float,
        cancel: Callable[[int], None],
    ) -> None:
        self.total = sum(map(len, plans.values()))
        self.workers = min(concurrency, self.total)
        self.reports = SyncReports(
            {
                filter_id: SyncReport(
                    filter_id,
                    unchanged=dict(plan.unchanged),
                    pending={write.match_id: write.new for write in plan.writes()},
                    plan=plan,
                )
                for filter_id, plan in plans.items()
            }
        )
        self._max_wait = max_wait
        self._cancel = cancel
        self._lock = threading.Lock()
        self._writes = writes_of(plans)
        self._done = 0
        self._unreachable = 0
        self._stopped: set[int] = set()

    def writes(self) -> Iterator[Write]:
        """Take one write after the other, until none is left or the run is stopped."""
        while True:
            with self._lock:
                write = next(
                    (one for one in self._writes if one.filter_id not in self._stopped), None
                )
            if write is None:
                return
            yield write

    def stop(self, filter_id: int | None = None) -> None:
        """Hand out no more writes, of one filter or of all; those that wait are not sent."""
        for one in self.reports if filter_id is None else [filter_id]:
            self._stopped.add(one)
            self._cancel(one)

    def note(
        self, write: Write, outcome: Prediction | APIError | None
    ) -> tuple[tuple[int, int], WriteResult]:
        """Note what came of a write: a prediction, an error, or None for a deletion.

        Returns how many writes are done, of how many, and the write's result. One call at a time.
        """
        report, match_id = self.reports[write.filter_id], write.match_id
        error = outcome if isinstance(outcome, APIError) else None
        result = WriteResult(
            write.filter_id,
            match_id,
            write.action,
            write.old,
            write.new,
            error,
            datetime.now(UTC),
        )
        del report.pending[match_id]
        report.results[match_id] = result
        if isinstance(outcome, APIError):
            report.failed[match_id] = outcome
        elif outcome is None:
            assert write.old is not None
            report.deleted[match_id] = write.old
        else:
            into = report.created if write.action == "create" else report.updated
            into[match_id] = outcome
        self._stop_where_in_vain(write, error)
        self._done += 1
        return (self._done, self.total), result

    def _stop_where_in_vain(self, write: Write, error: APIError | None) -> None:
        """Stop where every other write would meet the same error."""
        if isinstance(error, APIConnectionError):
            self._unreachable += 1
            if self._unreachable >= max(self.workers, _UNREACHABLE):
                self.stop()
            return
        self._unreachable = 0
        if isinstance(error, APIStatusError) and error.code == "filter_not_found":
            self.stop(write.filter_id)
        elif isinstance(error, AuthenticationError | PermissionDeniedError):
            self.stop()
        elif isinstance(error, RateLimitError) and error.retry_after is not None:
            self.stop()  # it came back when it was told to, in vain; or that is too far
        elif isinstance(error, InternalServerError) and (error.retry_after or 0) > self._max_wait:
            self.stop()
