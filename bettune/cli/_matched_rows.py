"""Find the match of each row of a file of odds, by its id, its teams, or both."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from bettune.cli._fixtures_file import explain_unresolved, resolve
from bettune.cli._odds_file import ID_COLUMN, OddsFile, OddsRow
from bettune.cli._output import one_line
from bettune.cli._progress import progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Sized
    from datetime import date

    from bettune import BetTune, Match
    from bettune.cli._days import Zone
    from bettune.cli._options import Options

_DAY = timedelta(days=1)


class MatchedRow(NamedTuple):
    """A row and its match.

    Attributes:
        row: the row.
        match_id: the id of the match.
        match: the match, or None if it was not requested.
    """

    row: OddsRow
    match_id: int
    match: Match | None


class MatchedRows(NamedTuple):
    """The rows of a file with a match, and the reasons for rows without one.

    Attributes:
        rows: the rows with a match, by kick-off if it is known.
        summary: the number of rows with a match, as text.
        unresolved: one line per row without a match, and suggested aliases.
    """

    rows: list[MatchedRow]
    summary: str
    unresolved: list[str]

    @property
    def matches(self) -> dict[int, Match]:
        """The matches that are known, by id."""
        return {row.match_id: row.match for row in self.rows if row.match is not None}

    def split_started(self, file: OddsFile, zone: Zone | None) -> tuple[MatchedRows, list[str]]:
        """Return the rows whose match has not started, and one line for each of the other rows."""
        now = datetime.now(UTC)
        remaining: list[MatchedRow] = []
        started: list[str] = []
        for matched in self.rows:
            match = matched.match
            if match is None or (match.date > now and not match.finished):
                remaining.append(matched)
                continue
            kick_off = match.date.astimezone(zone.info if zone else UTC)
            state = f"kicked off at {kick_off:%Y-%m-%d %H:%M %Z}"
            if match.finished:
                state = "is finished"
            started.append(
                one_line(
                    f"{file.table.place(matched.row.line)}: match {match.id} "
                    f"({match.home.name} - {match.away.name}) {state}"
                )
            )
        return self._replace(rows=remaining), started


def match_rows(
    client: BetTune,
    file: OddsFile,
    options: Options,
    *,
    zone: Zone | None,
    aliases: dict[str, str],
    sport: int,
) -> MatchedRows:
    """Find the match of each row. Matches are requested only if the file has dates."""
    if file.by_fixture:
        fixtures = [row.fixture | {ID_COLUMN: row.match_id} for row in file.rows]
        resolution = resolve(client, fixtures, options, zone=zone, aliases=aliases, sport=sport)
        lines = [row.line for row in file.rows]
        return MatchedRows(
            _by_kick_off(zip(file.rows, resolution.matches, strict=True)),
            str(resolution),
            explain_unresolved(resolution, file.table, lines, zone),
        )
    with_ids = [row for row in file.rows if row.match_id is not None]
    without = [row.line for row in file.rows if row.match_id is None]
    unresolved = [f"{file.table.place(*without)}: no match_id"] if without else []
    if not file.has_dates:
        rows = [MatchedRow(row, row.match_id, None) for row in with_ids if row.match_id]
        return MatchedRows(rows, _summary(rows, file), unresolved)
    days = {row.day for row in with_ids if row.day}
    by_id = _matches_on(client, days, options, zone=zone, sport=sport)
    if any(row.match_id not in by_id for row in with_ids):
        # Search the neighbouring days, too, for matches that were moved.
        beside = {day + step for day in days for step in (-_DAY, _DAY)} - days
        by_id |= _matches_on(client, beside, options, zone=zone, sport=sport)
    pairs: list[tuple[OddsRow, Match]] = []
    for row in with_ids:
        assert row.match_id is not None
        assert row.day is not None
        match = by_id.get(row.match_id)
        if match is None or abs(_local_day(match, zone) - row.day) > _DAY:
            unresolved.append(
                f"{file.table.place(row.line)}: match {row.match_id} is not played on {row.day}, "
                "nor on the day before or after"
            )
        else:
            pairs.append((row, match))
    return MatchedRows(_by_kick_off(pairs), _summary(pairs, file), unresolved)


def _matches_on(
    client: BetTune, days: set[date], options: Options, *, zone: Zone | None, sport: int
) -> dict[int, Match]:
    by_id: dict[int, Match] = {}
    with progress(client, "Matches", options) as (watched, advance):
        for number, day in enumerate(sorted(days), 1):
            matches = watched.matches.list(day, sport=sport, tz=zone and zone.info)
            by_id |= {match.id: match for match in matches}
            advance(number, len(days))
    return by_id


def _summary(matched: Sized, file: OddsFile) -> str:
    return f"{len(matched)} of {len(file.rows)} rows have a match"


def _local_day(match: Match, zone: Zone | None) -> date:
    return match.date.astimezone(zone.info if zone else UTC).date()


def _by_kick_off(rows: Iterable[tuple[OddsRow, Match | None]]) -> list[MatchedRow]:
    known = [(row, match) for row, match in rows if match is not None]
    known.sort(key=lambda pair: pair[1].date)
    return [MatchedRow(row, match.id, match) for row, match in known]
