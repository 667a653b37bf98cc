"""The generated client, as users reach it by `client.low_level`: over our HTTP client alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Self

import httpx
from bettune_openapi.client import AuthenticatedClient

from bettune._errors import BetTuneError
from bettune._http.options import check_headers, refused_options_named
from bettune._http.settings import to_timeout

if TYPE_CHECKING:
    from bettune._api_errors import APIResponseValidationError
    from bettune._http.exchange import Exchange, Terms


class LowLevelClient(AuthenticatedClient):
    """The client that the functions of `bettune_openapi.api` take.

    It signs, retries, paces and raises as the client it belongs to. Those that `with_headers`,
    `with_cookies` and `with_timeout` give share its connections; closing one closes all.
    """

    def __init__(self, http: Any) -> None:
        # The generated client does not know the token: ours adds it to each request.
        super().__init__(base_url=str(http.base_url), token="")
        self.http = http
        self._exchange: Exchange = http.exchange

    def viewed(self, terms: Terms) -> LowLevelClient:
        """The same on other terms."""
        return LowLevelClient(self.http.view(terms))

    def with_headers(self, headers: dict[str, str]) -> LowLevelClient:
        """Get a client that sends these headers too."""
        view = self.http.view()
        with refused_options_named(httpx.Client, {"headers": headers}):
            view.headers.update(headers)
        check_headers(view.headers)
        return LowLevelClient(view)

    def with_cookies(self, cookies: dict[str, str]) -> LowLevelClient:
        """Get a client that sends these cookies too."""
        view = self.http.view()
        with refused_options_named(httpx.Client, {"cookies": cookies}):
            view.cookies.update(cookies)
        return LowLevelClient(view)

    def with_timeout(self, timeout: httpx.Timeout) -> LowLevelClient:
        """Get a client with another timeout."""
        view = self.http.view()
        view.timeout = to_timeout(timeout)
        return LowLevelClient(view)

    def get_httpx_client(self) -> httpx.Client:
        """The HTTP client below, for the `sync` functions.

        Raises:
            BetTuneError: this belongs to an AsyncBetTune.
        """
        if not isinstance(self.http, httpx.Client):
            raise BetTuneError(
                "this low_level belongs to an AsyncBetTune: call the `asyncio` functions with it"
            )
        return self.http

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """The HTTP client below, for the `asyncio` functions.

        Raises:
            BetTuneError: this belongs to a BetTune.
        """
        if not isinstance(self.http, httpx.AsyncClient):
            raise BetTuneError(
                "this low_level belongs to a BetTune: call the `sync` functions with it"
            )
        return self.http

    def set_httpx_client(self, client: httpx.Client) -> NoReturn:  # noqa: ARG002
        """Refused: another HTTP client would have no token, retries, pacing or errors of ours."""
        raise BetTuneError("low_level keeps its HTTP client: pass options to BetTune instead")

    def set_async_httpx_client(self, async_client: httpx.AsyncClient) -> NoReturn:  # noqa: ARG002
        """Refused: another HTTP client would have no token, retries, pacing or errors of ours."""
        raise BetTuneError("low_level keeps its HTTP client: pass options to AsyncBetTune instead")

    def __enter__(self) -> Self:
        self.get_httpx_client()
        return self

    def __exit__(self, *_: object) -> None:
        self.get_httpx_client().close()

    async def __aenter__(self) -> Self:
        self.get_async_httpx_client()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.get_async_httpx_client().aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={str(self.http.base_url)!r})"

    def invalid_response(
        self, request: httpx.Request, status: int, content: bytes, reason: str
    ) -> APIResponseValidationError:
        """Make the error of a success that is not what the API promises."""
        return self._exchange.errors.of_body(request, status, content, reason)
