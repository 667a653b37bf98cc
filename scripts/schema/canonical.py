"""Write an OpenAPI document in one way, however it was written."""

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

# What YAML 1.1 calls true and false, and YAML 1.2 text.
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
# Of which kind the values of a schema's keywords are.
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
    """Return the same API written in one way.

    Parameters stand on their operation, and nothing but schemas is shared; paths are relative to
    BASE_PATH; what may be null or of several plain types is a list of types.

    Raises:
        Refused: it is not built like an OpenAPI document.
    """
    with well_built():
        return _Writer(document).written


class _Writer:
    def __init__(self, document: dict[str, Json]) -> None:
        self.document = document
        self.schemas: dict[str, Json] = {}
        self.wholes: dict[str, Json] = {}  # the parts of `allOf`, by reference
        paths = {path: item for path, item in document["paths"].items() if path.startswith("/")}
        addresses = [_address(one) for one in document.get("servers") or [{}]]
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
                "securitySchemes": {name: follow(document, one) for name, one in schemes.items()},
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
        found = {}
        for one in node.get("parameters") or []:
            parameter = _less_examples(_booleans(follow(self.document, one)))
            if "schema" in parameter:
                parameter["schema"] = self.schema(parameter["schema"])
            found[str(parameter.get("in")), str(parameter.get("name"))] = parameter
        return found

    def operation(self, operation: Json, shared: dict[tuple[str, str], Json]) -> dict[str, Json]:
        written = _booleans(operation)
        written.pop("callbacks", None)
        if "security" in written:
            written["security"] = _signings(written["security"])
        if written.get("servers"):
            written["servers"] = [{"url": _address(one)} for one in written["servers"]]
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
        header = _less_examples(follow(self.document, header))
        return header | {"schema": self.schema(header.get("schema", {}))}

    def content(self, node: Json) -> dict[str, Json]:
        node = _booleans(follow(self.document, node))
        if "content" in node:
            by_media = {
                media: _less_examples(one) | {"schema": self.schema(one.get("schema", {}))}
                for media, one in node["content"].items()
            }
            node["content"] = dict(sorted(by_media.items(), key=lambda pair: _rank(pair[0])))
            if _rank(first := next(iter(node["content"]), JSON)) == ANY:  # as Spring writes it
                node["content"] = {JSON: node["content"][first]}
        return node

    def schema(self, schema: Json) -> Json:
        if not isinstance(schema, dict):  # true: anything
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
            one = self.whole(part)
            properties = whole.get("properties", {}) | one.get("properties", {})
            required = [*whole.get("required", []), *one.get("required", [])]
            whole |= one
            if properties:
                whole |= {"properties": properties, "required": list(dict.fromkeys(required))}
        return whole

    def whole(self, part: Json) -> Json:
        """Return a part of `allOf` with all of its own parts, each reference followed once."""
        reference = str(part.get("$ref", ""))
        if reference not in self.wholes:
            one = follow(self.document, part)
            one = self.merged(one) if one.get("allOf") else one
            one = follow(self.document, one)
            if not reference:
                return one
            self.wholes[reference] = one
        return self.wholes[reference]


def _less_examples(node: dict[str, Json]) -> dict[str, Json]:
    """Return a node of OpenAPI without its examples, whose references lead to no schema."""
    return {key: one for key, one in node.items() if key not in {"example", "examples"}}


def _signings(asked: Json) -> Json:
    """Return ways to sign; swagger-php writes an object in place of a list of scopes."""
    return [{name: list(scopes) for name, scopes in one.items()} for one in asked or []]


def _rank(media: str) -> int:
    """Return how far a media type is from JSON."""
    kinds = (r"application/json\b", r"application/[\w.-]+\+json\b", r"(\*|application)/\*")
    return next((rank for rank, kind in enumerate(kinds) if re.match(kind, media)), len(kinds))


def _address(server: Json) -> str:
    """Return the address of a server, with the defaults of its variables."""
    address = str(server.get("url", ""))
    for name, variable in server.get("variables", {}).items():
        address = address.replace(f"{{{name}}}", str(variable["default"]))
    return address.rstrip("/")


def _prefix(paths: dict[str, Json], server_path: str) -> str:
    """Return what stands before our operations in the paths of a document."""
    ours = [shape(path).split("/") for path, _ in OPERATIONS]
    found: list[str] = []
    for path in paths:
        parts = path.rstrip("/").split("/")
        shapes = shape(path).rstrip("/").split("/")
        for one in ours:
            head = "/".join(parts[: -len(one) + 1])
            if shapes[-len(one) + 1 :] == one[1:] and "{" not in head:
                found.append(head)
    return max(
        dict.fromkeys(found),
        key=lambda head: (server_path + head == BASE_PATH, found.count(head)),
        default="",
    )


def shape(path: str) -> str:
    """Return a path without the names of its parameters."""
    return re.sub(r"{[^{}]*}", "{}", path)


def _booleans(node: Json) -> dict[str, Json]:
    """Return a node of OpenAPI with what YAML 1.1 calls a boolean made one."""
    node = dict(node)
    for key in BOOLEANS & node.keys():
        if isinstance(node[key], str) or node[key] is None:
            if str(node[key]).lower() not in YES | NO:
                raise Refused(f"`{key}` is {brief(node[key])}: write true or false")
            node[key] = node[key].lower() in YES
    return node


def _checked(schema: dict[str, Json]) -> dict[str, Json]:
    """Return a schema with the limits of OpenAPI 3.1; its keywords have values of their kind."""
    for key, (kinds, said) in KEYWORDS.items():
        value = schema.get(key)
        fits = isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
        if key in schema and not fits:
            raise Refused(f"`{key}` is {brief(value)}, which is not {said}")
    if any(not isinstance(name, str) for name in schema.get("required", [])):
        raise Refused(f"`required` is {brief(schema['required'])}, which is not a list of names")
    for limit in ("minimum", "maximum"):
        exclusive = f"exclusive{limit.title()}"
        of_3_0 = isinstance(schema.get(exclusive), bool)
        if of_3_0 and schema.pop(exclusive) and limit in schema:
            schema[exclusive] = schema.pop(limit)
    return schema


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
