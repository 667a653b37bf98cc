"""The base of all exceptions, and the exceptions for invalid arguments.

BetTuneError
├── InvalidArgumentError (ValueError)
│   ├── ConfigurationError
│   └── InvalidOddsError                  .invalid
├── APIError and all below it             see `_api_errors`
├── NotPicklableError (TypeError)         private
├── PlanRefusedError                      .plan, in `_bulk.planning`
├── ResolutionError                       .resolution, in `_fixtures.resolution`
└── SyncError                             .report, in `_bulk.report`
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class BetTuneError(Exception):
    """The base of all exceptions of this library.

    Attributes:
        report: the SyncReport or SyncReports if the exception ended a bulk run, else None.
    """

    report: Any = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class NotPicklableError(BetTuneError, TypeError):
    """A client cannot be pickled or copied."""


class InvalidArgumentError(BetTuneError, ValueError):
    """An argument is invalid. No request was sent."""


class ConfigurationError(InvalidArgumentError):
    """A token, URL or setting is invalid. No request was sent."""


class InvalidOddsError(InvalidArgumentError):
    """Odds are not a finite decimal number of at least 1. No request was sent.

    Attributes:
        invalid: match id to the reason, for all matches with invalid odds. The message names the
            first few. Empty for odds of a single match.
    """

    def __init__(self, message: str, *, invalid: Mapping[int, str] | None = None) -> None:
        super().__init__(message)
        self.invalid: dict[int, str] = dict(invalid or {})
