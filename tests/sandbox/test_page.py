"""The pages for people as the server writes them: what they say, and what they never let in."""

from __future__ import annotations

import html
import re
import sqlite3
from datetime import datetime, timedelta, timezone
from pathlib import Path

import anyio
import httpx
import pytest
import yaml

from bettune.sandbox import Sandbox, _document
from bettune.sandbox._document import read
from bettune.sandbox._words import schema_text

# It stays as it is, whatever openapi.yaml becomes: another export has other words.
DATA = Path(__file__).parents[1] / "schema" / "data"
TEXT = (DATA / "openapi.yaml").read_bytes()
SCHEMA = yaml.safe_load(TEXT)
FILTER, MATCH = 11583, 1611243
WRITE = f"/prediction-filters/{FILTER}/matches/{MATCH}/prediction"

LABELS = {
    "pl": "Pobierz schemat OpenAPI, Publiczny bazowy URL API, Token API, Tylko subskrypcja PRO, "
    "Uwierzytelnianie, Endpointy, Parametry, Request body, Odpowiedzi, wymagane, przykład, "
    "Nagłówki, Schematy",
    "en": "OpenAPI schema, Public base URL of the API, API token, PRO subscription only, "
    "Authentication, Endpoints, Parameters, Request body, Responses, required, example, "
    "Headers, Schemas",
}


@pytest.fixture
def browse(box, connect):
    """A client that asks for pages, without a token."""
    return connect(box.base_url.removesuffix("/bet-tune-api/v1"))


def text(answer):
    """The text of a page, without its markup."""
    assert answer.status_code == 200, answer.text
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


@pytest.fixture
def kept_schema(monkeypatch):
    """The page of a schema that stays as it is."""
    monkeypatch.setattr(_document, "schema_bytes", lambda: TEXT)
    _document.document.cache_clear()
    yield
    _document.document.cache_clear()


def texts_of(node):
    """The sentences of a schema about its operations."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in {"summary", "description"} and isinstance(value, str):
                yield value
            elif key != "headers":  # only their names are shown
                yield from texts_of(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts_of(value)


@pytest.mark.usefixtures("kept_schema")
@pytest.mark.parametrize("language", ["pl", "en"])
def test_it_shows_the_whole_schema(box, browse, language):
    said = text(browse.get("/", params={"lang": language}))
    for label in LABELS[language].split(", "):
        assert label in said
    operations = [
        f"{method} {path} {schema_text(operation['summary'], language)}"
        for path, item in SCHEMA["paths"].items()
        for method, operation in item.items()
    ]
    assert len(operations) == 6
    assert all(f" {operation} " in said for operation in operations)
    texts = set(texts_of(SCHEMA["paths"]))
    assert len(texts) == 20
    assert all(schema_text(words, language) in said for words in texts)
    if language == "pl":
        assert not [words for words in texts if words in said]
    assert len(SCHEMA["components"]["schemas"]) == 13
    assert all(name in said for name in SCHEMA["components"]["schemas"])
    assert "count wymagane integer" in said or "count required integer" in said
    assert "array<object> Match object id" in said
    assert '"code": "rate_limit_exceeded"' in said
    assert ": Retry-After, X-RateLimit-Limit, X-RateLimit-Window" in said
    for secret in (SCHEMA["servers"][0]["url"], box.base_url, box.token, box.free_token):
        assert secret in said


def test_each_language_says_nothing_in_the_other(browse):
    pages = {language: text(browse.get("/", params={"lang": language})) for language in LABELS}
    for language, other in (("pl", "en"), ("en", "pl")):
        shared = {"API token", "required", "example"}  # the schema itself is English
        foreign = set(LABELS[other].split(", ")) - shared - set(LABELS[language].split(", "))
        assert not [label for label in foreign if label in pages[language]]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("pl-PL,pl;q=0.9,en-US;q=0.8,en;q=0.7", "pl"),
        ("en-GB,en;q=0.9,pl;q=0.8", "en"),
        ("de,pl;q=0.5,en;q=0.3", "pl"),
        ("pl", "pl"),
        ("PL-pl", "pl"),
        ("de", "en"),
        ("*", "en"),
        ("", "en"),
        ("pl;q=0", "en"),
        ("pl;q=x, en", "en"),
        ("pl;q=nan", "en"),
        ("pl,en", "pl"),  # of two liked alike, the first
        ("en,pl", "en"),
        ("pl-PL;q=0.1, pl;q=0.9, en;q=0.5", "pl"),
        ("pl;q=0.9;level=1, en;q=0.1", "pl"),
    ],
)
def test_the_language_is_the_browsers(browse, accepted, language):
    answer = browse.get("/", headers={"Accept-Language": accepted})
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["vary"] == "Accept-Language"


def test_the_language_by_a_link(browse):
    for path in ("/", "/matches?date=2026-06-06"):
        page = browse.get(path, headers={"Accept-Language": "en"})
        (link,) = re.findall(r'<a href="([^"]*)" lang="pl"', page.text)
        other = browse.get(page.url.join(html.unescape(link)), headers={"Accept-Language": "en"})
        assert '<html lang="pl">' in other.text
        assert other.url.params.get("date") == page.url.params.get("date")
    refused = browse.get("/", params={"lang": "de"})
    assert refused.status_code == 400
    assert refused.json() == {"code": "lang_invalid", "message": "Invalid lang. Expected: pl or en"}


@pytest.mark.parametrize("path", ["/", "/matches?date=2026-06-06"])
def test_only_its_own_files_run(browse, path):
    answer = browse.get(path)
    policy = dict(
        part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; ")
    )
    assert policy.pop("default-src") == "'none'"
    assert set(policy.values()) == {"'self'", "'none'"}
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not re.findall(
        r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:", answer.text
    )
    loaded = re.findall(r'\s(?:src|href|action)="([^"]*)"', answer.text)
    assert loaded
    for link in loaded:  # nothing comes from elsewhere: it works without a network
        assert re.match(r"/(?!/)|#|\?", link), link
        if link.startswith("/"):
            assert browse.get(html.unescape(link)).status_code == 200
    anchors = set(re.findall(r'\sid="([^"]*)"', answer.text))
    assert {link[1:] for link in loaded if link.startswith("#")} <= anchors


def test_the_matches_and_their_predictions(box, browse, client):
    before = browse.get("/matches", params={"date": "2026-06-06", "lang": "en"})
    assert f'id="odds-{FILTER}-{MATCH}"' in before.text
    assert "7.770000" not in before.text
    assert client.put(WRITE, json={"odds": "7.77"}).status_code == 200
    after = browse.get("/matches", params={"date": "2026-06-06", "lang": "en"})
    (cell,) = re.findall(rf'<td id="odds-{FILTER}-{MATCH}".*?</td>', after.text)
    assert re.search(r'class="odds api".*>7\.770000<', cell)
    assert "Horsens BK" in text(after)
    counts = [
        int(re.search(r"11583 · Home .*?through the API: (\d+)", text(page))[1])
        for page in (before, after)
    ]
    assert counts[1] == counts[0] + 1
    assert "minimum odds" in text(after)
    assert "kursy minimalne" in text(browse.get("/matches", params={"lang": "pl"}))
    refused = browse.get("/matches", params={"date": "6.6.2026"})
    assert (refused.status_code, refused.json()["code"]) == (400, "date_invalid")


def test_the_day_shown_first_is_today(connect):
    night = datetime(2026, 6, 7, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    with Sandbox(now=lambda: night) as box:
        page = connect(box.base_url.removesuffix("/bet-tune-api/v1")).get("/matches")
    assert 'value="2026-06-06"' in page.text
    assert f'id="odds-{FILTER}-{MATCH}"' in page.text


def test_nothing_that_the_database_holds_becomes_markup(tmp_path, connect):
    file = tmp_path / "bettune.db"
    bad = '"><script>alert(1)</script>'
    with Sandbox(file) as box:
        assert connect(box.base_url, box.token).put(WRITE, json={"odds": 2}).status_code == 200
        with sqlite3.connect(file) as db:
            db.execute("UPDATE predictions SET odds = ?, source = ?, updated_at = ?", (bad,) * 3)
        db.close()
        root = box.base_url.removesuffix("/bet-tune-api/v1")
        page = connect(root).get("/matches", params={"date": "2026-06-06"})
    assert page.text.count(html.escape(bad).replace("&quot;", "&#34;")) == 3
    assert "alert(1)</script>" not in page.text


def test_nothing_that_a_caller_sends_becomes_markup():
    bad = '"><script>alert(1)</script>'

    async def ask():
        transport = httpx.ASGITransport(Sandbox().asgi_app())
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
            return [
                await client.get("/", headers={"Host": f"x{bad}"}),
                await client.get("/matches", params={"date": "2026-06-06", "lang": "pl", bad: bad}),
            ]

    for page in anyio.run(ask):
        assert page.status_code == 200
        assert "alert(1)</script>" not in page.text


@pytest.mark.parametrize("path", ["/", "/matches", "/openapi.yaml", "/bet-tune-api/v1/sports"])
def test_a_name_turned_to_this_machine_gets_nothing(box, browse, path):
    port = browse.base_url.port
    headers = {"Authorization": f"Bearer {box.token}"}
    for host in (
        "evil.example",
        f"evil.example:{port}",
        "127.0.0.1.evil.example",
        "localhost@x",
        "",
    ):
        answer = browse.get(path, headers=headers | {"Host": host})
        assert answer.status_code == 421
        assert answer.json()["code"] == "host_not_local"
        assert "127.0.0.1 and localhost" in answer.json()["message"]
    for host in ("localhost", f"localhost:{port}", "LocalHost", "127.0.0.1", f"[::1]:{port}"):
        assert browse.get(path, headers=headers | {"Host": host}).status_code == 200


def test_another_site_may_not_write_from_a_browser(box, connect):
    """A browser's preflight request is refused, and nothing is written without the header."""
    client = connect(box.base_url)
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "PUT"}
    answer = client.options(WRITE, headers=asked)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert client.put(WRITE, json={"odds": 2}).status_code == 401


@pytest.mark.parametrize(
    "export", ["nestjs.json", "fastapi.json", "l5_swagger.json", "nelmio.yaml"]
)
def test_a_kept_link_leads_to_its_operation_in_any_export(export):
    other = read(yaml.safe_load((DATA / export).read_text("utf-8")))
    ours = read(SCHEMA)
    assert {operation.anchor for operation in other.operations} == {
        operation.anchor for operation in ours.operations
    }
    assert {operation.call for operation in other.operations} == {
        f"{operation.method} {operation.path}" for operation in ours.operations
    }
    assert {parameter.argument for call in other.operations for parameter in call.parameters} == {
        parameter.name for call in ours.operations for parameter in call.parameters
    }


def test_a_schema_that_refers_to_its_parts():
    """A downloaded schema may keep parameters, bodies and answers among its components."""
    api = read(
        {
            "info": {"title": "An API"},
            "paths": {
                "/a~b": {
                    "parameters": [{"$ref": "#/components/parameters/Day"}],
                    "post": {
                        "requestBody": {"$ref": "#/components/requestBodies/Thing"},
                        "responses": {"200": {"$ref": "#/components/responses/Fine"}, 204: {}},
                    },
                }
            },
            "components": {
                "parameters": {"Day": {"name": "day", "in": "query", "schema": {"type": "string"}}},
                "requestBodies": {
                    "Thing": {
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}
                        }
                    }
                },
                "responses": {"Fine": {"description": "Fine.", "headers": {"X-A": {}}}},
                "schemas": {
                    "Thing": {
                        "properties": {
                            "parts": {
                                "type": "array",
                                "items": {"$ref": "#/components/schemas/Thing"},
                            },
                            "day": {"type": ["string", "null"], "example": "2026-06-06"},
                        }
                    }
                },
            },
        }
    )
    (operation,) = api.operations
    assert (operation.method, operation.path) == ("post", "/a~b")
    assert operation.parameters[0][:4] == ("day", "query", False, "string")
    assert operation.parameters[0].example == "2026-06-06"
    assert operation.body == api.schemas["Thing"]
    parts, day = operation.body.fields
    assert (parts.type, parts.refers_to) == ("array<object>", "Thing")
    assert [field.fields for field in parts.fields] == [[], []]  # a schema within itself ends
    assert (day.type, day.required) == ("string", False)
    assert [response.status for response in operation.responses] == ["200", "204"]
    assert operation.responses[0].headers == ["X-A"]
