"""Lists of models that a notebook shows as tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from bettune._models import Match, Prediction, PredictionFilter, Sport
from bettune._values.display import html_table, shown_odds

Model = TypeVar("Model")

_TIME = "%Y-%m-%d %H:%M"


def _score(match: Match) -> str | None:
    home, away = match.score.home, match.score.away
    return None if home is None or away is None else f"{home}-{away}"


_COLUMNS: dict[type, dict[str, Callable[[Any], Any]]] = {
    Match: {
        "id": lambda match: match.id,
        "kick-off": lambda match: match.date.strftime(f"{_TIME} %Z"),
        "country": lambda match: match.country.name,
        "tournament": lambda match: match.tournament.name,
        "home": lambda match: match.home.name,
        "away": lambda match: match.away.name,
        "score": _score,
    },
    Prediction: {
        "filter": lambda prediction: prediction.filter_id,
        "match": lambda prediction: prediction.match_id,
        "odds": lambda prediction: shown_odds(prediction.odds),
        "source": lambda prediction: prediction.source.value,
        "updated": lambda prediction: prediction.updated_at.strftime(f"{_TIME} %Z"),
    },
    PredictionFilter: {
        "id": lambda item: item.id,
        "name": lambda item: item.name,
        "sport": lambda item: item.sport.name,
        "bet type": lambda item: item.bet_type,
        "status": lambda item: item.status.value,
    },
    Sport: {"id": lambda sport: sport.id, "name": lambda sport: sport.name},
}


class Listing(list[Model]):
    """A list of models. A notebook shows the first ones as a table."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        columns = _COLUMNS[type(self[0])] if self else {}
        rows = ([value(model) for value in columns.values()] for model in self)
        caption = f"{len(self)} of type {type(self[0]).__name__}" if self else "an empty list"
        return html_table([*columns], rows, total=len(self), caption=caption)
