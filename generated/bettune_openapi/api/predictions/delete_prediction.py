from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_response import ErrorResponse
from ...types import Response


def _get_kwargs(
    filter_id: int,
    match_id: int,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/prediction-filters/{filter_id}/matches/{match_id}/prediction".format(
            filter_id=quote(str(filter_id), safe=""),
            match_id=quote(str(match_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | ErrorResponse | None:
    if response.status_code == 204:
        response_204 = cast(Any, None)
        return response_204

    if response.status_code == 400:
        response_400 = errors.decode(client, response, ErrorResponse)

        return response_400

    if response.status_code == 401:
        response_401 = errors.decode(client, response, ErrorResponse)

        return response_401

    if response.status_code == 403:
        response_403 = errors.decode(client, response, ErrorResponse)

        return response_403

    if response.status_code == 404:
        response_404 = errors.decode(client, response, ErrorResponse)

        return response_404

    if response.status_code == 429:
        response_429 = errors.decode(client, response, ErrorResponse)

        return response_429

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Any | ErrorResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
        request=response.request,
    )


def sync_detailed(
    filter_id: int,
    match_id: int,
    *,
    client: AuthenticatedClient | Client,
) -> Response[Any | ErrorResponse]:
    """Delete prediction

     Deletes the prediction of one filter for one match. The endpoint is idempotent.

    Args:
        filter_id (int):
        match_id (int):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorResponse]
    """

    kwargs = _get_kwargs(
        filter_id=filter_id,
        match_id=match_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    filter_id: int,
    match_id: int,
    *,
    client: AuthenticatedClient | Client,
) -> Any | ErrorResponse | None:
    """Delete prediction

     Deletes the prediction of one filter for one match. The endpoint is idempotent.

    Args:
        filter_id (int):
        match_id (int):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorResponse
    """

    return sync_detailed(
        filter_id=filter_id,
        match_id=match_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    filter_id: int,
    match_id: int,
    *,
    client: AuthenticatedClient | Client,
) -> Response[Any | ErrorResponse]:
    """Delete prediction

     Deletes the prediction of one filter for one match. The endpoint is idempotent.

    Args:
        filter_id (int):
        match_id (int):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorResponse]
    """

    kwargs = _get_kwargs(
        filter_id=filter_id,
        match_id=match_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    filter_id: int,
    match_id: int,
    *,
    client: AuthenticatedClient | Client,
) -> Any | ErrorResponse | None:
    """Delete prediction

     Deletes the prediction of one filter for one match. The endpoint is idempotent.

    Args:
        filter_id (int):
        match_id (int):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorResponse
    """

    return (
        await asyncio_detailed(
            filter_id=filter_id,
            match_id=match_id,
            client=client,
        )
    ).parsed
