"""When a request is sent again, and after how long: decisions without I/O."""

from __future__ import annotations

import math
import random
import time
from typing import TYPE_CHECKING

from bettune._models import RateLimit

if TYPE_CHECKING:
    from collections.abc import Mapping

RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 8.0
_LONGEST_WINDOW = 86_400


def backoff(attempt: int, *, longest: float) -> float:
    """Seconds to wait after try number `attempt` (from 1), where the server does not say.

    Doubles from 0.5 s to 8 s. Jitter takes away up to a quarter, so that clients that failed
    together do not come back together.
    """
    wait = min(_FIRST_WAIT * 2.0 ** min(attempt - 1, 10), _LONGEST_WAIT)
    return min(wait * random.uniform(0.75, 1), longest)  # noqa: S311 - not for secrets


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that ``Retry-After`` asks for, or None where it says nothing usable.

    It holds seconds or an HTTP date; a date that has passed asks for none.
    """
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    seconds = _number(value)
    if seconds is not None:
        return seconds if seconds >= 0 else None
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - slow to import, seldom needed

    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def told_rate_limit(headers: Mapping[str, str]) -> RateLimit | None:
    """The limit that X-RateLimit-Limit and X-RateLimit-Window (seconds) tell, if they do.

    A window longer than a day is no limit that anybody would wait for.
    """
    told = headers.get("x-ratelimit-limit")
    if told is None:
        return None
    requests, per = _number(told), _number(headers.get("x-ratelimit-window", ""))
    if requests is None or per is None or requests < 1 or not 0 < per <= _LONGEST_WINDOW:
        return None
    return RateLimit(int(requests), per)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
