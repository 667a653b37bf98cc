"""Prediction filters: GET /prediction-filters."""

# Derived by `make generate`: change the file of this name in bettune/_async instead.
from __future__ import annotations

from bettune_openapi.api.prediction_filters import list_prediction_filters
from bettune_openapi.models import PredictionFiltersResponse

from bettune._models import PredictionFilter
from bettune._parsing import parse_items, to_prediction_filter
from bettune._resource import Resource


class PredictionFilters(Resource):
    """The prediction filters of the token's user."""

    def list(self) -> list[PredictionFilter]:
        """List the prediction filters: GET /prediction-filters.

        PRO subscribers create filters in BetTune. Without PRO, the list is empty.

        Raises:
            APIError: the request failed.
        """
        response = list_prediction_filters.sync_detailed(client=self._low_level)
        return parse_items(
            self._low_level, response, PredictionFiltersResponse, to_prediction_filter
        )
