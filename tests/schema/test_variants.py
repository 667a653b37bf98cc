"""The facade works unchanged, however the schema writes the things that users never see."""

from __future__ import annotations

import ast
import copy
import json

import pytest

from scripts.schema import generate
from tests.schema.nodes import PREFIX, complete, nodes, operations, schemas

PREDICTION = "/prediction-filters/{filterId}/matches/{matchId}/prediction"


def other_operation_ids(schema):
    for number, operation in enumerate(operations(schema)):
        operation["operationId"] = f"AppController::action{number}"


def swapped_operation_ids(schema):
    names = ["put_prediction", "listSports", "delete_prediction", "ListMatches", "a", "a"]
    for name, operation in zip(names, operations(schema), strict=True):
        operation["operationId"] = name


def no_tags(schema):
    del schema["tags"]
    for operation in operations(schema):
        del operation["tags"]


def other_tags(schema):
    for operation in operations(schema):
        operation["tags"] = ["External API", "v1"]


def all_inline(schema):
    named = schemas(schema)

    def written_out(node):
        if isinstance(node, list):
            return [written_out(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return written_out(copy.deepcopy(named[node["$ref"].removeprefix(PREFIX)]))
        return {key: written_out(value) for key, value in node.items()}

    schema["paths"] = written_out(schema["paths"])
    del schema["components"]["schemas"]


def all_named(schema):
    """Each object, enum and array gets a name: other ones, or ours in other places."""
    named = schemas(schema)
    fresh = {}

    def hoisted(node, name):
        node = copy.deepcopy(node)
        if "$ref" in node:
            node = copy.deepcopy(named[node["$ref"].removeprefix(PREFIX)])
        for field, one in node.get("properties", {}).items():
            node["properties"][field] = hoisted(one, name + field.title())
        if "items" in node:
            node["items"] = hoisted(node["items"], name + "Item")
        if node.keys() & {"properties", "enum", "items"}:
            fresh[name] = node
            return {"$ref": PREFIX + name}
        return node

    for number, operation in enumerate(operations(schema)):
        for other, node in enumerate(nodes(operation)):
            if isinstance(node, dict) and "schema" in node:
                node["schema"] = hoisted(node["schema"], f"Dto{number}x{other}")
    matches = schema["paths"]["/matches"]["get"]["responses"]["200"]["content"]
    name = matches["application/json"]["schema"]["$ref"].removeprefix(PREFIX)
    # The file's Match is our IdName, and its Sport our list of matches.
    text = json.dumps(schema["paths"]), json.dumps(fresh)
    for old, new in ((f"{name}ItemsItemCountry", "Match"), (f"{name}Items", "Sport")):
        text = [part.replace(f'{old}"', f'{new}"') for part in text]
    schema["paths"] = json.loads(text[0])
    schema["components"]["schemas"] = json.loads(text[1])


def other_names(schema):
    text = json.dumps(schema)
    for name in schemas(schema):
        text = text.replace(f'"{PREFIX}{name}"', f'"{PREFIX}App.{name}-Output"')
        text = text.replace(f'"{name}": {{', f'"App.{name}-Output": {{')
    schema.update(json.loads(text))


def titles(schema):
    for number, node in enumerate(schemas(schema).values()):
        node["title"] = f"Title {number}"
        for one in node["properties"].values():
            if "$ref" not in one:
                one["title"] = "Another title"


def nullable_of_3_0(schema):
    schema["openapi"] = "3.0.3"
    for side in ("home", "away"):
        schemas(schema)["Score"]["properties"][side] = {"type": "integer", "nullable": True}
    schemas(schema)["PutPredictionRequest"]["properties"]["odds"] = {
        "oneOf": [{"type": "string"}, {"type": "number"}]
    }


def null_by(key, order=1):
    def null(schema):
        choices = [{"type": "integer"}, {"type": "null"}][::order]
        for side in ("home", "away"):
            schemas(schema)["Score"]["properties"][side] = {key: choices}

    null.__name__ = f"null_by_{key}_{order}"
    return null


def odds_as(sent, answered):
    def odds(schema):
        schemas(schema)["PutPredictionRequest"]["properties"]["odds"] = sent
        schemas(schema)["Prediction"]["properties"]["odds"] = answered

    odds.__name__ = f"odds_as_{'_'.join([*sent, *answered])}"
    return odds


STRING = {"type": "string", "pattern": r"^\d+\.\d{6}$"}
NUMBER = {"type": "number", "format": "float"}


def parameters_on_the_path(schema):
    for item in schema["paths"].values():
        for method in list(item):
            parameters = item[method].pop("parameters", None)
            if parameters:
                item["parameters"] = parameters


def shared_parameters_and_responses(schema):
    components = schema["components"]
    components |= {"parameters": {}, "responses": {}, "requestBodies": {}, "headers": {}}
    for number, operation in enumerate(operations(schema)):
        for status, response in operation["responses"].items():
            for name, header in response.get("headers", {}).items():
                components["headers"][name] = header
                response["headers"][name] = {"$ref": f"#/components/headers/{name}"}
            components["responses"][f"R{number}x{status}"] = response
            operation["responses"][status] = {"$ref": f"#/components/responses/R{number}x{status}"}
        for at, parameter in enumerate(operation.get("parameters", [])):
            components["parameters"][f"P{number}x{at}"] = parameter
            operation["parameters"][at] = {"$ref": f"#/components/parameters/P{number}x{at}"}
        if "requestBody" in operation:
            components["requestBodies"][f"B{number}"] = operation["requestBody"]
            operation["requestBody"] = {"$ref": f"#/components/requestBodies/B{number}"}


def references_into_paths(schema):
    get = schema["paths"]["/sports"]["get"]["responses"]
    for path in ("/matches", "/prediction-filters"):
        schema["paths"][path]["get"]["responses"]["401"] = {
            "$ref": "#/paths/~1sports/get/responses/401"
        }
    get["429"]["content"]["application/json"]["schema"] = {
        "$ref": "#/paths/~1sports/get/responses/401/content/application~1json/schema"
    }


def other_words(schema):
    schema["info"]["description"] = "Something else."
    for model in schemas(schema).values():
        model["description"] = 'In "quotes"'
    for node in nodes(schema["paths"]):
        if isinstance(node, dict):
            for word in ("description", "summary", "example"):
                if isinstance(node.get(word), str):
                    node[word] = 'Other """words""" \\N{DASH} {braces} %s "'


def other_property_order(schema):
    for name, node in schemas(schema).items():
        for part in [node, *node.get("allOf", [])]:
            if "properties" in part:
                part["properties"] = dict(reversed(part["properties"].items()))
                part["required"] = part["required"][::-1]
        schemas(schema)[name] = dict(reversed(node.items()))
    schema["paths"] = dict(reversed(schema["paths"].items()))


def other_servers(schema):
    schema["servers"] = [{"url": "https://ovaccess.com/bet-tune-api/v1/"}, {"url": "https://x.org"}]


def whole_paths(schema):
    schema["servers"] = [{"url": "https://ovaccess.com"}]
    schema["paths"] = {f"/bet-tune-api/v1{path}": item for path, item in schema["paths"].items()}


def other_path_parameters(schema):
    text = json.dumps(schema["paths"][PREDICTION])
    text = text.replace('"filterId"', '"filter"').replace('"matchId"', '"match_id"')
    schema["paths"] = {
        path.replace("{filterId}", "{filter}").replace("{matchId}", "{match_id}"): item
        for path, item in (schema["paths"] | {PREDICTION: json.loads(text)}).items()
    }
    item = schema["paths"]["/prediction-filters/{filter}/matches/{match_id}/prediction"]
    for operation in item.values():
        operation["parameters"].reverse()


def all_of(schema):
    """As PHP's tools write it: a reference dressed up, and a base that several share."""
    named = schemas(schema)
    named["Match"]["properties"]["score"] = {"allOf": [{"$ref": PREFIX + "Score"}], "title": "s"}
    named["Counted"] = {
        "type": "object",
        "required": ["count"],
        "properties": {"count": {"type": "integer"}},
    }
    for name in ("SportsResponse", "PredictionsResponse"):
        items = named[name]["properties"]["items"]
        own = {"type": "object", "required": ["items"], "properties": {"items": items}}
        named[name] = {"allOf": [{"$ref": PREFIX + "Counted"}, own]}


def signed_per_operation(schema):
    """With the objects that swagger-php writes in place of lists."""
    signed = schema["security"] = [{"bearerAuth": {}}]
    for operation in operations(schema):
        operation["security"] = signed


def more_media_types(schema):
    for node in nodes(schema["paths"]):
        if isinstance(node, dict) and "application/json" in node.get("content", {}):
            same = node["content"].pop("application/json")
            node["content"] = {
                "application/xml": same,
                "application/ld+json": {"schema": {"type": "object"}},
                "application/json; charset=utf-8": same,
                "text/csv": {"schema": {"type": "string"}},
            }


def any_media_type(schema):
    """As Spring writes answers."""
    for operation in operations(schema):
        for answer in operation["responses"].values():
            if "content" in answer:
                answer["content"] = {"*/*": answer["content"]["application/json"]}


def further_fields(schema):
    named = schemas(schema)
    choice = {"anyOf": [{"$ref": PREFIX + "Score"}, {"$ref": PREFIX + "Sport"}]}
    named["Match"]["properties"] |= {
        "venue": {"type": "object", "properties": {"city": {"type": "string"}}},
        "related": {"type": "array", "items": {"$ref": PREFIX + "Match"}},
        "either": choice,
        "several": {"type": "array", "items": {"oneOf": [{"type": "string"}, choice]}},
        "when": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string"}]},
        "markets": {"type": "object", "additionalProperties": {"type": "number"}},
        "anything": {},
        "uuid": {"type": "string", "format": "uuid"},
        "kind": {"const": "football"},
        "class": {"type": "integer", "enum": [1, 2]},
        "picture": {"type": "string", "format": "binary"},
    }
    named["Match"]["required"].append("venue")  # which the sandbox does not send
    named["Sport"]["properties"]["code"] = {"type": ["string", "null"]}
    named["PutPredictionRequest"]["properties"]["comment"] = {"type": "string"}
    # One place says more than the others that share its name.
    country = copy.deepcopy(named["IdName"])
    country["properties"]["code"] = {"type": "string"}
    country["required"].append("code")
    named["Match"]["properties"]["country"] = country
    named["Prediction"]["properties"]["source"]["enum"].append("import")
    schema["paths"]["/matches"]["get"]["parameters"].append(
        {"name": "season", "in": "query", "schema": {"type": "integer"}}
    )


def further_operations(schema):
    named = schemas(schema)
    named["Tip"] = {
        "type": "object",
        "required": ["match"],
        "properties": {"match": {"$ref": PREFIX + "IdName"}, "next": {"$ref": PREFIX + "Tip"}},
    }
    json_of = lambda one: {"application/json": {"schema": one}}  # noqa: E731
    tip, tips = {"$ref": PREFIX + "Tip"}, {"type": "array", "items": {"$ref": PREFIX + "Tip"}}
    schema["paths"]["/tips"] = {
        "get": {
            "operationId": "listSports",
            "tags": ["Sports"],
            "responses": {"200": {"description": "", "content": json_of(tips)}},
        },
        "post": {
            "requestBody": {"content": json_of(tip)},
            "responses": {"201": {"description": "", "content": json_of(tip)}},
        },
    }


# The generated code is the same to the letter, but for what it says about itself.
SAME = [
    other_operation_ids,
    swapped_operation_ids,
    no_tags,
    other_tags,
    all_inline,
    all_named,
    other_names,
    titles,
    nullable_of_3_0,
    null_by("anyOf"),
    null_by("anyOf", -1),
    null_by("oneOf"),
    odds_as({"oneOf": [STRING, NUMBER]}, STRING),
    odds_as({"anyOf": [NUMBER, STRING, {"type": "integer"}]}, {"type": ["number", "string"]}),
    odds_as({"type": ["number", "string"]}, {"oneOf": [STRING, NUMBER]}),
    odds_as({"type": ["string", "number"]}, NUMBER),
    parameters_on_the_path,
    shared_parameters_and_responses,
    references_into_paths,
    other_words,
    other_servers,
    whole_paths,
    other_path_parameters,
    signed_per_operation,
    more_media_types,
    any_media_type,
    all_of,
]
# The generated code differs: the facade's own tests are run on it.
OTHER = [other_property_order, further_fields, further_operations]


def code(folder):
    """The code of a client, without its docstrings."""

    def bare(tree):
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[0] if node.body else None
                if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                    node.body = node.body[1:]
        return ast.dump(tree)

    return {name: bare(ast.parse(text)) for name, text in generate.contents(folder).items()}


@pytest.fixture(scope="module")
def known(pair_of_data):
    return code(pair_of_data / "generated")


@pytest.mark.parametrize("variant", SAME, ids=lambda variant: variant.__name__)
def test_it_makes_no_difference(schema, variant, known, tmp_path):
    before = json.dumps(schema)
    variant(schema)
    assert json.dumps(schema) != before
    generate.generate(schema, tmp_path)
    # The facade's own tests pass on this code: it is what they run on.
    assert code(tmp_path) == known


def test_the_facade_works_on_all_that_makes_a_difference_and_the_rest_at_once(
    schema, known, facade_tests_pass, tmp_path
):
    for variant in [other_operation_ids, no_tags, all_of, *OTHER, parameters_on_the_path]:
        variant(schema)
    complete(schema)
    generate.generate(schema, tmp_path)
    new = code(tmp_path)
    assert known.keys() < new.keys()
    assert "venue" in new["bettune_openapi/models/match.py"]
    facade_tests_pass(tmp_path, "-k", "not trio")


@pytest.mark.tool_changes
def test_the_order_of_fields_makes_no_difference_to_the_facade(
    schema, known, facade_tests_pass, tmp_path
):
    other_property_order(schema)
    generate.generate(schema, tmp_path)
    assert code(tmp_path).keys() == known.keys()
    facade_tests_pass(tmp_path, "-k", "put_search_delete and not asyncio and not trio")
