"""Python SDK for the BetTune API: your model's odds against the market, every day."""

from typing import TYPE_CHECKING

from bettune._version import __version__

if TYPE_CHECKING:
    from bettune_openapi.models import PredictionFilterStatus, PredictionSource

    from bettune._bulk.plan import OddsChange, Plan
    from bettune._bulk.report import SyncReport
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
    from bettune._values.records import to_records

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

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a name when it is first used, since httpx and the generated client take time."""
        from importlib import import_module  # noqa: PLC0415 - no name of this package

        if name in __all__:
            for module in (
                "_errors",
                "_models",
                "_bulk.plan",
                "_bulk.report",
                "_values.records",
                "_client",
            ):
                found = import_module(f"bettune.{module}")
                if name in vars(found):
                    return globals().setdefault(name, vars(found)[name])
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
