"""The parts of a schema, for tests that change them."""

from __future__ import annotations

from scripts import ROOT
from scripts.schema.document import load
from scripts.schema.facade import OPERATIONS
from scripts.schema.overlay import overlay

PREFIX = "#/components/schemas/"


def complete(schema):
    """Add the operations that the facade has today, and a schema that stays as it is lacks."""
    today = overlay(load((ROOT / "openapi.yaml").read_bytes()))
    ours = {path: item for path, item in today["paths"].items() if (path, *item)[:2] in OPERATIONS}
    schema["paths"] = ours | schema["paths"]
    schema["components"]["schemas"] = today["components"]["schemas"] | schemas(schema)


def operations(schema):
    for item in schema["paths"].values():
        for method, operation in item.items():
            if method in {"get", "put", "post", "delete"}:
                yield operation


def nodes(node):
    yield node
    for child in node.values() if isinstance(node, dict) else node:
        if isinstance(child, dict | list):
            yield from nodes(child)


def schemas(schema):
    return schema["components"]["schemas"]
