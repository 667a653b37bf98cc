"""`bettune resolve`, and the fixtures of `push`: find the match of each row of a file."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import UTC
from typing import TYPE_CHECKING, Any

from rich.text import Text

from bettune._values.display import first_few
from bettune.cli._exit_status import Failure
from bettune.cli._fixture_cells import FIXTURE_COLUMNS, FixtureCells
from bettune.cli._odds_file import ID_COLUMN, MatchIds
from bettune.cli._output import one_line, table_of, write_csv_rows, write_for_person, write_json
from bettune.cli._progress import progress
from bettune.cli._session import session
from bettune.cli._table_file import BadLineError, Reading, TableFile, read_bytes, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bettune import BetTune, Candidate, Resolution, UnresolvedFixture
    from bettune.cli._days import Zone
    from bettune.cli._options import Options
    from bettune.cli._table_file import Cell

_YOURS, _BETTUNE = "yours", "bettune"
# At least this many fixtures with the same reason are listed on one line.
_MANY = 5
# The maximum number of fixtures that such a line names.
_NAMED = 10


def read_aliases(path: str | None, encoding: str | None = None) -> dict[str, str]:
    """Read a file with the columns yours and bettune.

    Args:
        path: the file, if any.
        encoding: the encoding of a file that is not UTF-8.

    Raises:
        WrongUsage: the file cannot be read, or is invalid.
    """
    if path is None:
        return {}
    content, name = read_bytes(path)
    if encoding is not None:
        try:
            content.decode()
            encoding = None
        except UnicodeDecodeError:
            pass
    file = TableFile(content, name, [_YOURS, _BETTUNE], reading=Reading(encoding, rename=None))
    aliases: dict[str, str] = {}

    def take(_line: int, cells: list[Cell]) -> None:
        yours, theirs = file.text(cells, _YOURS), file.text(cells, _BETTUNE)
        if not yours or not theirs:
            raise BadLineError("both columns, yours and bettune, need a name")
        if not (yours + theirs).isprintable():
            raise BadLineError("a name has a control character")
        if aliases.setdefault(yours, theirs) != theirs:
            raise BadLineError(f"{yours!r} is an alias of {aliases[yours]!r} already")

    file.read(take)
    return aliases


def resolve(
    client: BetTune,
    fixtures: Sequence[dict[str, Any]],
    options: Options,
    *,
    zone: Zone | None,
    aliases: dict[str, str],
    sport: int,
) -> Resolution:
    """Find the match of each fixture."""
    with progress(client, "Matches", options) as (watched, _advance):
        return watched.matches.resolve(
            fixtures, tz=zone and zone.info, aliases=aliases, sport=sport
        )


def explain_unresolved(
    resolution: Resolution, file: TableFile, lines: Sequence[int], zone: Zone | None
) -> list[str]:
    """List each unresolved fixture with its reason and candidates, and the suggested aliases.

    Args:
        resolution: the resolution of the fixtures.
        file: the file of the fixtures.
        lines: the line of each fixture in the file.
        zone: the time zone of times; else UTC.
    """
    explained = []
    for fixtures in _grouped(resolution.unresolved):
        first = fixtures[0]
        places = file.place(*(lines[fixture.position] for fixture in fixtures))
        teams = (f"{fixture.home} - {fixture.away}" for fixture in fixtures)
        names = first_few(list(dict.fromkeys(teams)), limit=_NAMED, separator=", ")
        reason = first.reason
        if first.shared_with:
            reason = f"they are all match {first.candidates[0].match.id}: keep one of them"
        explained.append(one_line(f"{places}: {names}: {reason}"))
        explained += [f"  {_candidate(candidate, zone)}" for candidate in first.candidates]
    if resolution.suggested_aliases:
        explained.append("If these are right, put them into a file and give it with --aliases:")
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([(_YOURS, _BETTUNE), *resolution.suggested_aliases.items()])
        explained += [one_line(line) for line in text.getvalue().splitlines()]
    return explained


def resolve_file(
    options: Options,
    file: str,
    *,
    zone: Zone | None,
    aliases: str | None,
    sport: int,
    reading: Reading,
) -> None:
    """Write the rows of a file with their match ids, and list those without one."""
    given = TableFile(*read_bytes(file), FIXTURE_COLUMNS, reading=reading)
    fixture_cells = FixtureCells(given, zone.info if zone else UTC, reading.date_format)
    ids = MatchIds(given, optional=True)
    lines: list[int] = []
    rows: list[list[Cell]] = []
    fixtures: list[dict[str, Any]] = []

    def take(line: int, cells: list[Cell]) -> None:
        fixtures.append(fixture_cells.read(cells) | {ID_COLUMN: ids.read(cells, line)})
        lines.append(line)
        rows.append(cells)

    given.read(take)
    names = read_aliases(aliases, reading.encoding)
    with session(options) as client:
        resolution = resolve(client, fixtures, options, zone=zone, aliases=names, sport=sport)
    _write(options, given, rows, resolution)
    if not resolution.ok:
        explained = explain_unresolved(resolution, given, lines, zone)
        raise Failure("\n".join([str(resolution), *explained]))


def _write(
    options: Options, given: TableFile, rows: list[list[Cell]], resolution: Resolution
) -> None:
    columns = list(given.header)
    place = given.index(ID_COLUMN)
    if place is None:
        columns.append(ID_COLUMN)
    with_ids = []
    for row, match_id in zip(rows, resolution.ids, strict=True):
        cells: list[Any] = [shown(cell) for cell in row]
        if place is None:
            cells.append(match_id)
        else:
            cells[place] = match_id
        with_ids.append(cells)
    if options.output == "json":
        write_json(
            [
                {
                    column: _as_utf_8(cell) if isinstance(cell, str) else cell
                    for column, cell in zip(columns, cells, strict=True)
                }
                for cells in with_ids
            ]
        )
    elif options.output == "csv":
        # Keep the delimiter of the file, whose cells may have decimal commas.
        write_csv_rows([columns, *with_ids], options, delimiter=given.delimiter)
    else:
        places = [at for column in FIXTURE_COLUMNS if (at := given.index(column)) is not None]
        shown_rows = (
            [
                match.id if match else "",
                *(shown(row[at]) for at in places),
                f"{match.home.name} - {match.away.name}" if match else "",
            ]
            for row, match in zip(rows, resolution.matches, strict=True)
        )
        table = table_of([">Match", "Date", "Home*", "Away*", "In BetTune*"], shown_rows)
        note = [Text(str(resolution), style="dim")] if resolution.ok else []
        write_for_person(table, *note)


def _grouped(unresolved: Sequence[UnresolvedFixture]) -> list[list[UnresolvedFixture]]:
    """Group equal fixtures, and fixtures with a common reason, for one line each."""
    reasons = Counter(fixture.reason for fixture in unresolved if not fixture.candidates)
    groups: dict[tuple[object, ...], list[UnresolvedFixture]] = {}
    for fixture in unresolved:
        key: tuple[object, ...] = (fixture.home, fixture.away, fixture.date, fixture.reason)
        if fixture.shared_with:
            key = (fixture.candidates[0].match.id,)
        elif reasons[fixture.reason] >= _MANY:
            key = (fixture.reason,)
        groups.setdefault(key, []).append(fixture)
    return list(groups.values())


def _candidate(candidate: Candidate, zone: Zone | None) -> str:
    match = candidate.match
    kick_off = match.date.astimezone(zone.info) if zone else match.date
    return one_line(
        f"maybe {match.id}: {match.home.name} - {match.away.name}, {kick_off:%Y-%m-%d %H:%M}, "
        f"{match.country.name}: {match.tournament.name} ({candidate.score:.0%} alike)"
    )


def _as_utf_8(cell: str) -> str:
    return cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
