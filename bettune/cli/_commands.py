"""The commands, their arguments and their help. A command imports its code when it runs."""

# ruff: noqa: D301 - click does not wrap a paragraph that begins with \b

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bettune._version import __version__
from bettune.cli._days import Days, Zone, to_day
from bettune.cli._file_commands import push, resolve
from bettune.cli._options import Options, pass_options, with_options
from bettune.cli._parameters import (
    by_hand_option,
    filter_argument,
    log_option,
    match_argument,
    sport_option,
    tz_option,
    until_option,
)

if TYPE_CHECKING:
    from datetime import date


class _InOrder(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        """Return the commands in the order of their use, not in alphabetical order."""
        return list(self.commands)


@click.group(
    cls=_InOrder,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@with_options
@click.version_option(__version__, message="%(prog)s %(version)s")
def bettune() -> None:
    """Send your model's minimum odds to BetTune.

    \b
    Environment variables. BETTUNE_BASE_URL is needed only for another server,
    such as that of 'bettune sandbox':
      BETTUNE_API_TOKEN        the token of your BetTune account
      BETTUNE_API_TOKEN_FILE   or the path of a file with the token
      BETTUNE_BASE_URL         the base URL of the API

    \b
    Examples:
      bettune filters
      bettune matches today --tz Europe/Warsaw
      bettune push 11583 odds.csv --dry-run
      bettune push 11583 odds.csv

    \b
    Exit status:
      0    done
      1    the API rejected a request, or some writes failed
      2    invalid command or file, missing token, or refused plan:
           nothing was written
      3    done, except for skipped rows
      75   the API could not be reached, failed, or asked to retry later:
           run the command again
      129  interrupted by SIGHUP
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
@until_option
@click.option(
    "--search",
    metavar="TEXT",
    help="List only matches whose teams, country or tournament contain this text.",
)
@sport_option
@tz_option
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
    """List the matches of one or more days.

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
@filter_argument
@click.option(
    "--date",
    "day",
    metavar="DAY",
    callback=to_day,
    help="List predictions for all matches of this day.",
)
@until_option
@click.option(
    "--match",
    "match_ids",
    metavar="ID...",
    type=int,
    multiple=True,
    help="List predictions for these matches: --match 1611243 1611244.",
)
@click.argument("more", metavar="", type=int, nargs=-1)
@tz_option
@with_options
@pass_options
def predictions(
    options: Options,
    *,
    id_or_name: str,
    day: date | str | None,
    until: date | str | None,
    match_ids: tuple[int, ...],
    more: tuple[int, ...],
    zone: Zone | None,
) -> None:
    """List a filter's predictions.

    Give either --date or --match. FILTER is an id or the filter's exact name. DAY is YYYY-MM-DD,
    yesterday, today or tomorrow.

    \b
    Examples:
      bettune predictions 11583 --date today --tz Europe/Warsaw
      bettune predictions 11583 --date 2026-06-01 --until 2026-06-07 --format csv
      bettune predictions 11583 --match 1611243 1611244
    """
    if (day is None) == (not match_ids) or (more and not match_ids):
        raise click.UsageError("Give either --date DAY or --match ID...")
    if until is not None and day is None:
        raise click.UsageError("--until needs --date")
    days = None if day is None else Days(day, until, zone)
    from bettune.cli import _actions  # noqa: PLC0415 - imports the facade

    _actions.list_predictions(options, id_or_name, days, match_ids + more)


@bettune.command()
@filter_argument
@match_argument
@click.argument("odds")
@with_options
@pass_options
def put(options: Options, id_or_name: str, match_id: int, odds: str) -> None:
    """Create or update a prediction.

    FILTER is an id or the filter's exact name. ODDS are decimal odds, such as 2.15. BetTune keeps
    six decimals.

    \b
    Example:
      bettune put 11583 1611243 2.15
    """
    from bettune.cli import _actions  # noqa: PLC0415 - imports the facade

    _actions.put(options, id_or_name, match_id, odds)


@bettune.command()
@filter_argument
@match_argument
@with_options
@pass_options
def delete(options: Options, id_or_name: str, match_id: int) -> None:
    """Delete a prediction, if it exists.

    FILTER is an id or the filter's exact name.

    \b
    Example:
      bettune delete 11583 1611243
    """
    from bettune.cli import _actions  # noqa: PLC0415 - imports the facade

    _actions.delete(options, id_or_name, match_id)


@bettune.command()
@click.argument("ids_or_names", metavar="FILTER...", nargs=-1, required=True)
@click.argument("day", callback=to_day)
@until_option
@tz_option
@by_hand_option
@click.option("--dry-run", is_flag=True, help="Show what would be deleted, and delete nothing.")
@click.option("--yes", is_flag=True, help="Delete without asking.")
@log_option
@with_options
@pass_options
def clear(
    options: Options,
    /,
    *,
    ids_or_names: tuple[str, ...],
    day: date | str,
    until: date | str | None,
    zone: Zone | None,
    **given: Any,
) -> None:
    """Stop betting on the matches of one or more days.

    Lists the filters' predictions for these days, asks for confirmation, and deletes them.
    Without a terminal, --yes is required. FILTER is an id or the filter's exact name. DAY is
    YYYY-MM-DD, yesterday, today or tomorrow.

    \b
    Examples:
      bettune clear 11583 today --tz Europe/Warsaw --dry-run
      bettune clear 11583 11584 today --until tomorrow --tz Europe/Warsaw
      bettune clear "Manual football" 2026-06-06 --yes --log cleared.csv
    """
    days = Days(day, until, zone)
    from bettune.cli import _clear  # noqa: PLC0415 - imports the facade

    _clear.clear(options, ids_or_names, days, zone=zone, **given)


bettune.add_command(push)
bettune.add_command(resolve)


@bettune.command()
@click.option("--port", metavar="N", help="Port on 127.0.0.1.  [default: a free port]")
@click.option(
    "--database",
    metavar="FILE",
    help="SQLite file for the predictions.  [default: in memory, lost at the end]",
)
@click.option(
    "--rate-limit",
    metavar="REQUESTS/SECONDS",
    help="Rate limit, such as 60/60: 60 requests in 60 seconds.  [default: none]",
)
def sandbox(**given: str | None) -> int:
    """Run a local BetTune for trials and tests.

    The sandbox does not need a token and runs until you stop it. It prints two lines to paste into
    another terminal, so that the other commands use it.

    \b
    Example:
      bettune sandbox --rate-limit 60/60
    """
    from bettune.sandbox.__main__ import main  # noqa: PLC0415 - imports the sandbox

    return main([f"--{name.replace('_', '-')}={value}" for name, value in given.items() if value])


@bettune.command()
@click.option("--allow-writes", is_flag=True, help="Allow the model to apply plans.")
@click.option(
    "--max-writes",
    metavar="N",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="Maximum number of writes until the server ends.",
)
def mcp(allow_writes: bool, max_writes: int) -> None:
    """Serve BetTune to a language model over MCP.

    A client such as Claude Desktop starts this command and speaks the Model Context Protocol with
    it on standard input and output. Its tools list matches, filters and predictions, resolve
    fixtures and make plans. With --allow-writes, the model can also apply a plan that it made in
    the same session. BetTune then bets at these odds.

    \b
    Example:
      bettune mcp --allow-writes --max-writes 20
    """
    from bettune.cli import _mcp_command  # noqa: PLC0415 - needs the extra mcp

    _mcp_command.serve_mcp(max_writes if allow_writes else None)


@bettune.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for a shell.

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
