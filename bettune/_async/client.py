"""AsyncBetTune: the client that users create."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

import httpx
from msgspec.structs import replace

from bettune._lazy import Lazy
from bettune._models import RateLimit
from bettune._values.arguments import check_callback

if TYPE_CHECKING:
    from bettune_openapi.client import AuthenticatedClient

    from bettune._async.http_client import AsyncHTTPClient
    from bettune._async.matches import AsyncMatches
    from bettune._async.prediction_filters import AsyncPredictionFilters
    from bettune._async.predictions import AsyncPredictions
    from bettune._async.sports import AsyncSports


# The default of the arguments of `with_options`, for no change.
_SAME: Any = object()


class AsyncBetTune:
    """A client for the BetTune API. Threads may share a sync client, and tasks an async client.

    Args:
        token: the API token, else BETTUNE_API_TOKEN, else the text of the file that
            BETTUNE_API_TOKEN_FILE names. White space around the token is removed.
        base_url: the base URL, else BETTUNE_BASE_URL, else the public API.
        timeout: timeout in seconds per network operation, or an httpx.Timeout. All headers must
            arrive within three times this value, and the body at 1 KB/s or faster after that.
        max_retries: attempts after the first, for lost connections, timeouts and the statuses 429,
            500, 502, 503 and 504.
        max_wait: maximum delay before one attempt, in seconds, for a retry or the rate limit; a
            longer one raises immediately.
        rate_limit: the rate limit, which then applies from the first request on. Without it, the
            client learns the limit from responses.
        allow_insecure_http: accept a plain http base URL on another machine. Others on the network
            can then read the token.
        max_response_bytes: the maximum size of a body, before and after decompression.
        **http_options: any option of httpx.AsyncClient: proxy, verify, cert, limits, transport, …
            Requests beyond 100 connections, or `limits.max_connections`, wait in a queue.
            `follow_redirects` follows only redirects that keep the method.

    Raises:
        ConfigurationError: an argument is invalid. No request was sent.

    Attributes:
        sports: GET /sports.
        matches: GET /matches, and the resolution of your fixtures to matches.
        prediction_filters: GET /prediction-filters.
        predictions: POST /predictions/search, PUT and DELETE …/prediction, and bulk writes.
        low_level: the generated client, with the same token, retries, rate limit and errors. Pass
            it to the functions of `bettune_openapi.api`.
    """

    if TYPE_CHECKING:
        sports: AsyncSports
        matches: AsyncMatches
        prediction_filters: AsyncPredictionFilters
        predictions: AsyncPredictions
        low_level: AuthenticatedClient
    else:
        low_level = Lazy("_http", "bettune._http.low_level", "LowLevelClient")
        sports = Lazy("low_level", "bettune._async.sports", "AsyncSports")
        matches = Lazy("low_level", "bettune._async.matches", "AsyncMatches")
        prediction_filters = Lazy(
            "low_level", "bettune._async.prediction_filters", "AsyncPredictionFilters"
        )
        predictions = Lazy("low_level", "bettune._async.predictions", "AsyncPredictions")

    def __init__(
        self,
        token: str | None = None,
        *,
        base_url: str | None = None,
        timeout: float | httpx.Timeout | None = 30.0,
        max_retries: int = 4,
        max_wait: float = 120.0,
        rate_limit: RateLimit | None = None,
        allow_insecure_http: bool = False,
        max_response_bytes: int = 64 * 2**20,
        **http_options: Any,
    ) -> None:
        # Hidden in a function: crash reporters show the variables of a constructor that raises.
        secret, token = (lambda token=token: token), None
        from bettune._async.http_client import AsyncHTTPClient, AsyncSender
        from bettune._http.settings import Settings

        settings = Settings(
            secret,
            base_url=base_url,
            timeout=timeout,
            max_retries=max_retries,
            max_wait=max_wait,
            max_response_bytes=max_response_bytes,
            rate_limit=rate_limit,
            allow_insecure_http=allow_insecure_http,
            http_options=http_options,
            kind=httpx.AsyncClient,
        )
        self._use(AsyncHTTPClient(AsyncSender(settings), settings.terms))

    def _use(self, http: Any) -> None:
        self._http: AsyncHTTPClient = http
        # The attributes that `Lazy` has created.
        self._made: dict[str, Any] = {}

    def with_options(
        self,
        *,
        timeout: float | httpx.Timeout | None = _SAME,
        max_retries: int = _SAME,
        max_wait: float = _SAME,
        on_wait: Callable[[float, str], object] | None = _SAME,
    ) -> Self:
        """Return a client with other options that shares token, connections and rate limit.

        Closing one of the clients closes both.

        Args:
            timeout: as for the constructor.
            max_retries: as for the constructor.
            max_wait: as for the constructor.
            on_wait: called before each wait with its maximum length in seconds and its reason, "for
                the rate limit" or "to try again". It may be called in any thread, so it must be
                quick and not raise.

        Raises:
            InvalidArgumentError: an argument is invalid.
        """
        from bettune._http.settings import to_max_retries, to_max_wait, to_timeout

        terms = self._http.terms
        policy = terms.policy
        if max_retries is not _SAME:
            policy = replace(policy, max_retries=to_max_retries(max_retries))
        if max_wait is not _SAME:
            policy = replace(policy, max_wait=to_max_wait(max_wait))
        terms = replace(terms, policy=policy)
        if timeout is not _SAME:
            terms = replace(terms, timeout=to_timeout(timeout))
        if on_wait is not _SAME:
            check_callback(on_wait, "on_wait")
            terms = replace(terms, on_wait=on_wait)
        client = type(self).__new__(type(self))
        vars(client).update(vars(self))  # a subclass may have attributes of its own
        client._use(self._http.with_terms(terms))  # noqa: SLF001 - of this class
        return client

    @property
    def rate_limit(self) -> RateLimit | None:
        """The rate limit that was given or learnt; None while it is unknown."""
        return self._http.exchange.rate_limiter.limit

    @property
    def is_closed(self) -> bool:
        """True once the client has been closed."""
        return self._http.is_closed

    async def aclose(self) -> None:
        """Close all connections. Waiting requests raise a BetTuneError."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        http = getattr(self, "_http", None)  # missing if the constructor raised
        return f"{type(self).__name__}({f'base_url={str(http.base_url)!r}' if http else ''})"
