"""The models that operations return: frozen, hashable, comparable, typed values."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, get_type_hints

from bettune_openapi import models as wire
from bettune_openapi.models import PredictionFilterStatus, PredictionSource
from msgspec import Struct, json

from bettune._errors import InvalidArgumentError

# The longest window, in seconds, that every system supports.
_LONGEST_WINDOW = 10**9

# msgspec resolves the types of responses on first use. By then, freezegun may have replaced
# datetime, so resolve them now.
for _body in vars(wire).values():
    if isinstance(_body, type) and issubclass(_body, Struct):
        json.Decoder(_body)


@cache
def _serializer(cls: type) -> Any:
    from pydantic import TypeAdapter  # noqa: PLC0415 - only pydantic needs this

    return TypeAdapter(cls).serializer


# Models have no reference cycles: gc=False saves the garbage collector work.
class _Model(Struct, frozen=True, gc=False):
    """The base of all models. pydantic and FastAPI accept them as fields."""

    @property
    def __pydantic_serializer__(self) -> Any:
        """The serializer for pydantic where it knows no type, as in the results of a tool."""
        try:
            return _serializer(type(self))
        except ImportError:
            raise AttributeError("pydantic is not installed") from None

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Make pydantic accept instances and dicts of their fields, and write dicts to JSON."""
        from pydantic_core import core_schema  # noqa: PLC0415 - only pydantic calls this

        hints = get_type_hints(cls)
        fields = {
            name: core_schema.typed_dict_field(handler.generate_schema(hints[name]))
            for name in cls.__struct_fields__
        }
        as_dict = core_schema.typed_dict_schema(fields, cls_name=cls.__name__)
        return core_schema.union_schema(
            [
                core_schema.is_instance_schema(cls),
                core_schema.no_info_after_validator_function(lambda given: cls(**given), as_dict),
            ],
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda model: {name: getattr(model, name) for name in cls.__struct_fields__},
                return_schema=as_dict,
            ),
        )


class Sport(_Model, frozen=True, gc=False):
    """A sport.

    Attributes:
        id: its id.
        name: its name, such as ``football``.
    """

    id: int
    name: str


class IdName(_Model, frozen=True, gc=False):
    """Something with an id and a name: a country, tournament, season, team or sport.

    Attributes:
        id: its id.
        name: its name.
    """

    id: int
    name: str


class Score(_Model, frozen=True, gc=False):
    """The goals of a match, or None if unknown.

    Attributes:
        home: goals of the home team.
        away: goals of the away team.
    """

    home: int | None
    away: int | None


class Match(_Model, frozen=True, gc=False):
    """A match.

    Attributes:
        id: its id.
        date: the kick-off, an aware datetime.
        finished: True after the end of the match.
        score: the goals.
        country: the country of the tournament.
        tournament: the tournament.
        season: the season of the tournament.
        home: the home team.
        away: the away team.
    """

    id: int
    date: datetime
    finished: bool
    score: Score
    country: IdName
    tournament: IdName
    season: IdName
    home: IdName
    away: IdName


class PredictionFilter(_Model, frozen=True, gc=False):
    """A prediction filter: BetTune bets on its bet type according to its predictions.

    Attributes:
        id: its id.
        name: its name.
        sport: the sport of its matches.
        bet_type: the bet type of its minimum odds, such as ``Home``.
        status: ``approved`` or ``disabled``. An unknown status is kept unchanged.
    """

    id: int
    name: str
    sport: IdName
    bet_type: str
    status: PredictionFilterStatus


class Prediction(_Model, frozen=True, gc=False):
    """The minimum odds at which BetTune bets on a match for a prediction filter.

    Attributes:
        id: its id.
        filter_id: the prediction filter.
        match_id: the match.
        odds: the decimal minimum odds.
        source: ``api``, or ``ui`` if a person set the prediction on BetTune's page. An unknown
            source is kept unchanged.
        created_at: the time of creation, an aware datetime.
        updated_at: the time of the last update, an aware datetime.
    """

    id: int
    filter_id: int
    match_id: int
    odds: Decimal
    source: PredictionSource
    created_at: datetime
    updated_at: datetime


class RateLimit(Struct, frozen=True, repr_omit_defaults=True):
    """At most `requests` requests in any `per` seconds.

    Attributes:
        requests: the number of requests, at least 1.
        per: the length of the window in seconds, above 0 and at most 10**9.
        shared: True to share the limit between all your processes on this machine with the same
            base URL, through a small file in ``~/.cache/bettune`` or in the folder of
            ``XDG_CACHE_HOME``. If their limits differ, all of them apply. Not available on
            Windows.

    Raises:
        InvalidArgumentError: an argument is invalid.
    """

    requests: int
    per: float
    shared: bool = False

    def __post_init__(self) -> None:
        if type(self.requests) is not int or self.requests < 1:
            raise InvalidArgumentError(
                f"requests must be an integer above 0, not {self.requests!r}"
            )
        if type(self.per) in {int, float} and self.per > _LONGEST_WINDOW:
            raise InvalidArgumentError(f"per must be at most {_LONGEST_WINDOW} seconds")
        if type(self.per) not in {int, float} or not self.per > 0:  # false for NaN, too
            raise InvalidArgumentError(f"per must be seconds above 0, not {self.per!r}")
        if type(self.shared) is not bool:
            raise InvalidArgumentError(f"shared must be True or False, not {self.shared!r}")
