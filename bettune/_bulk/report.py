"""What a sync did, write by write."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import attrs
from msgspec import Struct

from bettune._api_errors import APIError
from bettune._bulk.by_filter import ByFilter, OfFilter
from bettune._bulk.plan import Action, Plan, Write, is_large
from bettune._errors import BetTuneError
from bettune._values.display import html_table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from bettune._models import Prediction

_NAMED = 5
# What a report counts; most runs have nothing deleted or pending, which is then left out.
_COUNTED = ("created", "updated", "deleted", "unchanged", "failed", "pending")
_ONLY_IF_ANY = {"deleted", "pending"}


class WriteResult(Struct, frozen=True):
    """What came of one write.

    Attributes:
        filter_id: the prediction filter.
        match_id: the match.
        action: ``create``, ``update`` or ``delete``.
        old: the decimal odds BetTune held, or None.
        new: the decimal odds asked for, or None to delete.
        error: why it failed, or None. Whether it took place may be unknown (APIConnectionError);
            running the sync again settles it.
        at: when it was settled, an aware datetime in UTC.
    """

    filter_id: int
    match_id: int
    action: Action
    old: Decimal | None
    new: Decimal | None
    error: APIError | None
    at: datetime

    @property
    def note(self) -> str:
        """What is worth a look, if anything, which a change by more than a factor of 5 is."""
        if is_large(self.old, self.new):
            return f"from {self.old:f} to {self.new:f}, by more than a factor of 5"
        return ""


@attrs.frozen(repr=False)
class SyncReport(OfFilter):
    """What a sync did, match by match.

    Attributes:
        filter_id: the prediction filter.
        created: match id to the new prediction.
        updated: match id to the changed prediction.
        deleted: match id to the odds that are gone.
        unchanged: match id to odds that were as asked for; nothing was sent.
        failed: match id to the error of its write. Whether the write took place may be unknown
            (APIConnectionError); running the sync again settles it.
        pending: match id to the odds (or None, to delete) that were not tried, since the run was
            stopped by what would have met all of them, or by an exception.
        results: match id to what came of its write, in the order in which they were settled.
        plan: what was applied.
    """

    filter_id: int
    created: dict[int, Prediction] = attrs.field(factory=dict)
    updated: dict[int, Prediction] = attrs.field(factory=dict)
    deleted: dict[int, Decimal] = attrs.field(factory=dict)
    unchanged: dict[int, Decimal] = attrs.field(factory=dict)
    failed: dict[int, APIError] = attrs.field(factory=dict)
    pending: dict[int, Decimal | None] = attrs.field(factory=dict)
    results: dict[int, WriteResult] = attrs.field(factory=dict, eq=False)
    plan: Plan | None = attrs.field(default=None, eq=False)

    __hash__: ClassVar[None] = None  # type: ignore[assignment] # it holds dicts

    @property
    def ok(self) -> bool:
        """Whether everything is as asked for, with nothing failed and nothing pending."""
        return not self.failed and not self.pending

    def writes(self) -> Iterator[Write | WriteResult]:
        """Each write of the plan, in its order: what came of it, or the write that is pending."""
        for write in () if self.plan is None else self.plan.writes():
            yield self.results.get(write.match_id, write)

    def raise_for_failures(self) -> None:
        """Do nothing if all went well.

        Raises:
            SyncError: something failed or is pending; it has this report.
        """
        _raise_for_failures([self], self)

    def __str__(self) -> str:
        return _summary([self])

    def _repr_html_(self) -> str:
        return _html(repr(self)[1:-1], [self])


class SyncReports(ByFilter[SyncReport]):
    """The reports of several prediction filters, by filter id."""

    @property
    def ok(self) -> bool:
        """Whether everything is as asked for in all of them."""
        return all(report.ok for report in self.values())

    def raise_for_failures(self) -> None:
        """Do nothing if all went well.

        Raises:
            SyncError: something failed or is pending; it has all the reports.
        """
        _raise_for_failures(self.values(), self)

    def __str__(self) -> str:
        return _summary(self.values())

    def _repr_html_(self) -> str:
        return _html(repr(self)[1:-1], self.values())


class SyncError(BetTuneError):
    """A sync of which part failed or was not tried.

    Attributes:
        report: the whole SyncReport, or SyncReports.
    """

    def __init__(self, message: str, *, report: SyncReport | SyncReports | None = None) -> None:
        super().__init__(message)
        self.report = report


def _raise_for_failures(reports: Collection[SyncReport], whole: SyncReport | SyncReports) -> None:
    if whole.ok:
        return
    named = [
        f"match {match_id}: {error}"
        for report in reports
        for match_id, error in report.failed.items()
    ]
    if len(named) > _NAMED:
        named[_NAMED:] = [f"and {len(named) - _NAMED} more"]
    raise SyncError("; ".join([str(whole), *named]), report=whole)


def _summary(reports: Collection[SyncReport]) -> str:
    counts = {name: sum(len(getattr(one, name)) for one in reports) for name in _COUNTED}
    return ", ".join(
        f"{count} {name}" for name, count in counts.items() if count or name not in _ONLY_IF_ANY
    )


def _html(caption: str, reports: Collection[SyncReport]) -> str:
    def rows() -> Iterator[tuple[Any, ...]]:
        # What a person has to look at comes first, since a long table is cut.
        writes = [(write, _outcome(write)) for report in reports for write in report.writes()]
        for write, outcome in sorted(writes, key=lambda pair: pair[1] == "done"):
            yield (write.filter_id, write.match_id, write.action, write.old, write.new, outcome)

    total = sum(len(report.results) + len(report.pending) for report in reports)
    columns = ("filter", "match", "action", "old odds", "new odds", "outcome")
    return html_table(columns, rows(), total=total, caption=caption)


def _outcome(write: Write | WriteResult) -> str:
    if not isinstance(write, WriteResult):
        return "pending"
    return "done" if write.error is None else str(write.error)
