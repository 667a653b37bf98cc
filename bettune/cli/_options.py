"""Options that all commands share, such as the output format, and their effects on output."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, TextIO

    Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass
class Options:
    """The options that can be given before or after a command."""

    format: str | None = None
    verbose: bool = False
    quiet: bool = False
    spreadsheet_safe: bool = False

    @property
    def output(self) -> str:
        """The output format."""
        return self.format or ("table" if sys.stdout.isatty() else "csv")


def discard(stream: TextIO) -> None:
    """Discard the buffer of a stream, so that it does not fail again when the process ends."""
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - only for its file descriptor
        os.dup2(nowhere.fileno(), stream.fileno())


@contextmanager
def on_stderr() -> Iterator[None]:
    """Ignore failures to print inside this context, such as on a full disk."""
    try:
        yield
    except OSError:
        discard(sys.stderr)


def without_controls(text: str) -> str:
    """Return text without control characters, except line breaks."""
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)


pass_options = click.make_pass_decorator(Options, ensure=True)


def with_options(function: Function) -> Function:
    """Add the common options to a command or to the group."""
    for option in (_VERBOSE, _SPREADSHEET_SAFE, _FORMAT):
        function = option(function)
    return function


def keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Store a common option in `Options`."""
    # An option after the command overrides one before it. Without the option, nothing changes.
    if value:
        setattr(ctx.ensure_object(Options), str(param.name), value)


_FORMAT = click.option(
    "--format",
    type=click.Choice(["table", "json", "csv"]),
    callback=keep,
    expose_value=False,
    help="Output format.  [default: table on a terminal, otherwise csv]",
)
_VERBOSE = click.option(
    "--verbose",
    is_flag=True,
    callback=keep,
    expose_value=False,
    help="Log requests, waits and retries to standard error.",
)
_SPREADSHEET_SAFE = click.option(
    "--spreadsheet-safe",
    is_flag=True,
    callback=keep,
    expose_value=False,
    help="In CSV, add ' before names that a spreadsheet would run as formulas.",
)
