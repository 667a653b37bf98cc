"""Which match each fixture of a file is, and what a person is told where that is uncertain."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from bettune._fixtures.reasons import shared_match
from bettune.cli._csv_file import BadLineError, CSVFile, read_bytes
from bettune.cli._output import one_line
from bettune.cli._progress import progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bettune import BetTune, Candidate, Resolution
    from bettune.cli._days import Zone
    from bettune.cli._options import Options

_YOURS, _BETTUNE = "yours", "bettune"


def read_aliases(path: str | None) -> dict[str, str]:
    """Read a CSV file with the columns yours and bettune.

    Raises:
        CSVFileError: it cannot be read, or not for certain.
    """
    if path is None:
        return {}
    file = CSVFile(*read_bytes(path), [_YOURS, _BETTUNE])
    yours, bettune = file.index(_YOURS), file.index(_BETTUNE)
    assert yours is not None
    assert bettune is not None
    aliases: dict[str, str] = {}

    def take(_line: int, cells: list[str]) -> None:
        name, theirs = cells[yours], cells[bettune]
        if not name or not theirs:
            raise BadLineError("it must have a name of yours and one of BetTune's")
        if not (name + theirs).isprintable():
            raise BadLineError("a name is not UTF-8: save it as CSV UTF-8")
        if aliases.setdefault(name, theirs) != theirs:
            raise BadLineError(f"{name!r} is an alias of {aliases[name]!r} already")

    file.read(take)
    return aliases


def resolve(
    client: BetTune,
    fixtures: Sequence[dict[str, str]],
    options: Options,
    *,
    zone: Zone | None,
    aliases: dict[str, str],
    sport: int,
) -> Resolution:
    """Find which match each fixture is."""
    with progress(client, "Matches", options) as (watched, _advance):
        return watched.matches.resolve(
            fixtures, tz=zone and zone.info, aliases=aliases, sport=sport
        )


def explain_unresolved(
    resolution: Resolution, lines: Sequence[int], zone: Zone | None
) -> list[str]:
    """Say of each unresolved fixture why, what it may be, and which aliases would resolve it.

    Args:
        resolution: what was found.
        lines: the line in the file of each fixture.
        zone: the time zone of times; else UTC.
    """
    told = []
    for fixture in resolution.unresolved:
        reason = fixture.reason
        if fixture.shared_with:
            shared = [lines[place] for place in (fixture.position, *fixture.shared_with)]
            reason = shared_match("lines", shared, fixture.candidates[0].match.id)
        named = f"line {lines[fixture.position]}: {fixture.home} - {fixture.away}"
        told.append(one_line(f"{named}: {reason}"))
        told += [f"  {_candidate(candidate, zone)}" for candidate in fixture.candidates]
    if resolution.suggested_aliases:
        told.append("If these are right, put them into a file for --aliases:")
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([(_YOURS, _BETTUNE), *resolution.suggested_aliases.items()])
        told += [one_line(line) for line in text.getvalue().splitlines()]
    return told


def _candidate(candidate: Candidate, zone: Zone | None) -> str:
    match = candidate.match
    kick_off = match.date.astimezone(zone.info) if zone else match.date
    return one_line(
        f"maybe {match.id}: {match.home.name} - {match.away.name}, {kick_off:%Y-%m-%d %H:%M}, "
        f"{match.country.name}: {match.tournament.name} ({candidate.score:.0%} alike)"
    )
