"""`bettune` and `python -m bettune.cli`: run a command, and say in one line what went wrong."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED, TERMINATED = 130, 143


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status.

    0 done, 1 the API refused or part of it failed, 2 wrong usage, 75 to be tried again later,
    130 interrupted by Ctrl-C, 143 by SIGTERM.
    """
    for package in ("click", "rich"):
        if find_spec(package) is None:
            return _fail(f"the command line needs {package}: pip install 'bettune[cli]'", 2)
    import click  # noqa: PLC0415 - needs the extra

    from bettune.cli._commands import bettune  # noqa: PLC0415 - needs the extra
    from bettune.cli._options import discard_output  # noqa: PLC0415 - needs the extra

    try:
        status: int | None = bettune.main(arguments, prog_name="bettune", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort as error:
        from bettune.cli._session import Terminated  # noqa: PLC0415 - imports the facade

        if isinstance(error.__cause__, Terminated):
            return _fail("terminated", TERMINATED)
        return _fail("interrupted", INTERRUPTED)
    except OSError as error:  # of click's own output, such as the help
        discard_output()
        return _fail(f"cannot write the output: {error.strerror}", 1)
    return status or 0


def _fail(reason: str, status: int) -> int:
    print(f"Error: {reason}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
