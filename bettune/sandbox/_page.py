"""The pages for people: the interactive documentation of the API, and the matches of a day."""

from __future__ import annotations

import json
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bettune.sandbox._document import document
from bettune.sandbox._football import matches_json
from bettune.sandbox._predictions import FILTERS
from bettune.sandbox._store import when_free
from bettune.sandbox._values import RefusedError, read_date
from bettune.sandbox._words import LANGUAGES, schema_text, words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from starlette.requests import Request

    from bettune.sandbox._store import Store

_FILES = Path(__file__).with_name("page")

# The browser loads and calls only the sandbox's own files. Other pages cannot show it in a frame.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
    "Vary": "Accept-Language",
}


class Pages:
    """Renders the pages.

    `tokens` maps names to the tokens that the page offers to copy. `calls` maps a method and path
    to the operation in Python.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        base_path: str,
        tokens: Mapping[str, str],
        calls: Mapping[str, str],
    ) -> None:
        self._store = store
        self._now = now
        self._base_path = base_path
        self._tokens = tokens
        self._calls = calls

    def routes(self) -> list[Route | Mount]:
        """Return the routes of the pages `/` and `/matches`, and of their static files."""
        return [
            Route("/", self._documentation),
            Route("/matches", self._matches),
            Mount("/static", StaticFiles(directory=_FILES / "static")),
        ]

    async def _documentation(self, request: Request) -> HTMLResponse:
        return self._page(
            request, "documentation.html", api=document(), tokens=self._tokens, calls=self._calls
        )

    async def _matches(self, request: Request) -> HTMLResponse:
        given = request.query_params.get("date")
        day = self._now().astimezone(UTC).date() if given is None else read_date(given)
        matches = await when_free(lambda: self._day(day))
        return self._page(
            request, "matches.html", day=day, matches=matches, filters=FILTERS.values()
        )

    def _day(self, day: date) -> list[dict[str, Any]]:
        """Return the matches of a day, each with its predictions by filter id."""
        matches: list[dict[str, Any]] = json.loads(matches_json(day, self._now()))["items"]
        ids = [match["id"] for match in matches]
        by_filter = {
            filter_id: {
                prediction.match_id: prediction for prediction in self._store.search(filter_id, ids)
            }
            for filter_id in FILTERS
        }
        for match in matches:
            match["predictions"] = {
                filter_id: predictions.get(match["id"])
                for filter_id, predictions in by_filter.items()
            }
        return matches

    def _page(self, request: Request, name: str, **values: object) -> HTMLResponse:
        language = _language(request)
        other_language = next(code for code in LANGUAGES if code != language)
        html = _template(name).render(
            t=words(language),
            say=lambda text: schema_text(text, language),
            language=language,
            other=other_language,
            other_query=request.url.include_query_params(lang=other_language).query,
            base_url=f"{request.url.scheme}://{request.url.netloc}{self._base_path}",
            **values,
        )
        return HTMLResponse(html, headers=_HEADERS)


@cache
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FILES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def _language(request: Request) -> str:
    """Return the language of `lang=`, or the browser's preferred one, or English."""
    parameter = request.query_params.get("lang")
    if parameter is not None:
        if parameter not in LANGUAGES:
            raise RefusedError(400, "lang_invalid", "Invalid lang. Expected: pl or en")
        return parameter
    weights: dict[str, float] = {}
    for part in request.headers.get("accept-language", "").split(","):
        tag, *parameters = part.lower().split(";")
        language = tag.strip().partition("-")[0]
        try:
            weight = float(parameters[0].partition("=")[2]) if parameters else 1.0
        except ValueError:
            continue
        if language in LANGUAGES and weight > weights.get(language, 0.0):
            weights[language] = weight
    return max(weights, key=weights.__getitem__, default="en")
