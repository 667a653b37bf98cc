"""A client for one command, whose errors become one line and an exit status."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

import bettune
from bettune._http.settings import BASE_URL
from bettune.cli._output import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bettune.cli._options import Options


class WrongUsage(click.ClickException):
    """What the user has to put right; nothing was sent."""

    exit_code = 2


@contextmanager
def session(options: Options) -> Iterator[bettune.BetTune]:
    """Open a client with the token of the environment.

    Raises:
        click.ClickException: with the exit status of what went wrong inside.
    """
    if not os.environ.get("BETTUNE_API_TOKEN"):
        raise WrongUsage(
            "no token: set BETTUNE_API_TOKEN to the token of your BetTune account, "
            "or try things out without one: bettune sandbox"
        )
    if options.verbose:
        logging.basicConfig(format="%(asctime)s %(message)s")
        logging.getLogger("bettune").setLevel(logging.DEBUG)
    try:
        with bettune.BetTune() as client:
            yield client
    except bettune.InvalidArgumentError as error:
        raise WrongUsage(one_line(error)) from None
    except bettune.BetTuneError as error:
        raise click.ClickException(explain(error)) from None


def explain(error: bettune.BetTuneError) -> str:
    """Say in one line what went wrong and, where something can be done about it, what."""
    text = one_line(error)
    if isinstance(error, bettune.AuthenticationError):
        return f"{text}. Set BETTUNE_API_TOKEN to a valid token of your BetTune account"
    if isinstance(error, bettune.ProSubscriptionRequiredError):
        return f"{text}. Set BETTUNE_API_TOKEN to the token of an account with PRO"
    if isinstance(error, bettune.NotFoundError) and error.code == "filter_not_found":
        return f"{text}. To list yours: bettune filters"
    if isinstance(error, bettune.RateLimitError) and error.retry_after is not None:
        return f"{text}. Run it again in {error.retry_after:.0f} seconds"
    if isinstance(error, bettune.APIConnectionError):
        return f"{text}. The server is {os.environ.get('BETTUNE_BASE_URL') or BASE_URL}"
    return text
