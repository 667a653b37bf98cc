"""Read an OpenAPI document, refuse what is none, and write it in one way, however it was written."""

from __future__ import annotations

import json
import math
import re
from datetime import date
from typing import Any
from urllib.parse import unquote, urlsplit

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

BASE_PATH = "/bet-tune-api/v1"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SCHEMAS = "#/components/schemas/"
MAX_NODES = 500_000
MAX_DEPTH = 100

Json = Any


class Refused(Exception):
    """What is wrong with a document, in one line."""


def load(data: bytes) -> dict[str, Json]:
    """Parse YAML or JSON.

    Raises:
        Refused: it is not an OpenAPI 3.0 or 3.1 document, or not a whole one.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("it is not UTF-8 text") from None
    start = text.lstrip()
    if not start:
        raise Refused("it is empty")
    if start.startswith("<"):
        raise Refused(
            "it is a web page (or XML), not a schema: take the address of the file itself"
        )
    try:
        if start.startswith("{"):
            parsed = json.loads(text)
        else:
            # pure: the C parser is a package of its own, and takes other things for errors.
            parsed = YAML(typ="safe", pure=True).load(text)
        document = _plain(parsed, {}, 0)
    except json.JSONDecodeError as error:
        raise Refused(f"it is not JSON, or cut: {error}") from None
    except YAMLError as error:
        reason = " ".join(str(getattr(error, "problem", None) or error).split())
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        raise Refused(f"it is not plain YAML, or cut: {reason}{where}") from None
    except RecursionError:
        raise Refused("it is nested too deeply") from None
    _check_kind(document)
    _check_references(document)
    return document


def _plain(node: Json, sizes: dict[int, tuple[Json, int]], depth: int) -> Json:
    """Return the node as JSON would have it, or refuse what JSON cannot say.

    YAML's aliases make one node stand in many places: `sizes` counts what they come to when written out, before
    anything writes them out.
    """
    if depth > MAX_DEPTH:
        raise Refused("it is nested too deeply, or an alias holds itself")
    if isinstance(node, dict | list):
        if id(node) not in sizes:
            sizes[id(node)] = (node, MAX_NODES)  # until it is known: what holds itself has no end
            children = (
                {_key(key): _plain(value, sizes, depth + 1) for key, value in node.items()}
                if isinstance(node, dict)
                else [_plain(value, sizes, depth + 1) for value in node]
            )
            inner = node.values() if isinstance(node, dict) else node
            size = 1 + sum(
                sizes[id(one)][1] if isinstance(one, dict | list) else 1 for one in inner
            )
            if size > MAX_NODES:
                raise Refused(
                    f"it has more than {MAX_NODES} values once its aliases are written out"
                )
            sizes[id(node)] = (children, size)
        plain, size = sizes[id(node)]
        if plain is node:
            raise Refused("one of its aliases holds itself")
        return plain
    if isinstance(node, date):
        return node.isoformat()
    if isinstance(node, float) and not math.isfinite(node):
        raise Refused(f"it has the number {node}, which JSON cannot say")
    if node is None or isinstance(node, str | bool | int | float):
        return node
    raise Refused(f"it has a value of the type {type(node).__name__}, which JSON cannot say")


def _key(key: Json) -> str:
    if isinstance(key, str | int) and not isinstance(key, bool):
        return str(key)
    raise Refused(f"it has the key {key!r}, where only text can be a key")


def _check_kind(document: Json) -> None:
    if not isinstance(document, dict):
        raise Refused("it is not an OpenAPI document")
    if "swagger" in document:
        raise Refused(f"it is Swagger {document['swagger']}: OpenAPI 3.0 or 3.1 is needed")
    version = document.get("openapi")
    if not isinstance(version, str):
        raise Refused("it is not an OpenAPI document: it has no `openapi` version")
    if not re.match(r"3\.[01](\.|$)", version):
        raise Refused(f"it is OpenAPI {version}: 3.0 or 3.1 is needed")
    if not isinstance(document.get("paths"), dict):
        raise Refused("it has no paths: it is cut, or describes no API")


def _check_references(document: dict[str, Json]) -> None:
    """Refuse references that lead nowhere, and fields that are promised and not described."""
    waiting: list[tuple[Json, bool]] = [(document, False)]
    while waiting:
        node, part = waiting.pop()
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                follow(document, node)
            required, properties = node.get("required"), node.get("properties")
            # A part of a whole may require what another part describes.
            if isinstance(required, list) and isinstance(properties, dict) and not part:
                for name in required:
                    if name not in properties and "allOf" not in node:
                        raise Refused(
                            f"it is cut, or wrong: `{name}` is required and not described"
                        )
            # What an example says is no schema.
            children = (pair for pair in node.items() if pair[0] not in {"example", "examples"})
            waiting += [(value, key == "allOf") for key, value in children]
        elif isinstance(node, list):
            waiting += [(value, part) for value in node]


def follow(document: dict[str, Json], node: Json) -> Json:
    """Return what a node says, or what its reference leads to.

    Raises:
        Refused: it leads nowhere.
    """
    seen = set()
    while isinstance(node, dict) and isinstance(node.get("$ref"), str):
        reference = node["$ref"]
        if reference in seen:
            raise Refused(f"the reference {reference} leads back to itself")
        seen.add(reference)
        if not reference.startswith("#/"):
            raise Refused(
                f"the reference {reference} leads out of the document: bundle it into one file"
            )
        node = document
        for part in reference[2:].split("/"):
            key = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict) and key in node:
                node = node[key]
            elif isinstance(node, list) and key.isdigit() and int(key) < len(node):
                node = node[int(key)]
            else:
                raise Refused(f"the reference {reference} leads nowhere")
    return node


def canonical(document: dict[str, Json]) -> dict[str, Json]:
    """Return the same API written in one way.

    Parameters stand on their operation, and nothing but schemas is shared; paths are relative to BASE_PATH; what may be null
    or of several plain types is a list of types.
    """
    return _Writer(document).written


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
            schema = self.merged(schema)
            if "$ref" in schema:
                return self.schema(schema)
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
        if isinstance(written.get("type"), list):
            types = set(written["type"])
            if "object" in types and "null" in types:
                choices = [written | {"type": list(types - {"null"})}, {"type": "null"}]
                written = {}
            else:
                written["type"] = _sorted(types)
        if choices:
            written = self.chosen(written, choices)
        if schema.get("nullable") is True:
            written = self.chosen({}, [written, {"type": "null"}])
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
        """Return what `allOf` comes to: a reference where it only dresses one up, else all the fields in one."""
        parts = schema["allOf"]
        own = {key: value for key, value in schema.items() if key != "allOf"}
        says = own.keys() - {
            "description",
            "title",
            "example",
            "nullable",
            "deprecated",
            "readOnly",
            "writeOnly",
        }
        if len(parts) == 1 and not says:
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

    def chosen(self, rest: dict[str, Json], choices: list[Json]) -> dict[str, Json]:
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


def types_of(schema: dict[str, Json]) -> list[str]:
    """Return the types that a schema names."""
    types = schema.get("type", [])
    return types if isinstance(types, list) else [types]


def _sorted(types: set[str]) -> str | list[str]:
    if "number" in types:
        types = types - {"integer"}
    return (
        next(iter(types))
        if len(types) == 1
        else sorted(types, key=lambda kind: (kind == "null", kind))
    )
