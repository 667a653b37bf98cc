"""Compare a response with the schema: find breaks, and additional fields."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, NamedTuple

import schemathesis
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.openapi.checks import JsonSchemaError
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from scripts.schema.compare_schemas import json_schema, pages, without_null

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

Json = Any

BREAK, ADDITION, UNCHECKED = "break", "addition", "not checked"
CHECKS = {
    "status": status_code_conformance,
    "headers": response_headers_conformance,
    "media type": content_type_conformance,
    "body": response_schema_conformance,
}


class Finding(NamedTuple):
    """A break or an addition: its level, the aspect of the response, and a text."""

    level: str
    aspect: str
    text: str


class Contract:
    """A settled document, with which the responses of each operation are compared."""

    def __init__(self, document: dict[str, Json]) -> None:
        self._document = document
        # A value outside an enum is an addition, and reported as such.
        open_enums = _without_enums(copy.deepcopy(self._document))
        self._operations = schemathesis.openapi.from_dict(open_enums)

    def judge(self, path: str, method: str, response: httpx.Response) -> list[Finding]:
        """Return the breaks and additions of a response."""
        documented = self._document["paths"].get(path, {}).get(method)
        if documented is None:
            return [Finding(BREAK, "status", "the schema has no such operation")]
        names = [item["name"] for item in documented["parameters"] if item["in"] == "path"]
        operation = self._operations[path][method.upper()]
        case = operation.Case(path_parameters=dict.fromkeys(names, 0))
        status, known = str(response.status_code), documented["responses"]
        # The check provokes these two. If an export omits them, no user is affected.
        if status in {"400", "401"} and not known.keys() & {status, "4XX", "default"}:
            return [Finding(ADDITION, "status", f"{status} is not documented")]
        found = []
        for aspect, check in CHECKS.items():
            try:
                case.validate_response(response, checks=[check])
            except FailureGroup as group:
                known_texts = {
                    finding.text for finding in found
                }  # a missing header fails two checks
                texts = [_words(failure) for failure in group.exceptions]
                found += [Finding(BREAK, aspect, text) for text in texts if text not in known_texts]
        described = documented["responses"].get(str(response.status_code), {})
        waits = {name.lower() for name in described.get("headers", {})} & {"retry-after"}
        if response.status_code == 429 and waits and "Retry-After" not in response.headers:
            found.append(Finding(BREAK, "headers", "it has no Retry-After"))
        schema = json_schema(described.get("content", {}))
        if not described.get("content") and described and response.content:
            found.append(Finding(BREAK, "body", "there is a body, but the schema has none"))
        if schema is not None and not any(finding.aspect == "body" for finding in found):
            try:
                found += self._additions(schema, response.json(), "$")
            except ValueError:
                found.append(Finding(BREAK, "body", "it is not JSON"))
        return found

    def _additions(self, schema: Json, value: Json, place: str) -> Iterator[Finding]:
        """Yield the fields and values that the schema does not know."""
        schema, _ = without_null(self._document, schema)
        if isinstance(value, dict) and "properties" in schema:
            for name, item in value.items():
                if name in schema["properties"]:
                    yield from self._additions(schema["properties"][name], item, f"{place}.{name}")
                elif "items" in schema["properties"] and pages(name):
                    text = f"{place}.{name} is new: a list may be incomplete now"
                    yield Finding(BREAK, "body", text)
                else:
                    yield Finding(ADDITION, "body", f"{place}.{name} is new")
        elif isinstance(value, list) and "items" in schema:
            for item in value:
                yield from self._additions(schema["items"], item, f"{place}[]")
        elif isinstance(value, str) and value not in schema.get("enum", [value]):
            yield Finding(ADDITION, "body", f"{place} has the new value {value!r}")


def _without_enums(node: Json) -> Json:
    if isinstance(node, dict):
        node = {key: _without_enums(value) for key, value in node.items()}
        if node.get("type") == "string" and isinstance(node.get("enum"), list):
            del node["enum"]
        return node
    return [_without_enums(item) for item in node] if isinstance(node, list) else node


def _words(failure: Failure) -> str:
    """Return the message and the place of a failure, without the quoted schema."""
    if isinstance(failure, JsonSchemaError):
        if failure.title != failure.kind_title:  # of a header
            return f"{failure.title}: {failure.validation_message}"
        steps = (f"[{key}]" if isinstance(key, int) else f".{key}" for key in failure.instance_path)
        return f"{failure.validation_message} - at `${''.join(steps)}`"
    return " ".join(f"{failure.title}: {failure.message}".split())
