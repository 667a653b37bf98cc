import datetime
from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_response import ErrorResponse
from ...models.matches_response import MatchesResponse
from ...types import UNSET, Response


def _get_kwargs(
    *,
    date: datetime.date,
    sport: int,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_date = date.isoformat()
    params["date"] = json_date

    params["sport"] = sport

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/matches",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorResponse | MatchesResponse | None:
    if response.status_code == 200:
        response_200 = errors.decode(client, response, MatchesResponse)

        return response_200

    if response.status_code == 400:
        response_400 = errors.decode(client, response, ErrorResponse)

        return response_400

    if response.status_code == 401:
        response_401 = errors.decode(client, response, ErrorResponse)

        return response_401

    if response.status_code == 429:
        response_429 = errors.decode(client, response, ErrorResponse)

        return response_429

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ErrorResponse | MatchesResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
        request=response.request,
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    date: datetime.date,
    sport: int,
) -> Response[ErrorResponse | MatchesResponse]:
    """List matches for one UTC date

     Matches for the requested UTC date.

    Args:
        date (datetime.date):
        sport (int):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | MatchesResponse]
    """

    kwargs = _get_kwargs(
        date=date,
        sport=sport,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    date: datetime.date,
    sport: int,
) -> ErrorResponse | MatchesResponse | None:
    """List matches for one UTC date

     Matches for the requested UTC date.

    Args:
        date (datetime.date):
        sport (int):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | MatchesResponse
    """

    return sync_detailed(
        client=client,
        date=date,
        sport=sport,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    date: datetime.date,
    sport: int,
) -> Response[ErrorResponse | MatchesResponse]:
    """List matches for one UTC date

     Matches for the requested UTC date.

    Args:
        date (datetime.date):
        sport (int):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | MatchesResponse]
    """

    kwargs = _get_kwargs(
        date=date,
        sport=sport,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    date: datetime.date,
    sport: int,
) -> ErrorResponse | MatchesResponse | None:
    """List matches for one UTC date

     Matches for the requested UTC date.

    Args:
        date (datetime.date):
        sport (int):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | MatchesResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            date=date,
            sport=sport,
        )
    ).parsed
