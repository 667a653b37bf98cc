"""The types in public signatures, for your own annotations.

from bettune.types import Missing, OddsByMatch, Predictions
"""

from bettune_openapi.client import AuthenticatedClient
from bettune_openapi.models import PredictionFilterStatus, PredictionSource

from bettune._async.matches import AsyncMatches
from bettune._async.prediction_filters import AsyncPredictionFilters
from bettune._async.predictions import AsyncPredictions
from bettune._async.sports import AsyncSports
from bettune._bulk.desired_odds import ByHand
from bettune._bulk.plan import Action, Entry, Refusal
from bettune._bulk.report import State
from bettune._fixtures.fixture_input import Fixture
from bettune._sync.matches import Matches
from bettune._sync.prediction_filters import PredictionFilters
from bettune._sync.predictions import Predictions
from bettune._sync.sports import Sports
from bettune._values.arguments import TimeZone
from bettune._values.frames import (
    OddsByFilter,
    OddsByMatch,
    Rows,
    SupportsColumns,
    SupportsItems,
)
from bettune._values.missing import Missing
from bettune._values.odds import Delete

__all__ = [
    "Action",
    "AsyncMatches",
    "AsyncPredictionFilters",
    "AsyncPredictions",
    "AsyncSports",
    "AuthenticatedClient",
    "ByHand",
    "Delete",
    "Entry",
    "Fixture",
    "Matches",
    "Missing",
    "OddsByFilter",
    "OddsByMatch",
    "PredictionFilterStatus",
    "PredictionFilters",
    "PredictionSource",
    "Predictions",
    "Refusal",
    "Rows",
    "Sports",
    "State",
    "SupportsColumns",
    "SupportsItems",
    "TimeZone",
]
