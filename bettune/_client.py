"""BetTune and AsyncBetTune: the clients users make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from bettune_openapi.client import AuthenticatedClient

from bettune._http.exchange import AsyncClient, Client
from bettune._http.settings import Settings
from bettune._resources.predictions import AsyncPredictions, Predictions
from bettune._resources.resources import (
    AsyncMatches,
    AsyncPredictionFilters,
    AsyncSports,
    Matches,
    PredictionFilters,
    Sports,
)

if TYPE_CHECKING:
    import httpx

    from bettune._models import RateLimit


class _Base:
    _http: Client | AsyncClient

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
        settings = Settings(
            token,
            base_url=base_url,
            timeout=timeout,
            max_retries=max_retries,
            max_wait=max_wait,
            max_response_bytes=max_response_bytes,
            rate_limit=rate_limit,
            allow_insecure_http=allow_insecure_http,
            http_options=http_options,
        )
        # The token is not told to the generated client: ours adds it to each request.
        self.low_level = AuthenticatedClient(base_url=str(settings.base_url), token="")
        self._open(settings)

    def _open(self, settings: Settings) -> None:
        raise NotImplementedError

    @property
    def rate_limit(self) -> RateLimit | None:
        """The rate limit given or learnt; None while none is known."""
        return self._http.pacer.limit

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={str(self._http.base_url)!r})"


class BetTune(_Base):
    """A client of the BetTune API, which threads may share.

    Args:
        token: the API token, else BETTUNE_API_TOKEN.
        base_url: else BETTUNE_BASE_URL, else the public API.
        timeout: seconds that a try may go without progress, or an httpx.Timeout. A body that has
            come for so long must come at 1 KB a second.
        max_retries: tries after the first, for lost connections, timeouts and the statuses 429,
            500, 502, 503 and 504.
        max_wait: the longest single wait between two tries, in seconds, that it sits out; told to
            wait longer, it raises the error at once.
        rate_limit: the limit to keep from the first request on; else it is learnt from answers.
        allow_insecure_http: take a plain http base URL that is not on this machine, and show the
            token to the network.
        max_response_bytes: the largest body it takes, counted after decompression.
        **http_options: whatever httpx.Client takes: proxy, verify, cert, limits, transport, …
            Requests beyond the 100 connections, or `limits.max_connections`, wait their turn.

    Raises:
        ConfigurationError: it cannot work with one of these; nothing was sent.

    Attributes:
        sports: GET /sports.
        matches: GET /matches.
        prediction_filters: GET /prediction-filters.
        predictions: POST /predictions/search, PUT and DELETE …/prediction, and the bulk of them.
        low_level: the generated client, with the same token, retries, pacing and errors. Call the
            `sync` functions of `bettune_openapi.api` with it.
    """

    _http: Client

    def _open(self, settings: Settings) -> None:
        self._http = Client(settings)
        self.low_level.set_httpx_client(self._http)
        self.sports = Sports(self.low_level)
        self.matches = Matches(self.low_level)
        self.prediction_filters = PredictionFilters(self.low_level)
        self.predictions = Predictions(self.low_level, settings.max_wait)

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncBetTune(_Base):
    """A client of the BetTune API, which the tasks of one event loop may share.

    Takes, raises and has what BetTune does; its methods are awaited, and with `low_level` the
    `asyncio` functions of `bettune_openapi.api` are called.
    """

    _http: AsyncClient

    def _open(self, settings: Settings) -> None:
        self._http = AsyncClient(settings)
        self.low_level.set_async_httpx_client(self._http)
        self.sports = AsyncSports(self.low_level)
        self.matches = AsyncMatches(self.low_level)
        self.prediction_filters = AsyncPredictionFilters(self.low_level)
        self.predictions = AsyncPredictions(self.low_level, settings.max_wait)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
