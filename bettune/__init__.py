"""Python SDK for the BetTune API: your model's odds against the market, every day."""

from bettune_openapi.models import PredictionFilterStatus, PredictionSource

from bettune._client import AsyncBetTune, BetTune
from bettune._errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    BetTuneError,
    ConfigurationError,
    InternalServerError,
    InvalidArgumentError,
    InvalidOddsError,
    NotFoundError,
    PermissionDeniedError,
    ProSubscriptionRequiredError,
    RateLimitError,
    SyncError,
)
from bettune._models import IdName, Match, Prediction, PredictionFilter, RateLimit, Score, Sport
from bettune._plan import OddsChange, Plan
from bettune._records import to_records
from bettune._report import SyncReport
from bettune._version import __version__

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncBetTune",
    "AuthenticationError",
    "BadRequestError",
    "BetTune",
    "BetTuneError",
    "ConfigurationError",
    "IdName",
    "InternalServerError",
    "InvalidArgumentError",
    "InvalidOddsError",
    "Match",
    "NotFoundError",
    "OddsChange",
    "PermissionDeniedError",
    "Plan",
    "Prediction",
    "PredictionFilter",
    "PredictionFilterStatus",
    "PredictionSource",
    "ProSubscriptionRequiredError",
    "RateLimit",
    "RateLimitError",
    "Score",
    "Sport",
    "SyncError",
    "SyncReport",
    "__version__",
    "to_records",
]
