"""Sans-I/O request loop shared by both clients: rate limit, attempts, redirects and retries."""

from __future__ import annotations

import logging
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx

from bettune._api_errors import RateLimitError
from bettune._errors import BetTuneError
from bettune._http.body_reader import BufferedResponse
from bettune._http.error_factory import ErrorFactory, Failure, is_hopeless, is_in_doubt
from bettune._http.http_options import has_valid_port
from bettune._http.rate_limiter import (
    MaxWaitExceededError,
    PendingRequest,
    RateLimiter,
    RunCancelledError,
)
from bettune._http.request_builder import origin
from bettune._http.retries import RetryBudget, rate_limit_in, retry_after

if TYPE_CHECKING:
    from collections.abc import Generator

    from bettune._api_errors import APIError
    from bettune._http.settings import Settings
    from bettune._http.terms import Terms

logger = logging.getLogger("bettune")
logger.addHandler(logging.NullHandler())

SUCCESS = frozenset(status for status in HTTPStatus if httpx.codes.is_success(status))

# The outcome of one attempt: a response, or an exception of httpx.
Outcome = BufferedResponse | Failure
# The next step of the client: wait for the event of a pending request, or send a request.
Step = PendingRequest | httpx.Request
# The client's reply to a step: True if the event was set, or the outcome of the attempt.
Reply = bool | Outcome


class Exchange:
    """Decides on the steps of a request. The client sends and waits."""

    def __init__(self, settings: Settings, rate_limiter: RateLimiter) -> None:
        self.rate_limiter = rate_limiter
        self.errors = ErrorFactory(settings.base_url, settings.clean)
        self.max_response_bytes = settings.max_response_bytes
        self._max_redirects = settings.max_redirects
        self._origin = origin(settings.base_url)

    def steps(
        self, request: httpx.Request, terms: Terms, *, follow_redirects: bool
    ) -> Generator[Step, Reply, BufferedResponse]:
        """Make the attempts of one request, and return its 2xx response.

        Yields the steps for the client to take, and receives its replies.

        Raises:
            APIError: the request failed.
            RunCancelledError: the run of the request was stopped, and no attempt was executed.
            BetTuneError: the client is closed.
        """
        pending = PendingRequest(terms.group)
        try:
            return (yield from self._attempts(request, terms, pending, follow_redirects))
        except BaseException:
            # Release again: an interrupt may have prevented or cut short the first release.
            self.rate_limiter.release(pending)
            raise

    def _attempts(
        self, request: httpx.Request, terms: Terms, pending: PendingRequest, follow_redirects: bool
    ) -> Generator[Step, Reply, BufferedResponse]:
        budget = RetryBudget(terms.policy)
        current, attempts, redirects, is_redirect = request, 0, 0, False
        # The latest error other than a 429: a rate-limited request is never executed.
        failure: APIError | None = None
        in_doubt = False
        try:
            while True:
                reason = "for the rate limit" if failure is None else "to try again"
                try:
                    yield from self._wait(pending, request, terms, reason, attempts)
                except (RunCancelledError, BetTuneError):
                    # The server may have executed an earlier attempt of this write. The report
                    # must say so, and therefore needs that attempt's error.
                    if terms.group is None or failure is None:
                        raise
                    raise failure from None
                attempts += not is_redirect
                start = time.monotonic()
                outcome = yield current
                assert not isinstance(outcome, bool)
                self._log(request, outcome, attempts, time.monotonic() - start)
                # Before the slot is released: the next request must respect a newly learnt limit.
                self._learn_limit(outcome, pending)
                error = self._error_of(outcome, request, attempts)
                if terms.group is not None and error is not None:
                    # A later failure does not show that an earlier attempt was not executed.
                    in_doubt = in_doubt or is_in_doubt(outcome, error)
                    terms.group.in_doubt = in_doubt
                if error is None:
                    assert isinstance(outcome, BufferedResponse)
                    return outcome
                target = None
                if follow_redirects:
                    target = self._redirect_target(outcome, request, attempts, redirects)
                is_redirect = target is not None
                if target is not None:
                    current, redirects = target, redirects + 1
                    self.rate_limiter.release(pending)
                    continue
                wait = self._wait_after(outcome, request, budget)
                if wait is None:
                    # `from None`: an exception of httpx has the request, and so the token.
                    raise error from None
                self.rate_limiter.release(pending)
                if not isinstance(error, RateLimitError):
                    failure = error
                logger.info(
                    "%s; attempt %d follows in %.3f s",
                    error,
                    attempts + 1,
                    wait,
                    extra={"method": request.method, "path": error.path, "attempt": attempts},
                )
                pending.not_before = self.rate_limiter.clock.now() + wait
        finally:
            self.rate_limiter.release(pending)

    def _wait(
        self,
        pending: PendingRequest,
        request: httpx.Request,
        terms: Terms,
        reason: str,
        attempts: int,
    ) -> Generator[Step, Reply, None]:
        clock, max_wait = self.rate_limiter.clock, terms.policy.max_wait
        try:
            while not self.rate_limiter.try_start(pending, max_wait):
                logger.debug(
                    "%s %s waits up to %.3f s",
                    request.method,
                    self.errors.path(request),
                    pending.seconds,
                    extra={"wait": pending.seconds},
                )
                if terms.on_wait is not None:
                    terms.on_wait(pending.seconds, reason)
                until = clock.now() + pending.seconds
                if not (yield pending):
                    # The full time has passed, even if the system's clock has stopped.
                    clock.waited_until(until)
        except MaxWaitExceededError as exceeded:
            limit = self.rate_limiter.limit
            raise self.errors.of_limit(request, attempts, limit, exceeded, max_wait) from None

    def _learn_limit(self, outcome: Outcome, pending: PendingRequest) -> None:
        """Learn the rate limit in the headers of a response, if any."""
        if not isinstance(outcome, BufferedResponse) or not self._is_of_api(outcome.response):
            return
        limit = rate_limit_in(outcome.response.headers)
        if limit is not None:
            self.rate_limiter.learn(limit)
        elif outcome.response.status_code in SUCCESS:
            self.rate_limiter.unlearn(pending)

    def _error_of(self, outcome: Outcome, request: httpx.Request, attempts: int) -> APIError | None:
        """Return the error of an attempt, or None after a success."""
        if not isinstance(outcome, BufferedResponse):
            return self.errors.of_failure(outcome, request, attempts)
        response, content, problem = outcome
        request.extensions["attempts"] = attempts
        if response.status_code not in SUCCESS:
            error = self.errors.of_status(outcome, request, attempts)
            if isinstance(error, RateLimitError):
                error.rate_limit = self.rate_limiter.limit
            return error
        if problem is not None:
            return self.errors.of_body(request, response.status_code, content, problem)
        return None

    def _is_of_api(self, message: httpx.Request | httpx.Response) -> bool:
        """Return whether a message is to or from the API. A redirect may lead to another server."""
        return origin(message.url) == self._origin

    def _redirect_target(
        self, outcome: Outcome, request: httpx.Request, attempts: int, redirects: int
    ) -> httpx.Request | None:
        """Return the request that follows a redirect, or None if the outcome is not a redirect.

        Raises:
            APIStatusError: the redirect must not be followed.
        """
        if not isinstance(outcome, BufferedResponse) or outcome.response.next_request is None:
            return None
        target = outcome.response.next_request
        if refused := self._refusal(request, target, redirects):
            raise self.errors.of_status(outcome, request, attempts, refused=refused)
        if "cookie" in request.headers and self._is_of_api(target):
            target.headers["Cookie"] = request.headers["Cookie"]
        return target

    def _refusal(self, request: httpx.Request, target: httpx.Request, redirects: int) -> str:
        """Return the reason why a redirect must not be followed, or an empty string."""
        if target.method != request.method:
            return f"not followed since it would change the method to {target.method}"
        if not has_valid_port(target.url):
            return f"not followed since its URL has the port {target.url.port}"
        if target.url.userinfo:
            return "not followed since its URL contains a user name or password"
        if redirects >= self._max_redirects:
            return f"not followed after {redirects} redirects"
        return ""

    def _wait_after(
        self, outcome: Outcome, request: httpx.Request, budget: RetryBudget
    ) -> float | None:
        """Return the seconds to wait before the next attempt, or None to give up."""
        if not isinstance(request.stream, httpx.ByteStream):
            return None  # the caller's stream has been consumed
        if not isinstance(outcome, BufferedResponse):
            return None if is_hopeless(outcome) else budget.wait_after(None, None)
        response = outcome.response
        delay = retry_after(response.headers)
        wait = budget.wait_after(response.status_code, delay)
        if delay is not None and wait is not None and self._is_of_api(response):
            self.rate_limiter.pause(wait)
        return wait

    def _log(self, request: httpx.Request, outcome: Outcome, attempts: int, seconds: float) -> None:
        if logger.isEnabledFor(logging.DEBUG):
            status = outcome.response.status_code if isinstance(outcome, BufferedResponse) else None
            fields = {
                "method": request.method,
                "path": self.errors.path(request),
                "status": status or type(outcome).__name__,
                "seconds": seconds,
                "attempt": attempts,
            }
            # In the record, `status` always is an integer or None.
            extra = fields | {"status": status}
            logger.debug("%s %s: %s in %.3f s, attempt %d", *fields.values(), extra=extra)
