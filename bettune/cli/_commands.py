"""The commands, their arguments and their help; what they do is imported when they are run."""

# ruff: noqa: D301 - the \b is click's: it keeps the lines of a paragraph as they are

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from bettune._version import __version__
from bettune.cli._days import Days, Zone, to_day, to_zone
from bettune.cli._options import Options, keep, pass_options, with_options

if TYPE_CHECKING:
    from datetime import date


class _InOrder(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """The commands in the order of their use, not of the alphabet."""
        return list(self.commands)


_filter = click.argument("named", metavar="FILTER")
_match = click.argument("match_id", metavar="MATCH", type=int)
_tz = click.option(
    "--tz",
    "zone",
    callback=to_zone,
    metavar="ZONE",
    help="The time zone of days and times, such as Europe/Warsaw.  [default: UTC]",
)
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
@click.option("--until", metavar="DAY", callback=to_day, help="The last day.  [default: DAY]")
@_sport
@_tz
@with_options
@pass_options
def matches(
    options: Options, day: date | str, until: date | str | None, sport: int, zone: Zone | None
) -> None:
    """List the matches of a day, or of several.

    DAY is YYYY-MM-DD, yesterday, today or tomorrow.

    \b
    Examples:
      bettune matches today
      bettune matches 2026-06-06 --until 2026-06-12 --tz Europe/Warsaw
      bettune matches tomorrow --format csv > tomorrow.csv
    """
    days = Days(day, until, zone)
    from bettune.cli import _actions  # noqa: PLC0415 - imports the facade

    _actions.matches(options, days, sport)


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


def _to_tolerance(_ctx: click.Context, _param: click.Parameter, value: str) -> Decimal:
    """Check a part in percent; without the sign it could be a part of one."""
    found = re.fullmatch(r"(\d{1,2}(?:\.\d{1,9})?)%", value, re.ASCII)
    if found is None and value != "0":
        raise click.BadParameter(f"{value!r} is not a percentage below 100, such as 0.5%.")
    return Decimal(found[1]) / 100 if found else Decimal(0)


@bettune.command()
@click.argument("filter_and_file", metavar="[FILTER] FILE.csv", nargs=-1, type=click.Path())
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
@click.argument("file", metavar="FILE.csv", type=click.Path())
@_tz
@_aliases
@_sport
@with_options
@pass_options
def resolve(
    options: Options, file: str, zone: Zone | None, aliases: str | None, sport: int
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
    from bettune.cli import _resolve  # noqa: PLC0415 - imports the facade

    _resolve.resolve_file(options, file, zone=zone, aliases=aliases, sport=sport)


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
@click.option("--allow-writes", is_flag=True, help="Offer the tool that applies a plan.")
@click.option(
    "--max-writes",
    metavar="N",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="Apply at most this many writes until the server ends.",
)
def mcp(allow_writes: bool, max_writes: int) -> None:
    """Serve BetTune to a language model, over MCP.

    A client such as Claude Desktop starts this command and speaks the Model Context Protocol with
    it on standard input and output. Its tools list matches, filters and predictions, resolve
    fixtures and make plans. With --allow-writes, the model can apply a plan that it made in the
    same session; BetTune then bets by it.

    \b
    Example:
      bettune mcp --allow-writes --max-writes 20
    """
    from bettune.cli import _mcp_command  # noqa: PLC0415 - needs the extra mcp

    _mcp_command.serve_mcp(max_writes if allow_writes else None)


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
