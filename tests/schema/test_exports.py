"""The same API as other generators export it is harmless, and leaves the tests passing."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from scripts.schema.changes import HARMLESS, WIDENING
from scripts.schema.compare_documents import compare
from scripts.schema.document import load
from scripts.schema.take_over import replace_schema
from scripts.schema.yaml_json import dump
from tests.programs import output

EXPORTS = {
    "nelmio.yaml": {HARMLESS},  # NelmioApiDocBundle, Symfony
    "fastapi.json": {HARMLESS, WIDENING},  # which describes a 422 everywhere
    "l5_swagger.json": {HARMLESS},  # swagger-php, Laravel, with the ids of its models
    "nestjs.json": {HARMLESS},  # @nestjs/swagger
    "springdoc.json": {HARMLESS},  # springdoc-openapi, Spring Boot
    "swashbuckle.json": {HARMLESS},  # Swashbuckle, ASP.NET Core
}
# What reads openapi.yaml, or runs on what is made of it.
FOLLOW_THE_SCHEMA = [
    "tests/test_operations.py",
    "tests/test_schema_examples.py",
    "tests/sandbox/test_answers.py",
    "tests/sandbox/test_refusals.py",
    "tests/sandbox/test_page.py",
    "tests/sandbox/test_conformance.py::test_the_schema_as_it_is",
    "tests/sandbox/test_conformance.py::test_valid_requests_are_accepted_and_invalid_ones_rejected",
    "tests/browser/test_page.py",
    "tests/contract/test_contract.py::test_the_sandbox_keeps_the_contract",
    "tests/schema/test_generate.py::test_the_machine_makes_no_difference[1]",
]


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_of_the_same_api_breaks_nothing(schema, data, name):
    found = compare(schema, load((data / name).read_bytes()))
    assert {change.level for change in found} == EXPORTS[name]
    assert len(found) <= 5  # one line a fact, however many operations repeat it


@pytest.mark.parametrize("name", EXPORTS)
def test_the_facade_works_on_the_client_of_an_export(data, pair_copy, facade_tests_pass, name):
    assert replace_schema(str(data / name), pair_copy)
    assert replace_schema(str(data / name), pair_copy) is None
    facade_tests_pass(pair_copy / "generated", "-k", "put_search_delete and not trio")


def grown(schema):
    """A new endpoint, a field of each answer, parameters, a header, a status and a tag."""
    matches = schema["paths"]["/matches"]["get"]
    for place in ("query", "header"):
        matches["parameters"].append(
            {"name": f"tournament-{place}", "in": place, "schema": {"type": "integer"}}
        )
    matches["tags"].append("New")
    matches["responses"]["418"] = {"description": "New."}
    matches["responses"]["200"]["headers"] = {
        "X-New": {"required": True, "schema": {"type": "string"}}
    }
    schema["paths"]["/leagues"] = {
        "get": {
            "operationId": "listLeagues",
            "responses": {
                "200": {
                    "description": "Leagues.",
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/SportsResponse"}
                        }
                    },
                }
            },
        }
    }
    for name in ("Match", "Prediction", "ErrorResponse"):
        model = schema["components"]["schemas"][name]
        model["properties"]["venue"] = {"type": "string"}
        model["required"].append("venue")
    return dump(schema)


@pytest.mark.long
@pytest.mark.parametrize("name", [*EXPORTS, "grown"])
def test_with_a_harmless_export_the_tests_pass(schema, data, repo_copy, root, name):
    source = data / name
    if name == "grown":
        source = repo_copy / name
        source.write_bytes(grown(schema))
    assert replace_schema(str(source), repo_copy)
    shutil.copytree(root / "tests", repo_copy / "tests")
    for one in ("README.md", "LICENSE"):
        shutil.copy(root / one, repo_copy)
    paths = f"{repo_copy}{os.pathsep}{repo_copy / 'generated'}"
    environment = {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    for command in (
        ["mypy"],
        ["pytest", "-q", "-n0", *FOLLOW_THE_SCHEMA, "-k", "not trio and not asyncio"],
    ):
        output(sys.executable, "-m", *command, cwd=repo_copy, timeout=3600, **environment)
