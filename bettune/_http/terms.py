"""The options of a request that may differ between clients that share their connections."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from msgspec import Struct
from msgspec.structs import replace

from bettune._http.rate_limiter import RequestGroup
from bettune._http.retries import RetryPolicy


class Terms(Struct, frozen=True, kw_only=True):
    """The options with which a request is sent.

    Attributes:
        policy: the retry policy.
        timeout: the timeouts of one attempt.
        headers: the headers that are sent with every request.
        cookies: the Cookie header, or an empty string.
        group: the requests that are cancelled together with this one, if any.
        on_wait: called before each wait with its maximum seconds and its reason.
    """

    policy: RetryPolicy
    timeout: httpx.Timeout
    headers: httpx.Headers
    cookies: str = ""
    group: RequestGroup | None = None
    on_wait: Callable[[float, str], object] | None = None

    def for_run(self, group: RequestGroup | None, policy: RetryPolicy | None = None) -> Terms:
        """Return the terms for a request of a bulk run, by default with the bulk retry policy."""
        policy = self.policy.for_bulk() if policy is None else policy
        return replace(self, policy=policy, group=group)
