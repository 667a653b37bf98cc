"""The sandbox's answers and refusals conform to `openapi.yaml`, as schemathesis sees it."""

from __future__ import annotations

import copy
import json
import sys
from collections import defaultdict

import pytest

from bettune import RateLimit
from bettune.sandbox import Sandbox
from scripts import ROOT
from scripts.schema.compare_schemas import LIMITS
from scripts.schema.document import load
from scripts.schema.facade import OPERATIONS as PLACES
from scripts.schema.facade import PREDICTION
from scripts.schema.overlay import overlay, relied_on
from tests.programs import output

KEPT = ROOT / "tests" / "schema" / "data" / "openapi.yaml"
# The operations by what the sandbox notes of a request: its method, and the end of its path.
ENDS = {(method.upper(), path.rpartition("/")[2]): (path, method) for path, method in PLACES}

# What the sandbox has, which is not left to be guessed.
EXAMPLES = {"date": "2026-06-06", "sport": 1, "filterId": 11583, "matchId": 1611243}


def documented(document, *statuses):
    """The operations, each with those of the statuses that its answers may have."""
    return {
        (path, method): {status for status in statuses if str(status) in item[method]["responses"]}
        for path, item in document["paths"].items()
        for method in item
    }


def schemathesis(directory, schema, box, token, *options):
    """Run all checks; what each operation answered, as a set of statuses."""
    output(
        *(sys.executable, "-m", "schemathesis.cli", "run", schema, "--url", box.base_url),
        *("-H", f"Authorization: Bearer {token}", "--no-color", "--workers", "1"),
        *("--generation-deterministic", "--max-examples", "25", *options),
        # A busy machine fails none of them.
        *("--suppress-health-check", "too_slow", "--request-timeout", "300"),
        cwd=directory,  # where it finds no configuration and may leave its files
        timeout=1200,
    )
    statuses = defaultdict(set)
    for request in box.seen:
        place = ENDS.get((request.method, request.path.rpartition("/")[2]))
        if place and request.status != 405:
            statuses[place].add(request.status)
    return statuses


def parameters(document):
    """The parameters of all operations."""
    operations = [one for item in document["paths"].values() for one in item.values()]
    return [parameter for operation in operations for parameter in operation["parameters"]]


def without_limits(node):
    """A schema without its limits: an export may state more of them than the sandbox keeps."""
    if isinstance(node, dict):
        limits = {*LIMITS, "additionalProperties"}
        if str(node.get("format")) in {"int32", "float"}:
            limits.add("format")
        return {key: without_limits(one) for key, one in node.items() if key not in limits}
    return [without_limits(item) for item in node] if isinstance(node, list) else node


@pytest.fixture(scope="module")
def document():
    """openapi.yaml, whoever exported it: the operations of the sandbox, at its own paths."""
    files = (ROOT / "openapi.yaml", KEPT)
    whole, kept = (relied_on(overlay(load(file.read_bytes()))) for file in files)
    for path, item in whole["paths"].items():
        for method, operation in item.items():
            operation["parameters"] = without_limits(operation["parameters"])
            # An export may leave out refusals, and what is in them.
            known = kept["paths"].get(path, {}).get(method, {"responses": {}})["responses"]
            refusals = {status: one for status, one in known.items() if status >= "4"}
            operation["responses"] = operation["responses"] | refusals
    models = whole["components"]["schemas"]
    models["ErrorResponse"] = kept["components"]["schemas"]["ErrorResponse"]
    for name in ("SearchPredictionsRequest", "PutPredictionRequest"):
        models[name] = without_limits(models[name])
    whole["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    search = models["SearchPredictionsRequest"]["properties"]
    search["filterId"]["example"] = EXAMPLES["filterId"]
    search["matchIds"]["example"] = [1611243, 1611244]
    for one in parameters(whole):
        if one["name"] in EXAMPLES:
            one["example"] = EXAMPLES[one["name"]]
    return whole | {"security": [{"token": []}]}


@pytest.fixture
def as_it_is(document, tmp_path):
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document))
    return file


@pytest.fixture
def narrowed(document, tmp_path):
    """The schema with the bounds that the page does not tell, so that what fits is accepted."""
    document = copy.deepcopy(document)
    an_id = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
    schemas = document["components"]["schemas"]
    for one in parameters(document):
        if one["name"] == "sport":
            one["schema"]["enum"] = [1]
        if one["in"] == "path":
            one["schema"] = an_id
    search = schemas["SearchPredictionsRequest"]["properties"]
    search["filterId"] |= an_id
    search["matchIds"] |= {"items": an_id, "maxItems": 10_000}
    schemas["PutPredictionRequest"]["properties"]["odds"] |= {
        "minimum": 1,
        "pattern": r"^[1-9][0-9]{0,99}(\.[0-9]{1,99})?$",
    }
    file = tmp_path / "narrowed.json"
    file.write_text(json.dumps(document))
    return file


def test_the_schema_as_it_is(tmp_path, box, document, as_it_is):
    # Without the one check that the page itself fails: it calls every sport, every integer and
    # every text a good sport, id or odds, and the 400 it documents says that they are not.
    options = ("--exclude-checks", "positive_data_acceptance")
    phases = ("--phases", "examples,coverage,fuzzing")  # the other test has the stateful one
    statuses = schemathesis(tmp_path, as_it_is, box, box.token, *options, *phases)
    expected = documented(document, 200, 400, 401)
    for place in ("put", "delete"):  # of a filter and a match by their ids, which it guesses
        expected[PREDICTION, place] -= {200}
    assert not {place for place in expected if expected[place] - statuses[place]}


def test_valid_requests_are_accepted_and_invalid_ones_rejected(tmp_path, box, document, narrowed):
    statuses = schemathesis(tmp_path, narrowed, box, box.token)
    assert statuses == documented(document, 200, 204, 400, 401, 404)


def test_without_pro(tmp_path, box, document, narrowed):
    phases = ("--phases", "examples,coverage")
    statuses = schemathesis(tmp_path, narrowed, box, box.free_token, *phases)
    for place, refused in documented(document, 403).items():
        assert (refused or {200}) <= statuses[place]


def test_over_the_rate_limit(tmp_path, narrowed):
    with Sandbox(rate_limit=RateLimit(1, 3600)) as box:
        phases = ("--phases", "examples,coverage")
        statuses = schemathesis(tmp_path, narrowed, box, box.token, *phases)
    assert all(429 in statuses[place] for place in PLACES)
