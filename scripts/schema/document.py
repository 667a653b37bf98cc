"""Read an OpenAPI document, and refuse anything else."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from scripts.schema.text import MAX_NODES, Refused, brief, parse, well_built

Json = Any


def load(data: bytes) -> dict[str, Json]:
    """Parse YAML or JSON.

    Raises:
        Refused: it is not an OpenAPI 3.0 or 3.1 document, or not a whole one.
    """
    document = parse(data)
    _check_kind(document)
    _check_references(document)
    with well_built():
        _measure(document, document, {})
    return document


def _measure(document: dict[str, Json], node: Json, sizes: dict[str, int]) -> int:
    """Return how many values a node holds with its references written out, each once within itself.

    Whatever reads a schema follows them, and ten that each lead twice to the next make a thousand.
    """
    if not isinstance(node, dict | list):
        return 1
    reference = node.get("$ref") if isinstance(node, dict) else None
    if isinstance(reference, str):
        if reference not in sizes:
            sizes[reference] = 0  # it may hold itself
            sizes[reference] = _measure(document, follow(document, node), sizes)
        size = sizes[reference]
    else:
        children = node.values() if isinstance(node, dict) else node
        size = 1 + sum(_measure(document, one, sizes) for one in children)
    if size > MAX_NODES:
        raise Refused(f"it has more than {MAX_NODES} values once its references are written out")
    return size


def _check_kind(document: Json) -> None:
    if not isinstance(document, dict):
        raise Refused("it is not an OpenAPI document")
    if "swagger" in document:
        raise Refused(f"it is Swagger {document['swagger']}: OpenAPI 3.0 or 3.1 is needed")
    version = document.get("openapi")
    if isinstance(version, int | float):  # 3.1, written without quotes
        version = document["openapi"] = str(version)
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
                    if not isinstance(name, str):
                        raise Refused(f"`required` names {brief(name)}, which is no field")
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
