"""The commands, their arguments and their help; what they do is imported when they are run."""

# ruff: noqa: D301 - the \b is click's: it keeps the lines of a paragraph as they are

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from bettune._version import __version__
from bettune.cli._days import Days, Zone, to_day, to_zone
from bettune.cli._options import Options, keep, pass_options, with_options

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from bettune.cli._table_file import Reading


class _InOrder(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """The commands in the order of their use, not of the alphabet."""
        return list(self.commands)


_filter = click.argument("named", metavar="FILTER")
_match = click.argument("match_id", metavar="MATCH", type=int)
_until = click.option(
    "--until", metavar="DAY", callback=to_day, help="The last day.  [default: DAY]"
)
_tz = click.option(
    "--tz",
    "zone",
    callback=to_zone,
    metavar="ZONE",
    help="The time zone of days and times, such as Europe/Warsaw.  [default: UTC]",
)


def _to_encoding(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Check the name of an encoding."""
    if value is None:
        return None
    try:
        "".encode(value)
    except (LookupError, ValueError):
        raise click.BadParameter(
            f"{value!r} is not a text encoding, such as cp1250 or utf-16."
        ) from None
    return value


def _to_renames(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    """Check the columns' names and the names that they get."""
    renames: dict[str, str] = {}
    for value in values:
        given, _, known = (part.strip() for part in value.rpartition("="))
        if not given or not known:
            raise click.BadParameter(f"{value!r} is not YOURS=NAME, such as Data=date.")
        if given.lower() in map(str.lower, renames):
            raise click.BadParameter(f"{given!r} is renamed twice.")
        if known.lower() in map(str.lower, renames.values()):
            raise click.BadParameter(f"two columns would be called {known!r}.")
        renames[given] = known
    return renames


def _to_date_format(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Check a format of dates."""
    if value is None:
        return None
    sample = datetime(2026, 11, 28, 13, 45, tzinfo=UTC)
    try:
        read = datetime.strptime(sample.strftime(value), value)  # noqa: DTZ007 - a day alone
    except ValueError:
        read = None
    if read is None or read.date() != sample.date():
        raise click.BadParameter(
            f"{value!r} is not a format of whole dates, such as %d/%m/%Y or '%d.%m.%Y %H:%M'."
        )
    return value


def _with_reading(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say how to read a file; the command gets them as `reading`."""

    @wraps(function)
    def command(
        *arguments: Any,
        encoding: str | None,
        worksheet: str | None,
        renames: dict[str, str],
        date_format: str | None,
        **given: Any,
    ) -> None:
        from bettune.cli._table_file import Reading  # noqa: PLC0415 - seldom needed

        reading = Reading(encoding, worksheet, renames, date_format)
        function(*arguments, reading=reading, **given)

    for option in reversed(
        [
            click.option(
                "--encoding",
                metavar="NAME",
                callback=_to_encoding,
                help="The encoding of CSV, such as cp1250.  [default: utf-8]",
            ),
            click.option(
                "--worksheet",
                metavar="NAME",
                help="The sheet of a workbook that has several.",
            ),
            click.option(
                "--rename",
                "renames",
                metavar="YOURS=NAME",
                multiple=True,
                callback=_to_renames,
                help="A column that is called otherwise, such as Data=date; repeat it for several.",
            ),
            click.option(
                "--date-format",
                metavar="FORMAT",
                callback=_to_date_format,
                help="The format of dates, such as %d/%m/%Y.  [default: YYYY-MM-DD or DD.MM.YYYY, "
                "with HH:MM where the kick-off is known]",
            ),
        ]
    ):
        command = option(command)
    return command


_sport = click.option(
    "--sport", metavar="ID", type=int, default=1, show_default=True, help="The sport."
)
_aliases = click.option(
    "--aliases",
    metavar="NAMES.csv",
    type=click.Path(),
    help="Names of yours and BetTune's: columns yours and bettune.",
)


@click.group(
    cls=_InOrder,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@with_options
@click.version_option(__version__, message="%(prog)s %(version)s")
def bettune() -> None:
    """Your model's odds in BetTune, every day.

    \b
    The token of your BetTune account comes from the environment alone, and
    so does another server than BetTune's own, such as that of 'bettune sandbox':
      BETTUNE_API_TOKEN        the token
      BETTUNE_API_TOKEN_FILE   or the name of a file that holds it
      BETTUNE_BASE_URL         the server

    \b
    Examples:
      bettune filters
      bettune matches today --tz Europe/Warsaw
      bettune push 11583 odds.csv --dry-run
      bettune push 11583 odds.csv

    \b
    Exit status:
      0    done
      1    the API refused, or part of it failed
      2    wrong usage, a bad file or no token; nothing was written
      75   the API could not be reached, failed, or said to come back later:
           run it again
      130  interrupted by Ctrl-C
      143  interrupted by SIGTERM
    """


@bettune.command()
@with_options
@pass_options
def sports(options: Options) -> None:
    """List the sports."""
    from bettune.cli import _actions  # noqa: PLC0415 - imports the facade

    _actions.sports(options)


@bettune.command()
@click.argument("day", callback=to_day)
@_until
@click.option(
    "--search", metavar="TEXT", help="Only matches with this in a team, country or tournament."
)
@_sport
@_tz
@with_options
@pass_options
def matches(
    options: Options,
    *,
    day: date | str,
    until: date | str | None,
    search: str | None,
    sport: int,
    zone: Zone | None,
) -> None:
    """List the matches of a day, or of several.

    DAY is YYYY-MM-DD, yesterday, today or tomorrow.

    \b
    Examples:
      bettune matches today
      bettune matches 2026-06-06 --until 2026-06-12 --tz Europe/Warsaw
      bettune matches tomorrow --search legia
      bettune matches tomorrow --format csv > tomorrow.csv
    """
    days = Days(day, until, zone)
    from bettune.cli import _actions  # noqa: PLC0415 - imports the facade

    _actions.matches(options, days, sport, search)


@bettune.command()
@with_options
@pass_options
def filters(options: Options) -> None:
    """List your prediction filters."""
    from bettune.cli import _actions  # noqa: PLC0415 - imports the facade

    _actions.filters(options)


@bettune.command()
@_filter
@click.option("--date", "day", metavar="DAY", callback=to_day, help="All matches of this day.")
@click.option(
    "--match",
    "match_ids",
    metavar="ID...",
    type=int,
    multiple=True,
    help="These matches: --match 1611243 1611244.",
)
@click.argument("more", metavar="", type=int, nargs=-1)
@_tz
@with_options
@pass_options
def predictions(
    options: Options,
    *,
    named: str,
    day: date | str | None,
    match_ids: tuple[int, ...],
    more: tuple[int, ...],
    zone: Zone | None,
) -> None:
    """List a filter's predictions.

    They are those for a day's matches, or for the matches given. FILTER is an id or the filter's
    exact name; DAY is YYYY-MM-DD, yesterday, today or tomorrow.

    \b
    Examples:
      bettune predictions 11583 --date today --tz Europe/Warsaw
      bettune predictions 11583 --match 1611243 1611244
    """
    if (day is None) == (not match_ids) or (more and not match_ids):
        raise click.UsageError("Give either --date DAY or --match ID...")
    days = None if day is None else Days(day, None, zone)
    from bettune.cli import _actions  # noqa: PLC0415 - imports the facade

    _actions.predictions(options, named, days, match_ids + more)


@bettune.command()
@_filter
@_match
@click.argument("odds")
@with_options
@pass_options
def put(options: Options, named: str, match_id: int, odds: str) -> None:
    """Create or update one prediction.

    FILTER is an id or the filter's exact name. ODDS are decimal odds, such as 2.15; BetTune keeps
    six decimals.

    \b
    Example:
      bettune put 11583 1611243 2.15
    """
    from bettune.cli import _actions  # noqa: PLC0415 - imports the facade

    _actions.put(options, named, match_id, odds)


@bettune.command()
@_filter
@_match
@with_options
@pass_options
def delete(options: Options, named: str, match_id: int) -> None:
    """Delete one prediction, if there is one.

    FILTER is an id or the filter's exact name.

    \b
    Example:
      bettune delete 11583 1611243
    """
    from bettune.cli import _actions  # noqa: PLC0415 - imports the facade

    _actions.delete(options, named, match_id)


def _to_columns(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    """Check the columns of odds and the filter of each."""
    columns: dict[str, str] = {}
    for value in values:
        column, _, named = value.partition("=")
        if not column or not named:
            raise click.BadParameter(f"{value!r} is not NAME=FILTER, such as home_win=11583.")
        if "=" in named:
            raise click.BadParameter(
                f"{value!r} has several '=': name the filter by its id, or the column without one."
            )
        # In the file, case does not tell columns apart.
        column = next((one for one in columns if one.lower() == column.lower()), column)
        if columns.setdefault(column, named) != named:
            raise click.BadParameter(f"there are two filters for the column {column!r}.")
    return columns


def _percentage(value: str) -> Decimal | None:
    """Read a percentage as a part of one; None where the text is not one."""
    matched = re.fullmatch(r"(\d{1,4}(?:[.,]\d{1,9})?)\s?%", value.strip(), re.ASCII)
    return Decimal(matched[1].replace(",", ".")) / 100 if matched else None


def _to_tolerance(_ctx: click.Context, _param: click.Parameter, value: str) -> Decimal:
    """Check a part in percent; without the sign it could be a part of one."""
    part = Decimal(0) if value == "0" else _percentage(value)
    if part is None or part >= 1:
        raise click.BadParameter(f"{value!r} is not a percentage below 100, such as 0.5%.")
    return part


@bettune.command()
@click.argument("filter_and_file", metavar="[FILTER] FILE.csv", nargs=-1, type=click.Path())
@_with_reading
@click.option("--dry-run", is_flag=True, help="Only show the plan; write nothing.")
@click.option(
    "--column",
    "columns",
    metavar="NAME=FILTER",
    multiple=True,
    callback=_to_columns,
    help="A column of odds and its filter; repeat it for several. In place of FILTER.",
)
@_tz
@_aliases
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
    "--tolerance",
    metavar="PERCENT",
    default="0",
    callback=_to_tolerance,
    help="Leave odds that differ by no more, such as 0.5%.  [default: 0]",
)
@click.option(
    "--log", metavar="FILE.csv", type=click.Path(), help="Append a row a write to this file."
)
@click.option(
    "--quiet",
    is_flag=True,
    callback=keep,
    expose_value=False,
    help="Say nothing unless something is wrong.",
)
@with_options
@pass_options
def push(
    options: Options, /, filter_and_file: tuple[str, ...], columns: dict[str, str], **given: Any
) -> None:
    """Make BetTune hold the odds of a CSV file.

    Shows what differs, writes that and nothing else, and reports. Interrupted or failed in part,
    it is finished by running it again.

    The file has a header with the columns match_id and odds, in any order, and may have others.
    In place of match_id it may have date, home and away, in names of yours; in place of odds, a
    column for each --column. FILTER is an id or the filter's exact name. The word delete in place
    of odds deletes a prediction; matches that are not in the file stay as they are. Commas,
    semicolons or tabs separate the columns, and odds may have a decimal comma. A file with a line
    that is wrong, or could mean two things, is refused before anything is sent. A dash (-) reads
    standard input.

    \b
    Examples:
      bettune push 11583 odds.csv --dry-run
      bettune push "Manual football" odds.csv --log pushed.csv
      bettune push sheet.csv --column home_win=11583 --column draw=11584 \\
        --tz Europe/Warsaw --aliases names.csv --tolerance 0.5%
      python model.py | bettune push 11583 - --format csv > done.csv
    """
    if len(filter_and_file) != (1 if columns else 2):
        raise click.UsageError(
            "Give FILTER and FILE.csv, or --column NAME=FILTER and FILE.csv alone."
        )
    if options.quiet and given["dry_run"]:
        raise click.UsageError("--dry-run is there to show the plan, --quiet hides it: give one.")
    *named, file = filter_and_file
    from bettune.cli import _push  # noqa: PLC0415 - imports the facade

    filters = columns or {"odds": named[0]}
    _push.push(options, _push.Request(file=file, filters=filters, **given))


@bettune.command()
@click.argument("file", metavar="FILE", type=click.Path())
@_with_reading
@_tz
@_aliases
@_sport
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
    """Find which match each fixture of a CSV file is.

    Writes the file's rows with a column match_id. The file has the columns date, home and away,
    and may have country and tournament; a date is YYYY-MM-DD, with HH:MM where the kick-off is
    known. What is not certain is left empty and explained on standard error, with the aliases that
    would resolve it, and the exit status is 1. A dash (-) reads standard input.

    \b
    Example:
      bettune resolve sheet.csv --tz Europe/Warsaw --aliases names.csv > ids.csv
    """
    from bettune.cli import _fixtures_file  # noqa: PLC0415 - imports the facade

    _fixtures_file.resolve_file(
        options, file, zone=zone, aliases=aliases, sport=sport, reading=reading
    )


@bettune.command()
@click.option("--port", metavar="N", help="The port on 127.0.0.1.  [default: a free one]")
@click.option(
    "--database",
    metavar="FILE",
    help="The SQLite file to keep predictions in.  [default: memory, gone at the end]",
)
@click.option(
    "--rate-limit",
    metavar="REQUESTS/SECONDS",
    help="The limit, such as 60/60.  [default: none]",
)
def sandbox(**given: str | None) -> int:
    """Run a local BetTune, to try things out.

    It needs no token, runs until it is stopped, and prints what to export for the other commands
    to use it.

    \b
    Example:
      bettune sandbox --rate-limit 60/60
    """
    from bettune.sandbox.__main__ import main  # noqa: PLC0415 - imports the sandbox

    return main([f"--{name.replace('_', '-')}={value}" for name, value in given.items() if value])


@bettune.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what completes commands and options in a shell.

    \b
    Examples:
      eval "$(bettune completion bash)"        # in ~/.bashrc
      eval "$(bettune completion zsh)"         # in ~/.zshrc
      bettune completion fish > ~/.config/fish/completions/bettune.fish
    """
    from click.shell_completion import get_completion_class  # noqa: PLC0415 - seldom needed

    kind = get_completion_class(shell)
    assert kind is not None
    shell_code = kind(bettune, {}, "bettune", "_BETTUNE_COMPLETE")
    click.echo(shell_code.source_template % shell_code.source_vars())
