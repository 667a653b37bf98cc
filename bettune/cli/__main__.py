"""`bettune` and `python -m bettune.cli`: run a command, and say in one line what went wrong."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status.

    0 done, 1 the API refused or part of it failed, 2 wrong usage, 130 interrupted.
    """
    for package in ("click", "rich"):
        if find_spec(package) is None:
            return _fail(f"the command line needs {package}: pip install 'bettune[cli]'", 2)
    import click  # noqa: PLC0415 - needs the extra

    from bettune.cli._commands import bettune  # noqa: PLC0415 - needs the extra

    try:
        status: int | None = bettune.main(arguments, prog_name="bettune", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return _fail("interrupted", INTERRUPTED)
    return status or 0


def _fail(reason: str, status: int) -> int:
    print(f"Error: {reason}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
