"""What the library returns: frozen, hashable, comparable, typed values."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from bettune_openapi import models as wire
from bettune_openapi.models import PredictionFilterStatus, PredictionSource
from msgspec import Struct, json

# msgspec looks the types of answers up when first decoded, in modules where a tool that holds the
# clock (freezegun) may by then have another datetime: so it looks now.
for _body in vars(wire).values():
    if isinstance(_body, type) and issubclass(_body, Struct):
        json.Decoder(_body)

# What the API answers holds nothing that could refer back to it: gc=False spares the collector.


class Sport(Struct, frozen=True, gc=False):
    """A sport.

    Attributes:
        id: its id.
        name: its name, such as ``football``.
    """

    id: int
    name: str


class IdName(Struct, frozen=True, gc=False):
    """Something with an id and a name: a country, tournament, season, team or sport.

    Attributes:
        id: its id.
        name: its name.
    """

    id: int
    name: str


class Score(Struct, frozen=True, gc=False):
    """The goals of a match, None as long as there are none to tell.

    Attributes:
        home: goals of the home team.
        away: goals of the away team.
    """

    home: int | None
    away: int | None


class Match(Struct, frozen=True, gc=False):
    """A match.

    Attributes:
        id: its id.
        date: the kick-off, an aware datetime.
        finished: whether it is over.
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


class PredictionFilter(Struct, frozen=True, gc=False):
    """A prediction filter: what a set of predictions is about.

    Attributes:
        id: its id.
        name: its name.
        sport: the sport of its matches.
        bet_type: the bet its odds are for, such as ``Home``.
        status: ``approved`` or ``disabled``; a status we do not know is kept as it came.
    """

    id: int
    name: str
    sport: IdName
    bet_type: str
    status: PredictionFilterStatus


class Prediction(Struct, frozen=True, gc=False):
    """The odds a prediction filter holds for a match.

    Attributes:
        id: its id.
        filter_id: the prediction filter.
        match_id: the match.
        odds: decimal odds.
        source: ``api`` or ``ui``; a source we do not know is kept as it came.
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
