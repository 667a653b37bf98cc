"""The commands that read a file, `push` and `resolve`: their arguments and their help."""

# ruff: noqa: D301 - click does not wrap a paragraph that begins with \b

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
@click.option("--dry-run", is_flag=True, help="Show the plan, and write nothing.")
@click.option(
    "--column",
    "columns",
    metavar="NAME=FILTER",
    multiple=True,
    callback=to_columns,
    help="Column of odds and its filter. Repeatable. Replaces FILTER.",
)
@tz_option
@aliases_option
@click.option(
    "--unresolved",
    type=click.Choice(["error", "skip"]),
    default="error",
    show_default=True,
    help="What to do if a row has no certain match.",
)
@click.option(
    "--missing",
    type=click.Choice(["error", "skip", "delete"]),
    default="error",
    show_default=True,
    help="What to do if odds are empty. skip keeps the prediction, delete deletes it.",
)
@click.option(
    "--started",
    type=click.Choice(["skip", "push"]),
    default="skip",
    show_default=True,
    help="What to do if the match of a row has started and the file has dates.",
)
@click.option(
    "--probabilities",
    is_flag=True,
    help="Read the columns as probabilities: 0 to 1, or with %.",
)
@click.option(
    "--edge",
    metavar="PERCENT",
    callback=to_edge,
    help="Average profit per stake of 1, such as 5%. The minimum odds are (1 + edge) times the "
    "fair odds in the file, or (1 + edge) / probability.",
)
@click.option(
    "--prune",
    is_flag=True,
    help="Delete the predictions of all other matches from the file's first to its last day.",
)
@by_hand_option
@click.option(
    "--max-drop",
    metavar="PERCENT",
    default="50%",
    show_default=True,
    callback=to_max_drop,
    help="Refuse updates that lower minimum odds by more than this percentage. none allows any.",
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
    """Send the minimum odds in a file to BetTune.

    BetTune bets on a match when the market's odds reach its minimum odds. The command shows a plan,
    writes only the differences, and prints a report. If it is interrupted or some writes fail, run
    it again to finish.

    The file is CSV (commas, semicolons or tabs) or an .xlsx workbook, with the columns match_id and
    odds in any order. Other columns are ignored. In place of match_id, it may have date, home and
    away, with your own team names. If it has all four, the names are checked against the id. In
    place of odds, it may have one column for each --column. FILTER is an id or the filter's exact
    name. The word delete in place of odds deletes the prediction. Odds may have a decimal comma.

    Predictions of matches that are not in the file stay, and BetTune may bet on these matches.
    --prune deletes those of the file's days. A file with an invalid or ambiguous line is rejected
    before anything is sent. A dash (-) reads standard input.

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
        raise click.UsageError("--dry-run shows the plan, and --quiet hides it: give one of them.")
    *ids_or_names, file = filter_and_file
    from bettune.cli import _push  # noqa: PLC0415 - imports the facade

    filters = columns or {"odds": ids_or_names[0]}
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
    """Find the match of each fixture in a file.

    Prints the file's rows with a column match_id. The file has the columns date, home and away,
    and may have country, tournament and match_id. If a fixture has no certain match, its match_id
    is empty, standard error has the reason and the aliases that would resolve it, and the exit
    status is 1. A dash (-) reads standard input.

    \b
    Example:
      bettune resolve sheet.csv --tz Europe/Warsaw --aliases names.csv > ids.csv
    """
    from bettune.cli import _fixtures_file  # noqa: PLC0415 - imports the facade

    _fixtures_file.resolve_file(
        options, file, zone=zone, aliases=aliases, sport=sport, reading=reading
    )
