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
from bettune.cli._filters import find_filters
from bettune.cli._log_file import LogFile
from bettune.cli._output import count
from bettune.cli._progress import progress
from bettune.cli._session import session
from bettune.cli._signals import signals
from bettune.cli._writes_report import WritesReport

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bettune._bulk.desired_odds import ByHand
    from bettune.cli._days import Days, Zone
    from bettune.cli._options import Options


def clear(
    options: Options,
    ids_or_names: Sequence[str],
    days: Days,
    *,
    zone: Zone | None,
    by_hand: ByHand,
    dry_run: bool,
    yes: bool,
    log: str | None,
) -> None:
    """Show the predictions, ask for confirmation on a terminal, delete them, and report."""
    watched_by_person = sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
    with ExitStack() as stack:
        log_file = None
        if log is not None and not dry_run:
            log_file = LogFile(log, spreadsheet_safe=options.spreadsheet_safe)
            stack.enter_context(log_file)
        client = stack.enter_context(session(options))
        try:
            with progress(client, "Filters", options) as (watched, _advance):
                filters = find_filters(watched, ids_or_names)
            matches = [
                match
                for sport in dict.fromkeys(chosen.sport.id for chosen in filters)
                for match in matches_of(client, days, sport, options)
            ]
            with progress(client, "Comparing", options) as (watched, _advance):
                plans = watched.predictions.plan_many(
                    {chosen.id: {} for chosen in filters}, scope=matches, by_hand=by_hand
                )
        except KeyboardInterrupt as error:
            raise interrupted(error, "; nothing was deleted") from None
        by_id = {match.id: match for match in matches}
        report = WritesReport(plans, filters, by_id, zone)
        report.say_plan(options)
        asking = bool(plans.writes) and not (yes or dry_run or plans.refused)
        if dry_run or plans.refused or (asking and options.output == "table"):
            report.show_plan(options)
        if plans.refused:
            raise report.refusal()
        if dry_run:
            return
        if asking:
            counted = count(len(plans.writes), "prediction", "predictions")
            if not watched_by_person:
                raise WrongUsage(
                    f"there is no terminal on which to confirm the deletion of {counted}; nothing "
                    "was deleted: add --yes to delete without confirmation"
                )
            if not _confirm(f"Delete {counted} on {days}?"):
                raise WrongUsage("nothing was deleted")
        try:
            reports, ended = carry_out(client, plans, log_file, by_id, options)
        except PlanRefusedError as error:
            raise report.refused_late(error, options) from None
        failure = report.conclude(reports, ended, options, quiet=False)
        if failure is not None:
            raise failure


def _confirm(question: str) -> bool:
    try:
        return click.confirm(question, default=False, err=True)
    except click.Abort:  # a signal, or the end of the input
        click.echo(err=True)
        if signals.first is None:
            return False
        raise interrupted(signals.first, "; nothing was deleted") from None
