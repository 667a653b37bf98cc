"""`bettune` and `python -m bettune.cli`: run a command, and say in one line what went wrong."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status.

    0 done, 1 the API refused or part of it failed, 2 wrong usage, 75 to be tried again later,
    130 interrupted by Ctrl-C, 143 by SIGTERM.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed from the start; click would take the other one
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
    from bettune.cli._options import discard, on_stderr  # noqa: PLC0415 - needs the extra

    try:
        status: int | None = bettune.main(arguments, prog_name="bettune", standalone_mode=False)
    except click.ClickException as error:
        failure = error
    except click.Abort as error:
        from bettune.cli._exit_status import (  # noqa: PLC0415 - needs the extra
            INTERRUPTED,
            Failure,
            Terminated,
        )

        if isinstance(error.__cause__, Terminated):
            failure = Failure(error.__cause__.word, error.__cause__.exit_code)
        else:
            failure = Failure("interrupted", INTERRUPTED)
    except OSError as error:  # of click's own output, such as the help
        discard(sys.stdout)
        if isinstance(error, BrokenPipeError):  # the reader has read enough
            return 0
        failure = click.ClickException(f"cannot write the output: {error.strerror}")
    else:
        return status or 0
    with on_stderr():
        failure.show()
    return failure.exit_code


if __name__ == "__main__":
    sys.exit(main())
