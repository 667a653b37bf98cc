from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_response import ErrorResponse
from ...models.predictions_response import PredictionsResponse
from ...models.search_predictions_request import SearchPredictionsRequest
from ...types import Response


def _get_kwargs(
    *,
    body: SearchPredictionsRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/predictions/search",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorResponse | PredictionsResponse | None:
    if response.status_code == 200:
        response_200 = errors.decode(client, response, PredictionsResponse)

        return response_200

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
) -> Response[ErrorResponse | PredictionsResponse]:
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
    body: SearchPredictionsRequest,
) -> Response[ErrorResponse | PredictionsResponse]:
    """Search existing predictions

     Existing predictions for requested matches.

    Args:
        body (SearchPredictionsRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | PredictionsResponse]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: SearchPredictionsRequest,
) -> ErrorResponse | PredictionsResponse | None:
    """Search existing predictions

     Existing predictions for requested matches.

    Args:
        body (SearchPredictionsRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | PredictionsResponse
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: SearchPredictionsRequest,
) -> Response[ErrorResponse | PredictionsResponse]:
    """Search existing predictions

     Existing predictions for requested matches.

    Args:
        body (SearchPredictionsRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | PredictionsResponse]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: SearchPredictionsRequest,
) -> ErrorResponse | PredictionsResponse | None:
    """Search existing predictions

     Existing predictions for requested matches.

    Args:
        body (SearchPredictionsRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | PredictionsResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
