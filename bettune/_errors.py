"""The base of all exceptions, and the exceptions for invalid arguments.

BetTuneError
├── InvalidArgumentError (ValueError)
│   ├── ConfigurationError
│   └── InvalidOddsError                  .invalid
├── APIError and all below it             see `_api_errors`
├── NotPicklableError (TypeError)         private
├── PlanRefusedError                      .plan, in `_bulk.planning`
├── ResolutionError                       .resolution, beside `Resolution`
└── SyncError                             .report, beside `SyncReport`
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class BetTuneError(Exception):
    """The base of every exception this library raises.

    Attributes:
        report: of an exception that ended a bulk run, such as that of a client closed meanwhile,
            the SyncReport or SyncReports; else None.
    """

    report: Any = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class NotPicklableError(BetTuneError, TypeError):
    """A client cannot go to another process."""


class InvalidArgumentError(BetTuneError, ValueError):
    """An argument is invalid. No request was sent."""


class ConfigurationError(InvalidArgumentError):
    """A token, URL or setting is invalid. No request was sent."""


class InvalidOddsError(InvalidArgumentError):
    """Odds are not a finite decimal number of at least 1. No request was sent.

    Attributes:
        invalid: of odds for many matches, match id to the reason, for all invalid ones. The
            message names the first few.
    """

    def __init__(self, message: str, *, invalid: Mapping[int, str] | None = None) -> None:
        super().__init__(message)
        self.invalid: dict[int, str] = dict(invalid or {})
