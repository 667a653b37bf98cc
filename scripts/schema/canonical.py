"""Write an OpenAPI document in one way, however it was written."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urlsplit

from scripts.schema.document import follow
from scripts.schema.text import Refused

BASE_PATH = "/bet-tune-api/v1"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SCHEMAS = "#/components/schemas/"
DRESS = {"description", "title", "example", "nullable", "deprecated", "readOnly", "writeOnly"}

Json = Any


def canonical(document: dict[str, Json]) -> dict[str, Json]:
    """Return the same API written in one way.

    Parameters stand on their operation, and nothing but schemas is shared; paths are relative to
    BASE_PATH; what may be null or of several plain types is a list of types.

    Raises:
        Refused: it is not built like an OpenAPI document.
    """
    try:
        return _Writer(document).written
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise Refused(f"it is not built like an OpenAPI document: {error!r}") from error


class _Writer:
    def __init__(self, document: dict[str, Json]) -> None:
        self.document = document
        self.schemas: dict[str, Json] = {}
        server = urlsplit(str((document.get("servers") or [{}])[0].get("url", "")))
        prefix = server.path.rstrip("/")
        items = {path: item for path, item in document["paths"].items() if path.startswith("/")}
        if any(f"{prefix}{path}".startswith(f"{BASE_PATH}/") for path in items):
            items = {
                f"{prefix}{path}".removeprefix(BASE_PATH): item for path, item in items.items()
            }
            prefix = BASE_PATH
        self.written: dict[str, Json] = {
            "openapi": "3.1.0",
            "info": document.get("info", {}),
            "servers": [{"url": server._replace(path=prefix).geturl()}],
            "paths": {path: self.path_item(item) for path, item in items.items()},
            "components": {
                "schemas": self.schemas,
                "securitySchemes": document.get("components", {}).get("securitySchemes", {}),
            },
            "security": document.get("security", []),
        }

    def path_item(self, item: Json) -> dict[str, Json]:
        item = follow(self.document, item)
        shared = self.parameters(item)
        return {
            method: self.operation(item[method], shared) for method in METHODS if method in item
        }

    def parameters(self, node: Json) -> dict[tuple[str, str], Json]:
        found = {}
        for one in node.get("parameters") or []:
            parameter = dict(follow(self.document, one))
            if "schema" in parameter:
                parameter["schema"] = self.schema(parameter["schema"])
            found[str(parameter.get("in")), str(parameter.get("name"))] = parameter
        return found

    def operation(self, operation: Json, shared: dict[tuple[str, str], Json]) -> dict[str, Json]:
        written = {key: value for key, value in operation.items() if key != "callbacks"}
        written["parameters"] = list((shared | self.parameters(operation)).values())
        if "requestBody" in operation:
            written["requestBody"] = self.content(operation["requestBody"])
        written["responses"] = {}
        for status, response in operation.get("responses", {}).items():
            written["responses"][status] = answer = self.content(response)
            answer.pop("links", None)
            if "headers" in answer:
                answer["headers"] = {
                    name: self.header(header) for name, header in answer["headers"].items()
                }
        return written

    def header(self, header: Json) -> dict[str, Json]:
        header = dict(follow(self.document, header))
        return header | {"schema": self.schema(header.get("schema", {}))}

    def content(self, node: Json) -> dict[str, Json]:
        node = dict(follow(self.document, node))
        if "content" in node:
            node["content"] = {
                media: one | {"schema": self.schema(one.get("schema", {}))}
                for media, one in node["content"].items()
            }
        return node

    def schema(self, schema: Json) -> Json:
        if not isinstance(schema, dict):  # true: anything
            return {}
        if "$ref" in schema:
            return {"$ref": SCHEMAS + self.shared(schema["$ref"])}
        if schema.get("allOf"):
            return self.schema(self.merged(schema))
        written = {key: value for key, value in schema.items() if key not in {"title", "nullable"}}
        for key in ("items", "additionalProperties", "not"):
            if isinstance(written.get(key), dict):
                written[key] = self.schema(written[key])
        if "properties" in written:
            properties = written["properties"].items()
            written["properties"] = {name: self.schema(one) for name, one in properties}
        if "const" in written:
            written["enum"] = [written.pop("const")]
        choices = [self.schema(one) for key in ("anyOf", "oneOf") for one in written.pop(key, [])]
        if choices:
            written = _chosen(written, choices)
        if isinstance(written.get("type"), list):
            written = _split(written)
        if schema.get("nullable") is True:
            written = _chosen({}, [written, {"type": "null"}])
        return written

    def shared(self, reference: str) -> str:
        """Return the name of a schema that a reference leads to, and see that it is written."""
        while isinstance(inner := self.target(reference), dict) and "$ref" in inner:
            reference = inner["$ref"]
        name = reference.removeprefix(SCHEMAS)
        if "/" in name:  # from another place than the shared schemas
            name = re.sub(r"\W+", "_", unquote(reference)).strip("_")
        if name not in self.schemas:
            self.schemas[name] = {}  # it may hold itself
            self.schemas[name] = self.schema(self.target(reference))
        return name

    def target(self, reference: str) -> Json:
        parent, _, last = reference.rpartition("/")
        key = unquote(last).replace("~1", "/").replace("~0", "~")
        holder = follow(self.document, {"$ref": parent})
        return holder[int(key) if isinstance(holder, list) else key]

    def merged(self, schema: dict[str, Json]) -> dict[str, Json]:
        """Return what `allOf` comes to: all fields in one, or the reference it dresses up."""
        parts = schema["allOf"]
        own = {key: value for key, value in schema.items() if key != "allOf"}
        if len(parts) == 1 and not own.keys() - DRESS:
            if own.get("nullable"):
                return {"anyOf": [parts[0], {"type": "null"}]}
            return dict(parts[0])
        whole: dict[str, Json] = {}
        for part in [*parts, own]:
            one = follow(self.document, part)
            one = self.merged(one) if one.get("allOf") else one
            one = follow(self.document, one)
            properties = whole.get("properties", {}) | one.get("properties", {})
            required = [*whole.get("required", []), *one.get("required", [])]
            whole |= one
            if properties:
                whole |= {"properties": properties, "required": list(dict.fromkeys(required))}
        return whole


def _chosen(rest: dict[str, Json], choices: list[Json]) -> dict[str, Json]:
    """Return a choice of schemas: as a list of types where each is only that."""
    flat: list[Json] = []
    for one in choices:
        flat += one["anyOf"] if one.keys() == {"anyOf"} else [one]
    choices = [one for at, one in enumerate(flat) if one not in flat[:at]]
    if len(choices) == 1:
        return rest | choices[0]
    plain = all("type" in one and not one.keys() & {"enum", "anyOf"} for one in choices)
    types = [kind for one in choices for kind in types_of(one)] if plain else []
    if not plain or "object" in types or len(types) != len(set(types)):
        return rest | {"anyOf": choices}
    whole = dict(rest)
    for one in choices:
        whole |= one
    return whole | {"type": _sorted(set(types))}


def _split(schema: dict[str, Json]) -> dict[str, Json]:
    """Return a list of types in its one order, with an object or null as a choice of two."""
    types = set(schema["type"])
    if types == {"object", "null"}:
        return {"anyOf": [schema | {"type": "object"}, {"type": "null"}]}
    return schema | {"type": _sorted(types)}


def types_of(schema: dict[str, Json]) -> list[str]:
    """Return the types that a schema names."""
    types = schema.get("type", [])
    return types if isinstance(types, list) else [types]


def _sorted(types: set[str]) -> str | list[str]:
    if "number" in types:
        types = types - {"integer"}
    in_order = sorted(types, key=lambda kind: (kind == "null", kind))
    return in_order if len(types) > 1 else in_order[0]
