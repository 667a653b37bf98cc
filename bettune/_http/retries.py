"""When a request is sent again, and after how long: decisions without I/O."""

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
# The values of a list; a date may have a comma of its own, after the day of the week.
_RETRY_AFTER = re.compile(r"(?:\s*(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,)?[^,]+")
# How often a bulk run sits out a refusal by the rate limit, for one write.
_BULK_REFUSALS = 50
# How long those waits for one write may last together: this many times `max_wait`, or a minute.
_WAITS_FOR_REFUSALS = 10
_SHORTEST_PATIENCE = 60.0


class RetryPolicy(Struct, frozen=True):
    """The failures to retry, the number of retries, and the longest waits.

    A lost or refused connection, a timeout, and the statuses 429, 500, 502, 503 and 504 are
    retried, at most `max_retries` times. Between two attempts the client waits for the time of
    `Retry-After`, and at least for a back-off that doubles from 0.5 s to 8 s, with jitter. A wait
    that would exceed `max_wait` raises at once. A call thus raises after at most `max_retries`
    waits of `max_wait` seconds.

    In a bulk run, a 429 with `Retry-After` says nothing about the write. The write is retried up to
    50 times more, since several processes with one token compete as long as all of them run. In
    total, one write waits for at most 10 times `max_wait` (at least a minute); then it fails, which
    ends the run. Everything else is as for a single call.

    Attributes:
        max_retries: attempts after the first.
        max_wait: the longest single wait, in seconds.
        max_refusals: additional attempts after a 429 with `Retry-After`.
    """

    max_retries: int
    max_wait: float
    max_refusals: int = 0

    def for_bulk(self) -> RetryPolicy:
        """The policy of one write among many."""
        return replace(self, max_refusals=_BULK_REFUSALS)


class Tries:
    """Counts the failed tries of one request against its policy."""

    def __init__(self, policy: RetryPolicy) -> None:
        self._policy = policy
        self._retries_left = policy.max_retries
        self._refusals_left = policy.max_refusals
        self._patience = max(_SHORTEST_PATIENCE, _WAITS_FOR_REFUSALS * policy.max_wait)
        self._failures = 0

    def wait_after(self, status: int | None, delay: float | None) -> float | None:
        """Count a failed attempt; return the seconds to wait before the next, or None to stop.

        Args:
            status: of the response, or None without one.
            delay: the seconds that `Retry-After` asks for, if it does.
        """
        longest = self._policy.max_wait
        if status is not None and status not in _RETRIED_STATUSES:
            return None
        if delay is not None and delay > longest:
            return None
        self._failures += 1
        wait = max(delay or 0.0, min(_backoff(self._failures), longest))
        if status == 429 and delay is not None and self._refusals_left and self._patience >= wait:
            self._refusals_left -= 1
            self._patience -= wait
        elif self._retries_left:
            self._retries_left -= 1
        else:
            return None
        return wait


def _backoff(failures: int) -> float:
    """Return the seconds to wait after `failures` in a row.

    Doubles from 0.5 s to 8 s. Jitter takes away up to a quarter, so that clients that failed
    together do not come back together.
    """
    wait = min(_FIRST_WAIT * 2.0 ** min(failures - 1, 10), _LONGEST_BACKOFF)
    return wait * random.uniform(0.75, 1)  # noqa: S311 - not for secrets


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that ``Retry-After`` asks for, or None where it says nothing usable.

    It holds seconds or an HTTP date, which is read against the response's own ``Date``, since the
    server's clock may be wrong; a date that has passed asks for none. Of several values, in one
    header or in many, the longest counts.
    """
    values = _RETRY_AFTER.findall(headers.get("retry-after", ""))
    if not values:
        return None
    now = _date(headers.get("date", ""))
    waits = [_wait(value.strip(), now) for value in values]
    return max((wait for wait in waits if wait is not None), default=None)


def _wait(value: str, now: datetime | None) -> float | None:
    seconds = _number(value)
    if seconds is not None:
        return seconds if seconds >= 0 else None
    then = _date(value)
    if then is None:
        return None
    return max(0.0, then.timestamp() - (time.time() if now is None else now.timestamp()))


def rate_limit_in(headers: Mapping[str, str]) -> RateLimit | None:
    """The limit in X-RateLimit-Limit and X-RateLimit-Window (seconds), if they hold one.

    A window longer than a day is ignored, since waiting for it makes no sense.
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
    # All three forms of an HTTP date mean UTC; two of them are parsed without a time zone.
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date
