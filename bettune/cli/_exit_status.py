"""Exit statuses of the command line, and the exceptions that end a command with one."""

from __future__ import annotations

from typing import IO, Any

import click

REFUSED = 1
WRONG_USAGE = 2
# Done, except for rows that the user asked to skip.
ROWS_SKIPPED = 3
# EX_TEMPFAIL of sysexits.h: the input is valid, and the command can be run again.
TRY_AGAIN_LATER = 75


class WrongUsage(click.ClickException):
    """The user has to correct the command or its input. Nothing was written."""

    exit_code = WRONG_USAGE


class Failure(click.ClickException):
    """A command failed. The exit status shows the kind of failure."""

    def __init__(self, message: str, exit_code: int = REFUSED) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc] # in click, a class attribute


class RowsSkipped(click.ClickException):
    """A command succeeded, except for rows that it skipped as requested."""

    exit_code = ROWS_SKIPPED

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message as a note, not as an error."""
        click.echo(f"Note: {self.format_message()}", file=file, err=file is None)
