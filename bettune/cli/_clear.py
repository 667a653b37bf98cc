"""`bettune clear`: delete the predictions of filters for the matches of some days."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from bettune import PlanRefusedError
from bettune.cli._actions import matches_of
from bettune.cli._carry_out import carry_out, interrupted
from bettune.cli._exit_status import WrongUsage
from bettune.cli._filters import filters_of_one_sport
from bettune.cli._log_file import LogFile
from bettune.cli._progress import progress
from bettune.cli._session import session
from bettune.cli._writes_report import WritesReport

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bettune.cli._days import Days, Zone
    from bettune.cli._options import Options


def clear(
    options: Options,
    named: Sequence[str],
    days: Days,
    *,
    zone: Zone | None,
    by_hand: str,
    dry_run: bool,
    yes: bool,
    log: str | None,
) -> None:
    """Delete predictions: show them, ask where a person is watching, delete, and report."""
    watched_by_person = sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
    with ExitStack() as stack:
        log_file = None
        if log is not None and not dry_run:
            log_file = LogFile(log, spreadsheet_safe=options.spreadsheet_safe)
            stack.enter_context(log_file)
        client = stack.enter_context(session(options))
        try:
            with progress(client, "Filters", options) as (watched, _advance):
                filters = filters_of_one_sport(watched, named, "give each filter's days a clear")
            matches = matches_of(client, days, filters[0].sport.id, options)
            with progress(client, "Comparing", options) as (watched, _advance):
                plans = watched.predictions.plan_many(
                    {chosen.id: {} for chosen in filters}, scope=matches, by_hand=by_hand
                )
        except KeyboardInterrupt as error:
            raise interrupted(error, "; nothing was deleted") from None
        by_id = {match.id: match for match in matches}
        report = WritesReport(plans, filters, by_id, zone)
        report.say_plan(options)
        refused = any(plan.refused for plan in plans.values())
        asking = bool(plans.writes) and not (yes or dry_run or refused)
        if dry_run or refused or (asking and options.output == "table"):
            report.show_plan(options)
        if dry_run and not refused:
            return
        if asking:
            if not watched_by_person:
                raise WrongUsage(
                    f"{len(plans.writes)} predictions would be deleted, and nobody is asked here: "
                    "add --yes to delete them. Nothing was deleted"
                )
            question = f"Delete {len(plans.writes)} predictions on {days}?"
            if not click.confirm(question, default=False, err=True):
                raise WrongUsage("nothing was deleted")
        try:
            reports, ended = carry_out(client, plans, log_file, by_id, options)
        except PlanRefusedError as error:
            raise report.refusal(error) from None
        report.show(reports, options)
        if ended is not None or not reports.ok:
            raise report.failure(reports, ended, options)
