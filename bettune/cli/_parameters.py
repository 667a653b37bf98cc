"""Arguments and options that commands share, and the checks of their values."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from bettune.cli._days import to_day, to_zone

if TYPE_CHECKING:
    from collections.abc import Callable

filter_argument = click.argument("id_or_name", metavar="FILTER")
match_argument = click.argument("match_id", metavar="MATCH", type=int)
by_hand_option = click.option(
    "--by-hand",
    type=click.Choice(["error", "keep", "overwrite"]),
    default="error",
    show_default=True,
    help="What to do with predictions that a person set on BetTune's page: refuse to change them, "
    "keep them, or overwrite them.",
)
log_option = click.option(
    "--log", metavar="FILE.csv", type=click.Path(), help="Append one row per write to this file."
)
until_option = click.option(
    "--until", metavar="DAY", callback=to_day, help="Last day.  [default: DAY]"
)
tz_option = click.option(
    "--tz",
    "zone",
    callback=to_zone,
    metavar="ZONE",
    help="Time zone of days and times, such as Europe/Warsaw.  [default: UTC]",
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
    """Check the names of columns and their new names."""
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
        read = datetime.strptime(sample.strftime(value), value)  # noqa: DTZ007 - only the date is used
    except ValueError:
        read = None
    if read is None or read.date() != sample.date():
        raise click.BadParameter(
            f"{value!r} is not a format of whole dates, such as %d/%m/%Y or '%d.%m.%Y %H:%M'."
        )
    return value


def with_reading(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options for reading a file. The command receives them as `reading`."""

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
                help="Encoding of a CSV file, such as cp1250.  [default: utf-8]",
            ),
            click.option(
                "--worksheet",
                metavar="NAME",
                help="Sheet of a workbook. Required if several sheets have content.",
            ),
            click.option(
                "--rename",
                "renames",
                metavar="YOURS=NAME",
                multiple=True,
                callback=_to_renames,
                help="Read your column YOURS as NAME, such as Data=date. Repeatable.",
            ),
            click.option(
                "--date-format",
                metavar="FORMAT",
                callback=_to_date_format,
                help="Format of dates, such as %d/%m/%Y.  [default: YYYY-MM-DD or DD.MM.YYYY, "
                "optionally with HH:MM]",
            ),
        ]
    ):
        command = option(command)
    return command


sport_option = click.option(
    "--sport",
    metavar="ID",
    type=int,
    default=1,
    show_default=True,
    help="Id of the sport; 1 is football.",
)
aliases_option = click.option(
    "--aliases",
    metavar="NAMES.csv",
    type=click.Path(),
    help="CSV file of team aliases, with the columns yours and bettune.",
)


def to_columns(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    """Check the columns of odds and the filter of each."""
    columns: dict[str, str] = {}
    for value in values:
        column, _, id_or_name = value.partition("=")
        if not column or not id_or_name:
            raise click.BadParameter(f"{value!r} is not NAME=FILTER, such as home_win=11583.")
        if "=" in id_or_name:
            raise click.BadParameter(
                f"{value!r} has several '=': give the filter's id, or rename the column."
            )
        # Names of columns are not case-sensitive.
        column = next((known for known in columns if known.lower() == column.lower()), column)
        if columns.setdefault(column, id_or_name) != id_or_name:
            raise click.BadParameter(f"there are two filters for the column {column!r}.")
    return columns


def _percentage(value: str) -> Decimal | None:
    """Convert a percentage to a part of 1. Return None for other text."""
    matched = re.fullmatch(r"(\d{1,4}(?:[.,]\d{1,9})?)\s?%", value.strip(), re.ASCII)
    return Decimal(matched[1].replace(",", ".")) / 100 if matched else None


def to_edge(_ctx: click.Context, _param: click.Parameter, value: str | None) -> Decimal | None:
    """Check an edge in percent."""
    if value is None:
        return None
    part = Decimal(0) if value == "0" else _percentage(value)
    if part is None:
        raise click.BadParameter(f"{value!r} is not a percentage, such as 5%.")
    return part


def to_max_drop(_ctx: click.Context, _param: click.Parameter, value: str) -> Decimal | None:
    """Check the part by which minimum odds may fall."""
    if value == "none":
        return None
    part = Decimal(0) if value == "0" else _percentage(value)
    if part is None or part > 1:
        raise click.BadParameter(f"{value!r} is not a percentage up to 100%, such as 50%, or none.")
    return part


def to_tolerance(_ctx: click.Context, _param: click.Parameter, value: str) -> Decimal:
    """Check a percentage. The sign is required, since 0.5 could also mean a half."""
    part = Decimal(0) if value == "0" else _percentage(value)
    if part is None or part >= 1:
        raise click.BadParameter(f"{value!r} is not a percentage below 100, such as 0.5%.")
    return part
