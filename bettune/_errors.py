"""The base of all exceptions, and those of arguments that cannot be right.

BetTuneError
├── InvalidArgumentError (ValueError)
│   ├── ConfigurationError
│   └── InvalidOddsError                  .invalid
├── APIError and all below it             see `_api_errors`
├── ResolutionError                       .resolution, beside `Resolution`
└── SyncError                             .report, beside `SyncReport`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class BetTuneError(Exception):
    """The base of every exception this library raises."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class NotPicklableError(BetTuneError, TypeError):
    """A client cannot go to another process."""


class InvalidArgumentError(BetTuneError, ValueError):
    """An argument that cannot be right; nothing was sent."""


class ConfigurationError(InvalidArgumentError):
    """A token, URL or setting the client cannot work with; nothing was sent."""


class InvalidOddsError(InvalidArgumentError):
    """Odds that are not a finite decimal number of at least 1; nothing was sent.

    Attributes:
        invalid: of odds for many matches, match id to what is wrong, for all of them; the message
            names the first few.
    """

    def __init__(self, message: str, *, invalid: Mapping[int, str] | None = None) -> None:
        super().__init__(message)
        self.invalid: dict[int, str] = dict(invalid or {})
