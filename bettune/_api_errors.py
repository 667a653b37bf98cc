"""Exceptions for failed API requests.

APIError (BetTuneError)               .method  .path  .attempts
├── APIConnectionError
│   └── APITimeoutError (TimeoutError)
├── APIResponseValidationError        .status_code  .body
└── APIStatusError                    .status_code  .code  .message  .body  .headers
    ├── BadRequestError               400
    ├── AuthenticationError           401
    ├── PermissionDeniedError         403
    │   └── ProSubscriptionRequiredError
    ├── NotFoundError                 404
    ├── RateLimitError                429, .retry_after  .rate_limit
    └── InternalServerError           5xx
"""

from __future__ import annotations

from collections.abc import Mapping

from bettune._errors import BetTuneError
from bettune._models import RateLimit

# The maximum length of the body in an error, since a report may contain thousands of errors.
_LONGEST_BODY = 2000


class APIError(BetTuneError):
    """An API request failed.

    Attributes:
        method: the HTTP method, such as ``PUT``.
        path: the path below the base URL, such as ``/matches``.
        attempts: the number of times that the request was sent.
    """

    def __init__(
        self, message: str, *, method: str = "", path: str = "", attempts: int = 0
    ) -> None:
        super().__init__(message)
        self.method = method
        self.path = path
        self.attempts = attempts

    def __str__(self) -> str:
        where = f"{self.method} {self.path}: " if self.path else ""
        return f"{where}{self.args[0]}"


class APIConnectionError(APIError):
    """No complete response arrived: the connection was refused, lost or broken."""


class APITimeoutError(APIConnectionError, TimeoutError):
    """No complete response arrived within the client's ``timeout``."""


class APIResponseValidationError(APIError):
    """A 2xx response whose body does not match the schema or the request. The message says where.

    Attributes:
        status_code: the HTTP status.
        body: the beginning of the body as text, at most 2,000 characters.
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int = 0,
        body: str = "",
        method: str = "",
        path: str = "",
        attempts: int = 0,
    ) -> None:
        super().__init__(message, method=method, path=path, attempts=attempts)
        self.status_code = status_code
        self.body: str = _cut(body)


class APIStatusError(APIError):
    """A response whose status is not a success.

    Attributes:
        status_code: the HTTP status.
        code: the error code of the API, such as ``filter_not_found``, or None.
        message: the message of the API, else the beginning of the body.
        body: the beginning of the body as text, at most 2,000 characters.
        headers: the headers of the response. Look-ups ignore case.
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int = 0,
        code: str | None = None,
        body: str = "",
        headers: Mapping[str, str] | None = None,
        method: str = "",
        path: str = "",
        attempts: int = 0,
    ) -> None:
        super().__init__(message, method=method, path=path, attempts=attempts)
        self.status_code = status_code
        self.code = code
        self.message = message
        self.body: str = _cut(body)
        self.headers: Mapping[str, str] = {} if headers is None else headers
        if self.path:
            # Crash reporters show `.message` in place of str(), and then the notes.
            self.add_note(f"{self.method} {self.path}: {status_code}")

    def __str__(self) -> str:
        if not self.path:
            return self.message
        code = f" {self.code}" if self.code else ""
        text = f"{self.method} {self.path}: {self.status_code}{code}: {self.message}"
        remedy = self._remedy()
        return f"{text.rstrip('.')}. {remedy}" if remedy else text

    def _remedy(self) -> str:
        """Return advice as a sentence without its full stop, or an empty string."""
        return _REMEDIES.get(self.code or "", "")


class BadRequestError(APIStatusError):
    """400: the API rejected the request."""


class AuthenticationError(APIStatusError):
    """401: the token is missing or invalid."""


class PermissionDeniedError(APIStatusError):
    """403: the user of the token does not have the permission."""


class ProSubscriptionRequiredError(PermissionDeniedError):
    """403 ``pro_subscription_required``: the operation needs a PRO subscription."""


class NotFoundError(APIStatusError):
    """404: the filter or match does not exist."""


class RateLimitError(APIStatusError):
    """429: the rate limit was exceeded.

    Attributes:
        retry_after: the seconds to wait before the next request, or None if unknown.
        rate_limit: the rate limit, or None if unknown.
    """

    retry_after: float | None = None
    rate_limit: RateLimit | None = None

    def _remedy(self) -> str:
        return "" if self.retry_after is None else f"Try again in {self.retry_after:.0f} s"


class InternalServerError(APIStatusError):
    """5xx: the API, or a proxy in front of it, failed.

    Attributes:
        retry_after: the seconds to wait before the next request, or None if unknown.
    """

    retry_after: float | None = None


_TOKEN = "Pass a valid token from BetTune's Settings page; a new token revokes the old one"  # noqa: S105
_REMEDIES = {
    "missing_token": _TOKEN,
    "invalid_token": _TOKEN,
    "pro_subscription_required": "Renew PRO, or use the token of an account that has it",
    "filter_not_found": "prediction_filters.list() returns the filters of the token's user",
    "match_not_found": "matches.list() returns the matches of a day; retrying will not help",
}


_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    429: RateLimitError,
}
_BY_CODE = {"pro_subscription_required": ProSubscriptionRequiredError}


def status_error(status: int, code: str | None) -> type[APIStatusError]:
    """Return the exception class for a status that is not 2xx, and the error code of the API."""
    kind = _BY_STATUS.get(status, InternalServerError if status >= 500 else APIStatusError)
    return _BY_CODE.get(code or "", kind) if status == 403 else kind


def _cut(body: str) -> str:
    return body if len(body) <= _LONGEST_BODY else f"{body[:_LONGEST_BODY]}…"
