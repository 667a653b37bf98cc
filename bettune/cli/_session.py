"""Open a client for a command, and convert its errors to one line and an exit status."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import bettune
from bettune._http.settings import BASE_URL
from bettune.cli._exit_status import TRY_AGAIN_LATER, Failure, WrongUsage
from bettune.cli._output import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bettune.cli._options import Options

# Advice of the library for which the command line has no option.
_ONLY_IN_PYTHON = ", or pass allow_insecure_http=True"
_TOKEN, _TOKEN_FILE = "BETTUNE_API_TOKEN", "BETTUNE_API_TOKEN_FILE"


class _OneLine(logging.Formatter):
    """Formats a record without line breaks and terminal control characters."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a record."""
        return one_line(super().format(record))


class _Stderr(logging.StreamHandler[Any]):
    """Writes to the current `sys.stderr`, which a progress bar replaces to print above the bar."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        """Return the stream."""
        return sys.stderr

    @stream.setter
    def stream(self, _stream: Any) -> None: ...


@contextmanager
def _warnings(options: Options) -> Iterator[None]:
    """Show the library's warnings, unless --quiet hides them or --verbose logs them."""
    handler = logging.NullHandler() if options.quiet or options.verbose else _Stderr()
    handler.setFormatter(_OneLine("Warning: %(message)s"))
    handler.setLevel(logging.WARNING)
    logger = logging.getLogger("bettune")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


@contextmanager
def session(options: Options) -> Iterator[bettune.BetTune]:
    """Open a client with the token of the environment.

    Raises:
        click.ClickException: the client raised an error. The exit status shows its kind.
    """
    if _TOKEN not in os.environ and _TOKEN_FILE not in os.environ:
        raise WrongUsage(
            f"no token: set {_TOKEN} to the token of your BetTune account, or {_TOKEN_FILE} to "
            "the path of a file with the token. To try the commands without a token, run: "
            "bettune sandbox"
        )
    if options.verbose:
        handler = logging.StreamHandler()
        handler.setFormatter(_OneLine("%(asctime)s %(message)s"))
        logging.basicConfig(handlers=[handler])
        logging.getLogger("bettune").setLevel(logging.DEBUG)
    try:
        with _warnings(options), bettune.BetTune() as client:
            yield client
    except bettune.InvalidArgumentError as error:
        raise WrongUsage(one_line(error).replace(_ONLY_IN_PYTHON, "")) from None
    except bettune.BetTuneError as error:
        status = TRY_AGAIN_LATER if is_for_later(error) else 1
        raise Failure(explain(error), status) from None


def is_for_later(error: bettune.BetTuneError) -> bool:
    """Return whether the input is valid and the command can be run again."""
    return isinstance(
        error, bettune.APIConnectionError | bettune.InternalServerError | bettune.RateLimitError
    )


def explain(error: bettune.BetTuneError) -> str:
    """Return an error on one line, with advice if there is any."""
    text = one_line(error)
    if isinstance(error, bettune.APIStatusError):
        code = f" {error.code}" if error.code else ""
        text = one_line(f"{error.method} {error.path}: {error.status_code}{code}: {error.message}")
    advice = remedy(error)
    return f"{text.rstrip('.')}. {advice}" if advice else text


def remedy(error: bettune.BetTuneError) -> str:
    """Return advice for the command line, if there is any."""
    variable = _TOKEN if _TOKEN in os.environ else f"the file of {_TOKEN_FILE}"
    if isinstance(error, bettune.AuthenticationError):
        return f"Put a valid token into {variable}. Create one on BetTune's Settings page"
    if isinstance(error, bettune.ProSubscriptionRequiredError):
        return f"Renew PRO, or put the token of an account that has it into {variable}"
    if isinstance(error, bettune.NotFoundError):
        return {
            "filter_not_found": "To list yours, run: bettune filters",
            "match_not_found": "Retrying does not help. To list matches, run: bettune matches DAY",
        }.get(error.code or "", "")
    if isinstance(error, bettune.RateLimitError) and error.retry_after is not None:
        return f"Run the command again in {error.retry_after:.0f} seconds"
    if isinstance(error, bettune.APIConnectionError) and not _names_peer(str(error)):
        return f"The server is {os.environ.get('BETTUNE_BASE_URL') or BASE_URL}"
    return ""


def _names_peer(text: str) -> bool:
    """Return whether the text of an error names the server or proxy that was not reached."""
    return "(server " in text or "(proxy " in text
