"""Arguments of the tools, with the descriptions that a model reads."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StrictFloat, StrictInt, StrictStr

Number = StrictInt | StrictFloat | StrictStr
Day = Annotated[str, Field(description="YYYY-MM-DD, yesterday, today or tomorrow")]
Zone = Annotated[
    str, Field(description="the time zone of days and kick-offs, such as Europe/Warsaw")
]
Sport = Annotated[int, Field(description="the sport's id; 1 is football", ge=1)]
FilterId = Annotated[int, Field(description="a filter_id of list_filters", ge=1)]
Search = Annotated[
    str, Field(description="words that the country, tournament or teams have to contain")
]
Limit = Annotated[int, Field(description="maximum number of rows in the reply", ge=1, le=100)]
Offset = Annotated[int, Field(description="rows to skip: next_offset of the last reply", ge=0)]
PlanId = Annotated[str, Field(description="a plan_id that plan returned")]
Edge = Annotated[
    Number | None,
    Field(description="expected value of a stake of 1, 0.05 for 5%; required with probabilities"),
]
ScopeDay = Annotated[
    str | None,
    Field(
        description="a day that odds cover completely: the filter's predictions for other matches "
        "of this day are deleted"
    ),
]
ByHand = Annotated[
    Literal["error", "keep"],
    Field(description="refuse or keep minimum odds that a person set on BetTune's page"),
]


class Fixture(BaseModel, extra="forbid"):
    """A fixture in the user's own names."""

    date: Annotated[str, Field(description="YYYY-MM-DD, or YYYY-MM-DD HH:MM")]
    home: str
    away: str
    country: str | None = None
    tournament: str | None = None


class DesiredWrite(BaseModel, extra="forbid"):
    """The desired odds of a match: exactly one of min_odds, probability and delete."""

    match_id: Annotated[int, Field(description="a match_id of this session's replies", ge=1)]
    min_odds: Annotated[
        Number | None, Field(description="decimal odds, such as 2.15, from which BetTune bets")
    ] = None
    probability: Annotated[
        Number | None,
        Field(description="probability of winning the bet, above 0 and at most 1; needs edge"),
    ] = None
    delete: Annotated[
        Literal[True] | None,
        Field(description="delete the prediction, so that BetTune places no bet"),
    ] = None


Fixtures = Annotated[list[Fixture], Field(min_length=1, max_length=100)]
DesiredOdds = Annotated[list[DesiredWrite], Field(max_length=500)]
