"""The parts of a schema, for tests that change them."""

from __future__ import annotations

PREFIX = "#/components/schemas/"


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
