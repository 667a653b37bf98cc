"""The terms of requests, which may differ between clients that share connections."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from msgspec import Struct
from msgspec.structs import replace

from bettune._http.rate_limiter import RequestGroup
from bettune._http.retries import RetryPolicy


class Terms(Struct, frozen=True, kw_only=True):
    """The terms of a request; they travel with it.

    Attributes:
        policy: which failures are retried, and how often.
        timeout: the timeouts of one attempt.
        headers: the headers that are sent with every request.
        cookies: the Cookie header, empty for none.
        group: the bulk run that the request belongs to, if any.
        on_wait: called before each wait with its seconds at most, and its reason.
    """

    policy: RetryPolicy
    timeout: httpx.Timeout
    headers: httpx.Headers
    cookies: str = ""
    group: RequestGroup | None = None
    on_wait: Callable[[float, str], object] | None = None

    def for_run(self, group: RequestGroup | None, policy: RetryPolicy | None = None) -> Terms:
        """Return the terms of a request that is part of a bulk run."""
        policy = self.policy if policy is None else policy
        return replace(self, policy=policy.for_bulk(), group=group)
