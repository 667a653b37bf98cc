"""`bettune push`: send the odds in a file to BetTune, with plan, progress and report."""

from __future__ import annotations

import re
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal, localcontext
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from bettune import DELETE, InvalidOddsError, Match, PlanRefusedError, min_odds
from bettune._values.display import short_repr
from bettune._values.odds import to_odds
from bettune.cli._carry_out import carry_out, interrupted
from bettune.cli._exit_status import Failure, RowsSkipped, WrongUsage
from bettune.cli._filters import filters_of_one_sport, label_of
from bettune.cli._fixtures_file import read_aliases
from bettune.cli._log_file import LogFile
from bettune.cli._matched_rows import MatchedRows, match_rows
from bettune.cli._odds_file import OddsFile
from bettune.cli._options import on_stderr
from bettune.cli._progress import progress
from bettune.cli._session import session
from bettune.cli._table_file import Reading, read_bytes
from bettune.cli._writes_report import WritesReport

if TYPE_CHECKING:
    from bettune import BetTune, Plans, PredictionFilter
    from bettune._bulk.desired_odds import ByHand
    from bettune.cli._days import Zone
    from bettune.cli._options import Options

_NO_PRUNE = (
    "--prune could delete predictions for the matches of these rows. Resolve these rows first, or "
    "omit --prune:"
)
_STARTED = "these matches have started; their rows were skipped (--started push includes them)"
_SIX_DECIMALS = Decimal("0.000001")
_PROBABILITY = re.compile(r"(\d{1,40}(?:\.\d{1,400})?(?:[eE][+-]?\d{1,3})?) ?(%?)", re.ASCII)
# Sorts matches whose kick-off is unknown before all others.
_FIRST = datetime.min.replace(tzinfo=UTC)


class Request(NamedTuple):
    """The arguments of a push.

    Attributes:
        file: the file, or a dash for standard input.
        filters: each column of odds with the id or name of its filter.
        zone: the time zone of dates; else UTC.
        aliases: the file of aliases, if any.
        unresolved: the handling of rows without a match: ``error`` or ``skip``.
        missing: the handling of empty odds: ``error``, ``skip`` or ``delete``.
        started: the handling of rows whose match has started: ``skip`` or ``push``.
        probabilities: True if the columns have probabilities.
        edge: the required expected value for a stake of 1, or None.
        prune: True to delete predictions for other matches of the file's days.
        by_hand: the handling of predictions set by a person: ``error``, ``keep``, ``overwrite``.
        max_drop: the part by which minimum odds may fall, or None for any drop.
        tolerance: the relative difference up to which odds count as unchanged.
        log: the file to which each write is appended, if any.
        dry_run: True to only show the plan.
        reading: the options for reading the file.
    """

    file: str
    filters: dict[str, str]
    zone: Zone | None
    aliases: str | None
    unresolved: str
    missing: str
    started: str
    probabilities: bool
    edge: Decimal | None
    prune: bool
    by_hand: ByHand
    max_drop: Decimal | None
    tolerance: Decimal
    log: str | None
    dry_run: bool
    reading: Reading


class _Work(NamedTuple):
    """The plans of a file.

    Attributes:
        filters: the filters.
        plans: the plans of the filters.
        matches: the known matches, by id.
        skipped: the lines about skipped rows.
    """

    filters: list[PredictionFilter]
    plans: Plans
    matches: dict[int, Match]
    skipped: list[str]


def push(options: Options, request: Request) -> None:
    """Send the odds in a file to BetTune, or show the plan."""
    file = OddsFile(
        *read_bytes(request.file),
        list(request.filters),
        missing=request.missing,
        unresolved=request.unresolved,
        zone=request.zone and request.zone.info,
        reading=request.reading,
        to_value=_to_value(request),
    )
    if request.prune and not file.has_dates:
        raise WrongUsage(
            f"{file.table.name}: --prune needs the column date: it deletes the predictions of the "
            "other matches of the file's days"
        )
    aliases = read_aliases(request.aliases, request.reading.encoding)
    with ExitStack() as stack:
        log = None
        if request.log is not None and not request.dry_run:
            safe = options.spreadsheet_safe
            log = stack.enter_context(LogFile(request.log, spreadsheet_safe=safe))
        client = stack.enter_context(session(options))
        try:
            work = _plan(client, file, aliases, options, request)
        except KeyboardInterrupt as error:
            raise interrupted(error, "; nothing was written") from None
        _carry_out(client, work, log, options, request)


def _carry_out(
    client: BetTune, work: _Work, log: LogFile | None, options: Options, request: Request
) -> None:
    """Show the plan, apply it, and print the report."""
    report = WritesReport(work.plans, work.filters, work.matches, request.zone)
    if not options.quiet:
        report.say_plan(options)
        if request.dry_run or work.plans.refused:
            report.show_plan(options)
    failure: Failure | None = None
    if work.plans.refused:
        failure = report.refusal()
    elif not request.dry_run:
        try:
            reports, ended = carry_out(client, work.plans, log, work.matches, options)
        except PlanRefusedError as error:
            raise report.refused_late(error, options) from None
        quiet = options.quiet and not work.skipped
        failure = report.conclude(reports, ended, options, quiet=quiet)
    if failure is not None:
        raise Failure("\n".join([failure.message, *work.skipped]), failure.exit_code)
    if work.skipped:
        raise RowsSkipped("\n".join(work.skipped))


def _plan(
    client: BetTune, file: OddsFile, aliases: dict[str, str], options: Options, request: Request
) -> _Work:
    with progress(client, "Filters", options) as (watched, _advance):
        filters = filters_of_one_sport(
            watched, request.filters.values(), "give each column of odds a filter of its own"
        )
    if not options.quiet:
        if file.unchecked:
            with on_stderr():
                click.echo(
                    f"Note: {file.table.name}: match_id is not checked against home and away, "
                    "which needs the column date",
                    err=True,
                )
        for chosen in filters:
            if chosen.status == "disabled":
                with on_stderr():
                    label = label_of(chosen)
                    click.echo(f"Note: the prediction filter {label} is disabled", err=True)
    sport = filters[0].sport.id
    matched = match_rows(client, file, options, zone=request.zone, aliases=aliases, sport=sport)
    skipped = _skipped(file, matched, request)
    ready, started = matched, list[str]()
    if request.started == "skip":
        ready, started = matched.split_started(file, request.zone)
    if started:
        skipped += [f"{_STARTED}:", *started]
    rows = [(row.match or row.match_id, row.row.odds) for row in ready.rows]
    matches = matched.matches
    if request.prune:
        # Rows that were skipped keep their predictions.
        days = _matches_of_days(client, file, options, request, sport=sport)
        pruned = [match for match in days if match.id not in matches]
        rows += [(match, [DELETE] * len(filters)) for match in pruned]
        matches |= {match.id: match for match in pruned}
        # Write by kick-off, whether a match is in the file or not.
        rows.sort(key=lambda row: row[0].date if isinstance(row[0], Match) else _FIRST)
    odds: dict[int, dict[Match | int, Any]] = {
        chosen.id: {match: values[place] for match, values in rows}
        for place, chosen in enumerate(filters)
    }
    with progress(client, "Comparing", options) as (watched, _advance):
        plans = watched.predictions.plan_many(
            odds,
            # With "error", the file was rejected if it had empty cells.
            missing="delete" if request.missing == "delete" else "skip",
            tolerance=request.tolerance,
            by_hand=request.by_hand,
            max_drop=request.max_drop,
        )
    return _Work(filters, plans, matches, skipped)


def _skipped(file: OddsFile, matched: MatchedRows, request: Request) -> list[str]:
    """Return the lines about rows without a match.

    Raises:
        WrongUsage: there are such rows, and they must not be skipped.
    """
    if not matched.unresolved:
        return []
    head = f"{file.table.name}: {matched.summary}"
    if request.prune:
        raise WrongUsage(
            "\n".join([f"{head}; nothing was written. {_NO_PRUNE}", *matched.unresolved])
        )
    if request.unresolved == "error":
        head += "; nothing was written. --unresolved skip writes the other rows:"
        raise WrongUsage("\n".join([head, *matched.unresolved]))
    return [f"{head}; these rows were skipped:", *matched.unresolved]


def _matches_of_days(
    client: BetTune, file: OddsFile, options: Options, request: Request, *, sport: int
) -> list[Match]:
    """Return the matches from the file's first day to its last."""
    days = [row.day for row in file.rows if row.day]
    zone = request.zone and request.zone.info
    with progress(client, "Matches", options) as (watched, _advance):
        return list(watched.matches.between(min(days), max(days), sport=sport, tz=zone))


def _to_value(request: Request) -> Any:
    """Return the function that converts a cell to minimum odds."""
    edge = request.edge or Decimal(0)
    if request.probabilities:
        return lambda text: _from_probability(text, edge)
    return to_odds if request.edge is None else lambda text: _above_fair(text, edge)


def _from_probability(text: str, edge: Decimal) -> Decimal:
    matched = _PROBABILITY.fullmatch(text)
    probability = Decimal(matched[1]) / (100 if matched[2] else 1) if matched else Decimal(0)
    if not 0 < probability <= 1:
        raise InvalidOddsError(
            f"{short_repr(text)} is not a probability above 0 and at most 1: write 0.45 or 45%"
        )
    return to_odds(min_odds(probability, edge))


def _above_fair(text: str, edge: Decimal) -> Decimal:
    to_odds(text)  # raises for invalid odds
    with localcontext(prec=100):
        return to_odds((Decimal(text) * (1 + edge)).quantize(_SIX_DECIMALS, ROUND_CEILING))
