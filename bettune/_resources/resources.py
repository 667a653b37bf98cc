"""Sports, matches, prediction filters: arguments in, the generated client's call, models out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from bettune_openapi.api.matches import list_matches
from bettune_openapi.api.prediction_filters import list_prediction_filters
from bettune_openapi.api.sports import list_sports
from bettune_openapi.models import MatchesResponse, PredictionFiltersResponse, SportsResponse

from bettune._http.exchange import invalid_answer
from bettune._resources import decode as _decode
from bettune._values.arguments import to_id, to_utc_day
from bettune._values.days import Span

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from datetime import date, datetime

    from bettune_openapi.client import AuthenticatedClient
    from bettune_openapi.types import Response

    from bettune._models import Match, PredictionFilter, Sport

Body = TypeVar("Body")
Model = TypeVar("Model")


class Resource:
    """A group of operations, as an attribute of a client."""

    def __init__(self, low_level: AuthenticatedClient) -> None:
        self._low_level = low_level


class Sports(Resource):
    """Sports."""

    def list(self) -> list[Sport]:
        """List the sports: GET /sports.

        Raises:
            APIError: the request brought no result.
        """
        return _sports(list_sports.sync_detailed(client=self._low_level))


class AsyncSports(Resource):
    """Sports."""

    async def list(self) -> list[Sport]:
        """List the sports: GET /sports.

        Raises:
            APIError: the request brought no result.
        """
        return _sports(await list_sports.asyncio_detailed(client=self._low_level))


class Matches(Resource):
    """Matches."""

    def list(self, day: date | datetime | str, *, sport: int) -> list[Match]:
        """List the matches of one UTC day: GET /matches.

        Args:
            day: a date, an aware datetime (its UTC day) or ``"YYYY-MM-DD"``.
            sport: the sport's id.

        Raises:
            InvalidArgumentError: an argument cannot be right; nothing was sent.
            APIError: the request brought no result.
        """
        date, sport = to_utc_day(day, "day"), to_id(sport, "sport")
        return _matches(list_matches.sync_detailed(client=self._low_level, date=date, sport=sport))

    def between(
        self, start: date | datetime | str, end: date | datetime | str, *, sport: int
    ) -> Iterator[Match]:
        """List the matches of a span of time, lazily: GET /matches, once per UTC day.

        Args:
            start: the first day (a date or ``"YYYY-MM-DD"``), or an aware datetime.
            end: the last day, included; or an aware datetime, which no kick-off reaches.
            sport: the sport's id.

        Raises:
            InvalidArgumentError: an argument cannot be right; nothing was sent.
            APIError: a request brought no result.
        """
        span, sport = Span(start, end), to_id(sport, "sport")
        return (
            match for day in span.days() for match in self.list(day, sport=sport) if match in span
        )


class AsyncMatches(Resource):
    """Matches."""

    async def list(self, day: date | datetime | str, *, sport: int) -> list[Match]:
        """List the matches of one UTC day: GET /matches.

        Args:
            day: a date, an aware datetime (its UTC day) or ``"YYYY-MM-DD"``.
            sport: the sport's id.

        Raises:
            InvalidArgumentError: an argument cannot be right; nothing was sent.
            APIError: the request brought no result.
        """
        date, sport = to_utc_day(day, "day"), to_id(sport, "sport")
        return _matches(
            await list_matches.asyncio_detailed(client=self._low_level, date=date, sport=sport)
        )

    def between(
        self, start: date | datetime | str, end: date | datetime | str, *, sport: int
    ) -> AsyncIterator[Match]:
        """List the matches of a span of time, lazily: GET /matches, once per UTC day.

        Args:
            start: the first day (a date or ``"YYYY-MM-DD"``), or an aware datetime.
            end: the last day, included; or an aware datetime, which no kick-off reaches.
            sport: the sport's id.

        Raises:
            InvalidArgumentError: an argument cannot be right; nothing was sent.
            APIError: a request brought no result.
        """
        span, sport = Span(start, end), to_id(sport, "sport")

        async def matches() -> AsyncIterator[Match]:
            for day in span.days():
                for match in await self.list(day, sport=sport):
                    if match in span:
                        yield match

        return matches()


class PredictionFilters(Resource):
    """Prediction filters of the token's user."""

    def list(self) -> list[PredictionFilter]:
        """List the prediction filters: GET /prediction-filters.

        Raises:
            APIError: the request brought no result.
        """
        return _filters(list_prediction_filters.sync_detailed(client=self._low_level))


class AsyncPredictionFilters(Resource):
    """Prediction filters of the token's user."""

    async def list(self) -> list[PredictionFilter]:
        """List the prediction filters: GET /prediction-filters.

        Raises:
            APIError: the request brought no result.
        """
        return _filters(await list_prediction_filters.asyncio_detailed(client=self._low_level))


def to_model(response: Response[Any], kind: type[Body], convert: Callable[[Body], Model]) -> Model:
    """Take the model out of an answer.

    Raises:
        APIResponseValidationError: the API does not document such an answer, or not such values.
    """
    try:
        if isinstance(response.parsed, kind):
            return convert(response.parsed)
        reason = f"the API does not document status {response.status_code:d} here"
    except _decode.InvalidBodyError as error:
        reason = str(error)
    raise invalid_answer.get()(response.status_code, response.content, reason)


def _sports(response: Response[Any]) -> list[Sport]:
    return to_model(response, SportsResponse, _decode.sports)


def _matches(response: Response[Any]) -> list[Match]:
    return to_model(response, MatchesResponse, _decode.matches)


def _filters(response: Response[Any]) -> list[PredictionFilter]:
    return to_model(response, PredictionFiltersResponse, _decode.prediction_filters)
