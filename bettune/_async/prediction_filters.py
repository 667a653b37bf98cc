"""Prediction filters: GET /prediction-filters."""

from __future__ import annotations

from bettune_openapi.api.prediction_filters import list_prediction_filters
from bettune_openapi.models import PredictionFiltersResponse

from bettune._models import PredictionFilter
from bettune._parsing import parse_items, to_prediction_filter
from bettune._resource import Resource


class AsyncPredictionFilters(Resource):
    """The prediction filters of the token's user."""

    async def list(self) -> list[PredictionFilter]:
        """List the prediction filters: GET /prediction-filters.

        PRO subscribers create filters in BetTune. Without PRO, the list is empty.

        Raises:
            APIError: the request failed.
        """
        response = await list_prediction_filters.asyncio_detailed(client=self._low_level)
        return parse_items(
            self._low_level, response, PredictionFiltersResponse, to_prediction_filter
        )
