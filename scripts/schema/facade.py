"""The operations and models that the facade relies on, and the values that it sends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scripts import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

BASE_PATH = "/bet-tune-api/v1"
PREDICTION = "/prediction-filters/{filterId}/matches/{matchId}/prediction"
# (path, method): tag, name, model of the request, model of the response.
OPERATIONS = {
    ("/sports", "get"): ("Sports", "list_sports", None, "SportsResponse"),
    ("/matches", "get"): ("Matches", "list_matches", None, "MatchesResponse"),
    ("/prediction-filters", "get"): (
        "Prediction Filters",
        "list_prediction_filters",
        None,
        "PredictionFiltersResponse",
    ),
    ("/predictions/search", "post"): (
        "Predictions",
        "search_predictions",
        "SearchPredictionsRequest",
        "PredictionsResponse",
    ),
    (PREDICTION, "put"): ("Predictions", "put_prediction", "PutPredictionRequest", "Prediction"),
    (PREDICTION, "delete"): ("Predictions", "delete_prediction", None, None),
}
# The fields of each response that the facade reads, with their models or those of their items.
# Other fields of the schema may be missing: no call depends on them.
MODELS: dict[str, dict[str, str | None]] = {
    "SportsResponse": {"count": None, "items": "Sport"},
    "Sport": {"id": None, "name": None},
    "MatchesResponse": {"date": None, "count": None, "items": "Match"},
    "Match": {
        "id": None,
        "date": None,
        "finished": None,
        "score": "Score",
        "country": "IdName",
        "tournament": "IdName",
        "season": "IdName",
        "home": "IdName",
        "away": "IdName",
    },
    "Score": {"home": None, "away": None},
    "IdName": {"id": None, "name": None},
    "PredictionFiltersResponse": {"count": None, "items": "PredictionFilter"},
    "PredictionFilter": {
        "id": None,
        "name": None,
        "sport": "IdName",
        "betType": None,
        "status": "PredictionFilterStatus",
    },
    "PredictionsResponse": {"count": None, "items": "Prediction"},
    "Prediction": {
        "id": None,
        "filterId": None,
        "matchId": None,
        "odds": None,
        "source": "PredictionSource",
        "createdAt": None,
        "updatedAt": None,
    },
    "ErrorResponse": {"code": None, "message": None},
}
ERROR = "ErrorResponse"
# The only model that is used in several places.
ID_NAME = "IdName"

# The values that the facade sends, with extremes. A limit that all of these satisfy is harmless.
# Ids come from the API. Not all JSON parsers can read larger ones.
_IDS = [1, 2**53 - 1]
SENT = {
    "filterId": _IDS,
    "matchId": _IDS,
    "sport": _IDS,
    "date": ["0001-01-01", "2026-06-06", "2028-02-29", "9999-12-31"],
    "matchIds": [[1], list(range(1, 501))],
    "matchIds[]": _IDS,
    "odds": ["1", "1.000001", "2.15", "10", "99.5", "1001.123456", 1, 1001.123456],
}

# Changes that the type checker cannot detect: a pattern for the line of the facade, and the effect.
UNSEEN = {
    "signing": (
        r"Bearer \{",
        "the facade sends a bearer token: every call fails until it authenticates as required",
    ),
    "address": (r"^BASE_URL = ", "the facade uses the old address until this line has the new one"),
    "limits": (
        r"^SEARCH_SIZE = ",
        "a search sends this number of ids at once: more than the limit is a BadRequestError",
    ),
    "pages": (
        r"^class \w*Matches\b",
        "a list is treated as complete: items after the first page are missed silently",
    ),
    "errors": (
        r"^class APIStatusError",
        "with other error bodies `.code` is None, and a run no longer stops on `filter_not_found`",
    ),
}


def id_name_places(operations: Iterable[tuple[str, str]]) -> int:
    """Return the number of places with an ID_NAME in the responses of some operations."""
    places = 0
    models = {OPERATIONS[where][3] for where in operations if where in OPERATIONS}
    counted: set[str | None] = {None}
    while models := models - counted:
        counted |= models
        fields = [model for name in models for model in MODELS.get(name or "", {}).values()]
        places += fields.count(ID_NAME)
        models = set(fields)
    return places


def place_of(unseen: str) -> str:
    """Return the file and line of the facade for a key of UNSEEN."""
    pattern = re.compile(UNSEEN[unseen][0], re.MULTILINE)
    folder = ROOT / "bettune"
    for path in sorted(folder.rglob("*.py")):
        if not {"cli", "sandbox", "_sync"} & set(path.relative_to(folder).parts):
            text = path.read_text("utf-8")
            if match := pattern.search(text):
                line = text.count("\n", 0, match.start()) + 1
                return f"{path.relative_to(ROOT).as_posix()}:{line}"
    return "bettune/"
