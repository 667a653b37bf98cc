"""A request's way through waiting, sending, redirects and retries, without I/O: for both twins."""

from __future__ import annotations

import logging
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx

from bettune._api_errors import RateLimitError
from bettune._errors import BetTuneError
from bettune._http.errors import Errors, Failure, is_hopeless, is_in_doubt
from bettune._http.pacing import BlockedError, Pacer, RequestGroup, RunCancelledError, Ticket
from bettune._http.retries import RetryPolicy, Tries, rate_limit_in, retry_after

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from bettune._api_errors import APIError
    from bettune._http.settings import Settings

logger = logging.getLogger("bettune")
logger.addHandler(logging.NullHandler())

SUCCESS = frozenset(status for status in HTTPStatus if httpx.codes.is_success(status))

# What came of one try: an answer, with the reason why its body is unusable if it is, or none.
Outcome = tuple[httpx.Response, str | None] | Failure
# What a client has to do next: wait as a ticket says, or send a request.
Step = Ticket | httpx.Request
# What it tells then: whether the ticket's event came, or what came of the request.
Reply = bool | Outcome


class Terms:
    """How one client, or one view of it, sends: what may differ while the connections are shared.

    Attributes:
        policy: what is tried again.
        group: the run that its requests belong to, if they do.
        on_wait: told of each wait: the seconds at most, and what for.
    """

    def __init__(
        self,
        policy: RetryPolicy,
        group: RequestGroup | None = None,
        on_wait: Callable[[float, str], object] | None = None,
    ) -> None:
        self.policy = policy
        self.group = group
        self.on_wait = on_wait


class Exchange:
    """What a client and its views share: all of a request but the sending and the waiting."""

    def __init__(self, settings: Settings, pacer: Pacer) -> None:
        self.pacer = pacer
        self.errors = Errors(settings.base_url, settings.clean)
        self.max_response_bytes = settings.max_response_bytes
        self._max_redirects = settings.max_redirects

    def steps(  # noqa: PLR0915 - one loop
        self, request: httpx.Request, terms: Terms, *, follow_redirects: bool
    ) -> Generator[Step, Reply, httpx.Response]:
        """Go through the tries of one request; return its success, or raise its error.

        Yields what is to be done and takes what came of it.
        """
        ticket, tries = Ticket(terms.group), Tries(terms.policy)
        current, attempts, redirects, is_redirect = request, 0, 0, False
        # Why it is tried again, but for refusals by the rate limit, which did nothing.
        failure: APIError | None = None
        in_doubt = False
        try:
            while True:
                reason = "for the rate limit" if failure is None else "to try again"
                try:
                    yield from self._wait(ticket, request, terms, reason, attempts)
                except (RunCancelledError, BetTuneError):
                    # A write that was tried may have been done, which its report has to say.
                    if terms.group is None or failure is None:
                        raise
                    raise failure from None
                attempts += not is_redirect
                start = time.monotonic()
                outcome = yield current
                assert not isinstance(outcome, bool)
                # What it says of the pace is learnt before its place goes to the next.
                self._log(request, outcome, attempts, time.monotonic() - start)
                error = self._judge(outcome, request, attempts)
                if terms.group is not None and error is not None:
                    in_doubt = in_doubt or is_in_doubt(outcome, error)
                    terms.group.in_doubt = in_doubt
                if error is None:
                    assert isinstance(outcome, tuple)
                    return outcome[0]
                target = outcome[0].next_request if isinstance(outcome, tuple) else None
                is_redirect = follow_redirects and target is not None
                if is_redirect:
                    assert isinstance(outcome, tuple)
                    assert target is not None
                    refused = self._refused(request, target, redirects)
                    if refused:
                        raise self.errors.of_status(outcome[0], request, attempts, refused=refused)
                    current, redirects = target, redirects + 1
                    self.pacer.leave(ticket)
                    continue
                wait = self._wait_after(outcome, request, tries)
                if wait is None:
                    # Not from the exception of httpx: it holds the request, and so the token.
                    raise error from None
                self.pacer.leave(ticket)
                if not isinstance(error, RateLimitError):
                    failure = error
                logger.info(
                    "%s; try %d follows in %.3f s",
                    error,
                    attempts + 1,
                    wait,
                    extra={"method": request.method, "path": error.path, "attempt": attempts},
                )
                ticket.not_before = self.pacer.clock.now() + wait
        finally:
            # Twice where an interrupt comes in between: a place not given back is lost for good.
            try:
                self.pacer.leave(ticket)
            except BaseException:
                self.pacer.leave(ticket)
                raise

    def _wait(
        self,
        ticket: Ticket,
        request: httpx.Request,
        terms: Terms,
        reason: str,
        attempts: int,
    ) -> Generator[Step, Reply, None]:
        clock, max_wait = self.pacer.clock, terms.policy.max_wait
        try:
            while not self.pacer.admit(ticket, max_wait):
                logger.debug(
                    "%s %s waits up to %.3f s",
                    request.method,
                    self.errors.path(request),
                    ticket.seconds,
                    extra={"wait": ticket.seconds},
                )
                if terms.on_wait is not None:
                    terms.on_wait(ticket.seconds, reason)
                until = clock.now() + ticket.seconds
                if not (yield ticket):
                    clock.waited_until(until)
        except BlockedError as blocked:
            limit = self.pacer.limit
            raise self.errors.of_pace(request, attempts, limit, blocked.seconds, max_wait) from None

    def _judge(self, outcome: Outcome, request: httpx.Request, attempts: int) -> APIError | None:
        """The error that came of a try, if it is one."""
        if not isinstance(outcome, tuple):
            return self.errors.of_failure(outcome, request, attempts)
        response, problem = outcome
        limit = rate_limit_in(response.headers)
        if limit is not None:
            self.pacer.learn(limit)
        request.extensions["attempts"] = attempts
        if response.status_code not in SUCCESS:
            error = self.errors.of_status(response, request, attempts)
            if isinstance(error, RateLimitError):
                error.rate_limit = self.pacer.limit
            return error
        if problem is not None:
            return self.errors.of_body(request, response.status_code, response.content, problem)
        return None

    def _refused(self, request: httpx.Request, target: httpx.Request, redirects: int) -> str:
        """Why a redirect is not followed, if it is not."""
        if target.method != request.method:
            return f"not followed since that would make a {target.method} of it"
        if redirects >= self._max_redirects:
            return f"not followed after {redirects} redirects"
        return ""

    def _wait_after(self, outcome: Outcome, request: httpx.Request, tries: Tries) -> float | None:
        """Seconds to wait before the next try, or None to give up."""
        if not isinstance(request.stream, httpx.ByteStream):
            return None  # a caller's own stream of data is gone once it is sent
        if not isinstance(outcome, tuple):
            return None if is_hopeless(outcome) else tries.wait_after(None, None)
        response = outcome[0]
        delay = retry_after(response.headers)
        wait = tries.wait_after(response.status_code, delay)
        if delay is not None and wait is not None:
            self.pacer.hold(wait)
        return wait

    def _log(self, request: httpx.Request, outcome: Outcome, attempts: int, seconds: float) -> None:
        if logger.isEnabledFor(logging.DEBUG):
            status = outcome[0].status_code if isinstance(outcome, tuple) else None
            fields = {
                "method": request.method,
                "path": self.errors.path(request),
                "status": status or type(outcome).__name__,
                "seconds": seconds,
                "attempt": attempts,
            }
            # A field of a log keeps to one type.
            extra = fields | {"status": status}
            logger.debug("%s %s: %s in %.3f s, try %d", *fields.values(), extra=extra)
