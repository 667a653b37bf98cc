"""What a sync did, written down as it goes."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from bettune._bulk.plan import Plan
from bettune._errors import (
    APIError,
    APIStatusError,
    AuthenticationError,
    InvalidArgumentError,
    PermissionDeniedError,
    RateLimitError,
    SyncError,
)
from bettune._models import Prediction
from bettune._values.display import short_repr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


# How often a write refused by the rate limit is taken up again, each time with all its retries:
# several processes on one token refuse each other for as long as all of them are at work.
_PATIENCE = 10
_NAMED_FAILURES = 5


class SyncReport(Struct, frozen=True):
    """What a sync did, match by match.

    Attributes:
        created: match id to the new prediction.
        updated: match id to the changed prediction.
        deleted: match id to the odds that are gone.
        unchanged: match id to odds that were as asked for; nothing was sent.
        failed: match id to the error of its write. Whether the write took place may be unknown
            (APIConnectionError); running the sync again settles it.
        pending: match id to the odds (or None, to delete) that were not tried, since an error
            that would have met all of them stopped the run.
    """

    created: dict[int, Prediction]
    updated: dict[int, Prediction]
    deleted: dict[int, Decimal]
    unchanged: dict[int, Decimal]
    failed: dict[int, APIError]
    pending: dict[int, Decimal | None]

    @property
    def ok(self) -> bool:
        """Whether everything is as asked for: nothing failed, nothing is pending."""
        return not self.failed and not self.pending

    def raise_for_failures(self) -> None:
        """Do nothing if all went well.

        Raises:
            SyncError: something failed or is pending; it has this report.
        """
        if self.ok:
            return
        named = [f"match {match_id}: {error}" for match_id, error in self.failed.items()]
        if len(named) > _NAMED_FAILURES:
            named[_NAMED_FAILURES:] = [f"and {len(named) - _NAMED_FAILURES} more"]
        raise SyncError("; ".join([str(self), *named]), report=self)

    def __str__(self) -> str:
        counts = {name: len(getattr(self, name)) for name in self.__struct_fields__}
        # The usual run neither deletes nor leaves anything.
        return ", ".join(
            f"{count} {name}"
            for name, count in counts.items()
            if count or name not in {"deleted", "pending"}
        )


class Run:
    """One application of a plan: hands out its writes and notes what came of them.

    Threads and tasks share it.
    """

    def __init__(self, plan: Plan, on_progress: Callable[[int, int], object] | None) -> None:
        if not isinstance(plan, Plan):
            raise InvalidArgumentError(f"plan must be a Plan, not {short_repr(plan)}")
        self._plan = plan
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self._writes = plan.writes()
        self._done = 0
        self._stopped = False
        self.report = SyncReport({}, {}, {}, dict(plan.unchanged), {}, dict(plan.writes()))

    def writes(self) -> Iterator[tuple[int, Decimal | None]]:
        """Take one write after the other, until none is left or the run is stopped."""
        while True:
            with self._lock:
                write = None if self._stopped else next(self._writes, None)
            if write is None:
                return
            yield write

    def stop(self) -> None:
        """Hand out no more writes."""
        self._stopped = True

    def note(self, match_id: int, result: Prediction | APIError | None) -> None:
        """Note what came of a write: a prediction, an error, or None for a deletion."""
        plan, report = self._plan, self.report
        with self._lock:
            del report.pending[match_id]
            if isinstance(result, APIError):
                report.failed[match_id] = result
                if _meets_all(result):
                    self._stopped = True
            elif result is None:
                report.deleted[match_id] = plan.delete[match_id]
            else:
                into = report.created if match_id in plan.create else report.updated
                into[match_id] = result
            self._done += 1
            if self._on_progress is not None:
                self._on_progress(self._done, len(plan))


def _meets_all(error: APIError) -> bool:
    """Whether every other write would meet the same error."""
    if isinstance(error, RateLimitError):
        # It was told when to come back, and that is too far or was in vain.
        return error.retry_after is not None
    if isinstance(error, AuthenticationError | PermissionDeniedError):
        return True
    return isinstance(error, APIStatusError) and error.code == "filter_not_found"


def has_patience(error: RateLimitError, turn: int, max_wait: float) -> bool:
    """Whether a call refused by the rate limit is taken up again, for the time number `turn`."""
    told = error.retry_after
    return told is not None and told <= max_wait and turn < _PATIENCE
