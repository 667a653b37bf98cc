"""Exit statuses of the command line, and the exceptions that end a command with one."""

from __future__ import annotations

import click

DONE = 0
REFUSED = 1
WRONG_USAGE = 2
# Done, except for rows that the user asked to skip.
ROWS_SKIPPED = 3
# As sysexits.h has it: the input is fine, and running the command again is right.
TRY_AGAIN_LATER = 75
HUNG_UP, INTERRUPTED, TERMINATED = 129, 130, 143


class WrongUsage(click.ClickException):
    """The user has to correct the command or its input. No request was sent."""

    exit_code = WRONG_USAGE


class Failure(click.ClickException):
    """A command failed; the exit status says how."""

    def __init__(self, message: str, exit_code: int = REFUSED) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc] # click's are of the class


class Terminated(KeyboardInterrupt):
    """SIGTERM or SIGHUP, which end a command as Ctrl-C does."""

    exit_code = TERMINATED
    word = "terminated"


class HungUp(Terminated):
    """SIGHUP: the terminal was closed."""

    exit_code = HUNG_UP
    word = "hung up"
