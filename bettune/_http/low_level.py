"""The generated client, as users reach it by `client.low_level`: over our HTTP client alone."""

from __future__ import annotations

from typing import Any, NoReturn, Self

import httpx
from bettune_openapi.client import AuthenticatedClient
from msgspec.structs import replace

from bettune._api_errors import APIResponseValidationError
from bettune._errors import BetTuneError
from bettune._http.http_options import check_headers, merged_cookies, refusals_named
from bettune._http.settings import to_timeout
from bettune._http.terms import Terms


class LowLevelClient(AuthenticatedClient):
    """The client that the functions of `bettune_openapi.api` take.

    It has the token, retries, rate limit and errors of the client it belongs to. The clients that
    `with_headers`, `with_cookies` and `with_timeout` return share its connections; closing one
    closes all.
    """

    def __init__(self, http: Any) -> None:
        # The generated client does not know the token: ours adds it to each request.
        super().__init__(base_url=str(http.base_url), token="")
        self.http = http

    def on(self, terms: Terms) -> LowLevelClient:
        """Return a client that sends on other terms."""
        return LowLevelClient(self.http.on(terms))

    def with_headers(self, headers: dict[str, str]) -> LowLevelClient:
        """Return a client that sends these headers too."""
        merged = self.http.terms.headers.copy()
        with refusals_named("headers"):
            merged.update(headers)
        check_headers(merged)
        return self.on(replace(self.http.terms, headers=merged))

    def with_cookies(self, cookies: dict[str, str]) -> LowLevelClient:
        """Return a client that sends these cookies too."""
        merged = merged_cookies(self.http.terms.cookies, cookies)
        return self.on(replace(self.http.terms, cookies=merged))

    def with_timeout(self, timeout: httpx.Timeout) -> LowLevelClient:
        """Return a client with another timeout."""
        return self.on(replace(self.http.terms, timeout=to_timeout(timeout)))

    def get_httpx_client(self) -> Any:
        """Return the HTTP client below, for the `sync` functions.

        Raises:
            BetTuneError: this belongs to an AsyncBetTune.
        """
        if not isinstance(self.http.sender.client, httpx.Client):
            raise BetTuneError(
                "this low_level belongs to an AsyncBetTune: call the `asyncio` functions with it"
            )
        return self.http

    def get_async_httpx_client(self) -> Any:
        """Return the HTTP client below, for the `asyncio` functions.

        Raises:
            BetTuneError: this belongs to a BetTune.
        """
        if not isinstance(self.http.sender.client, httpx.AsyncClient):
            raise BetTuneError(
                "this low_level belongs to a BetTune: call the `sync` functions with it"
            )
        return self.http

    def set_httpx_client(self, client: httpx.Client) -> NoReturn:  # noqa: ARG002
        """Refuse another HTTP client: it would have no token, retries, rate limit or errors."""
        raise BetTuneError("low_level keeps its HTTP client: pass options to BetTune instead")

    def set_async_httpx_client(self, async_client: httpx.AsyncClient) -> NoReturn:  # noqa: ARG002
        """Refuse another HTTP client: it would have no token, retries, rate limit or errors."""
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

    def __reduce__(self) -> str:
        refused: str = self.http.__reduce__()
        return refused

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={str(self.http.base_url)!r})"

    def invalid_response(
        self, request: httpx.Request, status: int, content: bytes, reason: str
    ) -> APIResponseValidationError:
        """Make the error of a 2xx response whose body does not match the schema."""
        error: APIResponseValidationError = self.http.exchange.errors.of_body(
            request, status, content, reason
        )
        return error
