"""`bettune push`: a file of odds into BetTune, with its plan, progress and report."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from bettune.cli._csv_file import read_bytes
from bettune.cli._filters import find_filters, label_of
from bettune.cli._log_file import LogError, LogFile
from bettune.cli._names import explain_unresolved, read_aliases, resolve
from bettune.cli._odds_file import OddsFile
from bettune.cli._options import on_stderr
from bettune.cli._progress import progress
from bettune.cli._push_report import PushReport, Teams, record_of
from bettune.cli._session import Failure, Terminated, WrongUsage, session

if TYPE_CHECKING:
    from decimal import Decimal

    from bettune import BetTune, Plans, PredictionFilter, SyncReports, WriteResult
    from bettune.cli._days import Zone
    from bettune.cli._options import Options


class Request(NamedTuple):
    """What `push` is asked to do.

    Attributes:
        file: the CSV file, or a dash.
        filters: each column of odds with its filter, named by id or name.
        zone: the time zone of dates, else UTC.
        aliases: the file of names, if any.
        unresolved: what becomes of rows without a match: ``error`` or ``skip``.
        missing: what becomes of empty odds: ``error``, ``skip`` or ``delete``.
        tolerance: the part by which odds may differ and still count as unchanged.
        log: the file to which each write is appended, if any.
        dry_run: show the plan alone.
    """

    file: str
    filters: dict[str, str]
    zone: Zone | None
    aliases: str | None
    unresolved: str
    missing: str
    tolerance: Decimal
    log: str | None
    dry_run: bool


def push(options: Options, request: Request) -> None:
    """Make BetTune hold the odds of a file, or only say what that would take."""
    file = OddsFile(
        *read_bytes(request.file),
        list(request.filters),
        missing=request.missing,
        unresolved=request.unresolved,
        zone=request.zone and request.zone.info,
    )
    aliases = read_aliases(request.aliases)
    with ExitStack() as stack:
        log = None
        if request.log is not None and not request.dry_run:
            log = stack.enter_context(LogFile(request.log))
        client = stack.enter_context(session(options))
        try:
            work = _plan(client, file, aliases, options, request)
        except KeyboardInterrupt as error:
            raise _interrupted(error, "; nothing was written") from None
        report = PushReport(work.plans, work.filters, work.teams, request.zone)
        if not options.quiet:
            report.say_plan(options)
        failure = None
        if request.dry_run:
            report.show_plan(options)
        else:
            reports, failure = _apply(client, work, log, options)
            if not options.quiet or work.unresolved or failure is not None or not reports.ok:
                report.show(reports, options)
            if failure is None and not reports.ok:
                failure = report.failure(reports, options, work.unresolved)
        if failure is None and work.unresolved:
            failure = Failure(work.unresolved)
        if failure is not None:
            raise failure


class _Work(NamedTuple):
    """What a file comes to.

    Attributes:
        filters: the filters.
        plans: the plan of each.
        teams: what is known of the matches.
        unresolved: what is to be said of the rows without a match; empty if there are none.
    """

    filters: list[PredictionFilter]
    plans: Plans
    teams: dict[int, Teams]
    unresolved: str


def _plan(
    client: BetTune, file: OddsFile, aliases: dict[str, str], options: Options, request: Request
) -> _Work:
    with progress(client, "Filters", options) as (watched, _advance):
        filters = _filters(watched, request)
    if not options.quiet:
        for one in filters:
            if one.status == "disabled":
                with on_stderr():
                    click.echo(f"Note: the prediction filter {label_of(one)} is disabled", err=True)
    ids, teams, unresolved = _matches(
        client, file, aliases, options, request, sport=filters[0].sport.id
    )
    odds: dict[int, dict[int, Any]] = {one.id: {} for one in filters}
    for row, match_id in zip(file.rows, ids, strict=True):
        if match_id is not None:
            for one, value in zip(filters, row.odds, strict=True):
                odds[one.id][match_id] = value
    with progress(client, "Comparing", options) as (watched, _advance):
        plans = watched.predictions.plan_many(
            odds,
            # With "error", what is empty was refused with its line.
            missing="delete" if request.missing == "delete" else "skip",
            tolerance=request.tolerance,
        )
    return _Work(filters, plans, teams, unresolved)


def _filters(client: BetTune, request: Request) -> list[PredictionFilter]:
    filters = find_filters(client, request.filters.values())
    if len({one.id for one in filters}) < len(filters):
        raise WrongUsage("--column: each column of odds needs a filter of its own")
    if len({one.sport.id for one in filters}) > 1:
        raise WrongUsage("--column: the filters are of different sports: push a file for each")
    return filters


def _matches(
    client: BetTune,
    file: OddsFile,
    aliases: dict[str, str],
    options: Options,
    request: Request,
    *,
    sport: int,
) -> tuple[list[int | None], dict[int, Teams], str]:
    """The match of each row, what is known of them, and what is to be said of the unresolved."""
    if not file.by_fixture:
        ids = [row.match_id for row in file.rows]
        teams = {
            row.match_id: Teams(None, row.fixture.get("home", ""), row.fixture.get("away", ""))
            for row in file.rows
            if row.match_id is not None
        }
        missing = [str(row.line) for row in file.rows if row.match_id is None]
        told = f"{file.name}: no match_id in line {', '.join(missing)}" if missing else ""
        return ids, teams, told
    found = resolve(
        client,
        [row.fixture for row in file.rows],
        options,
        zone=request.zone,
        aliases=aliases,
        sport=sport,
    )
    teams = {m.id: Teams(m.date, m.home.name, m.away.name) for m in found.matches if m is not None}
    if found.ok:
        return found.ids, teams, ""
    told_lines = explain_unresolved(found, [row.line for row in file.rows], request.zone)
    if request.unresolved == "error":
        head = f"{file.name}: {found}; nothing was written. --unresolved skip writes the others:"
        raise WrongUsage("\n".join([head, *told_lines]))
    return found.ids, teams, "\n".join([f"{file.name}: {found}:", *told_lines])


def _apply(
    client: BetTune, work: _Work, log: LogFile | None, options: Options
) -> tuple[SyncReports, Failure | None]:
    """Carry the plans out; the report, and what ended it before its time."""
    plans = work.plans

    def keep(result: WriteResult) -> None:
        if log is not None:
            log.append(record_of(result, work.teams) | {"at": result.at})

    try:
        with progress(client, "Writing", options) as (watched, advance):
            advance(0, len(plans.writes))
            return watched.predictions.apply_many(plans, on_progress=advance, on_result=keep), None
    except (KeyboardInterrupt, LogError) as error:
        reports: SyncReports | None = getattr(error, "report", None)
        if reports is None:
            raise
        settled = sum(len(report.results) for report in reports.values())
        how_far = (
            f" after {settled} of {len(plans.writes)} writes; run the same command again to finish"
        )
        if isinstance(error, KeyboardInterrupt):
            return reports, _interrupted(error, how_far)
        return reports, LogError(f"{error.message}; stopped{how_far}")


def _interrupted(error: KeyboardInterrupt, how_far: str) -> Failure:
    if isinstance(error, Terminated):
        return Failure(f"terminated{how_far}", 143)
    return Failure(f"interrupted{how_far}", 130)
