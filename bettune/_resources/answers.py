"""What both twins make of an answer: the models in it, or the error that says what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from bettune_openapi.models import (
    MatchesResponse,
    PredictionFiltersResponse,
    PredictionsResponse,
    SportsResponse,
)
from bettune_openapi.models import Prediction as PredictionResponse

from bettune._resources import decode

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from bettune_openapi.types import Response

    from bettune._http.low_level import LowLevelClient
    from bettune._models import Match, Prediction, PredictionFilter, Sport

# msgspec looks their types up when they are first decoded, in modules where a tool that holds the
# clock (freezegun) may by then have another datetime: so it looks now.
for _body in (
    MatchesResponse,
    PredictionFiltersResponse,
    PredictionResponse,
    PredictionsResponse,
    SportsResponse,
):
    msgspec.json.Decoder(_body)

# Successes that do not say that it is done: Accepted, Partial Content, Multi-Status.
_UNLIKE = {202, 206, 207}

Body = TypeVar("Body")
Result = TypeVar("Result")


def sports(client: LowLevelClient, response: Response[Any]) -> list[Sport]:
    """Take the sports out of the answer."""
    return _result(client, response, SportsResponse, decode.sports)


def matches(client: LowLevelClient, response: Response[Any], day: date) -> list[Match]:
    """Take the matches of a UTC day out of the answer."""
    return _result(client, response, MatchesResponse, lambda body: decode.matches(body, day))


def prediction_filters(client: LowLevelClient, response: Response[Any]) -> list[PredictionFilter]:
    """Take the prediction filters out of the answer."""
    return _result(client, response, PredictionFiltersResponse, decode.prediction_filters)


def predictions(
    client: LowLevelClient, response: Response[Any], filter_id: int, match_ids: list[int]
) -> list[Prediction]:
    """Take the predictions of a filter, for some of the matches, out of the answer to a search."""
    asked = set(match_ids)
    return _result(
        client,
        response,
        PredictionsResponse,
        lambda body: decode.predictions(body, filter_id, asked),
    )


def prediction(
    client: LowLevelClient, response: Response[Any], filter_id: int, match_id: int
) -> Prediction:
    """Take the prediction that was written out of the answer to a PUT."""
    return _result(
        client,
        response,
        PredictionResponse,
        lambda body: decode.prediction(body, filter_id, {match_id}),
    )


def deleted(client: LowLevelClient, response: Response[Any]) -> None:
    """Take an answer for the API's word that the prediction is gone.

    Raises:
        APIResponseValidationError: it says anything, as a proxy's page does.
    """
    if response.status_code in _UNLIKE:
        raise _invalid(client, response, _undocumented(response))
    if response.content.strip() not in {b"", b"{}", b"null"}:
        reason = f"Expected no body, got {len(response.content)} bytes"
        raise _invalid(client, response, reason)


def _result(
    client: LowLevelClient,
    response: Response[Any],
    kind: type[Body],
    convert: Callable[[Body], Result],
) -> Result:
    try:
        body = response.parsed
        if not isinstance(body, kind):
            # Another success than the API documents, such as 201, may say the same.
            body = _decoded(response, kind)
        return convert(body)
    except decode.InvalidBodyError as error:
        reason = str(error)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        reason = f"{_undocumented(response)}, and {error}"
    raise _invalid(client, response, reason)


def _decoded(response: Response[Any], kind: type[Body]) -> Body:
    if response.status_code in _UNLIKE:
        raise decode.InvalidBodyError(_undocumented(response))
    return msgspec.json.decode(response.content, type=kind)


def _undocumented(response: Response[Any]) -> str:
    return f"the API does not document status {response.status_code:d} here"


def _invalid(client: LowLevelClient, response: Response[Any], reason: str) -> Exception:
    return client.invalid_response(response.request, response.status_code, response.content, reason)
