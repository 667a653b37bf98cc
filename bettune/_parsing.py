"""Converts responses of the generated client to models, with checks that a schema cannot make."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, UTC
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from bettune._models import IdName, Match, Prediction, PredictionFilter, Score
from bettune._values.display import short_repr, shown_odds
from bettune._values.listing import Listing
from bettune._values.odds import six_decimals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence, Sized
    from collections.abc import Set as AbstractSet
    from datetime import date, datetime
    from decimal import Decimal

    from bettune_openapi import models as wire
    from bettune_openapi.types import Response

    from bettune._http.low_level import LowLevelClient

# The years in which the UTC time of a datetime may be outside the calendar.
_EDGES = (MINYEAR, MAXYEAR)
# 2xx statuses that do not confirm the operation: Accepted, Partial Content, Multi-Status.
_NOT_DONE = frozenset({202, 206, 207})
Body = TypeVar("Body")
Item = TypeVar("Item")
Item_co = TypeVar("Item_co", covariant=True)
Result = TypeVar("Result")


class InvalidBodyError(Exception):
    """A body does not match the schema. `parse` converts it to an APIResponseValidationError."""


class Items(Protocol[Item_co]):
    """A response body with a list. Type checkers infer the type of its items."""

    @property
    def count(self) -> int:
        """The number of items."""

    @property
    def items(self) -> Sequence[Item_co]:
        """All items."""


def to_items(body: Items[Item], make: Callable[[Item], Result]) -> list[Result]:
    """Convert each item of a body with `count` and `items`."""
    _check_count(body.count, body.items)
    return [make(item) for item in body.items]


def to_matches(body: wire.MatchesResponse, day: date) -> list[Match]:
    """Convert the body of GET /matches for a UTC day."""
    if body.date != day:
        raise InvalidBodyError(
            f"Expected the matches of {day}, got those of {body.date} - at `$.date`"
        )
    _check_count(body.count, body.items)
    for index, item in enumerate(body.items):
        if item.date.year in _EDGES:  # checked here, too, which saves a call per match
            _check_time(item.date, index, "date")
    # A single expression: function calls for the names would make long lists 50% slower.
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


def to_prediction_filter(item: wire.PredictionFilter) -> PredictionFilter:
    """Convert one item of GET /prediction-filters."""
    sport = IdName(item.sport.id, item.sport.name)
    return PredictionFilter(item.id, item.name, sport, item.bet_type, item.status)


def to_predictions(
    body: wire.PredictionsResponse, filter_id: int, match_ids: AbstractSet[int]
) -> list[Prediction]:
    """Convert the body of POST /predictions/search for a filter and matches."""
    _check_count(body.count, body.items)
    return [
        to_prediction(item, filter_id, match_ids, index) for index, item in enumerate(body.items)
    ]


def to_put_prediction(
    body: wire.Prediction, filter_id: int, match_id: int, sent: Decimal
) -> Prediction:
    """Convert the body of PUT …/prediction, which must have the odds that were sent."""
    prediction = to_prediction(body, filter_id, {match_id})
    if six_decimals(prediction.odds) != sent:
        held = shown_odds(prediction.odds)
        raise InvalidBodyError(
            f"Expected the odds that were sent, {shown_odds(sent)}, got {held} - at `$.odds`. If "
            f"the server keeps fewer decimals, round to {max(0, len(held.partition('.')[2]))} "
            "before sending; else look at the prediction in BetTune"
        )
    return prediction


def to_prediction(
    body: wire.Prediction, filter_id: int, match_ids: AbstractSet[int], index: int | None = None
) -> Prediction:
    """Convert the body of PUT …/prediction, or an item of a search, for the requested matches."""
    if body.filter_id != filter_id:
        raise InvalidBodyError(
            f"Expected a prediction of filter {filter_id}, got one of {body.filter_id} "
            f"- at `{_place(index)}.filterId`"
        )
    if body.match_id not in match_ids:
        raise InvalidBodyError(
            f"Expected a requested match, got {body.match_id} - at `{_place(index)}.matchId`"
        )
    # Not finite, or with too many digits.
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


def parse(
    client: LowLevelClient,
    response: Response[Any],
    kind: type[Body],
    convert: Callable[[Body], Result],
) -> Result:
    """Convert the body of a 2xx response.

    Raises:
        APIResponseValidationError: the body does not match the schema or the request.
    """
    try:
        body = response.parsed
        if not isinstance(body, kind):
            # 2xx statuses that the API does not document, such as 201, may have the same body.
            body = _decoded(response, kind)
        return convert(body)
    except InvalidBodyError as error:
        reason = str(error)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        reason = f"{_undocumented(response)}, and {error}"
    raise _invalid(client, response, reason)


def parse_items(
    client: LowLevelClient,
    response: Response[Any],
    kind: type[Items[Item]],
    make: Callable[[Item], Result],
) -> list[Result]:
    """Convert each item of a 2xx response with `count` and `items`."""
    return Listing(parse(client, response, kind, lambda body: to_items(body, make)))


def check_deleted(client: LowLevelClient, response: Response[Any]) -> None:
    """Check that a response confirms the deletion.

    Raises:
        APIResponseValidationError: the response has a body, such as a proxy's page.
    """
    if response.status_code in _NOT_DONE:
        raise _invalid(client, response, _undocumented(response))
    if response.content.strip() not in {b"", b"{}", b"null"}:
        reason = f"Expected no body, got {len(response.content)} bytes"
        raise _invalid(client, response, reason)


def _decoded(response: Response[Any], kind: type[Body]) -> Body:
    if response.status_code in _NOT_DONE:
        raise InvalidBodyError(_undocumented(response))
    return msgspec.json.decode(response.content, type=kind)


def _undocumented(response: Response[Any]) -> str:
    return f"the API does not document status {response.status_code:d} here"


def _invalid(client: LowLevelClient, response: Response[Any], reason: str) -> Exception:
    return client.invalid_response(response.request, response.status_code, response.content, reason)
