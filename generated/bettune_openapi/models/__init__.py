"""Contains all the data models used in inputs/outputs"""

from typing import TYPE_CHECKING

from .error_response import ErrorResponse
from .id_name import IdName
from .match import Match
from .matches_response import MatchesResponse
from .prediction import Prediction
from .prediction_filter import PredictionFilter
from .prediction_filter_status import PredictionFilterStatus
from .prediction_filters_response import PredictionFiltersResponse
from .prediction_source import PredictionSource
from .predictions_response import PredictionsResponse
from .score import Score
from .sport import Sport
from .sports_response import SportsResponse

if TYPE_CHECKING:
    from .put_prediction_request import PutPredictionRequest
    from .search_predictions_request import SearchPredictionsRequest

__all__ = (
    "ErrorResponse",
    "IdName",
    "Match",
    "MatchesResponse",
    "Prediction",
    "PredictionFilter",
    "PredictionFiltersResponse",
    "PredictionFilterStatus",
    "PredictionSource",
    "PredictionsResponse",
    "PutPredictionRequest",
    "Score",
    "SearchPredictionsRequest",
    "Sport",
    "SportsResponse",
)

if not TYPE_CHECKING:

    def __getattr__(name):
        if name == "PutPredictionRequest":
            from .put_prediction_request import PutPredictionRequest

            return PutPredictionRequest
        if name == "SearchPredictionsRequest":
            from .search_predictions_request import SearchPredictionsRequest

            return SearchPredictionsRequest
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
