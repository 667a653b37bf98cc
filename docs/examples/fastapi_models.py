from datetime import date, datetime

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict

from bettune import AsyncBetTune, Match


class Team(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    name: str


class Fixture(BaseModel):
    model_config = ConfigDict(from_attributes=True)  # reads a Match by its attributes
    id: int
    date: datetime
    home: Team
    away: Team


app = FastAPI()


@app.get("/days/{day}", response_model=list[Fixture])
async def matches(day: date) -> list[Match]:
    async with AsyncBetTune() as bettune:
        return await bettune.matches.list(day)
