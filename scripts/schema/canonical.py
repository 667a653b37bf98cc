"""Convert an OpenAPI document to one form, so that equivalent documents become equal."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urlsplit

from scripts.schema.document import follow
from scripts.schema.facade import BASE_PATH, OPERATIONS
from scripts.schema.yaml_json import Refused, brief, well_built

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SCHEMAS = "#/components/schemas/"
JSON, ANY = "application/json", 2
DRESS = {"description", "title", "example", "nullable", "deprecated", "readOnly", "writeOnly"}

# Booleans in YAML 1.1 that are text in YAML 1.2.
YES, NO = {"true", "yes", "on", "y"}, {"false", "no", "off", "n"}
BOOLEANS = {
    "required",
    "nullable",
    "deprecated",
    "readOnly",
    "writeOnly",
    "uniqueItems",
    "additionalProperties",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "allowEmptyValue",
    "allowReserved",
    "explode",
}
NUMBER = ((int, float), "a number")
# The types of the values of a schema's keywords.
KEYWORDS: dict[str, tuple[tuple[type, ...], str]] = {
    "required": ((list,), "a list of names"),
    "properties": ((dict,), "an object"),
    "enum": ((list,), "a list"),
    "pattern": ((str,), "text"),
    "format": ((str,), "text"),
    "uniqueItems": ((bool,), "true or false"),
    "minimum": NUMBER,
    "maximum": NUMBER,
    "exclusiveMinimum": ((int, float, bool), "a number"),
    "exclusiveMaximum": ((int, float, bool), "a number"),
    "multipleOf": NUMBER,
    "minLength": NUMBER,
    "maxLength": NUMBER,
    "minItems": NUMBER,
    "maxItems": NUMBER,
}

Json = Any


def canonical(document: dict[str, Json]) -> dict[str, Json]:
    """Return an equivalent document in one form.

    Each operation has its own parameters, and only schemas are shared. Paths are relative to
    BASE_PATH. Values that may be null or of several plain types have a list of types.

    Raises:
        Refused: the document does not have the structure of OpenAPI.
    """
    with well_built():
        return _Writer(document).written


class _Writer:
    def __init__(self, document: dict[str, Json]) -> None:
        self.document = document
        self.schemas: dict[str, Json] = {}
        self.wholes: dict[str, Json] = {}  # the parts of `allOf`, by reference
        paths = {path: item for path, item in document["paths"].items() if path.startswith("/")}
        addresses = [_address(server) for server in document.get("servers") or [{}]]
        prefix = _prefix(paths, urlsplit(addresses[0]).path)
        info = document.get("info", {})
        schemes = document.get("components", {}).get("securitySchemes", {})
        self.written: dict[str, Json] = {
            "openapi": "3.1.0",
            "info": info | {"version": str(info.get("version", ""))},
            "servers": [{"url": address + prefix} for address in addresses],
            "paths": {
                path.removeprefix(prefix) if path.startswith(f"{prefix}/") else path: (
                    self.path_item(item)
                )
                for path, item in paths.items()
            },
            "components": {
                "schemas": self.schemas,
                "securitySchemes": {
                    name: follow(document, scheme) for name, scheme in schemes.items()
                },
            },
        }
        if "security" in document:
            self.written["security"] = _signings(document["security"])

    def path_item(self, item: Json) -> dict[str, Json]:
        item = follow(self.document, item)
        shared = self.parameters(item)
        own = {"servers": item["servers"]} if item.get("servers") else {}
        return {
            method: self.operation(own | item[method], shared)
            for method in METHODS
            if method in item
        }

    def parameters(self, node: Json) -> dict[tuple[str, str], Json]:
        parameters = {}
        for item in node.get("parameters") or []:
            parameter = _less_examples(_booleans(follow(self.document, item)))
            if "schema" in parameter:
                parameter["schema"] = self.schema(parameter["schema"])
            parameters[str(parameter.get("in")), str(parameter.get("name"))] = parameter
        return parameters

    def operation(self, operation: Json, shared: dict[tuple[str, str], Json]) -> dict[str, Json]:
        written = _booleans(operation)
        written.pop("callbacks", None)
        if "security" in written:
            written["security"] = _signings(written["security"])
        if written.get("servers"):
            written["servers"] = [{"url": _address(server)} for server in written["servers"]]
        written["parameters"] = list((shared | self.parameters(operation)).values())
        if "requestBody" in operation:
            written["requestBody"] = self.content(operation["requestBody"])
        written["responses"] = {}
        for status, node in operation.get("responses", {}).items():
            written["responses"][status] = response = self.content(node)
            response.pop("links", None)
            if "headers" in response:
                response["headers"] = {
                    name: self.header(header) for name, header in response["headers"].items()
                }
        return written

    def header(self, header: Json) -> dict[str, Json]:
        header = _less_examples(follow(self.document, header))
        return header | {"schema": self.schema(header.get("schema", {}))}

    def content(self, node: Json) -> dict[str, Json]:
        node = _booleans(follow(self.document, node))
        if "content" in node:
            by_media = {
                name: _less_examples(media) | {"schema": self.schema(media.get("schema", {}))}
                for name, media in node["content"].items()
            }
            node["content"] = dict(sorted(by_media.items(), key=lambda pair: _rank(pair[0])))
            if _rank(first := next(iter(node["content"]), JSON)) == ANY:  # Spring writes */*
                node["content"] = {JSON: node["content"][first]}
        return node

    def schema(self, schema: Json) -> Json:
        if not isinstance(schema, dict):  # `true` allows any value
            return {}
        if "$ref" in schema:
            return {"$ref": SCHEMAS + self.shared(schema["$ref"])}
        if schema.get("allOf"):
            return self.schema(self.merged(schema))
        schema = _checked(_booleans(schema))
        written = {key: value for key, value in schema.items() if key not in {"title", "nullable"}}
        for key in ("items", "additionalProperties", "not"):
            if isinstance(written.get(key), dict):
                written[key] = self.schema(written[key])
        if "properties" in written:
            properties = written["properties"].items()
            written["properties"] = {name: self.schema(field) for name, field in properties}
        if "const" in written:
            written["enum"] = [written.pop("const")]
        choices = [
            self.schema(choice) for key in ("anyOf", "oneOf") for choice in written.pop(key, [])
        ]
        if choices:
            written = _chosen(written, choices)
        if isinstance(written.get("type"), list):
            written = _split(written)
        if schema.get("nullable") is True:
            written = _chosen({}, [written, {"type": "null"}])
        return written

    def shared(self, reference: str) -> str:
        """Return the name of the schema of a reference, after writing the schema."""
        while isinstance(inner := self.target(reference), dict) and "$ref" in inner:
            reference = inner["$ref"]
        name = reference.removeprefix(SCHEMAS)
        if "/" in name:  # not one of the shared schemas
            name = re.sub(r"\W+", "_", unquote(reference)).strip("_")
        if name not in self.schemas:
            self.schemas[name] = {}  # for a recursive schema
            self.schemas[name] = self.schema(self.target(reference))
        return name

    def target(self, reference: str) -> Json:
        parent, _, last = reference.rpartition("/")
        key = unquote(last).replace("~1", "/").replace("~0", "~")
        holder = follow(self.document, {"$ref": parent})
        return holder[int(key) if isinstance(holder, list) else key]

    def merged(self, schema: dict[str, Json]) -> dict[str, Json]:
        """Return the equivalent of `allOf`: one schema with all fields, or its only reference."""
        parts = schema["allOf"]
        own = {key: value for key, value in schema.items() if key != "allOf"}
        if len(parts) == 1 and not own.keys() - DRESS:
            if own.get("nullable"):
                return {"anyOf": [parts[0], {"type": "null"}]}
            return dict(parts[0])
        whole: dict[str, Json] = {}
        for part in [*parts, own]:
            added = self.whole(part)
            properties = whole.get("properties", {}) | added.get("properties", {})
            required = [*whole.get("required", []), *added.get("required", [])]
            whole |= added
            if properties:
                whole |= {"properties": properties, "required": list(dict.fromkeys(required))}
        return whole

    def whole(self, part: Json) -> Json:
        """Return a part of `allOf` with all of its own parts, each reference followed once."""
        reference = str(part.get("$ref", ""))
        if reference not in self.wholes:
            whole = follow(self.document, part)
            whole = self.merged(whole) if whole.get("allOf") else whole
            whole = follow(self.document, whole)
            if not reference:
                return whole
            self.wholes[reference] = whole
        return self.wholes[reference]


def _less_examples(node: dict[str, Json]) -> dict[str, Json]:
    """Return a node without its examples, whose references are not references to schemas."""
    return {key: value for key, value in node.items() if key not in {"example", "examples"}}


def _signings(ways: Json) -> Json:
    """Return ways to authenticate, with lists of scopes: swagger-php writes objects."""
    return [{name: list(scopes) for name, scopes in way.items()} for way in ways or []]


def _rank(media: str) -> int:
    """Return the rank of a media type: JSON first."""
    kinds = (r"application/json\b", r"application/[\w.-]+\+json\b", r"(\*|application)/\*")
    return next((rank for rank, kind in enumerate(kinds) if re.match(kind, media)), len(kinds))


def _address(server: Json) -> str:
    """Return the address of a server, with the defaults of its variables."""
    address = str(server.get("url", ""))
    for name, variable in server.get("variables", {}).items():
        address = address.replace(f"{{{name}}}", str(variable["default"]))
    return address.rstrip("/")


def _prefix(paths: dict[str, Json], server_path: str) -> str:
    """Return the prefix of our operations in the paths of a document."""
    ours = [shape(path).split("/") for path, _ in OPERATIONS]
    prefixes: list[str] = []
    for path in paths:
        parts = path.rstrip("/").split("/")
        shapes = shape(path).rstrip("/").split("/")
        for our_parts in ours:
            head = "/".join(parts[: -len(our_parts) + 1])
            if shapes[-len(our_parts) + 1 :] == our_parts[1:] and "{" not in head:
                prefixes.append(head)
    return max(
        dict.fromkeys(prefixes),
        key=lambda head: (server_path + head == BASE_PATH, prefixes.count(head)),
        default="",
    )


def shape(path: str) -> str:
    """Return a path without the names of its parameters."""
    return re.sub(r"{[^{}]*}", "{}", path)


def _booleans(node: Json) -> dict[str, Json]:
    """Return a node in which text that is a boolean in YAML 1.1 is one."""
    node = dict(node)
    for key in BOOLEANS & node.keys():
        if isinstance(node[key], str) or node[key] is None:
            if str(node[key]).lower() not in YES | NO:
                raise Refused(f"`{key}` is {brief(node[key])}: write true or false")
            node[key] = node[key].lower() in YES
    return node


def _checked(schema: dict[str, Json]) -> dict[str, Json]:
    """Return a schema with the limits of OpenAPI 3.1, after checking the types of its keywords."""
    for key, (kinds, expected) in KEYWORDS.items():
        value = schema.get(key)
        fits = isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
        if key in schema and not fits:
            raise Refused(f"`{key}` is {brief(value)}, which is not {expected}")
    if any(not isinstance(name, str) for name in schema.get("required", [])):
        raise Refused(f"`required` is {brief(schema['required'])}, which is not a list of names")
    for limit in ("minimum", "maximum"):
        exclusive = f"exclusive{limit.title()}"
        of_3_0 = isinstance(schema.get(exclusive), bool)
        if of_3_0 and schema.pop(exclusive) and limit in schema:
            schema[exclusive] = schema.pop(limit)
    return schema


def _chosen(rest: dict[str, Json], choices: list[Json]) -> dict[str, Json]:
    """Return a choice of schemas: as a list of types if each choice is a plain type."""
    flat: list[Json] = []
    for choice in choices:
        flat += choice["anyOf"] if choice.keys() == {"anyOf"} else [choice]
    choices = [choice for place, choice in enumerate(flat) if choice not in flat[:place]]
    if len(choices) == 1:
        return rest | choices[0]
    plain = all("type" in choice and not choice.keys() & {"enum", "anyOf"} for choice in choices)
    types = [kind for choice in choices for kind in types_of(choice)] if plain else []
    if not plain or "object" in types or len(types) != len(set(types)):
        return rest | {"anyOf": choices}
    whole = dict(rest)
    for choice in choices:
        whole |= choice
    return whole | {"type": _sorted(set(types))}


def _split(schema: dict[str, Json]) -> dict[str, Json]:
    """Return a schema with its types in order, and an object or null as a choice of two."""
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
