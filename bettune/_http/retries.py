"""Decides on retries and their delays, and reads Retry-After and rate limits from headers."""

from __future__ import annotations

import math
import random
import re
import time
from datetime import UTC
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from bettune._models import RateLimit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})
_FIRST_WAIT = 0.5
_LONGEST_BACKOFF = 8.0
_LONGEST_WINDOW = 86_400
# A value of a comma-separated list. A date may contain a comma after the day of the week.
_RETRY_AFTER = re.compile(r"(?:\s*(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,)?[^,]+")
# The additional retries per write after a 429 with Retry-After, in a bulk run.
_RATE_LIMIT_RETRIES = 50
# The maximum sum of their delays: this factor times `max_wait`, or a minute if that is longer.
_MAX_WAITS = 10
_SHORTEST_TOTAL_WAIT = 60.0


class RetryPolicy(Struct, frozen=True):
    """The maximum number of retries, and their maximum delay.

    Lost and refused connections, timeouts, and the statuses 429, 500, 502, 503 and 504 are retried,
    `max_retries` times in total. The delay is the value of `Retry-After`, but at least a back-off
    that doubles from 0.5 s to 8 s, with jitter. If `Retry-After` exceeds `max_wait`, the request
    fails immediately. The delays therefore add up to at most `max_retries` times `max_wait`.

    In a bulk run, a 429 with `Retry-After` says nothing about the write itself, and processes that
    share a token cause it as long as all of them run. It is retried up to 50 more times per write.
    The delays of these retries add up to at most 10 times `max_wait` (or a minute, if that is
    longer). After that, the `max_retries` retries remain. If they fail, too, the run stops.

    Attributes:
        max_retries: the maximum number of retries.
        max_wait: the maximum delay before one attempt, in seconds.
        rate_limit_retries: additional retries after a 429 with `Retry-After`.
    """

    max_retries: int
    max_wait: float
    rate_limit_retries: int = 0

    def for_bulk(self) -> RetryPolicy:
        """Return the policy of one write of a bulk run."""
        return replace(self, rate_limit_retries=_RATE_LIMIT_RETRIES)


class RetryBudget:
    """The retries that the policy still allows for one request."""

    def __init__(self, policy: RetryPolicy) -> None:
        self._policy = policy
        self._retries_left = policy.max_retries
        self._rate_limit_retries_left = policy.rate_limit_retries
        self._wait_left = max(_SHORTEST_TOTAL_WAIT, _MAX_WAITS * policy.max_wait)
        self._failures = 0

    def wait_after(self, status: int | None, delay: float | None) -> float | None:
        """Count a failed attempt. Return the delay before the next in seconds, or None to give up.

        Args:
            status: the status of the response, or None without a response.
            delay: the seconds in `Retry-After`, or None.
        """
        longest = self._policy.max_wait
        if status is not None and status not in _RETRIED_STATUSES:
            return None
        if delay is not None and delay > longest:
            return None
        self._failures += 1
        wait = max(delay or 0.0, min(_backoff(self._failures), longest))
        is_rate_limited = status == 429 and delay is not None
        if is_rate_limited and self._rate_limit_retries_left and self._wait_left >= wait:
            self._rate_limit_retries_left -= 1
            self._wait_left -= wait
        elif self._retries_left:
            self._retries_left -= 1
        else:
            return None
        return wait


def _backoff(failures: int) -> float:
    """Return the back-off in seconds after a number of consecutive failures.

    It doubles from 0.5 s to 8 s. Jitter subtracts up to a quarter, so that clients that failed at
    the same time do not retry at the same time.
    """
    wait = min(_FIRST_WAIT * 2.0 ** min(failures - 1, 10), _LONGEST_BACKOFF)
    return wait * random.uniform(0.75, 1)  # noqa: S311 - not a secret


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the delay in ``Retry-After`` in seconds, or None if it is missing or invalid.

    The header contains seconds or an HTTP date. A date is compared with the ``Date`` of the same
    response, since the server's clock may be wrong. A date in the past means 0. Of several values,
    in one header or in several, the longest counts.
    """
    values = _RETRY_AFTER.findall(headers.get("retry-after", ""))
    if not values:
        return None
    now = _date(headers.get("date", ""))
    delays = [_delay_in(value.strip(), now) for value in values]
    return max((delay for delay in delays if delay is not None), default=None)


def _delay_in(value: str, now: datetime | None) -> float | None:
    seconds = _number(value)
    if seconds is not None:
        return seconds if seconds >= 0 else None
    date = _date(value)
    if date is None:
        return None
    return max(0.0, date.timestamp() - (time.time() if now is None else now.timestamp()))


def rate_limit_in(headers: Mapping[str, str]) -> RateLimit | None:
    """Return the limit in X-RateLimit-Limit and X-RateLimit-Window (seconds), if valid.

    A window longer than a day is ignored: no caller would wait for it.
    """
    limit = headers.get("x-ratelimit-limit")
    if limit is None:
        return None
    requests, per = _number(limit), _number(headers.get("x-ratelimit-window", ""))
    if requests is None or per is None or requests < 1 or not 0 < per <= _LONGEST_WINDOW:
        return None
    return RateLimit(int(requests), per)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _date(text: str) -> datetime | None:
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - slow to import, seldom needed

    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    # All three formats of an HTTP date mean UTC. Two of them are parsed as naive datetimes.
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date
