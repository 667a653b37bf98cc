"""Read an OpenAPI document, and reject anything else."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from scripts.schema.yaml_json import Refused, brief, parse, well_built

Json = Any
MAX_CHOICES = 10_000
MAX_HOPS = 50  # in a chain of references


def load(data: bytes) -> dict[str, Json]:
    """Parse YAML or JSON.

    Raises:
        Refused: this is not a complete OpenAPI 3.0 or 3.1 document.
    """
    document = parse(data)
    _check_kind(document)
    with well_built():
        _check_references(document)
    return document


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
        raise Refused("it has no paths: it is truncated, or does not describe an API")


def _check_references(document: dict[str, Json]) -> None:
    """Reject broken references, required fields without a description, and too many choices."""
    choices: dict[str, int] = {}
    waiting: list[tuple[Json, bool]] = [(document, False)]
    while waiting:
        node, part = waiting.pop()
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                follow(document, node)
            if _choices(document, node, choices) > MAX_CHOICES:
                raise Refused(f"it has a choice of more than {MAX_CHOICES} schemas")
            required, properties = node.get("required"), node.get("properties")
            # A part of `allOf` may require a field that another part describes.
            if isinstance(required, list) and isinstance(properties, dict) and not part:
                for name in required:
                    if not isinstance(name, str):
                        raise Refused(
                            f"`required` names {brief(name)}, which is not the name of a field"
                        )
                    if name not in properties and "allOf" not in node:
                        raise Refused(
                            f"it is truncated or wrong: `{name}` is required, but not described"
                        )
            # An example does not contain schemas.
            children = (pair for pair in node.items() if pair[0] not in {"example", "examples"})
            waiting += [(value, key == "allOf") for key, value in children]
        elif isinstance(node, list):
            waiting += [(value, part) for value in node]


def _choices(document: dict[str, Json], node: Json, known: dict[str, int]) -> int:
    """Return the number of alternative schemas of a value. The generator writes each of them."""
    reference = node.get("$ref") if isinstance(node, dict) else None
    if isinstance(reference, str):
        if reference not in known:
            known[reference] = 1  # for a recursive schema
            known[reference] = _choices(document, follow(document, node), known)
        return known[reference]
    if not isinstance(node, dict):
        return 1
    inner = [node.get(key) for key in ("items", "additionalProperties")]
    parts = [*(node.get("anyOf") or []), *(node.get("oneOf") or []), *filter(None, inner)]
    return sum(_choices(document, part, known) for part in parts) or 1


def follow(document: dict[str, Json], node: Json) -> Json:
    """Return a node, or the target of its reference.

    Raises:
        Refused: the reference is broken.
    """
    seen = set()
    while isinstance(node, dict) and isinstance(node.get("$ref"), str):
        reference = node["$ref"]
        if reference in seen:
            raise Refused(f"the reference {reference} leads back to itself")
        if len(seen) == MAX_HOPS:
            raise Refused(f"more than {MAX_HOPS} references lead to {reference}, one by one")
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
