"""`bettune resolve`: a file of fixtures with the match of each."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from rich.text import Text

from bettune.cli._csv_file import CSVFile, CSVFileError, read_bytes
from bettune.cli._names import explain_unresolved, read_aliases, resolve
from bettune.cli._odds_file import FIXTURE_COLUMNS, ID_COLUMN, FixtureCells
from bettune.cli._output import table_of, write_for_person, write_json, write_text
from bettune.cli._session import Failure, session

if TYPE_CHECKING:
    from bettune import Resolution
    from bettune.cli._days import Zone
    from bettune.cli._options import Options


def resolve_file(
    options: Options, file: str, *, zone: Zone | None, aliases: str | None, sport: int
) -> None:
    """Write the rows of a file with their match ids, and say which have none, and why."""
    given = CSVFile(*read_bytes(file), FIXTURE_COLUMNS)
    if given.index(ID_COLUMN) is not None:
        raise CSVFileError(given.name, [(1, f"there is a column {ID_COLUMN} already")])
    cells_of_fixture = FixtureCells(given, zone and zone.info)
    lines: list[int] = []
    rows: list[list[str]] = []
    fixtures: list[dict[str, str]] = []

    def take(line: int, cells: list[str]) -> None:
        fixtures.append(cells_of_fixture.checked(cells))
        lines.append(line)
        rows.append(cells)

    given.read(take)
    names = read_aliases(aliases)
    with session(options) as client:
        found = resolve(client, fixtures, options, zone=zone, aliases=names, sport=sport)
    _write(options, given, rows, found)
    if not found.ok:
        raise Failure("\n".join([f"{found}", *explain_unresolved(found, lines, zone)]))


def _write(options: Options, given: CSVFile, rows: list[list[str]], found: Resolution) -> None:
    if options.output == "json":
        columns = [*given.header, ID_COLUMN]
        write_json(
            [
                dict(zip(columns, [*map(_as_utf_8, row), match_id], strict=True))
                for row, match_id in zip(rows, found.ids, strict=True)
            ]
        )
    elif options.output == "csv":
        text = io.StringIO()
        # Separated as the file is, which may have decimal commas.
        writer = csv.writer(text, delimiter=given.delimiter, lineterminator="\n")
        writer.writerow([*given.header, ID_COLUMN])
        for row, match_id in zip(rows, found.ids, strict=True):
            writer.writerow([*row, match_id])
        write_text(text.getvalue())
    else:
        places = [at for column in FIXTURE_COLUMNS if (at := given.index(column)) is not None]
        shown = (
            [
                match.id if match else "",
                *(row[at] for at in places),
                f"{match.home.name} - {match.away.name}" if match else "",
            ]
            for row, match in zip(rows, found.matches, strict=True)
        )
        table = table_of([">Match", "Date", "Home*", "Away*", "In BetTune*"], shown)
        write_for_person(table, *([Text(str(found), style="dim")] if found.ok else []))


def _as_utf_8(cell: str) -> str:
    return cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
