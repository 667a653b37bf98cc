"""Python SDK for the BetTune API: your model's odds against the market, every day."""

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
    # The modules in the order in which they are looked into: what a client takes comes first.
    _MODULES = (
        "_errors",
        "_models",
        "_sync.client",
        "_api_errors",
        "_async.client",
        "_values.odds",
        "_bulk.plan",
        "_bulk.planning",
        "_bulk.report",
        "_records",
        "_fixtures.resolution",
    )

    def __getattr__(name: str) -> object:
        """Import a name when it is first used, since httpx and the generated client take time."""
        from importlib import import_module  # noqa: PLC0415 - no name of this package

        if name in __all__:
            for module in _MODULES:
                found = import_module(f"bettune.{module}")
                if name in vars(found):
                    return globals().setdefault(name, vars(found)[name])
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
