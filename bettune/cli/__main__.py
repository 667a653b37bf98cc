"""`bettune` and `python -m bettune.cli`: run a command, and print errors on one line."""

from __future__ import annotations

import io
import os
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from bettune.cli._signals import Interrupted, signals

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status.

    Args:
        arguments: the arguments, or None for those of the process, which then ends.
    """
    with signals:
        try:
            status = _run(arguments)
        except Interrupted as error:  # during the imports
            print(f"Error: {error.word}", file=sys.stderr)
            status = error.exit_code
        if arguments is None:
            signals.ignore()
        return status


def _run(arguments: Sequence[str] | None) -> int:
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed; click would use the other stream
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115, PTH123 - until the end
    for package in ("click", "rich"):
        if find_spec(package) is None:
            print(
                f"Error: the command line needs {package}: pip install 'bettune[cli]'",
                file=sys.stderr,
            )
            return 2
    import click  # noqa: PLC0415 - needs the extra

    from bettune.cli._commands import bettune  # noqa: PLC0415 - needs the extra
    from bettune.cli._exit_status import Failure  # noqa: PLC0415 - needs the extra
    from bettune.cli._options import discard, on_stderr, without_controls  # noqa: PLC0415

    stdout = sys.stdout
    try:
        status: int | None = bettune.main(arguments, prog_name="bettune", standalone_mode=False)
    except click.ClickException as error:
        failure = error
    except click.Abort:
        interrupted = signals.first or Interrupted()
        failure = Failure(interrupted.word, interrupted.exit_code)
    except SystemExit:
        if sys.stdout is stdout:
            raise
        discard(stdout)  # click replaced it, since the reader closed the pipe
        return 0
    except OSError as error:  # from output of click, such as the help
        discard(sys.stdout)
        if isinstance(error, BrokenPipeError):  # the reader closed the pipe
            return 0
        failure = click.ClickException(f"cannot write the output: {error.strerror}")
    else:
        return status or 0
    shown = io.StringIO()
    failure.show(shown)
    with on_stderr():
        click.echo(without_controls(shown.getvalue()), err=True, nl=False)
    return failure.exit_code


if __name__ == "__main__":
    sys.exit(main())
