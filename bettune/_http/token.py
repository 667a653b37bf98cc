"""Reads the API token from an argument, a variable or a file, and checks it."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path
from typing import NoReturn

from bettune._errors import ConfigurationError

logger = logging.getLogger("bettune.token")

TOKEN = "BETTUNE_API_TOKEN"  # noqa: S105 - the name of a variable
TOKEN_FILE = "BETTUNE_API_TOKEN_FILE"  # noqa: S105
_LARGEST_FILE = 10_000
# The permissions of the file's group and of all other users.
_READABLE_BY_OTHERS = stat.S_IRGRP | stat.S_IROTH
_QUOTES = "\"'`“”„‘’"  # noqa: RUF001 - also those of Polish texts

# The files for which a warning has been logged.
_warned: set[str] = set()


def read_token(token: str | None) -> str:
    """Return the given token, or BETTUNE_API_TOKEN, or the text of BETTUNE_API_TOKEN_FILE.

    White space around the token is removed.

    Raises:
        ConfigurationError: the token is missing or invalid. The message never contains it.
    """
    source = "token"
    if token is None:
        source, token = _from_environment()
    if not isinstance(token, str):
        raise ConfigurationError(f"{source} must be a string, not {type(token).__name__}")
    token = token.strip()
    if not token:
        raise ConfigurationError(f"{source} is empty: copy the token from BetTune's Settings page")
    if token[0] in _QUOTES or token[-1] in _QUOTES:
        _refuse(source, "is in quotes: remove them")
    if token.split()[0].lower() == "bearer":
        _refuse(source, "begins with 'Bearer': remove this word, the client adds it")
    if len(token.splitlines()) > 1:
        _refuse(source, "contains a line break: copy it again, as one line")
    if any(letter.isspace() for letter in token):
        _refuse(source, "contains a space: copy it again, as one word")
    if not token.isascii():
        _refuse(
            source,
            "contains a character outside ASCII: copy it again from BetTune's Settings page",
        )
    if not token.isprintable():
        _refuse(source, "contains a control character: copy it again from BetTune's Settings page")
    return token


def _from_environment() -> tuple[str, str]:
    if (token := os.environ.get(TOKEN)) is not None:
        return TOKEN, token
    if not (file := os.environ.get(TOKEN_FILE)):
        raise ConfigurationError(
            f"the API token is missing: pass token=, or set {TOKEN} or {TOKEN_FILE}"
        )
    try:
        with Path(file).open("rb") as opened:
            _warn_if_others_can_read(file, os.fstat(opened.fileno()))
            content = opened.read(_LARGEST_FILE + 1)
        if len(content) <= _LARGEST_FILE:
            return f"the file of {TOKEN_FILE}", content.decode("utf-8-sig")
        problem = "is too large to be a token"
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigurationError(f"the file of {TOKEN_FILE} cannot be read: {reason}") from None
    except ValueError:  # not UTF-8, or a null in the path. Both messages would show the value
        problem = "is not UTF-8 text, or its name is invalid"
    raise ConfigurationError(f"the file of {TOKEN_FILE} {problem}")


def _warn_if_others_can_read(file: str, status: os.stat_result) -> None:
    if os.name == "posix" and status.st_mode & _READABLE_BY_OTHERS and file not in _warned:
        _warned.add(file)
        logger.warning(
            "the file of %s can be read by other users: run chmod 600 on it, and make a new token",
            TOKEN_FILE,
        )


def _refuse(source: str, reason: str) -> NoReturn:
    raise ConfigurationError(f"{source} {reason}")
