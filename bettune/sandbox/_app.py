"""The ASGI app of the sandbox: the operations of BetTune, and the pages for people."""

from __future__ import annotations

import json
import logging
import math
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bettune._values.display import short_repr
from bettune.sandbox._document import schema_bytes
from bettune.sandbox._football import FOOTBALL, day_of, matches_json
from bettune.sandbox._page import Pages
from bettune.sandbox._predictions import FILTERS
from bettune.sandbox._store import when_free
from bettune.sandbox._values import (
    RefusedError,
    read_date,
    read_id,
    read_object,
    read_odds,
    read_search,
    read_sport,
)

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.exceptions import HTTPException
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from bettune.sandbox._rate_limit import SlidingWindow
    from bettune.sandbox._store import Store

BASE_PATH = "/bet-tune-api/v1"
PRO_TOKEN = "bettune-sandbox-pro"  # noqa: S105 - public, the same in every sandbox
FREE_TOKEN = "bettune-sandbox-free"  # noqa: S105

_PRO_BY_TOKEN = {PRO_TOKEN: True, FREE_TOKEN: False}
_LARGEST_BODY = 1_000_000
# The maximum lengths of a method and a path in `Sandbox.seen`.
_LONGEST_METHOD, _LONGEST_PATH = 20, 500
_LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?", re.ASCII | re.IGNORECASE)

_logger = logging.getLogger("bettune.sandbox")

_Handler = Callable[[Request, bool], Awaitable[Response]]


class Seen(NamedTuple):
    """A request that received a response: arrival (`time.monotonic()`), method, path, status."""

    arrived: float
    method: str
    path: str
    status: int


class _Operations:
    """The operations of the API. `pro` tells whether the token has PRO."""

    def __init__(
        self, store: Store, limit: SlidingWindow | None, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._limit = limit
        self._now = now
        self.calls: dict[str, str] = {}

    def route(self, path: str, handler: _Handler, **calls: str) -> Route:
        """Make a route that checks the token and the rate limit before it calls the handler.

        `calls` maps each method to the call of `bettune` that the page shows, with parameters and
        fields of the body in braces.
        """

        async def endpoint(request: Request) -> Response:
            return await handler(request, self._admit(request))

        self.calls |= {f"{method.lower()} {path}": call for method, call in calls.items()}
        return Route(BASE_PATH + path, endpoint, methods=list(calls))

    async def sports(self, _request: Request, _pro: bool) -> Response:
        return _items([FOOTBALL])

    async def matches(self, request: Request, _pro: bool) -> Response:
        day = read_date(request.query_params.get("date"))
        read_sport(request.query_params.get("sport"))
        return _json_bytes(matches_json(day, self._now()))

    async def prediction_filters(self, _request: Request, pro: bool) -> Response:
        return _items(list(FILTERS.values()) if pro else [])

    async def search(self, request: Request, pro: bool) -> Response:
        _require_pro(pro)
        filter_id, match_ids = read_search(read_object(await _body(request)))
        _require_filter(filter_id)
        predictions = await when_free(lambda: self._store.search(filter_id, match_ids))
        return _items([prediction.as_json() for prediction in predictions])

    async def prediction(self, request: Request, pro: bool) -> Response:
        _require_pro(pro)
        filter_id = read_id(request.path_params["filterId"], "filter")
        match_id = read_id(request.path_params["matchId"], "match")
        odds = read_odds(read_object(await _body(request))) if request.method == "PUT" else None
        _require_filter(filter_id)
        if day_of(match_id) is None:
            raise RefusedError(404, "match_not_found", "Match not found")
        if odds is None:
            await when_free(lambda: self._store.delete(filter_id, match_id))
            return Response(status_code=204)
        put = await when_free(lambda: self._store.put(filter_id, match_id, odds))
        return _json(200, put.as_json())

    def _admit(self, request: Request) -> bool:
        """Check token and rate limit, or raise. Return whether the caller has PRO."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise RefusedError(401, "missing_token", "No token provided")
        if token not in _PRO_BY_TOKEN:
            raise RefusedError(401, "invalid_token", "Invalid token")
        if self._limit is not None:
            wait = self._limit.wait(token)
            if wait > 0:
                raise _rate_limited(self._limit, wait)
        return _PRO_BY_TOKEN[token]


def build_app(
    store: Store,
    limit: SlidingWindow | None,
    now: Callable[[], datetime],
    record: Callable[[Seen], None],
) -> ASGIApp:
    """Make the ASGI app of a sandbox. It calls `record` when the response to a request starts."""
    api = _Operations(store, limit, now)
    operations = [
        api.route("/sports", api.sports, GET="sports.list()"),
        api.route("/matches", api.matches, GET="matches.list({date}, sport={sport})"),
        api.route("/prediction-filters", api.prediction_filters, GET="prediction_filters.list()"),
        api.route(
            "/predictions/search", api.search, POST="predictions.search({filterId}, {matchIds})"
        ),
        api.route(
            "/prediction-filters/{filterId}/matches/{matchId}/prediction",
            api.prediction,
            PUT="predictions.put({filterId}, {matchId}, {odds})",
            DELETE="predictions.delete({filterId}, {matchId})",
        ),
    ]
    tokens = {"pro": PRO_TOKEN, "free": FREE_TOKEN}
    pages = Pages(store, now, BASE_PATH, tokens, api.calls)
    app = Starlette(
        routes=[
            *operations,
            Route(BASE_PATH + "/openapi.yaml", _schema),
            Route("/openapi.yaml", _schema),
            *pages.routes(),
        ],
        exception_handlers={
            RefusedError: _on_refusal,
            404: _on_unknown_route,
            405: _on_wrong_method,
            Exception: _on_error,
        },
    )
    app.router.redirect_slashes = False

    async def recorded(scope: Scope, receive: Receive, send: Send) -> None:
        arrived = time.monotonic()

        async def recording_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                path = scope["path"].removeprefix(BASE_PATH)[:_LONGEST_PATH]
                method = scope["method"][:_LONGEST_METHOD]
                record(Seen(arrived, method, path, message["status"]))
            await send(message)

        try:
            await app(scope, receive, recording_send)
        except ClientDisconnect:
            pass
        except Exception:  # the client has received status 500
            _logger.exception("%s %s failed", *map(short_repr, (scope["method"], scope["path"])))

    return recorded


def only_loopback(app: ASGIApp) -> ASGIApp:
    """Reject requests for hosts other than this one, to protect against DNS rebinding."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        host = Headers(scope=scope).get("host", "")
        if _LOOPBACK.fullmatch(host):
            await app(scope, receive, send)
        else:
            message = f"The sandbox accepts the hosts 127.0.0.1 and localhost, not {host!r}"
            refusal = _json(421, {"code": "host_not_local", "message": message})
            await refusal(scope, receive, send)

    return guarded


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            raise RefusedError(413, "body_too_large", f"Body larger than {_LARGEST_BODY} bytes")
    return bytes(body)


def _require_pro(pro: bool) -> None:
    if not pro:
        raise RefusedError(
            403,
            "pro_subscription_required",
            "Prediction-based filters are available only for PRO subscription",
        )


def _require_filter(filter_id: int) -> None:
    if filter_id not in FILTERS:
        raise RefusedError(404, "filter_not_found", "Filter not found")


def _rate_limited(limit: SlidingWindow, wait: float) -> RefusedError:
    headers = {
        "Retry-After": str(max(1, math.ceil(wait))),
        "X-RateLimit-Limit": str(limit.requests),
        "X-RateLimit-Window": f"{limit.per:.15g}",
    }
    return RefusedError(429, "rate_limit_exceeded", "Rate limit exceeded", headers)


def _items(items: list[dict[str, Any]]) -> Response:
    return _json(200, {"count": len(items), "items": items})


def _json(status: int, content: object, headers: Mapping[str, str] | None = None) -> Response:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return _json_bytes(body, status, headers)


def _json_bytes(
    body: bytes, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(body, status, headers, "application/json")


async def _schema(_request: Request) -> Response:
    return Response(schema_bytes(), media_type="application/yaml")


async def _on_refusal(_request: Request, error: Exception) -> Response:
    refused = cast("RefusedError", error)
    content = {"code": refused.code, "message": refused.message}
    return _json(refused.status, content, refused.headers)


async def _on_unknown_route(_request: Request, _error: Exception) -> Response:
    return _json(404, {"code": "not_found", "message": "Not found"})


async def _on_wrong_method(_request: Request, error: Exception) -> Response:
    content = {"code": "method_not_allowed", "message": "Method not allowed"}
    return _json(405, content, cast("HTTPException", error).headers)


async def _on_error(_request: Request, _error: Exception) -> Response:
    return _json(500, {"code": "internal_error", "message": "Internal error"})
