"""Read an OpenAPI document, and refuse what is none."""

from __future__ import annotations

import json
import math
import re
from datetime import date
from typing import Any
from urllib.parse import unquote

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

MAX_NODES = 500_000
MAX_DEPTH = 100

Json = Any


class Refused(Exception):  # noqa: N818  # what happened, not what failed
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

    YAML's aliases make one node stand in many places: `sizes` counts what they come to when
    written out, before anything writes them out.
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
