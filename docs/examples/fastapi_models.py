from datetime import date
from decimal import Decimal

from fastapi import FastAPI
from pydantic import BaseModel

from bettune import AsyncBetTune, Match, min_odds


class Price(BaseModel):
    match: Match  # bettune's models can be fields of pydantic models
    min_odds: Decimal


app = FastAPI()


@app.get("/days/{day}/prices")
async def prices(day: date, probability: Decimal, edge: Decimal = Decimal(0)) -> list[Price]:
    lowest = min_odds(probability, edge)
    async with AsyncBetTune() as bettune:
        return [Price(match=match, min_odds=lowest) for match in await bettune.matches.list(day)]
