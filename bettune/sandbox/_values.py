"""Reads the values in a request (dates, ids, odds, JSON), and rejects them as BetTune does."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST_ID = 2**63 - 1
_MOST_DIGITS = 400
_MOST_MATCHES = 10_000

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ID = re.compile(r"\d{1,19}", re.ASCII)
_ODDS = re.compile(r"\d+(\.\d+)?([eE][+-]?\d{1,9})?", re.ASCII)

_SIX_DECIMALS = Decimal("0.000001")
_ROUNDING = Context(prec=_MOST_DIGITS + 6, rounding=ROUND_HALF_EVEN)


class RefusedError(Exception):
    """An error response: its status, code, message and additional headers."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers


def read_date(text: str | None) -> date:
    """Read a date in the format `YYYY-MM-DD`."""
    try:
        if text and _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise RefusedError(400, "date_invalid", "Invalid or missing date. Expected format: YYYY-MM-DD")


def read_id(value: str, name: str) -> int:
    """Read an id in a URL. `name` ("filter" or "match") appears in the error."""
    if _ID.fullmatch(value) and int(value) <= _LARGEST_ID:
        return int(value)
    raise _bad_id(name)


def read_sport(text: str | None) -> None:
    """Check the sport in a query. Only football is valid."""
    if not (text and _ID.fullmatch(text) and int(text) == 1):
        raise RefusedError(400, "sport_invalid", "Invalid or missing sport. See /sports")


def read_object(body: bytes) -> dict[str, Any]:
    """Read a body that is a JSON object. Fractions become `Decimal`."""
    try:
        value = json.loads(body.decode(), parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, InvalidOperation, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise RefusedError(400, "invalid_json_body", "Invalid JSON body")
    return value


def read_search(body: Mapping[str, Any]) -> tuple[int, list[int]]:
    """Read the filter id and the match ids of a search."""
    filter_id = _as_id(body.get("filterId"), _bad_id("filter"))
    match_ids = body.get("matchIds")
    bad = RefusedError(400, "match_ids_invalid", f"Expected matchIds, at most {_MOST_MATCHES} ids")
    if not isinstance(match_ids, list) or len(match_ids) > _MOST_MATCHES:
        raise bad
    return filter_id, [_as_id(match_id, bad) for match_id in match_ids]


def read_odds(body: Mapping[str, Any]) -> str:
    """Read the odds of a prediction, and round them to six decimals, half to even."""
    value = body.get("odds")
    if isinstance(value, str) and _ODDS.fullmatch(value):
        value = Decimal(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    if isinstance(value, Decimal) and value >= 1 and value.adjusted() < _MOST_DIGITS:
        return f"{value.quantize(_SIX_DECIMALS, context=_ROUNDING):f}"
    raise RefusedError(400, "odds_invalid", "Invalid or missing odds. Expected a number, 1 or more")


def _as_id(value: object, refusal: RefusedError) -> int:
    """Read an id in a body, or raise `refusal`. As in JSON Schema, 7.0 is an integer."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise refusal
    if not 0 <= value <= _LARGEST_ID or value != round(value):
        raise refusal
    return int(value)


def _bad_id(name: str) -> RefusedError:
    return RefusedError(400, f"{name}_id_invalid", f"Invalid or missing {name} id")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
