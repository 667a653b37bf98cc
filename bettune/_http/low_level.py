"""`client.low_level`: the generated client, which sends its requests with the library's client."""

from __future__ import annotations

from typing import Any, NoReturn, Self

import httpx
from bettune_openapi.client import AuthenticatedClient
from msgspec.structs import replace

from bettune._api_errors import APIResponseValidationError
from bettune._errors import BetTuneError
from bettune._http.http_options import check_headers, configuration_errors, merged_cookies
from bettune._http.settings import to_timeout
from bettune._http.terms import Terms


class LowLevelClient(AuthenticatedClient):
    """The client for the functions of `bettune_openapi.api`.

    It has the token, retries, rate limit and errors of the client to which it belongs. The clients
    that `with_headers`, `with_cookies` and `with_timeout` return share its connections. Closing any
    of them closes all of them.
    """

    def __init__(self, http: Any) -> None:
        # The generated client gets no token: the library's client adds it to each request.
        super().__init__(base_url=str(http.base_url), token="")
        self.http = http

    def with_terms(self, terms: Terms) -> LowLevelClient:
        """Return a client with other terms."""
        return LowLevelClient(self.http.with_terms(terms))

    def with_headers(self, headers: dict[str, str]) -> LowLevelClient:
        """Return a client that also sends these headers."""
        merged = self.http.terms.headers.copy()
        with configuration_errors("headers"):
            merged.update(headers)
        check_headers(merged)
        return self.with_terms(replace(self.http.terms, headers=merged))

    def with_cookies(self, cookies: dict[str, str]) -> LowLevelClient:
        """Return a client that also sends these cookies."""
        merged = merged_cookies(self.http.terms.cookies, cookies)
        return self.with_terms(replace(self.http.terms, cookies=merged))

    def with_timeout(self, timeout: httpx.Timeout) -> LowLevelClient:
        """Return a client with another timeout."""
        return self.with_terms(replace(self.http.terms, timeout=to_timeout(timeout)))

    def get_httpx_client(self) -> Any:
        """Return the HTTP client for the `sync` functions.

        Raises:
            BetTuneError: this `low_level` belongs to an AsyncBetTune.
        """
        if not isinstance(self.http.sender.client, httpx.Client):
            raise BetTuneError(
                "this low_level belongs to an AsyncBetTune: call the `asyncio` functions with it"
            )
        return self.http

    def get_async_httpx_client(self) -> Any:
        """Return the HTTP client for the `asyncio` functions.

        Raises:
            BetTuneError: this `low_level` belongs to a BetTune.
        """
        if not isinstance(self.http.sender.client, httpx.AsyncClient):
            raise BetTuneError(
                "this low_level belongs to a BetTune: call the `sync` functions with it"
            )
        return self.http

    def set_httpx_client(self, client: httpx.Client) -> NoReturn:  # noqa: ARG002
        """Raise: another HTTP client would have no token, retries, rate limit or errors."""
        raise BetTuneError("low_level keeps its HTTP client: pass options to BetTune instead")

    def set_async_httpx_client(self, async_client: httpx.AsyncClient) -> NoReturn:  # noqa: ARG002
        """Raise: another HTTP client would have no token, retries, rate limit or errors."""
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
        return self.http.__reduce__()  # type: ignore[no-any-return]  # raises

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
