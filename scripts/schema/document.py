"""Read an OpenAPI document, and refuse anything else."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from scripts.schema.yaml_json import Refused, brief, parse, well_built

Json = Any
MAX_CHOICES = 10_000
MAX_HOPS = 50  # of references, each of which leads to the next


def load(data: bytes) -> dict[str, Json]:
    """Parse YAML or JSON.

    Raises:
        Refused: it is not an OpenAPI 3.0 or 3.1 document, or not a whole one.
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
        raise Refused("it has no paths: it is cut, or describes no API")


def _check_references(document: dict[str, Json]) -> None:
    """Refuse references that lead nowhere, fields promised and not described, endless choices."""
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
            # A part of a whole may require what another part describes.
            if isinstance(required, list) and isinstance(properties, dict) and not part:
                for name in required:
                    if not isinstance(name, str):
                        raise Refused(f"`required` names {brief(name)}, which is no field")
                    if name not in properties and "allOf" not in node:
                        raise Refused(
                            f"it is cut, or wrong: `{name}` is required and not described"
                        )
            # An example does not contain schemas.
            children = (pair for pair in node.items() if pair[0] not in {"example", "examples"})
            waiting += [(value, key == "allOf") for key, value in children]
        elif isinstance(node, list):
            waiting += [(value, part) for value in node]


def _choices(document: dict[str, Json], node: Json, known: dict[str, int]) -> int:
    """Return of how many schemas a value may be, which the generator writes out one by one."""
    reference = node.get("$ref") if isinstance(node, dict) else None
    if isinstance(reference, str):
        if reference not in known:
            known[reference] = 1  # it may hold itself
            known[reference] = _choices(document, follow(document, node), known)
        return known[reference]
    if not isinstance(node, dict):
        return 1
    inner = [node.get(key) for key in ("items", "additionalProperties")]
    parts = [*(node.get("anyOf") or []), *(node.get("oneOf") or []), *filter(None, inner)]
    return sum(_choices(document, one, known) for one in parts) or 1


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
