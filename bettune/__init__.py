"""Python SDK for the BetTune API: it sends the minimum odds of your model to BetTune."""

from typing import TYPE_CHECKING

from bettune._version import __version__

if TYPE_CHECKING:
    from bettune_openapi.models import PredictionFilterStatus, PredictionSource

    from bettune._api_errors import (
        APIConnectionError,
        APIError,
        APIResponseValidationError,
        APIStatusError,
        APITimeoutError,
        AuthenticationError,
        BadRequestError,
        InternalServerError,
        NotFoundError,
        PermissionDeniedError,
        ProSubscriptionRequiredError,
        RateLimitError,
    )
    from bettune._async.client import AsyncBetTune
    from bettune._bulk.plan import OddsChange, Plan, Plans, Write
    from bettune._bulk.planning import PlanRefusedError
    from bettune._bulk.report import SyncError, SyncReport, SyncReports, WriteResult
    from bettune._errors import (
        BetTuneError,
        ConfigurationError,
        InvalidArgumentError,
        InvalidOddsError,
    )
    from bettune._fixtures.resolution import (
        Candidate,
        Resolution,
        ResolutionError,
        UnresolvedFixture,
    )
    from bettune._models import IdName, Match, Prediction, PredictionFilter, RateLimit, Score, Sport
    from bettune._records import to_records
    from bettune._sync.client import BetTune
    from bettune._values.odds import DELETE, min_odds

__all__ = [
    "DELETE",
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
    "Candidate",
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
    "PlanRefusedError",
    "Plans",
    "Prediction",
    "PredictionFilter",
    "PredictionFilterStatus",
    "PredictionSource",
    "ProSubscriptionRequiredError",
    "RateLimit",
    "RateLimitError",
    "Resolution",
    "ResolutionError",
    "Score",
    "Sport",
    "SyncError",
    "SyncReport",
    "SyncReports",
    "UnresolvedFixture",
    "Write",
    "WriteResult",
    "__version__",
    "min_odds",
    "to_records",
]

if not TYPE_CHECKING:
    # The module of each name, imported on first use: httpx and the generated client are slow to
    # import.
    _MODULES = {
        "DELETE": "bettune._values.odds",
        "PlanRefusedError": "bettune._bulk.planning",
        "Write": "bettune._bulk.plan",
        "min_odds": "bettune._values.odds",
        "APIConnectionError": "bettune._api_errors",
        "APIError": "bettune._api_errors",
        "APIResponseValidationError": "bettune._api_errors",
        "APIStatusError": "bettune._api_errors",
        "APITimeoutError": "bettune._api_errors",
        "AsyncBetTune": "bettune._async.client",
        "AuthenticationError": "bettune._api_errors",
        "BadRequestError": "bettune._api_errors",
        "BetTune": "bettune._sync.client",
        "BetTuneError": "bettune._errors",
        "Candidate": "bettune._fixtures.resolution",
        "ConfigurationError": "bettune._errors",
        "IdName": "bettune._models",
        "InternalServerError": "bettune._api_errors",
        "InvalidArgumentError": "bettune._errors",
        "InvalidOddsError": "bettune._errors",
        "Match": "bettune._models",
        "NotFoundError": "bettune._api_errors",
        "OddsChange": "bettune._bulk.plan",
        "PermissionDeniedError": "bettune._api_errors",
        "Plan": "bettune._bulk.plan",
        "Plans": "bettune._bulk.plan",
        "Prediction": "bettune._models",
        "PredictionFilter": "bettune._models",
        "PredictionFilterStatus": "bettune._models",
        "PredictionSource": "bettune._models",
        "ProSubscriptionRequiredError": "bettune._api_errors",
        "RateLimit": "bettune._models",
        "RateLimitError": "bettune._api_errors",
        "Resolution": "bettune._fixtures.resolution",
        "ResolutionError": "bettune._fixtures.resolution",
        "Score": "bettune._models",
        "Sport": "bettune._models",
        "SyncError": "bettune._bulk.report",
        "SyncReport": "bettune._bulk.report",
        "SyncReports": "bettune._bulk.report",
        "UnresolvedFixture": "bettune._fixtures.resolution",
        "WriteResult": "bettune._bulk.report",
        "to_records": "bettune._records",
    }

    def __getattr__(name: str) -> object:
        """Import a name on first use."""
        from importlib import import_module  # noqa: PLC0415 - not a name of this package

        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_MODULES[name]), name)
        return globals().setdefault(name, value)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
