"""What `push` says of its plan and of what it did: lines and tables for a person, rows else."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from rich.text import Text

from bettune import APIStatusError, WriteResult
from bettune._bulk.plan import writes_of
from bettune._bulk.tables import is_large
from bettune._records import row_of
from bettune.cli._filters import label_of
from bettune.cli._options import on_stderr
from bettune.cli._output import (
    one_line,
    shown_odds,
    table_of,
    write_csv,
    write_for_person,
    write_json,
)
from bettune.cli._session import TRY_AGAIN_LATER, Failure, explain, is_for_later, remedy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bettune import APIError, Plans, PredictionFilter, SyncReports
    from bettune._bulk.plan import Write
    from bettune.cli._days import Zone
    from bettune.cli._options import Options

COLUMNS = (
    "filter_id",
    "match_id",
    "action",
    "old_odds",
    "new_odds",
    "error",
    "kick_off",
    "home",
    "away",
)
_PAST = {"create": "created", "update": "updated", "delete": "deleted"}
# What a person has to look at comes first, since a long table is cut.
_ATTENTION = ("delete", "update", "create")
# How many rows a person is shown; JSON and CSV have all of them.
_SHOWN = 20


class Teams(NamedTuple):
    """What is known of a match."""

    kick_off: datetime | None = None
    home: str = ""
    away: str = ""


class PushReport:
    """Tells of plans, and of what came of them.

    Args:
        plans: the plan of each filter.
        filters: the filters, in the order of the plans.
        teams: what is known of the matches.
        zone: the time zone of times; else UTC.
    """

    def __init__(
        self,
        plans: Plans,
        filters: Sequence[PredictionFilter],
        teams: Mapping[int, Teams],
        zone: Zone | None,
    ) -> None:
        self._plans = plans
        self._filters = {one.id: one for one in filters}
        self._teams = teams
        self._zone = zone.info if zone else UTC

    def say_plan(self, options: Options) -> None:
        """Say how much is to be done."""
        self._say("Plan", self._plans, options)

    def show_plan(self, options: Options) -> None:
        """Show each write of the plan."""
        writes = list(writes_of(self._plans))
        if options.output != "table":
            self._write_rows(writes, options)
            return
        writes.sort(key=lambda w: (not is_large(w.old, w.new), _ATTENTION.index(w.action)))
        rows = [
            (write.action, shown_odds(write.old), shown_odds(write.new), _note(write))
            for write in writes
        ]
        columns = ["Change", ">Old", ">New"]
        if any(note for *_, note in rows):
            columns.append("Note")
        self._table(writes, columns, rows)

    def show(self, reports: SyncReports, options: Options) -> None:
        """Say how much was done, and show what failed; to a program, what came of each write."""
        self._say("Done", reports, options)
        if options.output != "table":
            outcomes = [
                reports[write.filter_id].results.get(write.match_id, write)
                for write in writes_of(self._plans)
            ]
            self._write_rows(outcomes, options, done=True)
            return
        failed = _failed(reports)
        self._table(failed, ["Error*"], [(_reason(one.error),) for one in failed])

    def failure(self, reports: SyncReports, options: Options, unresolved: str) -> Failure:
        """What to say of the writes that failed or were not tried, with the exit status."""
        failed = _failed(reports)
        errors = [one.error for one in failed if one.error is not None]
        pending = sum(len(report.pending) for report in reports.values())
        for_later = all(map(is_for_later, errors)) and not unresolved
        text = f"{len(failed)} of {len(self._plans.writes)} writes failed"
        if pending:
            # What stopped the run is what failed last.
            text += f" and {pending} were not tried: {explain(errors[-1])}"
        elif for_later:
            text += "; run the same command again to try those alone"
        else:
            advice = dict.fromkeys(filter(None, map(remedy, errors)))
            text = ". ".join([text, *advice])
        lines = [text]
        if options.output != "table":
            lines += [f"{self._name(one)}: {_reason(one.error)}" for one in failed[:_SHOWN]]
            if len(failed) > _SHOWN:
                lines.append(f"and {len(failed) - _SHOWN} more")
        message = "\n  ".join(lines)
        return Failure(
            "\n".join(filter(None, [message, unresolved])), TRY_AGAIN_LATER if for_later else 1
        )

    def _say(self, label: str, summaries: Plans | SyncReports, options: Options) -> None:
        large = any(plan.large_changes for plan in self._plans.values())
        for filter_id, one in summaries.items():
            if len(summaries) == 1:
                line = f"{label}: {one}"
            else:
                line = one_line(f"{label} for {label_of(self._filters[filter_id])}: {one}")
            if options.output == "table":
                write_for_person(Text(line))
            elif sys.stderr.isatty() or (large and label == "Plan"):
                with on_stderr():
                    click.echo(line, err=True)

    def _table(
        self,
        writes: Sequence[Write | WriteResult],
        columns: Sequence[str],
        rows: Sequence[Sequence[str]],
    ) -> None:
        if not writes:
            return
        shown = writes[:_SHOWN]
        teams = [self._teams.get(write.match_id, Teams()) for write in shown]
        before = [(">Match", [str(write.match_id) for write in shown])]
        if len(self._filters) > 1:
            before.append(("Filter", [self._filters[write.filter_id].name for write in shown]))
        if any(one.kick_off for one in teams):
            before.append(("Kick-off", self._clock([one.kick_off for one in teams])))
        if any(one.home or one.away for one in teams):
            before += [
                ("Home*", [one.home for one in teams]),
                ("Away*", [one.away for one in teams]),
            ]
        header = [name for name, _ in before] + list(columns)
        cells = zip(*(values for _, values in before), strict=True)
        table = table_of(
            header, ([*left, *row[: len(columns)]] for left, row in zip(cells, rows, strict=False))
        )
        rest = len(writes) - _SHOWN
        more = [Text(f"and {rest} more: --format csv has all of them", "dim")] if rest > 0 else []
        write_for_person(table, *more)

    def _clock(self, moments: Sequence[datetime | None]) -> list[str]:
        local = [moment and moment.astimezone(self._zone) for moment in moments]
        days = {moment.date() for moment in local if moment}
        form = "%H:%M" if len(days) == 1 else "%m-%d %H:%M"
        return [moment.strftime(form) if moment else "" for moment in local]

    def _write_rows(
        self, writes: Sequence[Write | WriteResult], options: Options, *, done: bool = False
    ) -> None:
        records = [record_of(write, self._teams) for write in writes]
        if done:
            for write, record in zip(writes, records, strict=True):
                record["action"] = _outcome(write)
        if options.output == "json":
            write_json(records)
        else:
            write_csv(COLUMNS, records)

    def _name(self, write: WriteResult) -> str:
        """A write in a line for a person."""
        teams = self._teams.get(write.match_id)
        name = f"match {write.match_id}"
        if teams and teams.home and teams.away:
            name += f" ({teams.home} - {teams.away})"
        if len(self._filters) > 1:
            name += f" in filter {write.filter_id}"
        return one_line(name)


def record_of(write: Write | WriteResult, teams: Mapping[int, Teams]) -> dict[str, Any]:
    """A row of COLUMNS for a write, or for what came of it."""
    error = write.error if isinstance(write, WriteResult) else None
    return {
        **row_of(write),
        "error": None if error is None else one_line(error),
        **teams.get(write.match_id, Teams())._asdict(),
    }


def _outcome(write: Write | WriteResult) -> str:
    if not isinstance(write, WriteResult):
        return "pending"
    return _PAST[write.action] if write.error is None else "failed"


def _failed(reports: SyncReports) -> list[WriteResult]:
    results = [one for report in reports.values() for one in report.results.values()]
    return sorted((one for one in results if one.error is not None), key=lambda one: one.at)


def _note(write: Write | WriteResult) -> str:
    if not write.old or write.new is None or not is_large(write.old, write.new):
        return ""
    factor = max(write.old / write.new, write.new / write.old)
    return f"{factor:.0f} times as {'high' if write.new > write.old else 'low'}"


def _reason(error: APIError | None) -> str:
    """The error without its request and advice, which are the same for every match."""
    if isinstance(error, APIStatusError):
        code = f" {error.code}" if error.code else ""
        return one_line(f"{error.status_code}{code}: {error.message}")
    return one_line(str(error).removeprefix(f"{error.method} {error.path}: ")) if error else ""
