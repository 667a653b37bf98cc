"""Every exception the library raises, and how an answer becomes one.

BetTuneError
├── InvalidArgumentError (ValueError)
│   ├── ConfigurationError
│   └── InvalidOddsError
├── APIError                              .method  .path
│   ├── APIConnectionError
│   │   └── APITimeoutError (TimeoutError)
│   ├── APIResponseValidationError        .status_code  .body
│   └── APIStatusError                    .status_code  .code  .message  .body  .headers
│       ├── BadRequestError               400
│       ├── AuthenticationError           401
│       ├── PermissionDeniedError         403
│       │   └── ProSubscriptionRequiredError
│       ├── NotFoundError                 404
│       ├── RateLimitError                429, .retry_after  .rate_limit
│       └── InternalServerError           5xx
└── SyncError                             .report
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bettune._bulk.report import SyncReport
    from bettune._models import RateLimit

# How much of a body without a message stands in for one.
_EXCERPT = 200


class BetTuneError(Exception):
    """The base of every exception this library raises."""


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


class APIError(BetTuneError):
    """A request that did not bring its result.

    Attributes:
        method: the HTTP method, such as ``PUT``.
        path: the path below the base URL, such as ``/matches``.
    """

    def __init__(self, message: str, *, method: str = "", path: str = "") -> None:
        super().__init__(message)
        self.method = method
        self.path = path

    def __str__(self) -> str:
        where = f"{self.method} {self.path}: " if self.path else ""
        return f"{where}{self.args[0]}"


class APIConnectionError(APIError):
    """No whole answer came: the connection was refused, lost or broken."""


class APITimeoutError(APIConnectionError, TimeoutError):
    """No answer came within the client's ``timeout``."""


class APIResponseValidationError(APIError):
    """A success whose body is not what the API promises; the message says where.

    Attributes:
        status_code: the HTTP status.
        body: the body as text.
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int = 0,
        body: str = "",
        method: str = "",
        path: str = "",
    ) -> None:
        super().__init__(message, method=method, path=path)
        self.status_code = status_code
        self.body = body


class APIStatusError(APIError):
    """An answer whose status is not a success.

    Attributes:
        status_code: the HTTP status.
        code: the API's own error code, such as ``filter_not_found``; None where it sent none.
        message: the API's own message, else the beginning of the body.
        body: the body as text.
        headers: the headers of the answer; look-ups ignore case.
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
    ) -> None:
        super().__init__(message, method=method, path=path)
        self.status_code = status_code
        self.code = code
        self.message = message
        self.body = body
        self.headers: Mapping[str, str] = {} if headers is None else headers

    def __str__(self) -> str:
        code = f" {self.code}" if self.code else ""
        return f"{self.method} {self.path}: {self.status_code}{code}: {self.message}"


class BadRequestError(APIStatusError):
    """400: the API refuses what was asked."""


class AuthenticationError(APIStatusError):
    """401: the token is missing, wrong or no longer valid."""


class PermissionDeniedError(APIStatusError):
    """403: the token's user may not do this."""


class ProSubscriptionRequiredError(PermissionDeniedError):
    """403 ``pro_subscription_required``: only PRO subscribers may do this."""


class NotFoundError(APIStatusError):
    """404: there is no such filter or match."""


class RateLimitError(APIStatusError):
    """429: more requests than the API allows.

    Attributes:
        retry_after: seconds the API asks to wait, or None where it did not say.
        rate_limit: the limit, where it is known.
    """

    retry_after: float | None = None
    rate_limit: RateLimit | None = None


class InternalServerError(APIStatusError):
    """5xx: the API, or a proxy before it, failed."""


class SyncError(BetTuneError):
    """A sync of which part failed or was not tried.

    Attributes:
        report: the whole SyncReport.
    """

    def __init__(self, message: str, *, report: SyncReport | None = None) -> None:
        super().__init__(message)
        self.report = report


_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    429: RateLimitError,
}
_BY_CODE = {"pro_subscription_required": ProSubscriptionRequiredError}


def status_error(
    status: int,
    headers: Mapping[str, str],
    body: str,
    clean: Callable[[str], str],
    *,
    method: str,
    path: str,
) -> APIStatusError:
    """Make the error of an answer that is not a success, whatever its body holds.

    `clean` takes the token out of a text.
    """
    code, message = _code_and_message(body, clean)
    body = clean(body)
    if message is None:
        excerpt = " ".join(body[:_EXCERPT].split())
        message = excerpt or f"{_phrase(status)} (empty body)"
    default = InternalServerError if status >= 500 else APIStatusError
    kind = _BY_STATUS.get(status, default)
    if status == 403 and code is not None:
        kind = _BY_CODE.get(code, kind)
    return kind(
        message,
        status_code=status,
        code=code,
        body=body,
        headers=headers,
        method=method,
        path=path,
    )


def _code_and_message(body: str, clean: Callable[[str], str]) -> tuple[str | None, str | None]:
    try:
        sent = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None, None
    if not isinstance(sent, dict):
        return None, None
    code, message = (
        # Cleaned here: JSON has too many ways to spell the same text.
        clean(value) if isinstance(value := sent.get(key), str) else None
        for key in ("code", "message")
    )
    return code, message


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "no reason given"
