"""The models that operations return: frozen, hashable, comparable, typed values."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, get_type_hints

from bettune_openapi import models as wire
from bettune_openapi.models import PredictionFilterStatus, PredictionSource
from msgspec import Struct, json

from bettune._errors import InvalidArgumentError

# Seconds that the clocks of every system can wait.
_LONGEST_WINDOW = 10**9

# msgspec looks the types of answers up when first decoded, in modules where a tool that holds the
# clock (freezegun) may by then have another datetime: so it looks now.
for _body in vars(wire).values():
    if isinstance(_body, type) and issubclass(_body, Struct):
        json.Decoder(_body)


# Models never refer back to themselves: gc=False spares the garbage collector.
class _Model(Struct, frozen=True, gc=False):
    """The base of all models: pydantic, and FastAPI with it, takes them as fields."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Describe a model to pydantic: an instance or a dict of its fields, and a dict as JSON."""
        from pydantic_core import core_schema  # noqa: PLC0415 - pydantic calls this alone

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
    """The goals of a match, None while they are not known.

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
        finished: whether the match is over.
        score: its goals.
        country: where it is played.
        tournament: the tournament it belongs to.
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
    """A prediction filter: BetTune bets by its predictions, on the bet type it is for.

    Attributes:
        id: its id.
        name: its name.
        sport: the sport of its matches.
        bet_type: the bet that its minimum odds are for, such as ``Home``.
        status: ``approved`` or ``disabled``; an unknown status is kept as it came.
    """

    id: int
    name: str
    sport: IdName
    bet_type: str
    status: PredictionFilterStatus


class Prediction(_Model, frozen=True, gc=False):
    """The minimum odds from which BetTune bets on a match, for a prediction filter.

    Attributes:
        id: its id.
        filter_id: the prediction filter.
        match_id: the match.
        odds: minimum odds, in decimal.
        source: ``api``, or ``ui`` where a person set it on BetTune's page; an unknown source is
            kept as it came.
        created_at: an aware datetime.
        updated_at: an aware datetime.
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
        shared: whether all your clients on this machine with the same base URL keep to the limit
            together, in all processes: by a small file in ``~/.cache/bettune``, or in the folder
            that ``XDG_CACHE_HOME`` names. If they give different limits, all of these hold. Not
            on Windows.

    Raises:
        InvalidArgumentError: `requests` or `per` is not such a number, or `shared` is not a bool.
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
        if type(self.per) not in {int, float} or not self.per > 0:  # NaN neither
            raise InvalidArgumentError(f"per must be seconds above 0, not {self.per!r}")
        if type(self.shared) is not bool:
            raise InvalidArgumentError(f"shared must be True or False, not {self.shared!r}")
