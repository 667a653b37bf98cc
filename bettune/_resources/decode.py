"""From the generated client's answers to the library's models, with what a schema cannot check."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, UTC
from typing import TYPE_CHECKING, Protocol, TypeVar

from bettune._models import IdName, Match, Prediction, PredictionFilter, Score
from bettune._values.display import short_repr
from bettune._values.odds import six_decimals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence, Sized
    from collections.abc import Set as AbstractSet
    from datetime import date, datetime

    from bettune_openapi import models as wire

# The years in which a time may be none in UTC.
_EDGES = (MINYEAR, MAXYEAR)
Item = TypeVar("Item")
Item_co = TypeVar("Item_co", covariant=True)
Result = TypeVar("Result")


class InvalidBodyError(Exception):
    """What is wrong with a body, and where; callers of the library never see it."""


class Items(Protocol[Item_co]):
    """An answer that is a list; typed, so that the type checker sees what becomes of its items."""

    @property
    def count(self) -> int:
        """How many there are."""

    @property
    def items(self) -> Sequence[Item_co]:
        """All of them."""


def items(body: Items[Item], make: Callable[[Item], Result]) -> list[Result]:
    """Answer with `count` and `items`: what `make` makes of each item."""
    _check_count(body.count, body.items)
    return [make(item) for item in body.items]


def matches(body: wire.MatchesResponse, day: date) -> list[Match]:
    """Answer of GET /matches for a UTC day."""
    if body.date != day:
        raise InvalidBodyError(
            f"Expected the matches of {day}, got those of {body.date} - at `$.date`"
        )
    _check_count(body.count, body.items)
    for index, item in enumerate(body.items):
        if item.date.year in _EDGES:  # asked here too, to spare a call for each match
            _check_time(item.date, index, "date")
    # All in one expression: a call for each name takes a third of the time of a long list.
    return [
        Match(
            item.id,
            item.date,
            item.finished,
            Score(item.score.home, item.score.away),
            IdName(item.country.id, item.country.name),
            IdName(item.tournament.id, item.tournament.name),
            IdName(item.season.id, item.season.name),
            IdName(item.home.id, item.home.name),
            IdName(item.away.id, item.away.name),
        )
        for item in body.items
    ]


def prediction_filter(item: wire.PredictionFilter) -> PredictionFilter:
    """One item of the answer of GET /prediction-filters."""
    sport = IdName(item.sport.id, item.sport.name)
    return PredictionFilter(item.id, item.name, sport, item.bet_type, item.status)


def predictions(
    body: wire.PredictionsResponse, filter_id: int, match_ids: AbstractSet[int]
) -> list[Prediction]:
    """Answer of POST /predictions/search for a filter and matches."""
    _check_count(body.count, body.items)
    return [prediction(item, filter_id, match_ids, index) for index, item in enumerate(body.items)]


def prediction(
    body: wire.Prediction, filter_id: int, match_ids: AbstractSet[int], index: int | None = None
) -> Prediction:
    """Answer of PUT …/prediction, or one item of a search, about what was asked for."""
    if body.filter_id != filter_id:
        raise InvalidBodyError(
            f"Expected a prediction of filter {filter_id}, got one of {body.filter_id} "
            f"- at `{_place(index)}.filterId`"
        )
    if body.match_id not in match_ids:
        raise InvalidBodyError(
            f"Expected a match that was asked for, got {body.match_id} "
            f"- at `{_place(index)}.matchId`"
        )
    # Not finite, or of more digits than a number has whose odds could be paid.
    if not six_decimals(body.odds).is_finite():
        raise InvalidBodyError(
            f"Expected finite odds, got {short_repr(body.odds)} - at `{_place(index)}.odds`"
        )
    _check_time(body.created_at, index, "createdAt")
    _check_time(body.updated_at, index, "updatedAt")
    return Prediction(
        body.id,
        body.filter_id,
        body.match_id,
        body.odds,
        body.source,
        body.created_at,
        body.updated_at,
    )


def _check_time(time: datetime, index: int | None, name: str) -> None:
    if time.year in _EDGES:
        try:
            time.astimezone(UTC)
        except OverflowError:
            raise InvalidBodyError(
                f"Expected a time within the calendar, got {time.isoformat()} "
                f"- at `{_place(index)}.{name}`"
            ) from None


def _place(index: int | None) -> str:
    return "$" if index is None else f"$.items[{index}]"


def _check_count(count: int, items: Sized) -> None:
    if count != len(items):
        raise InvalidBodyError(
            f"Expected {len(items)}, the length of `$.items`, got {count} - at `$.count`"
        )
