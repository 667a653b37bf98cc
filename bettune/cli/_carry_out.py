"""Apply the plans of `push` and `clear`, with a progress bar, a log and signal handling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bettune.cli._exit_status import Failure
from bettune.cli._log_file import LogError
from bettune.cli._output import one_line
from bettune.cli._progress import progress
from bettune.cli._signals import Interrupted, signals
from bettune.cli._writes_report import names_of, reason_of, records_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bettune import BetTune, Match, Plans, SyncReports, WriteResult
    from bettune.cli._log_file import LogFile
    from bettune.cli._options import Options


def carry_out(
    client: BetTune,
    plans: Plans,
    log: LogFile | None,
    matches: Mapping[int, Match],
    options: Options,
) -> tuple[SyncReports, Failure | None]:
    """Apply plans. Return the report, and the failure that ended the run early, if any.

    Raises:
        PlanRefusedError: predictions have changed since the plan was made. Nothing was written.
    """
    logged: set[tuple[int, int, str]] = set()

    def log_result(result: WriteResult) -> None:
        if log is not None:
            log.append(
                {
                    "at": result.at,
                    "filter_id": result.filter_id,
                    "match_id": result.match_id,
                    "action": result.action,
                    "old_odds": result.old,
                    "new_odds": result.new,
                    "error": None if result.error is None else reason_of(result.error),
                    **names_of(matches.get(result.match_id)),
                    "source": result.source,
                    "state": result.state,
                }
            )
            logged.add((result.filter_id, result.match_id, result.state))

    total = len(plans.writes)
    reports: SyncReports | None = None
    ended: BaseException | None = None
    try:
        with progress(client, "Writing", options) as (watched, advance):
            advance(0, total)
            signals.write_next()
            reports = watched.predictions.apply_many(
                plans, on_progress=advance, on_result=log_result
            )
            signals.report_next()
    except BaseException as error:
        signals.report_next()
        if reports is None:  # otherwise, all writes were done before the exception
            reports, ended = _report_of(error), error
        if reports is None:
            if isinstance(error, KeyboardInterrupt):
                raise interrupted(error, "; nothing was written") from None
            raise
    missing_rows = 0 if log is None else _complete(log, logged, reports, matches)
    if ended is None:
        return reports, None
    sent = total - len(reports.pending)
    after = f"after {sent} of {total} writes; run the same command again to finish"
    if isinstance(ended, LogError):
        message = f"{ended.message}; stopped {after}"
        if missing_rows:
            message += (
                f". The log lacks {missing_rows} of the writes that were sent: see the report"
            )
        return reports, LogError(message)
    if not isinstance(ended, KeyboardInterrupt):
        return reports, Failure(f"{type(ended).__name__}: {one_line(ended)}; stopped {after}")
    return reports, interrupted(ended, f" {after}")


def _report_of(error: BaseException) -> SyncReports | None:
    """Return the report of the exception that ended a run, or of one in its context."""
    context: BaseException | None = error
    while context is not None:
        report: SyncReports | None = getattr(context, "report", None)
        if report is not None:
            return report
        context = context.__context__
    return None


def interrupted(error: BaseException, how_far: str) -> Failure:
    """Make the failure of a command that a signal ended."""
    kind = signals.first or (error if isinstance(error, Interrupted) else Interrupted())
    return Failure(f"{kind.word}{how_far}", kind.exit_code)


def _complete(
    log: LogFile,
    logged: set[tuple[int, int, str]],
    reports: SyncReports,
    matches: Mapping[int, Match],
) -> int:
    """Append the rows that are missing from the log after a run. Return how many still are."""
    rows: list[dict[str, Any]] = [
        record
        for record in records_of(reports)
        if record["state"] != "pending"
        and (record["filter_id"], record["match_id"], record["state"]) not in logged
    ]
    for number, record in enumerate(rows):
        names = names_of(matches.get(record["match_id"]))
        try:
            log.append({**record, **names})
        except LogError:
            return len(rows) - number
    return 0
