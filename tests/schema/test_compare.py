"""Each kind of change is found, weighed, and said in plain words, once."""

from __future__ import annotations

import copy

import pytest

from scripts.schema import compare_documents as program
from scripts.schema.changes import BREAKING, HARMLESS, WIDENING


def compare(old, new):
    return [change[:2] for change in program.compare(old, new)]


INTEGER, STRING = {"type": "integer"}, {"type": "string"}


def answer(*models):
    return lambda schema: [schema["components"]["schemas"][name] for name in models]


def put(where, value):
    """Return a change that sets what is at a path of keys; DROP removes it."""

    def change(schema):
        *way, last = where
        for key in way:
            schema = schema[key]
        if value is DROP:
            del schema[last]
        elif last is APPEND:
            schema.append(value)
        else:
            schema[last] = value

    return change


DROP, APPEND = object(), object()
MODELS = ("components", "schemas")
PREDICTION = (*MODELS, "Prediction", "properties")
SEARCH = (*MODELS, "SearchPredictionsRequest")
SPORTS = ("paths", "/sports", "get")
MATCHES = ("paths", "/matches", "get")
JSON = ("content", "application/json", "schema")
ERRORS = "the answer 429"


@pytest.mark.parametrize(
    ("change", "level", "text"),
    [
        # operations
        (put(("paths", "/sports"), DROP), BREAKING, "GET /sports is gone"),
        (
            put((*SPORTS, "deprecated"), True),
            HARMLESS,
            "GET /sports is marked as deprecated: it may go one day",
        ),
        (put(("paths", "/new"), {"post": {"responses": {}}}), WIDENING, "POST /new is new"),
        # parameters
        (
            put((*MATCHES, "parameters", 1), DROP),
            BREAKING,
            "GET /matches: the query parameter `sport` is gone",
        ),
        (
            put((*MATCHES, "parameters", APPEND), {"name": "x", "in": "query", "required": True}),
            BREAKING,
            "GET /matches: the query parameter `x` is new, and required",
        ),
        (
            put((*MATCHES, "parameters", APPEND), {"name": "x", "in": "header"}),
            WIDENING,
            "GET /matches: the header parameter `x` is new",
        ),
        (
            put((*MATCHES, "parameters", 1, "required"), False),
            WIDENING,
            "GET /matches: the query parameter `sport` is no longer required",
        ),
        (
            put((*MATCHES, "parameters", 1, "schema"), STRING),
            BREAKING,
            "GET /matches: the query parameter `sport` was integer and is string",
        ),
        (
            put((*MATCHES, "parameters", 1, "schema"), {"type": ["integer", "string"]}),
            WIDENING,
            "GET /matches: the query parameter `sport` was integer and is integer or string",
        ),
        # answers
        (
            put((*SPORTS, "responses", "200"), DROP),
            BREAKING,
            "GET /sports: the response 200 is gone",
        ),
        (
            put((*SPORTS, "responses", "401"), DROP),
            HARMLESS,
            "GET /sports: the response 401 is gone",
        ),
        (put((*SPORTS, "responses", "418"), {}), WIDENING, "GET /sports: the response 418 is new"),
        (
            put((*SPORTS, "responses", "200", "content"), {"text/csv": {"schema": STRING}}),
            BREAKING,
            "GET /sports: the response 200 is no longer JSON",
        ),
        (
            put((*SPORTS, "responses", "429", "headers", "Retry-After"), DROP),
            HARMLESS,
            "GET /sports: the response 429 no longer describes Retry-After",
        ),
        (
            put((*SPORTS, "responses", "200", "headers"), {"X-A": {"schema": STRING}}),
            WIDENING,
            "GET /sports: the response 200 describes X-A now",
        ),
        # fields of answers
        (put((*PREDICTION, "venue"), STRING), WIDENING, "Prediction.venue is new"),
        (
            put((*MODELS, "Match", "properties", "id"), STRING),
            BREAKING,
            "Match.id was integer and is string",
        ),
        (
            put((*MODELS, "Match", "properties", "date", "format"), DROP),
            BREAKING,
            "Match.date was date-time and is string",
        ),
        (
            put((*MODELS, "Match", "properties", "id"), {"type": ["integer", "null"]}),
            BREAKING,
            "Match.id may be null now",
        ),
        (
            put((*MODELS, "Score", "properties", "home"), INTEGER),
            HARMLESS,
            "Score.home is no longer null",
        ),
        (
            put(
                (*MODELS, "Match", "properties", "score"),
                {"anyOf": [{"$ref": "#/components/schemas/Score"}, {"type": "null"}]},
            ),
            BREAKING,
            "Match.score may be null now",
        ),
        (
            put((*MODELS, "Score", "required"), ["home"]),
            BREAKING,
            "Score.away is no longer always there",
        ),
        (
            put((*PREDICTION, "odds"), {"type": "object", "properties": {}}),
            BREAKING,
            "Prediction.odds was string and is object",
        ),
        (
            put((*PREDICTION, "odds"), {"type": "number"}),
            HARMLESS,
            "Prediction.odds is sent as number: a Decimal in both cases",
        ),
        # enums
        (
            put((*PREDICTION, "source", "enum", APPEND), "x"),
            WIDENING,
            "Prediction.source has the new value 'x'",
        ),
        (
            put((*PREDICTION, "source", "enum"), ["api"]),
            BREAKING,
            "Prediction.source no longer has the value 'ui'",
        ),
        (
            put((*PREDICTION, "source", "enum"), DROP),
            BREAKING,
            "Prediction.source may be other than api or ui now",
        ),
        # what is sent
        (
            put((*SEARCH, "properties", "limit"), INTEGER),
            BREAKING,
            "SearchPredictionsRequest.limit is new: without it, a response may be incomplete",
        ),
        (
            put((*SEARCH, "properties", "filterId"), {"type": "integer", "enum": [1]}),
            BREAKING,
            "SearchPredictionsRequest.filterId is only one of 1 now",
        ),
        (
            put((*SEARCH, "properties", "filterId", "maximum"), 9),
            BREAKING,
            "SearchPredictionsRequest.filterId: maximum was not set and is 9",
        ),
        (
            put((*SEARCH, "required"), ["filterId"]),
            WIDENING,
            "SearchPredictionsRequest.matchIds is no longer required",
        ),
        (
            put((*SEARCH, "properties", "matchIds", "items"), STRING),
            BREAKING,
            "SearchPredictionsRequest.matchIds[] was integer and is string",
        ),
        # the whole
        (
            put((*SPORTS, "summary"), "Sports!"),
            HARMLESS,
            "it says the same in other words, names or order",
        ),
    ],
)
def test_one_change(schema, change, level, text):
    new = copy.deepcopy(schema)
    change(new)
    assert compare(schema, new) == [(level, text)]


def test_no_change(schema):
    assert compare(schema, copy.deepcopy(schema)) == []


def test_a_renamed_field_is_guessed(schema):
    new = copy.deepcopy(schema)
    model = new["components"]["schemas"]["Prediction"]
    model["properties"]["fixtureId"] = model["properties"].pop("matchId")
    model["required"][2] = "fixtureId"
    assert compare(schema, new) == [
        (BREAKING, "Prediction.matchId is gone (is it `fixtureId` now?)"),
        (WIDENING, "Prediction.fixtureId is new"),
    ]


def test_a_new_required_field_of_a_request_breaks(schema):
    new = copy.deepcopy(schema)
    model = new["components"]["schemas"]["PutPredictionRequest"]
    model["properties"]["stake"] = INTEGER
    model["required"].append("stake")
    assert compare(schema, new) == [(BREAKING, "PutPredictionRequest.stake is new, and required")]


def test_limits_that_let_more_through_are_widening(schema):
    new = copy.deepcopy(schema)
    for document, most, least in ((schema, 5, 5), (new, 6, 4)):
        ids = document["components"]["schemas"]["SearchPredictionsRequest"]["properties"][
            "matchIds"
        ]
        ids |= {"maxItems": most, "minItems": least}
    assert [level for level, _ in compare(schema, new)] == [WIDENING] * 2
    assert [level for level, _ in compare(new, schema)] == [BREAKING] * 2


def test_a_field_of_one_place_is_reported_with_the_place(schema):
    new = copy.deepcopy(schema)
    country = copy.deepcopy(new["components"]["schemas"]["IdName"])
    country["properties"]["code"] = STRING
    new["components"]["schemas"]["Match"]["properties"]["country"] = country
    assert compare(schema, new) == [(WIDENING, "Match.country.code is new")]


def test_the_worst_comes_first_and_schemas_may_hold_themselves(schema):
    new = copy.deepcopy(schema)
    for document in (schema, new):
        match = document["components"]["schemas"]["Match"]["properties"]
        match["related"] = {"type": "array", "items": {"$ref": "#/components/schemas/Match"}}
    match |= {"venue": STRING, "id": STRING}
    levels = [level for level, _ in compare(schema, new)]
    assert levels == [BREAKING, WIDENING]


def test_a_list_that_may_be_null_is_reported_as_the_list(schema):
    new = copy.deepcopy(schema)
    new["components"]["schemas"]["MatchesResponse"]["properties"]["items"]["nullable"] = True
    assert compare(schema, new) == [(BREAKING, "MatchesResponse.items may be null now")]


def test_examples_by_reference_are_no_schemas(schema):
    new = copy.deepcopy(schema)
    by_reference = {"a": {"$ref": "#/components/examples/A"}}
    new["components"]["examples"] = {"A": {"value": {"required": ["x"]}}}
    for item in new["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                parameter["examples"] = by_reference
            for answer in operation["responses"].values():
                for content in answer.get("content", {}).values():
                    content["examples"] = by_reference
    for model in new["components"]["schemas"].values():  # and it is looked through to the end
        model.pop("required", None)
    assert compare(schema, new)[0] == program.ABSENT[:2]


@pytest.mark.parametrize(
    ("pattern", "level"),
    [(r"\d+", HARMLESS), ("[1-9][0-9]*", HARMLESS), ("^[a-f]{8}$", BREAKING), (None, HARMLESS)],
)
def test_an_id_in_a_path_may_be_text_that_a_number_keeps_to(schema, pattern, level):
    new = copy.deepcopy(schema)
    text = STRING | ({"pattern": pattern} if pattern else {})
    for path, item in new["paths"].items():
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                parameter["schema"] = text if "{" in path else parameter["schema"]
    assert {reported for reported, _ in compare(schema, new)} == {level}


@pytest.mark.parametrize(
    ("description", "level"),
    [("Enter token in format (Bearer <token>)", HARMLESS), ("Your key", BREAKING)],
)
def test_a_bearer_token_may_be_described_as_a_header(schema, description, level):
    new = copy.deepcopy(schema)
    header = {"type": "apiKey", "in": "header", "name": "Authorization"}
    new["components"]["securitySchemes"] = {"sanctum": header | {"description": description}}
    new["security"] = [{"sanctum": []}]
    assert [reported for reported, _ in compare(schema, new)] == [level]
