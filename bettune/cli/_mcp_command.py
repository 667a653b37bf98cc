"""`bettune mcp`: serve the tools for language models, with the token of the environment."""

from __future__ import annotations

import logging
import sys
from importlib.util import find_spec

import anyio
import click

from bettune._errors import InvalidArgumentError
from bettune._values.display import printable


def serve_mcp(max_writes: int | None) -> None:
    """Serve until the client closes standard input.

    Args:
        max_writes: the maximum number of writes, or None to only read and plan.

    Raises:
        click.UsageError: the package mcp is not installed, or the token or the base URL of the
            environment is invalid or missing.
    """
    if find_spec("mcp") is None:
        raise click.UsageError("the MCP server needs mcp: pip install 'bettune[mcp]'")
    from bettune._mcp.serve import serve  # noqa: PLC0415 - needs the extra

    # Standard output is only for the protocol. MCP clients store standard error as a log.
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("bettune.mcp").setLevel(logging.INFO)
    if sys.stdin is not None and sys.stdin.isatty():
        click.echo(
            "Serving the Model Context Protocol on standard input and output. A client such as "
            "Claude Desktop starts this command itself. Ctrl-C ends it.",
            err=True,
        )
    try:
        anyio.run(serve, max_writes)
    except InvalidArgumentError as error:
        raise click.UsageError(printable(str(error))) from None
