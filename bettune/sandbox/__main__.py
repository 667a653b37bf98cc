"""`python -m bettune.sandbox`: run a sandbox until it receives SIGINT or SIGTERM."""

from __future__ import annotations

import argparse
import logging
import re
import shlex
import signal
import sys
import threading
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from bettune._errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bettune import RateLimit
    from bettune.sandbox import Sandbox


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a sandbox until SIGINT or SIGTERM. Return the exit status: 0, or 2 if it cannot start."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        from bettune.sandbox import Sandbox  # noqa: PLC0415 - needs the extra

        # An unexpected exception gives the client status 500, and prints a traceback here.
        logging.basicConfig(level=logging.ERROR, format="%(name)s: %(message)s")
        box = Sandbox(options.database, options.rate_limit, options.port)
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        box.start()
    except (ImportError, OSError, ConfigurationError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        print(f"{parser.prog}: {reason}", file=sys.stderr)
        return 2
    try:
        print(_exports(box, options.database), flush=True)
        while not stop.wait(1.0):  # with a timeout: on Windows, a signal does not end a wait
            pass
    finally:
        box.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bettune.sandbox",
        description="Run a local BetTune with invented matches. It does not need a real token.",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=0,
        metavar="N",
        help="port on 127.0.0.1; default: a free port",
    )
    parser.add_argument(
        "--database",
        default=":memory:",
        metavar="FILE",
        help="SQLite file for the predictions; default: in memory, lost at the end",
    )
    parser.add_argument(
        "--rate-limit",
        type=_rate_limit,
        metavar="REQUESTS/SECONDS",
        help="rate limit, such as 60/60: at most 60 requests in any 60 seconds; default: no limit",
    )
    return parser


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def _rate_limit(text: str) -> RateLimit:
    from bettune import RateLimit  # noqa: PLC0415 - slow to import, and only needed for a limit

    match = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9}(?:\.[0-9]{1,9})?)", text)
    if match is None or int(match[1]) == 0 or float(match[2]) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not REQUESTS/SECONDS, such as 60/60")
    return RateLimit(int(match[1]), float(match[2]))


def _exports(box: Sandbox, database: str) -> str:
    where = "in memory" if database == ":memory:" else f"in {shlex.quote(database)}"
    return (
        f"# The BetTune sandbox is running, with its data {where}. Ctrl-C stops it. To use it:\n"
        f"export BETTUNE_BASE_URL={box.base_url}\n"
        f"export BETTUNE_API_TOKEN={box.token}\n"
        f"# Without PRO: export BETTUNE_API_TOKEN={box.free_token}\n"
        f"# In a browser: {urljoin(box.base_url, '/')}"
    )


if __name__ == "__main__":
    sys.exit(main())
