from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_response import ErrorResponse
from ...models.prediction import Prediction
from ...models.put_prediction_request import PutPredictionRequest
from ...types import Response


def _get_kwargs(
    filter_id: int,
    match_id: int,
    *,
    body: PutPredictionRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/prediction-filters/{filter_id}/matches/{match_id}/prediction".format(
            filter_id=quote(str(filter_id), safe=""),
            match_id=quote(str(match_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorResponse | Prediction | None:
    if response.status_code == 200:
        response_200 = errors.decode(client, response, Prediction)

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
) -> Response[ErrorResponse | Prediction]:
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
    body: PutPredictionRequest,
) -> Response[ErrorResponse | Prediction]:
    """Create or update prediction odds

     Creates or updates the prediction of one filter for one match.

    Args:
        filter_id (int):
        match_id (int):
        body (PutPredictionRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | Prediction]
    """

    kwargs = _get_kwargs(
        filter_id=filter_id,
        match_id=match_id,
        body=body,
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
    body: PutPredictionRequest,
) -> ErrorResponse | Prediction | None:
    """Create or update prediction odds

     Creates or updates the prediction of one filter for one match.

    Args:
        filter_id (int):
        match_id (int):
        body (PutPredictionRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | Prediction
    """

    return sync_detailed(
        filter_id=filter_id,
        match_id=match_id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    filter_id: int,
    match_id: int,
    *,
    client: AuthenticatedClient | Client,
    body: PutPredictionRequest,
) -> Response[ErrorResponse | Prediction]:
    """Create or update prediction odds

     Creates or updates the prediction of one filter for one match.

    Args:
        filter_id (int):
        match_id (int):
        body (PutPredictionRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | Prediction]
    """

    kwargs = _get_kwargs(
        filter_id=filter_id,
        match_id=match_id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    filter_id: int,
    match_id: int,
    *,
    client: AuthenticatedClient | Client,
    body: PutPredictionRequest,
) -> ErrorResponse | Prediction | None:
    """Create or update prediction odds

     Creates or updates the prediction of one filter for one match.

    Args:
        filter_id (int):
        match_id (int):
        body (PutPredictionRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | Prediction
    """

    return (
        await asyncio_detailed(
            filter_id=filter_id,
            match_id=match_id,
            client=client,
            body=body,
        )
    ).parsed
