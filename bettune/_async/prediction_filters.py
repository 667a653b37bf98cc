"""Prediction filters: GET /prediction-filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bettune_openapi.api.prediction_filters import list_prediction_filters
from bettune_openapi.models import PredictionFiltersResponse

from bettune._resources import answers, decode
from bettune._resources.resource import Resource

if TYPE_CHECKING:
    from bettune._models import PredictionFilter


class AsyncPredictionFilters(Resource):
    """Prediction filters of the token's user."""

    async def list(self) -> list[PredictionFilter]:
        """List the prediction filters: GET /prediction-filters.

        They are made in BetTune by PRO subscribers; without PRO the list is empty.

        Raises:
            APIError: the request brought no result.
        """
        response = await list_prediction_filters.asyncio_detailed(client=self._low_level)
        return answers.items(
            self._low_level, response, PredictionFiltersResponse, decode.prediction_filter
        )
