"""Show the writes of a plan and their results: tables for people, rows for programs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from bettune import APIError, APIStatusError, Plans, to_records
from bettune._bulk.planning import refusals_of
from bettune._bulk.tables import is_large
from bettune.cli._exit_status import TRY_AGAIN_LATER, WRONG_USAGE, Failure
from bettune.cli._filters import label_of
from bettune.cli._options import on_stderr
from bettune.cli._output import (
    count,
    odds_cell,
    one_line,
    table_of,
    write_csv,
    write_for_person,
    write_json,
)
from bettune.cli._session import explain, is_for_later, remedy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from bettune import Match, PlanRefusedError, PredictionFilter, SyncReports, Write
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
# The maximum number of writes that an error names.
_NAMED = 5
# The maximum number of rows in a table. JSON and CSV have all rows.
_SHOWN = 20


class WritesReport:
    """Shows plans, and the results of their writes.

    Args:
        plans: the plans of the filters.
        filters: the filters, in the order of the plans.
        matches: the known matches, by id.
        zone: the time zone of times; else UTC.
    """

    def __init__(
        self,
        plans: Plans,
        filters: Sequence[PredictionFilter],
        matches: Mapping[int, Match],
        zone: Zone | None,
    ) -> None:
        self._plans = plans
        self._filters = {chosen.id: chosen for chosen in filters}
        self._matches = matches
        self._zone = zone.info if zone else UTC

    def say_plan(self, options: Options) -> None:
        """Print one line per filter with the numbers of changes."""
        self._say("Plan", self._plans, options)

    def show_plan(self, options: Options) -> None:
        """Print each write of the plan, with the reason for refused ones."""
        writes = list(self._plans.writes)
        if options.output != "table":
            records = [self._record(write, self._refusal(write) or None) for write in writes]
            _write_rows(records, options)
            return
        # Refused writes and large changes come first, since a long table is cut off.
        writes.sort(key=lambda write: (not self._refusal(write), not _is_large(write)))
        rows = [
            (
                write.action,
                odds_cell(write.old),
                odds_cell(write.new),
                self._refusal(write) or _factor(write),
            )
            for write in writes
        ]
        columns = ["Change", ">Old", ">New"]
        if any(note for *_, note in rows):
            columns.append("Refused*" if self._plans.refused else "Note*")
        self._table(writes, columns, rows)

    def refused_late(self, error: PlanRefusedError, options: Options) -> Failure:
        """Make the failure for plans that were refused because predictions changed meanwhile."""
        if isinstance(error.plan, Plans):
            self._plans = error.plan
        if not options.quiet:
            self.show_plan(options)
        return self.refusal()

    def refusal(self) -> Failure:
        """Make the failure for refused plans, with the options that allow their writes."""
        refused = self._plans.refused
        lines = [f"{count(len(refused), 'match is', 'matches are')} refused; nothing was written:"]
        first = list(refused.items())[:_NAMED]
        lines += [f"{self._name(*key)}: {one_line(reason)}" for key, reason in first]
        if len(refused) > _NAMED:
            lines.append(f"and {len(refused) - _NAMED} more: --dry-run shows all of them")
        refusals = refusals_of(self._plans.values())
        if "by_hand" in refusals:
            lines.append(
                "--by-hand keep leaves predictions that were set on BetTune's page as they are; "
                "--by-hand overwrite replaces them"
            )
        if "max_drop" in refusals:
            lines.append(
                "--max-drop 80% allows minimum odds to fall by up to 80%; --max-drop none allows "
                "any fall"
            )
        if "stale" in refusals:
            lines.append("run the same command again: it makes a new plan")
        return Failure("\n  ".join(lines), WRONG_USAGE)

    def conclude(
        self, reports: SyncReports, ended: Failure | None, options: Options, *, quiet: bool
    ) -> Failure | None:
        """Print the report, and return the failure of the run, if any.

        Args:
            reports: the reports of the run.
            ended: the failure that ended the run early, or None.
            options: the options of the command.
            quiet: print nothing on success.
        """
        if ended is None and reports.ok:
            if not quiet:
                self.show(reports, options)
            return None
        in_force = self._in_force(reports)
        summary = self._failure(reports, ended, options)
        failure = Failure("\n  ".join([*in_force, summary.message]), summary.exit_code)
        try:
            if in_force and options.output == "table" and sys.stdout.isatty():
                # Printed once, before the report.
                write_for_person(*(Text(line, style="bold") for line in in_force))
                failure = summary
            self.show(reports, options)
        except click.ClickException as error:  # such as a closed terminal
            return Failure(f"{failure.message}\n  {error.message}", failure.exit_code)
        return failure

    def show(self, reports: SyncReports, options: Options) -> None:
        """Print the summary and the failed writes; in JSON and CSV, one row per write."""
        self._say("Done", reports, options)
        if options.output != "table":
            records = []
            for record in records_of(reports):
                names = self._named(record["match_id"])
                records.append({**record, **names, "action": _outcome(record)})
            _write_rows(records, options)
            return
        # The old orders that are still in force, and the writes that failed or are unknown.
        not_done = _failed_or_unknown(reports)
        writes = [
            write
            for write in self._plans.writes
            if _key(write) in not_done or (write.safe and _key(write) in reports.pending)
        ]
        rows = [
            (
                write.action,
                odds_cell(write.old),
                odds_cell(write.new),
                *_state_and_error(reports, _key(write)),
            )
            for write in writes
        ]
        self._table(writes, ["Change", ">Old", ">New", "State", "Error*"], rows)

    def _failure(self, reports: SyncReports, ended: Failure | None, options: Options) -> Failure:
        """Make the failure of a run."""
        if ended is not None:
            text, status = ended.message, ended.exit_code
        else:
            text, status = self._summary(reports)
        lines = [text]
        if options.output != "table":
            lines += self._listed(reports)
        return Failure("\n  ".join(lines), status)

    def _in_force(self, reports: SyncReports) -> list[str]:
        """Return lines about old orders that are still in force."""
        safe = [write for write in self._plans.writes if write.safe]
        pending = [write for write in safe if _key(write) in reports.pending]
        doubtful = [write for write in safe if _key(write) in _failed_or_unknown(reports)]
        lines = []
        for writes, state in ((pending, "pending"), (doubtful, "failed or in doubt")):
            if writes:
                deletions = sum(write.action == "delete" for write in writes)
                counted = " and ".join(
                    count(number, *words)
                    for number, words in (
                        (deletions, ("deletion", "deletions")),
                        (len(writes) - deletions, ("rise", "rises")),
                    )
                    if number
                )
                verb = "is" if len(writes) == 1 else "are"
                lines.append(
                    f"{counted} of minimum odds {verb} {state}: BetTune may still bet on "
                    f"{'this match' if len(writes) == 1 else 'these matches'} at the old odds"
                )
        return lines

    def _summary(self, reports: SyncReports) -> tuple[str, int]:
        """Return the number of failed writes with the reasons, and the exit status."""
        errors = [error for error in (*reports.failed.values(), *reports.unknown.values()) if error]
        for_later = bool(errors) and all(map(is_for_later, errors))
        text = f"{len(reports.failed)} of {len(self._plans.writes)} writes failed"
        if reports.unknown:
            text += f", {len(reports.unknown)} may have been carried out"
        if reports.pending:
            # The last error stopped the run.
            last = f": {explain(errors[-1])}" if errors else ""
            text += f" and {len(reports.pending)} were not sent{last}"
        elif for_later:
            longest = max(getattr(error, "retry_after", None) or 0 for error in errors)
            when = f" in {longest:.0f} seconds" if longest else ""
            text += f"; run the same command again{when} to finish"
        else:
            text = ". ".join([text, *dict.fromkeys(filter(None, map(remedy, errors)))])
        return text, TRY_AGAIN_LATER if for_later else 1

    def _listed(self, reports: SyncReports) -> list[str]:
        errors = {**reports.failed, **reports.unknown}
        lines = [
            f"{self._name(*_key(write))}: {reason_of(errors[_key(write)])}"
            for write in self._plans.writes
            if _key(write) in errors
        ]
        more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
        return lines[:_SHOWN] + more

    def _refusal(self, write: Write) -> str:
        return self._plans[write.filter_id].refused.get(write.match_id, "")

    def _say(self, label: str, summaries: Plans | SyncReports, options: Options) -> None:
        needs_attention = bool(self._plans.refused) or any(
            plan.large_changes for plan in self._plans.values()
        )
        for filter_id, summary in summaries.items():
            if len(summaries) == 1:
                line = f"{label}: {summary}"
            else:
                line = one_line(f"{label} for {label_of(self._filters[filter_id])}: {summary}")
            if options.output == "table":
                write_for_person(Text(line))
            elif sys.stderr.isatty() or (needs_attention and label == "Plan"):
                with on_stderr():
                    click.echo(line, err=True)

    def _table(
        self, writes: Sequence[Write], columns: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> None:
        if not writes:
            return
        shown = writes[:_SHOWN]
        matches = [self._matches.get(write.match_id) for write in shown]
        before = [(">Match", [str(write.match_id) for write in shown])]
        if len(self._filters) > 1:
            before.append(("Filter*", [self._filters[write.filter_id].name for write in shown]))
        if any(matches):
            before += [
                ("Kick-off", self._clock([match.date if match else None for match in matches])),
                ("Home*", [match.home.name if match else "" for match in matches]),
                ("Away*", [match.away.name if match else "" for match in matches]),
            ]
        header = [name for name, _ in before] + list(columns)
        cells = zip(*(values for _, values in before), strict=True)
        table = table_of(
            header, ([*left, *row[: len(columns)]] for left, row in zip(cells, rows, strict=False))
        )
        rest = len(writes) - _SHOWN
        more = [Text(f"and {rest} more: --format csv has all of them", "dim")] if rest > 0 else []
        write_for_person(table, *more)

    def _clock(self, moments: Iterable[datetime | None]) -> list[str]:
        local = [moment and moment.astimezone(self._zone) for moment in moments]
        days = {moment.date() for moment in local if moment}
        form = "%H:%M" if len(days) == 1 else "%m-%d %H:%M"
        return [moment.strftime(form) if moment else "" for moment in local]

    def _record(self, write: Write, error: str | None) -> dict[str, Any]:
        return {
            "filter_id": write.filter_id,
            "match_id": write.match_id,
            "action": write.action,
            "old_odds": write.old,
            "new_odds": write.new,
            "error": error and one_line(error),
            **self._named(write.match_id),
        }

    def _named(self, match_id: int) -> dict[str, Any]:
        return names_of(self._matches.get(match_id))

    def _name(self, filter_id: int, match_id: int) -> str:
        """Name a write in a line for a person."""
        match = self._matches.get(match_id)
        name = f"match {match_id}"
        if match is not None:
            name += f" ({match.home.name} - {match.away.name})"
        if len(self._filters) > 1:
            name += f" in filter {filter_id}"
        return one_line(name)


def records_of(reports: SyncReports) -> list[dict[str, Any]]:
    """Return one record per write, with its error on one line, without advice for Python."""
    errors = {**reports.failed, **reports.unknown}
    records = to_records(reports)
    for record in records:
        error = errors.get((record["filter_id"], record["match_id"]))
        record["error"] = None if error is None else reason_of(error)
    return records


def names_of(match: Match | None) -> dict[str, Any]:
    """Return the cells kick_off, home and away of a match, empty where it is not known."""
    if match is None:
        return {"kick_off": None, "home": "", "away": ""}
    return {
        "kick_off": match.date.astimezone(UTC),
        "home": match.home.name,
        "away": match.away.name,
    }


def _write_rows(records: Sequence[dict[str, Any]], options: Options) -> None:
    if options.output == "json":
        write_json([{column: record[column] for column in COLUMNS} for record in records])
    else:
        write_csv(COLUMNS, records, options)


def _outcome(record: Mapping[str, Any]) -> str:
    state = str(record["state"])
    return _PAST[record["action"]] if state == "done" else state


def _key(write: Write) -> tuple[int, int]:
    return write.filter_id, write.match_id


def _is_large(write: Write) -> bool:
    return is_large(write.old, write.new)


def _factor(write: Write) -> str:
    """Describe the size of a large change. Return an empty string for other changes."""
    if not write.old or write.new is None or not _is_large(write):
        return ""
    factor = max(write.old, write.new) / min(write.old, write.new)
    return f"{factor:.0f} times as {'high' if write.new > write.old else 'low'}"


def _failed_or_unknown(reports: SyncReports) -> set[tuple[int, int]]:
    return {*reports.failed, *reports.unknown}


def _state_and_error(reports: SyncReports, key: tuple[int, int]) -> tuple[str, str]:
    if key in reports.pending:
        return "pending", ""
    if key in reports.unknown:
        return "unknown", reason_of(reports.unknown[key])
    return "failed", reason_of(reports.failed[key])


def reason_of(error: APIError | None) -> str:
    """Return an error on one line, without its request and advice, equal for every match."""
    if error is None:
        return "sent, and no response came"
    if isinstance(error, APIStatusError):
        code = f" {error.code}" if error.code else ""
        return one_line(f"{error.status_code}{code}: {error.message}")
    return one_line(str(error).removeprefix(f"{error.method} {error.path}: "))
