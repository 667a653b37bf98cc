"""Makes the replies of the tools: short JSON rows, in which each external text is on one line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from mcp.types import CallToolResult, TextContent

import bettune
from bettune._bulk.plan import Plan, Write
from bettune._bulk.report import WriteResult
from bettune._models import Match, PredictionFilter
from bettune._values.display import printable, shown_odds

_LONGEST_NAME = 80
_LONGEST_TEXT = 1000
_ADVICE = (
    (
        bettune.AuthenticationError,
        "Ask the user to set a valid BETTUNE_API_TOKEN for this server, and to restart it.",
    ),
    (
        bettune.InvalidOddsError,
        "Give decimal odds as min_odds, or a probability from 0 to 1 together with an edge.",
    ),
    (
        bettune.ProSubscriptionRequiredError,
        "Tell the user that this needs a PRO subscription to BetTune.",
    ),
    ((bettune.APIConnectionError, bettune.InternalServerError), "Call the tool again later."),
)


def reply(content: dict[str, Any]) -> CallToolResult:
    """Make the reply of a tool, as compact JSON and as data."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=content)


def page_of(rows: Sequence[Any], limit: int, offset: int) -> dict[str, Any]:
    """Describe a page of rows: the total number, and the offset of the next page, if any."""
    page = {"total": len(rows), "offset": offset}
    return page | {"next_offset": offset + limit} if offset + limit < len(rows) else page


def clean(text: str, longest: int = _LONGEST_NAME) -> str:
    """Return external text on one line, cut, without control characters."""
    line = printable(text)
    return line if len(line) <= longest else f"{line[:longest]}…"


def sentence(text: object) -> str:
    """Return a message of the library, which may contain external names, on one line, cut."""
    return clean(str(text), _LONGEST_TEXT)


def match_row(match: Match, zone: tzinfo) -> dict[str, Any]:
    """Describe a match, with its kick-off in the time zone."""
    row: dict[str, Any] = {
        "match_id": match.id,
        "kick_off": match.date.astimezone(zone).isoformat(timespec="minutes"),
        "country": clean(match.country.name),
        "tournament": clean(match.tournament.name),
        "home": clean(match.home.name),
        "away": clean(match.away.name),
    }
    if match.finished:
        row["finished"] = True
    if match.score.home is not None and match.score.away is not None:
        row["score"] = f"{match.score.home}-{match.score.away}"
    return row


def filter_row(prediction_filter: PredictionFilter) -> dict[str, Any]:
    """Describe a prediction filter."""
    return {
        "filter_id": prediction_filter.id,
        "name": clean(prediction_filter.name),
        "sport": clean(prediction_filter.sport.name),
        "bet_type": clean(prediction_filter.bet_type),
        "status": clean(str(prediction_filter.status.value)),
    }


def write_row(write: Write | WriteResult, plan: Plan, zone: tzinfo) -> dict[str, Any]:
    """Describe a write of a plan, or the result of one."""
    row: dict[str, Any] = {"action": write.action}
    match = plan.match(write.match_id)
    row |= {"match_id": write.match_id} if match is None else match_row(match, zone)
    row["old_odds"] = None if write.old is None else shown_odds(write.old)
    row["new_odds"] = None if write.new is None else shown_odds(write.new)
    if write.source is not None:
        row["source"] = clean(str(write.source.value))
    if isinstance(write, WriteResult):
        row["state"] = write.state
        if write.error is not None:
            row["error"] = explain(write.error)
        return row
    row["can_cause_bets"] = not write.safe
    if write.match_id in plan.refused:
        row["refused"] = sentence(plan.refused[write.match_id])
    return row


def explain(error: bettune.BetTuneError) -> str:
    """Describe an error on one line, with advice if there is any."""
    text = sentence(error)
    advice = _advice(error)
    return f"{text.rstrip('.')}. {advice}" if advice else text


def _advice(error: bettune.BetTuneError) -> str:
    for kinds, advice in _ADVICE:
        if isinstance(error, kinds):
            return advice
    if isinstance(error, bettune.NotFoundError):
        return {
            "filter_not_found": "Call list_filters for valid filter ids.",
            "match_not_found": "Call list_matches for valid match ids.",
        }.get(error.code or "", "")
    if isinstance(error, bettune.RateLimitError) and error.retry_after is not None:
        return f"Call the tool again in {error.retry_after:.0f} seconds."
    return ""
