"""What both twins of Predictions do before a request and after its answer."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from bettune_openapi.models import Prediction as PredictionResponse
from bettune_openapi.models import (
    PredictionsResponse,
    PutPredictionRequest,
    SearchPredictionsRequest,
)

from bettune._http.exchange import invalid_answer
from bettune._resources import decode as _decode
from bettune._resources.resources import to_model
from bettune._values.arguments import to_id, to_ids
from bettune._values.odds import to_odds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bettune_openapi.types import Response

    from bettune._models import Prediction

# How many ids one search asks for.
SEARCH_SIZE = 500


def ids(filter_id: Any, match_id: Any) -> tuple[int, int]:
    """Check the two ids in the path."""
    return to_id(filter_id, "filter_id"), to_id(match_id, "match_id")


def put_body(odds: Any) -> PutPredictionRequest:
    """Make the body of PUT …/prediction."""
    return PutPredictionRequest(odds=f"{to_odds(odds):f}")


def search_bodies(filter_id: Any, match_ids: Iterable[Any]) -> Iterator[SearchPredictionsRequest]:
    """Make the bodies of POST /predictions/search, as many as it takes."""
    filter_id, match_ids = to_id(filter_id, "filter_id"), to_ids(match_ids, "match_ids")
    return (
        SearchPredictionsRequest(filter_id=filter_id, match_ids=chunk)
        for chunk in chunks(match_ids)
    )


def chunks(match_ids: Iterable[int]) -> Iterator[list[int]]:
    """Split ids into what one search asks for."""
    rest = iter(match_ids)
    while chunk := list(islice(rest, SEARCH_SIZE)):
        yield chunk


def found(response: Response[Any]) -> list[Prediction]:
    """Take the predictions out of the answer to a search."""
    return to_model(response, PredictionsResponse, _decode.predictions)


def prediction(response: Response[Any]) -> Prediction:
    """Take the prediction out of the answer to a PUT."""
    return to_model(response, PredictionResponse, _decode.prediction)


def deleted(response: Response[Any]) -> None:
    """Take an answer for the API's word that the prediction is gone.

    Raises:
        APIResponseValidationError: it has a body, such as a proxy's page.
    """
    if response.content:
        reason = f"Expected no body, got {len(response.content)} bytes"
        raise invalid_answer.get()(response.status_code, response.content, reason)
