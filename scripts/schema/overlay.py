"""Give the operations and models of the facade fixed names, by their place in the document."""

from __future__ import annotations

import copy
import re
from typing import Any

from scripts.schema.canonical import METHODS, SCHEMAS, canonical, shape
from scripts.schema.compare_schemas import LIMITS, all_keep, bare, json_schema
from scripts.schema.document import follow
from scripts.schema.facade import ERROR, MODELS, OPERATIONS, SENT
from scripts.schema.yaml_json import Refused, well_built

Json = Any

FACADE = "#/facade/"  # marks our names until all other names are known


def overlay(document: dict[str, Json]) -> dict[str, Json]:
    """Return the document in canonical form, with the facade's names."""
    with well_built():
        return _Overlay(settled(canonical(document))).document


def relied_on(document: dict[str, Json]) -> dict[str, Json]:
    """Return an overlaid document with the operations of the facade, for checking the sandbox.

    Optional parameters and headers that an export adds need not exist in the sandbox.
    """
    paths: dict[str, Json] = {}
    for path, method in OPERATIONS:
        if operation := document["paths"].get(path, {}).get(method):
            operation = copy.deepcopy(operation)
            operation["parameters"] = [
                parameter
                for parameter in operation["parameters"]
                if parameter["name"] in SENT or parameter.get("required")
            ]
            for response in operation["responses"].values():
                for header in response.get("headers", {}).values():
                    header.pop("required", None)
            paths.setdefault(path, {})[method] = operation
    return document | {"paths": paths}


def settled(document: dict[str, Json]) -> dict[str, Json]:
    """Return a canonical document in which our paths have the names of parameters in OPERATIONS.

    For each path with a trailing slash, `moved` has the path with it.

    Raises:
        Refused: the document has none of our operations.
    """
    ours = {shape(path): path for path, _ in OPERATIONS}
    written = {shape(path) for path in document["paths"] if not path.endswith("/")}
    paths, moved = {}, {}
    for path, item in document["paths"].items():
        bare = path.removesuffix("/")
        name = ours.get(shape(bare), path)
        if path not in (bare, name):
            if shape(bare) in written:
                name = path  # the document has both paths; the facade uses the other
            else:
                moved[name] = f"{name}/"
        renamed = dict(
            zip(re.findall(r"{([^{}]*)}", path), re.findall(r"{([^{}]*)}", name), strict=True)
        )
        paths[name] = copy.deepcopy(item)
        for operation in paths[name].values():
            for parameter in operation["parameters"]:
                if parameter.get("in") == "path":
                    parameter["name"] = renamed.get(parameter["name"], parameter["name"])
                    _settle_id(parameter)
            operation["parameters"].sort(key=lambda parameter: parameter.get("in") != "path")
    if not any(method in paths.get(path, {}) for path, method in OPERATIONS):
        raise Refused("it describes another API: it has none of BetTune's operations")
    return document | {"paths": paths, "moved": moved}


def _settle_id(parameter: dict[str, Json]) -> None:
    """Make an id in a path a number, if it is text whose pattern allows our ids.

    Symfony's NelmioApiDoc describes such ids as text, with the pattern of the route.
    """
    schema, sent = parameter.get("schema", {}), SENT.get(parameter["name"], [])
    text = schema.get("type") == "string" and not schema.keys() & {"format", "enum"}
    digits = [str(value) for value in sent if isinstance(value, int)]
    keeps = LIMITS["pattern"][1]
    if text and digits and all_keep(keeps, schema.get("pattern", ""), digits):
        parameter["schema"] = schema | {"type": "integer"}


class _Overlay:
    def __init__(self, document: dict[str, Json]) -> None:
        self.document = document
        self.ours: dict[str, Json] = {}
        self.rest: dict[str, Json] = {}
        # (name in the file, whether in a request) -> name in the client
        self.names: dict[tuple[str, bool], str] = {}
        operations = {
            (path, method): operation
            for path, item in document["paths"].items()
            for method, operation in item.items()
            if method in METHODS
        }
        for where, (tag, name, request, response) in OPERATIONS.items():
            if where in operations:
                self.name_operation(operations[where], tag, name, request, response)
        taken = {name.replace("_", "") for _, name, _, _ in OPERATIONS.values()}
        for where, operation in operations.items():
            plain = re.sub(r"[^a-z0-9]", "", str(operation.get("operationId", "")).lower())
            if where not in OPERATIONS and plain in taken:
                del operation["operationId"]
        # Responses first: if both share a schema, the class of the request gets the longer name.
        for operation in operations.values():
            operation["responses"] = self.finished(operation["responses"], request=False)
        self.ours = {
            name: self.finished(schema, request=name.endswith("Request"))
            for name, schema in self.ours.items()
        }
        for operation in operations.values():
            for part in ("requestBody", "parameters"):
                if part in operation:
                    operation[part] = self.finished(operation[part], request=True)
        document["components"] = document["components"] | {"schemas": self.ours | self.rest}
        moved = document.pop("moved")
        document["paths"] = {
            moved.get(path, path): item for path, item in document["paths"].items()
        }

    def name_operation(
        self,
        operation: dict[str, Json],
        tag: str,
        name: str,
        request: str | None,
        response: str | None,
    ) -> None:
        operation["tags"] = [tag]
        operation["operationId"] = name
        operation.pop("security", None)  # the facade authenticates every request
        if request and "requestBody" in operation:
            self.name_content(operation["requestBody"], request)
        for status, node in operation["responses"].items():
            self.name_content(node, response if status.startswith("2") else ERROR)

    def name_content(self, node: dict[str, Json], name: str | None) -> None:
        # The facade uses only JSON, so other media types are not generated.
        schema = json_schema(node.get("content", {}))
        if schema is not None:
            schema = self.place(schema, name) if name else schema
            node["content"] = {"application/json": {"schema": schema}}

    def place(self, schema: Json, name: str) -> Json:
        """Give the schema at this place its name, if it becomes a class of the client."""
        body = follow(self.document, schema)
        if body.get("type") == "array" and "items" in body:
            return body | {"items": self.place(body["items"], name)}
        choices = body.get("anyOf", [])
        if len(choices) == 2 and {"type": "null"} in choices:
            return {
                "anyOf": [
                    choice if choice == {"type": "null"} else self.place(choice, name)
                    for choice in choices
                ]
            }
        if "properties" not in body and "enum" not in body:
            return schema
        if "$ref" in schema:
            self.names.setdefault(
                (schema["$ref"].removeprefix(SCHEMAS), name.endswith("Request")), name
            )
        named = copy.deepcopy(body)
        read = MODELS.get(name, {})
        for field, model in read.items():
            if model and field in named.get("properties", {}):
                named["properties"][field] = self.place(named["properties"][field], model)
        if read and "required" in named:
            named["required"] = [field for field in named["required"] if field in read]
        if name == "Prediction" and "odds" in named.get("properties", {}):
            # Documented as a string, but possibly sent as a number: both are decoded to Decimal.
            odds = named["properties"]["odds"]
            if odds.get("type") in ("string", "number"):
                odds["type"] = ["number", "string"]
        self.ours[name] = _united(self.ours[name], named) if name in self.ours else named
        return {"$ref": FACADE + name}

    def finished(self, node: Json, *, request: bool) -> Json:
        """Return the node with all references replaced by names of the client."""
        if isinstance(node, list):
            return [self.finished(item, request=request) for item in node]
        if not isinstance(node, dict):
            return node
        if isinstance(node.get("$ref"), str):
            reference = node["$ref"]
            if reference.startswith(FACADE):
                return {"$ref": SCHEMAS + reference.removeprefix(FACADE)}
            return {"$ref": SCHEMAS + self.other(reference.removeprefix(SCHEMAS), request=request)}
        return {
            key: value if key in {"example", "examples"} else self.finished(value, request=request)
            for key, value in node.items()
        }

    def other(self, old: str, *, request: bool) -> str:
        """Return the name of a schema that the facade does not use."""
        if (old, request) not in self.names:
            name = old
            while name in self.ours or name in self.rest:
                name += "Request" if request else "Other"
            self.names[old, request] = name
            self.rest[name] = {}  # for a recursive schema
            body = self.document["components"]["schemas"][old]
            self.rest[name] = self.finished(body, request=request)
        return self.names[old, request]


def _united(first: dict[str, Json], second: dict[str, Json]) -> dict[str, Json]:
    """Return a schema for two places with the same name: fields of only one are optional."""
    fields = dict(first.get("properties", {}))
    for name, schema in second.get("properties", {}).items():
        known = fields.setdefault(name, schema)
        if bare(known) != bare(schema):
            fields[name] = {"anyOf": [known, schema]}
    both = set(second.get("required", []))
    united = first | {"required": [name for name in first.get("required", []) if name in both]}
    return united | ({"properties": fields} if fields else {})
