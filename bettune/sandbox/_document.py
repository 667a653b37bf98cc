"""Reads openapi.yaml for the documentation page: its operations and schemas."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin

import yaml

_Node = dict[str, Any]

_METHODS = ("get", "post", "put", "patch", "delete")
_PUBLIC_ORIGIN, _BASE_PATH = "https://ovaccess.com", "/bet-tune-api/v1"
_PARAMETER = re.compile(r"\{([^}]*)\}")
# Links to these operations stay the same if an export renames their path parameters.
_PATHS = (
    "/sports",
    "/matches",
    "/prediction-filters",
    "/predictions/search",
    "/prediction-filters/{filterId}/matches/{matchId}/prediction",
)
_PATH_BY_SHAPE = {_PARAMETER.sub("{}", path): path for path in _PATHS}


class Field(NamedTuple):
    """A property of an object. `refers_to` is the name of its schema, if any."""

    name: str
    required: bool
    type: str
    refers_to: str | None
    example: str | None
    enum: str | None
    fields: list[Field]


class Parameter(NamedTuple):
    """A parameter of a request, and an example taken from the schemas.

    `argument` is its name in the sandbox's paths and calls, which may differ from its name in an
    export.
    """

    name: str
    where: str
    required: bool
    type: str
    description: str
    example: str
    argument: str


class Body(NamedTuple):
    """The type of a body, its fields if it is an object, and an example."""

    type: str
    fields: list[Field]
    example: str | None


class Reply(NamedTuple):
    """A response of an operation."""

    status: str
    description: str
    body: Body | None
    headers: list[str]


class Operation(NamedTuple):
    """A method of a path. `call` is the method, and the path with the sandbox's parameters."""

    method: str
    path: str
    call: str
    anchor: str
    summary: str
    tags: list[str]
    parameters: list[Parameter]
    body: Body | None
    responses: list[Reply]


class Document(NamedTuple):
    """The API as the page shows it."""

    title: str
    server: str
    operations: list[Operation]
    schemas: dict[str, Body]


@cache
def schema_bytes() -> bytes:
    """Return the content of openapi.yaml."""
    here = Path(__file__).resolve().parent
    beside, root = here / "openapi.yaml", here.parents[1] / "openapi.yaml"  # wheel, checkout
    return (beside if beside.exists() else root).read_bytes()


@cache
def document() -> Document:
    """Read openapi.yaml for the page."""
    return read(yaml.safe_load(schema_bytes()))


def read(root: _Node) -> Document:
    """Read an OpenAPI document for the page."""
    return _Reader(root).document()


class _Reader:
    def __init__(self, root: _Node) -> None:
        self._root = root
        self._schemas: _Node = root.get("components", {}).get("schemas", {})
        self._examples = self._known_examples()

    def document(self) -> Document:
        servers = self._root.get("servers") or [{}]
        server = urljoin(_PUBLIC_ORIGIN, servers[0].get("url", "")).rstrip("/")
        paths = self._root["paths"]
        # Some exports repeat the base path in each path.
        prefix = _BASE_PATH if all(path.startswith(f"{_BASE_PATH}/") for path in paths) else ""
        return Document(
            title=self._root["info"]["title"],
            server=server + prefix,
            operations=[
                self._operation(method, path.removeprefix(prefix), item)
                for path, item in paths.items()
                for method in _METHODS
                if method in item
            ],
            schemas={name: self._body(schema) for name, schema in self._schemas.items()},
        )

    def _operation(self, method: str, path: str, item: _Node) -> Operation:
        operation = item[method]
        parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
        ours = _PATH_BY_SHAPE.get(_PARAMETER.sub("{}", path), path)
        arguments = dict(zip(_PARAMETER.findall(path), _PARAMETER.findall(ours), strict=True))
        return Operation(
            method=method,
            path=path,
            call=f"{method} {ours}",
            anchor="-".join([method, *re.findall(r"\w+", ours)]),
            summary=operation.get("summary", ""),
            tags=operation.get("tags", []),
            parameters=[self._parameter(self._resolved(node), arguments) for node in parameters],
            body=self._content(self._resolved(operation.get("requestBody", {}))),
            responses=[
                self._reply(str(status), self._resolved(node))
                for status, node in operation["responses"].items()
            ],
        )

    def _parameter(self, node: _Node, arguments: dict[str, str]) -> Parameter:
        schema = self._resolved(node.get("schema", {}))
        name = argument = node["name"]
        if node["in"] == "path":
            argument = arguments.get(name, name)
        example = _example(node) or _example(schema) or self._examples.get(argument, "")
        return Parameter(
            name=name,
            where=node["in"],
            required=node.get("required", False),
            type=self._type(schema),
            description=node.get("description", "-"),
            example=example.strip('"'),
            argument=argument,
        )

    def _reply(self, status: str, node: _Node) -> Reply:
        return Reply(
            status, node.get("description", ""), self._content(node), [*node.get("headers", {})]
        )

    def _content(self, node: _Node) -> Body | None:
        """Return the JSON body of a request or response, or None."""
        media = node.get("content", {}).get("application/json")
        if media is None:
            return None
        body = self._body(media.get("schema", {}))
        return body._replace(example=_example(media, indent=2) or body.example)

    def _body(self, schema: _Node) -> Body:
        schema = self._resolved(schema)
        return Body(self._type(schema), self._fields(schema), _example(schema, indent=2))

    def _fields(self, schema: _Node, *, nested: bool = False) -> list[Field]:
        required = schema.get("required", [])
        return [
            self._field(name, name in required, node, nested)
            for name, node in schema.get("properties", {}).items()
        ]

    def _field(self, name: str, required: bool, node: _Node, nested: bool) -> Field:
        schema = self._resolved(node)
        # Show the fields of a list's items on one level. Deeper objects have their own schemas.
        items = {} if nested else self._resolved(schema.get("items", {}))
        return Field(
            name=name,
            required=required,
            type=self._type(schema),
            refers_to=_referred(node) or _referred(schema.get("items", {})),
            example=_example(schema),
            enum=", ".join(map(str, schema["enum"])) if "enum" in schema else None,
            fields=self._fields(items, nested=True),
        )

    def _type(self, schema: _Node) -> str:
        schema = self._resolved(schema)
        kind = schema.get("type", "object" if "properties" in schema else "any")
        if kind == "array":
            return f"array<{self._type(schema.get('items', {}))}>"
        kinds = [kind] if isinstance(kind, str) else [name for name in kind if name != "null"]
        return " | ".join(kinds) + (f":{schema['format']}" if "format" in schema else "")

    def _resolved(self, node: _Node) -> _Node:
        """Return the node, or the target of its `$ref` in the document."""
        while "$ref" in node:
            target: Any = self._root
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def _known_examples(self) -> dict[str, str]:
        """Collect examples for parameters: those of the properties with the same name.

        A parameter with the name of a schema (`sport`) is an id of that schema.
        """
        examples: dict[str, str] = {}
        for schema_name, schema in self._schemas.items():
            for name, node in schema.get("properties", {}).items():
                if example := _example(self._resolved(node)):
                    examples.setdefault(name, example)
                    if name == "id":
                        examples.setdefault(schema_name.lower(), example)
        return examples


def _example(node: _Node, indent: int | None = None) -> str | None:
    """Return the node's example as JSON, in the format of BetTune's page."""
    if "example" not in node:
        return None
    separators = (",", ":") if indent is None else None
    return json.dumps(
        node["example"], ensure_ascii=False, indent=indent, separators=separators, default=str
    )


def _referred(node: _Node) -> str | None:
    reference = node.get("$ref")
    return reference.rpartition("/")[2] if reference else None
