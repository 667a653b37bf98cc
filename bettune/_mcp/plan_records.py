"""Plans of a session: shown by their ids, and applied once."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

import anyio
from mcp.server.mcpserver.exceptions import ToolError

import bettune
from bettune._bulk.plan import Plan
from bettune._bulk.report import SyncReport, WriteResult
from bettune._mcp.catalog import has_started
from bettune._mcp.replies import clean, explain, filter_row, page_of, sentence, write_row
from bettune._models import Match, PredictionFilter

logger = logging.getLogger("bettune.mcp")


@dataclass
class _Record:
    """A plan, and its report after it was applied.

    Attributes:
        plan: the plan.
        prediction_filter: the filter of the plan.
        started: matches that the plan does not change, since they have kicked off.
        report: the report, after the plan was applied.
        closed: the reason why the plan can no longer be applied, or an empty string.
    """

    plan: Plan
    prediction_filter: PredictionFilter
    started: Sequence[Match]
    report: SyncReport | None = None
    closed: str = ""


class PlanRecords:
    """The plans of a session by their ids.

    Args:
        client: the client that applies them.
        max_writes: the number of writes that may be sent over all plans, or None to apply no plan.
    """

    def __init__(self, client: bettune.AsyncBetTune, max_writes: int | None) -> None:
        self._client = client
        self._writes_left = max_writes
        self._records: dict[str, _Record] = {}
        self._running: dict[anyio.CancelScope, anyio.Event] = {}

    def add(self, plan: Plan, prediction_filter: PredictionFilter, started: Sequence[Match]) -> str:
        """Store a plan and return its id."""
        # Random, so that an id of an earlier session is not valid in this one.
        plan_id = f"plan-{secrets.token_hex(4)}"
        self._records[plan_id] = _Record(plan, prediction_filter, started)
        return plan_id

    async def apply(self, plan_id: str, on_progress: Callable[[int, int], object]) -> None:
        """Apply a plan. Its record then has the report.

        Raises:
            ToolError: the plan cannot be applied. Nothing was written.
            BetTuneError: a request failed, or predictions changed after the plan was made. Nothing
                was written.
        """
        record = self._record(plan_id)
        obstacle = self._obstacle(record)
        if obstacle:
            raise ToolError(f"The plan cannot be applied: {obstacle}. Nothing was written.")
        # Closed before the first await, so that a second call cannot apply the plan, too.
        record.closed = "it was applied, or is being applied"
        self._count(len(record.plan))
        scope = anyio.CancelScope()
        self._running[scope] = anyio.Event()
        try:
            with scope:
                await self._run(record, on_progress)
        finally:
            self._settle(plan_id, record)
            self._running.pop(scope).set()

    async def stop(self) -> None:
        """Stop the plans that are being applied, and wait until their reports are logged."""
        running = [*self._running.items()]
        for scope, _ in running:
            scope.cancel()
        for _, ended in running:
            await ended.wait()

    async def _run(self, record: _Record, on_progress: Callable[[int, int], object]) -> None:
        try:
            record.report = await self._client.predictions.apply(
                record.plan, on_progress=on_progress, on_result=_log_result
            )
        except bettune.PlanRefusedError:
            record.closed = "predictions in BetTune changed after it was made"
            raise
        except BaseException as error:
            record.report = getattr(error, "report", None)
            if record.report is None:  # nothing was written
                record.closed = ""
            # A cancelled call gets no reply, but `show` has the report.
            if record.report is None or not isinstance(error, Exception):
                raise

    def show(self, plan_id: str, zone: tzinfo, limit: int, offset: int) -> dict[str, Any]:
        """Describe a plan, or its report, with a page of its writes.

        Raises:
            ToolError: the session has no such plan.
        """
        record = self._record(plan_id)
        plan, report = record.plan, record.report
        # Refused writes of a plan come first, as do writes of a report that are not done.
        if report is None:
            writes: list[Any] = sorted(plan.writes, key=lambda w: w.match_id not in plan.refused)
        else:
            writes = sorted(report.writes, key=lambda w: getattr(w, "state", "") == "done")
        content = {
            "plan_id": plan_id,
            "summary": sentence(plan if report is None else report),
            "filter": filter_row(record.prediction_filter),
            **page_of(writes, limit, offset),
            "writes": [write_row(w, plan, zone) for w in writes[offset : offset + limit]],
        }
        if report is not None:
            content["ok"] = report.ok
        if record.started:
            content["left_alone_after_kick_off"] = [match.id for match in record.started]
        return content | {"next_step": self._next_step(record)}

    def _record(self, plan_id: str) -> _Record:
        if plan_id not in self._records:
            raise ToolError(
                f"{clean(plan_id)!r} is not a plan of this session. Call plan, and take the "
                "plan_id from its reply."
            )
        return self._records[plan_id]

    def _settle(self, plan_id: str, applied: _Record) -> None:
        """Release the writes that were not sent, and close the filter's other plans.

        These were made earlier, and could undo the changes of this one.
        """
        if applied.report is None:
            self._count(-len(applied.plan))
            return
        self._count(-len(applied.report.pending))
        logger.info("%s: %s", plan_id, applied.report)
        for record in self._records.values():
            if not record.closed and record.plan.filter_id == applied.plan.filter_id:
                record.closed = f"{plan_id} of the same filter was applied after it was made"

    def _count(self, writes: int) -> None:
        assert self._writes_left is not None
        self._writes_left -= writes

    def _obstacle(self, record: _Record) -> str:
        """Return why a plan cannot be applied and what to do, or an empty string."""
        plan = record.plan
        if self._writes_left is None:
            return (
                "this server only reads and plans. The user can restart it with --allow-writes, "
                "or use the command 'bettune push'"
            )
        if record.closed:
            return f"{record.closed}. Make a new plan"
        if plan.refused:
            return (
                f"{len(plan.refused)} of its writes are refused. Make a new plan without these "
                "matches; the user can allow them with the command 'bettune push'"
            )
        if len(plan) > self._writes_left:
            return (
                f"it has {len(plan)} writes, and {self._writes_left} are left in this session. "
                "Make a smaller plan, or ask the user to restart the server with a larger "
                "--max-writes"
            )
        now = datetime.now(UTC)
        risky = (plan.match(write.match_id) for write in plan.writes if not write.safe)
        started = [match.id for match in risky if match is not None and has_started(match, now)]
        if started:
            return f"matches {started[:5]} have kicked off since the plan was made. Make a new plan"
        return ""

    def _next_step(self, record: _Record) -> str:
        if record.report is not None:
            return (
                "Tell the user that the plan was applied."
                if record.report.ok
                else "Tell the user which writes failed, are unknown or pending: BetTune may still "
                "bet at the old odds. Then make a new plan."
            )
        obstacle = self._obstacle(record)
        if obstacle:
            return f"The plan cannot be applied: {obstacle}."
        if not record.plan.writes and (record.plan.kept or record.started):
            return (
                "There is nothing to apply. Tell the user that minimum odds set by hand, or of "
                "matches that have kicked off, stay as they are."
            )
        if not record.plan.writes:
            return "BetTune has these minimum odds already. There is nothing to apply."
        return "Show the plan to the user. Apply it only after they agreed."


def _log_result(result: WriteResult) -> None:
    """Log the result of a write: the MCP client may exit before it receives the report."""
    state = result.state if result.error is None else f"{result.state}: {explain(result.error)}"
    logger.info(
        "filter %d, match %d: %s, old odds %s, new odds %s: %s",
        result.filter_id,
        result.match_id,
        result.action,
        result.old,
        result.new,
        state,
    )
