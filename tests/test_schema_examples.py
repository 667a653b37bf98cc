"""The six operations against a second server, which knows nothing but a schema with examples."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import reduce
from pathlib import Path
from urllib.parse import urlsplit

import openapi_spec_validator
import pytest
from ruamel.yaml import YAML

import bettune
from tests.scripted import Scripted, answer

# It stays as it is, whatever openapi.yaml becomes: an export may have no examples.
DOCUMENT = YAML(typ="safe", pure=True).load(
    Path(__file__).parent / "schema" / "data" / "openapi.yaml"
)
FILTER, MATCH = 11583, 1611243


def resolve(node):
    while isinstance(node, dict) and "$ref" in node:
        node = reduce(
            lambda at, name: at[name], node["$ref"].removeprefix("#/").split("/"), DOCUMENT
        )
    return node


def example(schema):
    """Make a value of a schema from its examples, else from its types."""
    schema = resolve(schema)
    if "example" in schema or "examples" in schema:
        value = schema.get("example", (schema.get("examples") or [None])[0])
        return value.isoformat() if isinstance(value, date) else value
    if "properties" in schema:
        return {name: example(one) for name, one in schema["properties"].items()}
    if schema.get("type") == "array":
        return [example(schema["items"])]
    return {"integer": 1, "string": "text"}[schema["type"]]


def responses(request):
    path = urlsplit(request.path).path.removeprefix("/v1")
    for template, operations in DOCUMENT["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", r"\\d+", template), path):
            return operations[request.method.lower()]["responses"]
    raise AssertionError(f"not in the schema: {request}")


def body_of(response, *, whole):
    response = resolve(response)
    if "content" not in response:
        return b""
    media = response["content"]["application/json"]
    return media["example"] if not whole and "example" in media else example(media["schema"])


def succeed(request):
    status, response = next(iter(responses(request).items()))
    body = body_of(response, whole=True)
    if isinstance(body, dict) and "items" in body:
        body["count"] = len(body["items"])
    return answer(int(status), body)


def test_the_schema_is_a_sound_one():
    openapi_spec_validator.validate(DOCUMENT)
    broken = {**DOCUMENT, "paths": {"/sports": {"get": {"responses": {"200": {}}}}}}
    with pytest.raises(openapi_spec_validator.validation.exceptions.OpenAPIValidationError):
        openapi_spec_validator.validate(broken)


@pytest.fixture
def client(connect):
    with Scripted(succeed) as server:
        yield connect(base_url=server.base_url)


def test_the_examples_come_out_as_models(client):
    assert client.sports.list() == [bettune.Sport(1, "football")]
    (match,) = client.matches.list("2026-06-06", sport=1)
    assert match.id == 1611243
    assert match.date == datetime(2026, 6, 6, 18, tzinfo=UTC)
    assert match.score == bettune.Score(None, None)
    (one,) = client.prediction_filters.list()
    assert (one.id, one.name, one.bet_type, one.status) == (
        11583,
        "Manual football",
        "Home",
        "approved",
    )
    (found,) = client.predictions.search(FILTER, [MATCH])
    put = client.predictions.put(FILTER, MATCH, "2.15")
    assert found == put
    assert (put.odds, put.source) == (Decimal("2.15"), "api")
    assert put.updated_at == datetime(2026, 6, 6, 12, 5, tzinfo=UTC)
    assert client.predictions.delete(FILTER, MATCH) is None


CALLS = {
    "sports": lambda client: client.sports.list(),
    "matches": lambda client: client.matches.list("2026-06-06", sport=1),
    "filters": lambda client: client.prediction_filters.list(),
    "search": lambda client: client.predictions.search(FILTER, [MATCH]),
    "put": lambda client: client.predictions.put(FILTER, MATCH, 2),
    "delete": lambda client: client.predictions.delete(FILTER, MATCH),
}
CLASSES = {
    "400": bettune.BadRequestError,
    "401": bettune.AuthenticationError,
    "403": bettune.ProSubscriptionRequiredError,
    "404": bettune.NotFoundError,
    "429": bettune.RateLimitError,
}


@pytest.mark.parametrize("call", CALLS)
def test_each_documented_refusal_of_each_operation(connect, call):
    seen = []
    with (
        Scripted(lambda request: seen.append(responses(request)) or answer(500)) as server,
        pytest.raises(bettune.InternalServerError),
    ):
        CALLS[call](connect(base_url=server.base_url, max_retries=0))
    documented = {status for status in seen[0] if status >= "400"}
    assert {"401", "429"} <= documented <= set(CLASSES)
    for status in documented:
        body = body_of(seen[0][status], whole=False)
        with Scripted(answer(int(status), body)) as server:
            client = connect(base_url=server.base_url, max_retries=0)
            with pytest.raises(CLASSES[status]) as caught:
                CALLS[call](client)
        assert (caught.value.code, caught.value.message) == (body["code"], body["message"])
