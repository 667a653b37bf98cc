"""The commands that read a file, `push` and `resolve`: their arguments and their help."""

# ruff: noqa: D301 - the \b is click's: it keeps the lines of a paragraph as they are

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bettune.cli._options import Options, keep, pass_options, with_options
from bettune.cli._parameters import (
    aliases_option,
    by_hand_option,
    log_option,
    sport_option,
    to_columns,
    to_edge,
    to_max_drop,
    to_tolerance,
    tz_option,
    with_reading,
)

if TYPE_CHECKING:
    from bettune.cli._days import Zone
    from bettune.cli._table_file import Reading


@click.command()
@click.argument("filter_and_file", metavar="[FILTER] FILE", nargs=-1, type=click.Path())
@with_reading
@click.option("--dry-run", is_flag=True, help="Only show the plan; write nothing.")
@click.option(
    "--column",
    "columns",
    metavar="NAME=FILTER",
    multiple=True,
    callback=to_columns,
    help="A column of odds and its filter; repeat it for several. In place of FILTER.",
)
@tz_option
@aliases_option
@click.option(
    "--unresolved",
    type=click.Choice(["error", "skip"]),
    default="error",
    show_default=True,
    help="What to do with rows whose match is not certain.",
)
@click.option(
    "--missing",
    type=click.Choice(["error", "skip", "delete"]),
    default="error",
    show_default=True,
    help="What to do where odds are empty.",
)
@click.option(
    "--started",
    type=click.Choice(["skip", "push"]),
    default="skip",
    show_default=True,
    help="What to do with rows whose match has started, where the file has dates.",
)
@click.option(
    "--probabilities",
    is_flag=True,
    help="The columns hold probabilities: 0 to 1, or with %.",
)
@click.option(
    "--edge",
    metavar="PERCENT",
    callback=to_edge,
    help="Expected value to ask for, such as 5%: minimum odds are (1 + edge) / probability, or "
    "(1 + edge) times the fair odds of the file.",
)
@click.option(
    "--prune",
    is_flag=True,
    help="Delete predictions of all other matches of the file's days, first to last.",
)
@by_hand_option
@click.option(
    "--max-drop",
    metavar="PERCENT",
    default="50%",
    show_default=True,
    callback=to_max_drop,
    help="Refuse updates that lower minimum odds by more; none allows any.",
)
@click.option(
    "--tolerance",
    metavar="PERCENT",
    default="0",
    callback=to_tolerance,
    help="Skip changes up to this percentage, such as 0.5%.  [default: 0]",
)
@log_option
@click.option(
    "--quiet",
    is_flag=True,
    callback=keep,
    expose_value=False,
    help="Print nothing on success.",
)
@with_options
@pass_options
def push(
    options: Options, /, filter_and_file: tuple[str, ...], columns: dict[str, str], **given: Any
) -> None:
    """Make BetTune hold a file's minimum odds.

    BetTune bets where the market's odds reach them. Shows what would change, writes that and
    nothing else, and reports. If it is interrupted or some writes fail, run it again to finish.

    The file is CSV (commas, semicolons or tabs) or an .xlsx workbook. Its header has the columns
    match_id and odds, in any order, and may have others. In place of match_id it may have date,
    home and away, with your own team names; with all of them, the id is checked against the names.
    In place of odds it may have one column for each --column. FILTER is an id or the filter's
    exact name. The word delete in place of odds deletes a prediction. Matches that are not in the
    file stay as they are, and BetTune may bet on them: --prune deletes those of the file's days.
    Odds may have a decimal comma. A file with a line that is wrong, or could mean two things, is
    rejected before anything is sent. A dash (-) reads standard input.

    \b
    Examples:
      bettune push 11583 odds.csv --dry-run
      bettune push "Manual football" odds.csv --log pushed.csv
      bettune push sheet.xlsx --column home_win=11583 --column draw=11584 \\
        --tz Europe/Warsaw --aliases names.csv --probabilities --edge 5% --prune
      python model.py | bettune push 11583 - --format csv > done.csv
    """
    if len(filter_and_file) != (1 if columns else 2):
        raise click.UsageError("Give FILTER and FILE, or --column NAME=FILTER and FILE alone.")
    if options.quiet and given["dry_run"]:
        raise click.UsageError("--dry-run is there to show the plan, --quiet hides it: give one.")
    *named, file = filter_and_file
    from bettune.cli import _push  # noqa: PLC0415 - imports the facade

    filters = columns or {"odds": named[0]}
    _push.push(options, _push.Request(file=file, filters=filters, **given))


@click.command()
@click.argument("file", metavar="FILE", type=click.Path())
@with_reading
@tz_option
@aliases_option
@sport_option
@with_options
@pass_options
def resolve(
    options: Options,
    *,
    file: str,
    zone: Zone | None,
    aliases: str | None,
    sport: int,
    reading: Reading,
) -> None:
    """Find which match each fixture of a file is.

    Writes the file's rows with a column match_id. The file has the columns date, home and away,
    and may have country, tournament and match_id. A fixture that is not certain keeps an empty
    match_id and is explained on standard error, with the aliases that would resolve it, and the
    exit status is 1. A dash (-) reads standard input.

    \b
    Example:
      bettune resolve sheet.csv --tz Europe/Warsaw --aliases names.csv > ids.csv
    """
    from bettune.cli import _fixtures_file  # noqa: PLC0415 - imports the facade

    _fixtures_file.resolve_file(
        options, file, zone=zone, aliases=aliases, sport=sport, reading=reading
    )
