"""The commands, their arguments and their help; what they do is imported when they are run."""

# ruff: noqa: D301 - the \b is click's: it keeps the lines of a paragraph as they are

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import click

from bettune._version import __version__
from bettune.cli._days import Days, Zone, to_day, to_zone
from bettune.cli._options import Options, pass_options, with_options

if TYPE_CHECKING:
    from datetime import date


class _InOrder(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """The commands in the order of their use, not of the alphabet."""
        return list(self.commands)


_filter = click.argument("filter_id", metavar="FILTER", type=int)
_match = click.argument("match_id", metavar="MATCH", type=int)
_tz = click.option(
    "--tz",
    "zone",
    callback=to_zone,
    metavar="ZONE",
    help="The time zone of days and times, such as Europe/Warsaw.  [default: UTC]",
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
      BETTUNE_API_TOKEN   the token
      BETTUNE_BASE_URL    the server

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
      2    wrong usage, a bad file or no token; nothing was sent
      130  interrupted
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
@click.option("--sport", metavar="ID", type=int, default=1, show_default=True, help="The sport.")
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
    filter_id: int,
    day: date | str | None,
    match_ids: tuple[int, ...],
    more: tuple[int, ...],
    zone: Zone | None,
) -> None:
    """List a filter's predictions.

    They are those for a day's matches, or for the matches given.
    DAY is YYYY-MM-DD, yesterday, today or tomorrow.

    \b
    Examples:
      bettune predictions 11583 --date today --tz Europe/Warsaw
      bettune predictions 11583 --match 1611243 1611244
    """
    if (day is None) == (not match_ids) or (more and not match_ids):
        raise click.UsageError("Give either --date DAY or --match ID...")
    days = None if day is None else Days(day, None, zone)
    from bettune.cli import _actions  # noqa: PLC0415 - imports the facade

    _actions.predictions(options, filter_id, days, match_ids + more)


@bettune.command()
@_filter
@_match
@click.argument("odds")
@with_options
@pass_options
def put(options: Options, filter_id: int, match_id: int, odds: str) -> None:
    """Create or update one prediction.

    ODDS are decimal odds, such as 2.15; BetTune keeps six decimals.

    \b
    Example:
      bettune put 11583 1611243 2.15
    """
    from bettune.cli import _actions  # noqa: PLC0415 - imports the facade

    _actions.put(options, filter_id, match_id, odds)


@bettune.command()
@_filter
@_match
@with_options
@pass_options
def delete(options: Options, filter_id: int, match_id: int) -> None:
    """Delete one prediction, if there is one.

    \b
    Example:
      bettune delete 11583 1611243
    """
    from bettune.cli import _actions  # noqa: PLC0415 - imports the facade

    _actions.delete(options, filter_id, match_id)


@bettune.command()
@_filter
@click.argument("file", metavar="FILE.csv", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Only show the plan; write nothing.")
@with_options
@pass_options
def push(options: Options, filter_id: int, file: BinaryIO, dry_run: bool) -> None:
    """Make BetTune hold the odds of a CSV file.

    Shows what differs, writes that and nothing else, and reports. Interrupted or failed in part,
    it is finished by running it again.

    The file has a header with the columns match_id and odds, in any order, and may have others.
    Empty odds delete the prediction; matches that are not in the file stay as they are. Commas,
    semicolons or tabs separate the columns, and where commas do not, odds may have a decimal
    comma. A file with a line that is wrong, or could mean two things, is refused before anything
    is sent. A dash (-) reads standard input.

    \b
    Examples:
      bettune push 11583 odds.csv --dry-run
      bettune push 11583 odds.csv
      python model.py | bettune push 11583 - --format csv > done.csv
    """
    from bettune.cli import _push  # noqa: PLC0415 - imports the facade

    _push.push(options, filter_id, file, dry_run=dry_run)


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
