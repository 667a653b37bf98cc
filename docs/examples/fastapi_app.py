from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

from fastapi import FastAPI, HTTPException, Request

from bettune import APIError, AsyncBetTune, to_records


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with AsyncBetTune() as app.state.bettune:  # one client for all requests
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/days/{day}")
async def matches(day: date, request: Request) -> list[dict[str, Any]]:
    try:
        return to_records(await request.app.state.bettune.matches.list(day))
    except APIError as error:
        raise HTTPException(502, str(error)) from error
