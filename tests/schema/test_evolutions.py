"""Verdicts on the ways in which an API may change: one line for each fact."""

from __future__ import annotations

import copy
import json
import re

import pytest

from scripts.schema import facade
from scripts.schema.changes import BREAKING, HARMLESS, WIDENING
from scripts.schema.compare_documents import ABSENT, compare
from scripts.schema.document import load
from scripts.schema.yaml_json import Refused

INTEGER, STRING = {"type": "integer"}, {"type": "string"}
BASE = "/bet-tune-api/v1"
KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}


def operations(schema):
    return [one for item in schema["paths"].values() for one in item.values()]


def models(schema):
    return schema["components"]["schemas"]


def matches(schema):
    return schema["paths"]["/matches"]["get"]


def query(name, **schema):
    return lambda document: matches(document)["parameters"].append(
        {"name": name, "in": "query", "schema": schema}
    )


def signed_by_a_key(schema):
    schema["components"]["securitySchemes"]["key"] = KEY
    schema["security"] = [{"key": []}]


def one_operation_signed_by_a_key(schema):
    schema["components"]["securitySchemes"]["key"] = KEY
    matches(schema)["security"] = [{"key": []}]


def signed_by_both(schema):
    schema["components"]["securitySchemes"]["key"] = KEY
    schema["security"] = [{"key": [], "bearerAuth": []}]


def signed_by_either(schema):
    schema["components"]["securitySchemes"]["key"] = KEY
    schema["security"] = [{"key": []}, {"bearerAuth": []}]


def only_the_scheme_is_another(schema):
    del schema["security"]
    schema["components"]["securitySchemes"] = {"key": KEY}


def not_signed_as_far_as_it_says(schema):
    del schema["security"], schema["components"]["securitySchemes"]


def v2_in_servers(schema):
    schema["servers"] = [{"url": "https://ovaccess.com/bet-tune-api/v2"}]


def v2_in_paths(schema):
    schema["servers"] = [{"url": "https://ovaccess.com"}]
    schema["paths"] = {f"/bet-tune-api/v2{path}": one for path, one in schema["paths"].items()}


def v2_in_both(schema):
    schema["servers"] = [{"url": "https://ovaccess.com/bet-tune-api"}]
    schema["paths"] = {f"/v2{path}": one for path, one in schema["paths"].items()}


def v2_in_a_variable(schema):
    variables = {"version": {"default": "v2"}, "host": {"default": "ovaccess.com"}}
    schema["servers"] = [{"url": "https://{host}/bet-tune-api/{version}", "variables": variables}]


def slashes(schema):
    schema["paths"] = {f"{path}/": one for path, one in schema["paths"].items()}


def other_errors(schema):
    models(schema)["ErrorResponse"] = {
        "type": "object",
        "required": ["detail"],
        "properties": {"detail": STRING},
    }


def nothing_required(schema):
    for model in models(schema).values():
        del model["required"]


def numbers_for_integers(schema):
    for model in models(schema).values():
        for field in model["properties"].values():
            if field.get("type") == "integer":
                field["type"] = "number"


def odds_only_as_text(schema):
    models(schema)["PutPredictionRequest"]["properties"]["odds"] = {
        "type": "string",
        "pattern": r"^-?\d{0,6}(?:\.\d{0,6})?$",
    }


def one_operation_elsewhere(schema):
    matches(schema)["servers"] = [{"url": "https://matches.example/v1"}]


def a_language_to_ask_for(schema):
    for operation in operations(schema):
        language = {"name": "Accept-Language", "in": "header", "schema": STRING | {"default": "en"}}
        operation.setdefault("parameters", []).append(language)


def headers_undescribed(schema):
    for operation in operations(schema):
        del operation["responses"]["429"]["headers"]


def no_errors_described(schema):
    for operation in operations(schema):
        operation["responses"].pop("401")


def id_name_grows(schema):
    models(schema)["IdName"]["properties"]["code"] = STRING


def limit(field, **limits):
    return lambda schema: models(schema)["SearchPredictionsRequest"]["properties"][field].update(
        limits
    )


def odds(**limits):
    return lambda schema: models(schema)["PutPredictionRequest"]["properties"]["odds"].update(
        limits
    )


V2 = "the API moved from https://ovaccess.com/bet-tune-api/v1 to "


@pytest.mark.parametrize(
    ("change", "level", "texts", "unseen"),
    [
        # signing
        (
            signed_by_a_key,
            BREAKING,
            ["every operation is authenticated with an API key in the header X-Key, no longer"],
            "signing",
        ),
        (
            one_operation_signed_by_a_key,
            BREAKING,
            ["GET /matches is authenticated with an API key in the header X-Key, no longer with"],
            "signing",
        ),
        (
            signed_by_both,
            BREAKING,
            ["is authenticated with a bearer token and an API key"],
            "signing",
        ),
        (
            signed_by_either,
            WIDENING,
            ["may be authenticated with an API key in the header X-Key, too"],
            "",
        ),
        (only_the_scheme_is_another, BREAKING, ["is authenticated with an API key"], "signing"),
        (
            not_signed_as_far_as_it_says,
            HARMLESS,
            ["every operation no longer says how requests are authenticated"],
            "",
        ),
        # answers that may be only a part
        (query("limit", type="integer"), BREAKING, ["`limit` is new: without it, a"], "pages"),
        (query("page[number]", type="integer"), BREAKING, ["is new: without it"], "pages"),
        (query("per_page", type="integer"), BREAKING, ["is new: without it"], "pages"),
        (query("nextCursor", type="string"), BREAKING, ["is new: without it"], "pages"),
        (
            query("finished", type="boolean", default=True),
            BREAKING,
            ["True by default"],
            "pages",
        ),
        (query("finished", type=["boolean", "null"], default=None), WIDENING, ["is new"], ""),
        (query("tournament", type="integer"), WIDENING, ["`tournament` is new"], ""),
        (
            lambda schema: models(schema)["MatchesResponse"]["properties"].update(nextPage=STRING),
            BREAKING,
            ["MatchesResponse.nextPage is new: a list may be incomplete now"],
            "pages",
        ),
        # enums that users name
        (
            lambda schema: models(schema)["PredictionFilter"]["properties"]["status"].update(
                enum=["approved"]
            ),
            BREAKING,
            ["PredictionFilter.status no longer has the value 'disabled'"],
            "",
        ),
        # limits
        (limit("filterId", pattern=r"^\d+$"), HARMLESS, ["in other words"], ""),
        (limit("filterId", minimum=1), HARMLESS, ["minimum was not set and is 1, which bett"], ""),
        (limit("filterId", maximum=2**53 - 1), HARMLESS, ["maximum was not set and is 90071"], ""),
        (limit("filterId", minimum=2), BREAKING, ["minimum was not set and is 2"], "limits"),
        (limit("filterId", minimum=0, exclusiveMinimum=True), HARMLESS, ["exclusiveMinimum"], ""),
        (limit("matchIds", maxItems=500, uniqueItems=True), HARMLESS, ["maxItems", "unique"], ""),
        (limit("matchIds", maxItems=100), BREAKING, ["maxItems was not set and is 100"], "limits"),
        (odds(pattern=r"^\d+(\.\d{1,6})?$"), HARMLESS, ["pattern was not set and is"], ""),
        (odds(pattern=r"^\d+\.\d{2}$"), BREAKING, ["pattern was not set and is"], "limits"),
        (odds(pattern=r"^\p{N}+$"), BREAKING, ["pattern was not set and is"], "limits"),
        # which would be tried for years
        (
            odds(pattern="(" * 12 + ".*" + ")*" * 12 + "!"),
            BREAKING,
            ["pattern was not set"],
            "limits",
        ),
        (odds(pattern=".*" * 40 + "!"), BREAKING, ["pattern was not set"], "limits"),
        (limit("filterId", multipleOf=0), BREAKING, ["multipleOf was not set and is 0"], "limits"),
        (odds(minimum=1), HARMLESS, ["minimum was not set and is 1, which bettune"], ""),
        (odds(minimum=1.01), BREAKING, ["minimum was not set and is 1.01"], "limits"),
        # one manner of writing is one fact
        (
            numbers_for_integers,
            BREAKING,
            ["SportsResponse.count and 16 others was integer and is number"],
            "",
        ),
        (
            odds_only_as_text,
            HARMLESS,
            ["was number or string and is string, which bettune sends", "pattern was not set"],
            "",
        ),
        (
            a_language_to_ask_for,
            WIDENING,
            ["every operation: the header parameter `Accept-Language` is new"],
            "",
        ),
        # what is only not described
        (
            headers_undescribed,
            HARMLESS,
            ["every operation: the response 429 no longer describes Retry-After, X-RateLimit-"],
            "",
        ),
        (no_errors_described, HARMLESS, ["every operation: the response 401 is gone"], ""),
        (id_name_grows, WIDENING, ["IdName.code is new"], ""),
        # where it is
        (v2_in_servers, BREAKING, [f"{V2}https://ovaccess.com/bet-tune-api/v2"], "address"),
        (v2_in_paths, BREAKING, [f"{V2}https://ovaccess.com/bet-tune-api/v2"], "address"),
        (v2_in_both, BREAKING, [f"{V2}https://ovaccess.com/bet-tune-api/v2"], "address"),
        (v2_in_a_variable, BREAKING, [f"{V2}https://ovaccess.com/bet-tune-api/v2"], "address"),
        (
            lambda schema: schema.update(
                servers=[{"url": "http://localhost:8000/bet-tune-api/v1"}]
            ),
            HARMLESS,
            ["in other words"],
            "",
        ),
        (
            lambda schema: schema.update(servers=[{"url": "/bet-tune-api/v2"}]),
            BREAKING,
            [f"{V2}/bet-tune-api/v2"],
            "address",
        ),
        (
            one_operation_elsewhere,
            BREAKING,
            ["GET /matches is at https://matches.example/v1 now"],
            "address",
        ),
        (
            slashes,
            BREAKING,
            [
                "/matches is at /matches/ now",
                "/prediction-filters is at /prediction-filters/ now",
                f"{facade.PREDICTION} is at {facade.PREDICTION}/ now",
                "/predictions/search is at /predictions/search/ now",
                "/sports is at /sports/ now",
            ],
            "",
        ),
        # errors
        (
            other_errors,
            BREAKING,
            [
                "ErrorResponse.code is gone",
                "ErrorResponse.message is gone",
                "ErrorResponse.detail is new",
            ],
            "errors",
        ),
        (nothing_required, BREAKING, [ABSENT.text], ""),
    ],
)
def test_changes_that_an_export_may_bring(schema, change, level, texts, unseen):
    new = copy.deepcopy(schema)
    change(new)
    found = compare(schema, new)
    if change is nothing_required:  # the report also has the missing `required`, after it
        found = found[:1]
    assert found[0].level == level
    assert found[0].unseen == unseen
    assert len(found) == len(texts)
    for one, text in zip(found, texts, strict=True):
        assert text in one.text


def test_a_new_default_may_make_a_response_incomplete(schema):
    query("season", type="integer")(schema)
    new = copy.deepcopy(schema)
    matches(new)["parameters"][-1]["schema"]["default"] = 2026
    (found,) = compare(schema, new)
    assert (found.level, found.unseen) == (BREAKING, "pages")
    assert "`season` is 2026 by default" in found.text


def test_two_of_several_operations_are_named(schema):
    new = copy.deepcopy(schema)
    for path in ("/sports", "/matches"):
        new["paths"][path]["get"]["responses"]["500"] = {"description": ""}
    (found,) = compare(schema, new)
    assert found.text == "GET /sports and GET /matches: the response 500 is new"


@pytest.mark.parametrize("key", facade.UNSEEN)
def test_each_change_that_a_type_checker_misses_has_a_place(root, key):
    name, line = facade.place_of(key).split(":")
    found = (root / name).read_text().splitlines()[int(line) - 1]
    assert re.search(facade.UNSEEN[key][0], found)


def test_the_table_of_sent_values_is_that_of_the_facade(root):
    name, line = facade.place_of("limits").split(":")
    text = (root / name).read_text().splitlines()[int(line) - 1]
    assert text == f"SEARCH_SIZE = {max(len(ids) for ids in facade.SENT['matchIds'])}"


@pytest.mark.parametrize(("word", "means"), [("no", False), ("Yes", True), ("off", False)])
def test_the_booleans_of_yaml_1_1_are_booleans(data, word, means):
    text = (data / "openapi.yaml").read_text()
    old = "        - name: sport\n          in: query\n          required: true\n"
    assert old in text
    new = load(text.replace(old, old.replace("true", word)).encode())
    found = [(change.level, change.text) for change in compare(load(text.encode()), new)]
    gone = (WIDENING, "GET /matches: the query parameter `sport` is no longer required")
    other = (HARMLESS, "it says the same in other words, names or order")
    assert found == [other if means else gone]


def test_nullable_no_is_not_nullable(schema):
    new = copy.deepcopy(schema)
    models(new)["Match"]["properties"]["id"]["nullable"] = "no"
    assert [change.level for change in compare(schema, new)] == [HARMLESS]
    models(new)["Match"]["properties"]["id"]["nullable"] = "yes"
    assert [change.text for change in compare(schema, new)] == ["Match.id may be null now"]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("nullable", None, "`nullable` is null: write true or false"),
        ("nullable", "perhaps", '`nullable` is "perhaps": write true or false'),
        ("required", True, "`required` is true, which is not a list of names"),
        ("required", [["id"]], '`required` is [["id"]], which is not a list of names'),
        ("maximum", "100", '`maximum` is "100", which is not a number'),
        ("enum", {"a": 1}, '`enum` is {"a": 1}, which is not a list'),
        ("pattern", 7, "`pattern` is 7, which is not text"),
        ("minLength", True, "`minLength` is true, which is not a number"),
    ],
)
def test_invalid_values_of_keywords_are_rejected(schema, key, value, said):
    new = copy.deepcopy(schema)
    models(new)["Match"]["properties"]["id"][key] = value
    with pytest.raises(Refused) as caught:
        compare(schema, new)
    assert str(caught.value) == said


def test_an_export_on_two_paths_keeps_ours(schema):
    new = json.loads(json.dumps(schema))
    new["servers"] = [{"url": "https://ovaccess.com/bet-tune-api"}]
    paths = new["paths"]
    new["paths"] = {f"/v2{path}": one for path, one in paths.items()}
    new["paths"] |= {f"/v1{path}": one for path, one in paths.items()}
    found = compare(schema, new)
    assert {change.level for change in found} == {WIDENING}
    assert all("/v2/" in change.text for change in found)
