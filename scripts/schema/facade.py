"""The operations and models that the facade relies on, by place, and the values it sends."""

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
# The one model that stands in several places.
ID_NAME = "IdName"

# What it sends at each place, to the extremes: a limit that all of it keeps changes nothing.
# Ids are the API's own, and not all readers of JSON know greater ones.
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

# What the type checker cannot see when it changes: where the facade says it, and what it means.
UNSEEN = {
    "signing": (
        r"Bearer \{",
        "the facade signs with a bearer token: every call fails until it signs as asked",
    ),
    "address": (r"^BASE_URL = ", "the facade asks the old address until this names the new one"),
    "limits": (
        r"^SEARCH_SIZE = ",
        "a search asks for so many ids at once: what is beyond a limit is a BadRequestError",
    ),
    "pages": (
        r"^class \w*Matches\b",
        "a list is taken for whole: what is not in the first part is missed without a word",
    ),
    "errors": (
        r"^class APIStatusError",
        "with other error bodies `.code` is None, and a run no longer stops on `filter_not_found`",
    ),
}


def id_name_places(operations: Iterable[tuple[str, str]]) -> int:
    """Return in how many places the responses of some operations have an ID_NAME."""
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
    """Return where the facade says what the type checker cannot see: a file and a line."""
    pattern = re.compile(UNSEEN[unseen][0], re.MULTILINE)
    folder = ROOT / "bettune"
    for path in sorted(folder.rglob("*.py")):
        if not {"cli", "sandbox", "_sync"} & set(path.relative_to(folder).parts):
            text = path.read_text("utf-8")
            if found := pattern.search(text):
                line = text.count("\n", 0, found.start()) + 1
                return f"{path.relative_to(ROOT).as_posix()}:{line}"
    return "bettune/"
