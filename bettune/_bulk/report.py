"""Reports: the results of the writes of a sync, for one filter and for several."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Literal, TypeVar

from bettune_openapi.models import PredictionSource
from msgspec import Struct, field

from bettune._api_errors import APIError
from bettune._bulk.by_filter import ByFilter, OfFilter
from bettune._bulk.plan import Action, Plan, Write, writes_of
from bettune._bulk.tables import is_large, named_write, write_table
from bettune._errors import BetTuneError
from bettune._models import Prediction
from bettune._values.display import first_few, shown_odds

State = Literal["done", "failed", "unknown"]
"""The state of a write that is not pending."""

Value = TypeVar("Value")

# The attributes that a summary counts, and those that it omits when they are empty.
_COUNTED = ("created", "updated", "deleted", "unchanged", "failed", "unknown", "pending")
_OMITTED_IF_EMPTY = frozenset({"deleted", "unknown", "pending"})


class WriteResult(Struct, frozen=True):
    """The result of one write.

    Attributes:
        filter_id: the prediction filter.
        match_id: the match.
        action: ``create``, ``update`` or ``delete``.
        old: the minimum odds that BetTune held, or None.
        new: the desired minimum odds, or None to delete.
        source: the source of the prediction that BetTune held, or None.
        state: ``done``; ``failed`` (nothing changed); or ``unknown`` (the request was sent, and
            BetTune may or may not have executed it).
        error: the error of a failed or unknown write, or None.
        at: the time of this result, an aware datetime in UTC.
    """

    filter_id: int
    match_id: int
    action: Action
    old: Decimal | None
    new: Decimal | None
    source: PredictionSource | None
    state: State
    error: APIError | None
    at: datetime

    @property
    def note(self) -> str:
        """A note on a change by more than a factor of 5; empty for other changes."""
        if self.old is not None and self.new is not None and is_large(self.old, self.new):
            old, new = shown_odds(self.old), shown_odds(self.new)
            return f"from {old} to {new}, by more than a factor of 5"
        return ""


class SyncReport(OfFilter, frozen=True, dict=True):
    """The results of a sync by match. Each write of the plan is in exactly one of the mappings.

    Attributes:
        filter_id: the prediction filter.
        created: match id to the new prediction.
        updated: match id to the changed prediction.
        deleted: match id to the odds of the deleted prediction.
        unchanged: match id to odds that equal the desired ones. Nothing was sent.
        failed: match id to the error of its write. Nothing changed.
        unknown: match id to the error (or None if the run was cut off) of a write that was sent
            and that BetTune may or may not have executed. Run the sync again to settle it.
        pending: match id to the odds (or None, to delete) of a write that was never sent.
        results: match id to the result of its write, in the order of the results.
        plan: the plan that was applied.
    """

    created: dict[int, Prediction] = field(default_factory=dict)
    updated: dict[int, Prediction] = field(default_factory=dict)
    deleted: dict[int, Decimal] = field(default_factory=dict)
    unchanged: dict[int, Decimal] = field(default_factory=dict)
    failed: dict[int, APIError] = field(default_factory=dict)
    unknown: dict[int, APIError | None] = field(default_factory=dict)
    pending: dict[int, Decimal | None] = field(default_factory=dict)
    results: dict[int, WriteResult] = field(default_factory=dict)
    plan: Plan | None = None

    @property
    def ok(self) -> bool:
        """True if no write failed, is unknown or is pending."""
        return not (self.failed or self.unknown or self.pending)

    @property
    def writes(self) -> tuple[Write | WriteResult, ...]:
        """The results of the plan's writes, in the plan's order. A pending write is a `Write`."""
        planned = () if self.plan is None else self.plan.writes
        return tuple(self.results.get(write.match_id, write) for write in planned)

    def raise_for_failures(self) -> None:
        """Raise unless the report is ok.

        Raises:
            SyncError: a write failed, is unknown or is pending. The error has this report.
        """
        _raise_for_failures({self.filter_id: self}, self)

    def __str__(self) -> str:
        return _summary([self])

    def _repr_html_(self) -> str:
        return _table(repr(self)[1:-1], {self.filter_id: self}, self.writes)


class SyncReports(ByFilter[SyncReport]):
    """The reports of several prediction filters: a read-only mapping by filter id."""

    @property
    def ok(self) -> bool:
        """True if all reports are ok."""
        return all(report.ok for report in self.values())

    @cached_property
    def failed(self) -> dict[tuple[int, int], APIError]:
        """Filter id and match id to the error of each failed write."""
        return _by_filter_and_match({key: report.failed for key, report in self.items()})

    @cached_property
    def unknown(self) -> dict[tuple[int, int], APIError | None]:
        """Filter id and match id to the error (or None) of each unknown write."""
        return _by_filter_and_match({key: report.unknown for key, report in self.items()})

    @cached_property
    def pending(self) -> dict[tuple[int, int], Decimal | None]:
        """Filter id and match id to the odds (or None, to delete) of each write never sent."""
        return _by_filter_and_match({key: report.pending for key, report in self.items()})

    @property
    def writes(self) -> tuple[Write | WriteResult, ...]:
        """The results of the plans' writes, in their order. A pending write is a `Write`."""
        return tuple(
            self[write.filter_id].results.get(write.match_id, write)
            for write in writes_of(_plans_of(self))
        )

    def raise_for_failures(self) -> None:
        """Raise unless all reports are ok.

        Raises:
            SyncError: a write failed, is unknown or is pending. The error has these reports.
        """
        _raise_for_failures(self, self)

    def __str__(self) -> str:
        return _summary(self.values())

    def _repr_html_(self) -> str:
        return _table(repr(self)[1:-1], self, self.writes)


class SyncError(BetTuneError):
    """Writes of a sync failed, are unknown, or were not sent.

    Attributes:
        report: the complete SyncReport or SyncReports.
    """

    def __init__(self, message: str, *, report: SyncReport | SyncReports | None = None) -> None:
        super().__init__(message)
        self.report = report


def make_report(
    plan: Plan,
    results: Mapping[int, WriteResult],
    predictions: Mapping[int, Prediction],
) -> SyncReport:
    """Make the report of a plan.

    Args:
        plan: the plan.
        results: match id to the result of each write that is not pending.
        predictions: match id to the prediction of each successful create or update.
    """
    report = SyncReport(
        plan.filter_id, unchanged=dict(plan.unchanged), results=dict(results), plan=plan
    )
    for write in plan.writes:
        match_id = write.match_id
        result = results.get(match_id)
        if result is None:
            report.pending[match_id] = write.new
        elif result.state == "unknown":
            report.unknown[match_id] = result.error
        elif result.error is not None:
            report.failed[match_id] = result.error
        elif write.action == "create":
            report.created[match_id] = predictions[match_id]
        elif write.action == "update":
            report.updated[match_id] = predictions[match_id]
        elif write.old is not None:
            report.deleted[match_id] = write.old
    return report


def _raise_for_failures(
    reports: Mapping[int, SyncReport], reported: SyncReport | SyncReports
) -> None:
    if reported.ok:
        return
    plans = _plans_of(reports)
    failures = [
        f"{named_write(plans, filter_id, match_id)}: {error}"
        for filter_id, report in reports.items()
        for match_id, error in {**report.failed, **report.unknown}.items()
        if error is not None
    ]
    texts = [str(reported), first_few(failures)]
    raise SyncError("; ".join(filter(None, texts)), report=reported)


def _by_filter_and_match(
    values: Mapping[int, Mapping[int, Value]],
) -> dict[tuple[int, int], Value]:
    return {
        (filter_id, match_id): value
        for filter_id, by_match in values.items()
        for match_id, value in by_match.items()
    }


def _plans_of(reports: Mapping[int, SyncReport]) -> dict[int, Plan]:
    return {
        filter_id: Plan(filter_id) if report.plan is None else report.plan
        for filter_id, report in reports.items()
    }


def _summary(reports: Collection[SyncReport]) -> str:
    counts = {name: sum(len(getattr(report, name)) for report in reports) for name in _COUNTED}
    return ", ".join(
        f"{count} {name}"
        for name, count in counts.items()
        if count or name not in _OMITTED_IF_EMPTY
    )


def _table(
    caption: str,
    reports: Mapping[int, SyncReport],
    writes: Collection[Write | WriteResult],
) -> str:
    plans = _plans_of(reports)
    rows = [(write, _outcome(write)) for write in writes]
    # Writes that are not done come first, since a long table is cut off.
    rows.sort(key=lambda row: row[1] == "done")
    return write_table(caption, plans, rows, "outcome")


def _outcome(write: Write | WriteResult) -> str:
    if not isinstance(write, WriteResult):
        return "pending"
    if write.state == "failed":
        return str(write.error)
    return write.state if write.error is None else f"{write.state}: {write.error}"
