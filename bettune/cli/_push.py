"""`bettune push`: a file of odds into BetTune, with its plan, progress and report."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import click
from rich.text import Text

from bettune.cli._odds_file import read_odds_file
from bettune.cli._options import is_terminal
from bettune.cli._output import (
    one_line,
    shown_odds,
    table_of,
    write_csv,
    write_for_person,
    write_json,
)
from bettune.cli._progress import progress
from bettune.cli._session import explain, session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from bettune import APIError, BetTune, Plan, SyncReport
    from bettune.cli._options import Options

# How many rows a person is shown; JSON and CSV have all of them.
_SHOWN = 20


class _Change(NamedTuple):
    """One write, before it is made or after."""

    match_id: int
    action: str
    old_odds: Decimal | None
    new_odds: Decimal | None
    error: str | None = None


class Interrupted(click.ClickException):
    """Ctrl-C, with how far it got."""

    exit_code = 130


def push(options: Options, filter_id: int, file: BinaryIO, *, dry_run: bool) -> None:
    """Make BetTune hold the odds of a file, or only say what that would take."""
    name = "standard input" if file.name == "<stdin>" else click.format_filename(file.name)
    odds = read_odds_file(file.read(), name)
    with session(options) as client:
        try:
            with progress(client, "Comparing", options):
                plan = client.predictions.plan(filter_id, odds)
        except KeyboardInterrupt:
            raise Interrupted("interrupted; nothing was written") from None
        _say("Plan", plan, options)
        if dry_run:
            _show_plan(plan, options)
            return
        report = _apply(client, plan, options)
    _say("Done", report, options)
    _show_report(plan, report, options)
    if not report.ok:
        raise click.ClickException(_undone(plan, report, options))


def _apply(client: BetTune, plan: Plan, options: Options) -> SyncReport:
    written = 0

    def count(done: int, total: int) -> None:
        nonlocal written
        written = done
        advance(done, total)

    try:
        with progress(client, "Writing", options) as advance:
            advance(0, len(plan))
            return client.predictions.apply(plan, on_progress=count)
    except KeyboardInterrupt:
        raise Interrupted(
            f"interrupted after {written} of {len(plan)} writes; "
            "run the same command again to finish"
        ) from None


def _say(label: str, summary: Plan | SyncReport, options: Options) -> None:
    line = f"{label}: {summary}"
    if options.output == "table":
        write_for_person(Text(line))
    elif is_terminal(sys.stderr):
        click.echo(line, err=True)


def _show_plan(plan: Plan, options: Options) -> None:
    changes = list(_changes(plan))
    if options.output != "table":
        _write_changes(changes, options)
    elif changes:
        rows = [
            (
                change.match_id,
                change.action,
                shown_odds(change.old_odds),
                shown_odds(change.new_odds),
            )
            for change in changes[:_SHOWN]
        ]
        write_for_person(table_of([">Match", "Change", ">Old", ">New"], rows), *_rest(len(changes)))


def _show_report(plan: Plan, report: SyncReport, options: Options) -> None:
    if options.output != "table":
        _write_changes([_outcome(change, report) for change in _changes(plan)], options)
    elif report.failed:
        rows = [(match_id, _reason(error)) for match_id, error in report.failed.items()]
        write_for_person(table_of([">Match", "Error*"], rows[:_SHOWN]), *_rest(len(rows)))


def _changes(plan: Plan) -> Iterator[_Change]:
    # First what a person has to look at, since a long table is cut.
    for match_id, old in plan.delete.items():
        yield _Change(match_id, "delete", old, None)
    for match_id, change in plan.update.items():
        yield _Change(match_id, "update", change.old, change.new)
    for match_id, new in plan.create.items():
        yield _Change(match_id, "create", None, new)


def _outcome(change: _Change, report: SyncReport) -> _Change:
    if (error := report.failed.get(change.match_id)) is not None:
        return change._replace(action="failed", error=one_line(error))
    if change.match_id in report.pending:
        return change._replace(action="pending")
    return change._replace(action=f"{change.action}d")


def _write_changes(changes: list[_Change], options: Options) -> None:
    records = [change._asdict() for change in changes]
    if options.output == "json":
        write_json(records)
    else:
        write_csv(_Change._fields, records)


def _rest(count: int) -> list[Text]:
    rest = count - _SHOWN
    return [Text(f"and {rest} more: --format csv has all of them", "dim")] if rest > 0 else []


def _reason(error: APIError) -> str:
    """The error without its request, which is the same for every match."""
    return one_line(str(error).removeprefix(f"{error.method} {error.path}: "))


def _undone(plan: Plan, report: SyncReport, options: Options) -> str:
    failed = [f"match {match_id}: {_reason(error)}" for match_id, error in report.failed.items()]
    text = f"{len(failed)} of {len(plan)} writes failed"
    if report.pending:
        # What stopped the run is what failed last.
        reason = explain(list(report.failed.values())[-1])
        text += f" and {len(report.pending)} were not tried: {reason}"
    else:
        text += "; run the same command again to try those alone"
    if options.output == "table":
        return text
    if len(failed) > _SHOWN:
        failed[_SHOWN:] = [f"and {len(failed) - _SHOWN} more"]
    return "\n  ".join([text, *failed])
