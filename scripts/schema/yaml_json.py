"""Read YAML and JSON with the types of JSON, and write a document as YAML."""

from __future__ import annotations

import contextlib
import io
import json
import math
import re
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_NODES = 500_000
# YAML takes a thousand times as long to read as JSON. A value of YAML begins after one of these.
MAX_YAML_NODES = 100_000
YAML_NODE = re.compile(r"[\n\r,\[{]")
MAX_DEPTH = 100
MAX_DIGITS = 300  # JSON readers do not accept larger numbers
TAG = "tag:yaml.org,2002:"
# The kinds of scalars in YAML. A date is text in JSON, even an impossible one.
TEXT = {"str", "timestamp", "merge", "value"}
PLAIN = TEXT | {"null", "bool", "int", "float"}
OTHERS = {"binary", "omap", "pairs", "set"}
NO_MARKS = str.maketrans("", "", "-_/.")
# Words that are not text in YAML 1.1, which some tools still use.
SPECIAL = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"}

Json = Any


class Refused(Exception):  # noqa: N818  # reads better than RefusedError
    """A document is rejected. The message has the reason on one line."""


@contextlib.contextmanager
def well_built() -> Iterator[None]:
    """Reject a document with values of types that OpenAPI does not allow."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise Refused(f"it is not built like an OpenAPI document: {error!r}") from error


def parse(data: bytes) -> Json:
    """Parse YAML or JSON to the types of JSON.

    Raises:
        Refused: the text is neither, has values that JSON does not have, or is too large.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("it is not UTF-8 text") from None
    start = text.lstrip()
    if not start:
        raise Refused("it is empty")
    if start.startswith("<"):
        raise Refused("it is a web page (or XML), not a schema: use the address of the file itself")
    try:
        value = _from_json(text) if start.startswith("{") else _from_yaml(text)
        _, depth = _measure(value, {})
    except json.JSONDecodeError as error:
        raise Refused(f"it is not JSON, or cut: {error}") from None
    except (YAMLError, ValueError, OverflowError) as error:
        reason = " ".join(str(getattr(error, "problem", None) or error).split())
        raise Refused(f"it is not plain YAML, or cut: {reason}{_line(error)}") from None
    except RecursionError:
        depth = MAX_DEPTH + 1
    if depth > MAX_DEPTH:
        raise Refused("it is nested too deeply")
    return value


def _line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f" (line {mark.line + 1})" if mark else ""


def _measure(node: Json, known: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """Return the number of values in a node, with aliases expanded, and their depth."""
    if not isinstance(node, dict | list):
        return 1, 0
    if id(node) not in known:
        children = node.values() if isinstance(node, dict) else node
        measures = [_measure(child, known) for child in children]
        size = 1 + sum(child_size for child_size, _ in measures)
        if size > MAX_NODES:
            raise Refused(f"it has more than {MAX_NODES} values once its aliases are written out")
        known[id(node)] = size, 1 + max((depth for _, depth in measures), default=0)
    return known[id(node)]


def _from_json(text: str) -> Json:
    return json.loads(
        text,
        object_pairs_hook=_json_object,
        parse_int=_integer,
        parse_float=_float,
        parse_constant=_float,
    )


def _json_object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    whole = dict(pairs)
    if len(whole) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Refused(f"it has the key {twice!r} twice in one object")
    return whole


def _integer(text: str) -> int:
    _check_digits(text)
    return int(text)


def _check_digits(text: str) -> None:
    if len(text) > MAX_DIGITS:
        raise Refused(f"it has a number of {len(text)} digits")


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Refused(f"it has the number {text[:20]}, which JSON cannot say")
    return number


def _from_yaml(text: str) -> Json:
    if sum(1 for _ in YAML_NODE.finditer(text)) > MAX_YAML_NODES:
        raise Refused(f"it is YAML of more than {MAX_YAML_NODES} values or lines: take it as JSON")
    # pure: the C parser is a separate package, and reports different errors.
    yaml = YAML(typ="safe", pure=True)
    node = yaml.compose(text)
    return None if node is None else _YamlReader(yaml.constructor).value(node)


class _YamlReader:
    """Makes values of YAML nodes. All aliases of a node have the same value."""

    def __init__(self, constructor: Any) -> None:
        self.constructor = constructor
        self.values: dict[int, Json] = {}
        self.open: set[int] = set()
        self.merged = 0

    def value(self, node: Node) -> Json:
        if id(node) in self.open:
            raise Refused("one of its aliases holds itself")
        if id(node) not in self.values:
            self.open.add(id(node))
            self.values[id(node)] = self.made(node)
            self.open.remove(id(node))
        return self.values[id(node)]

    def made(self, node: Node) -> Json:
        kind = node.tag.removeprefix(TAG)
        if isinstance(node, MappingNode) and kind == "map":
            return self.mapping(node)
        if isinstance(node, SequenceNode) and kind == "seq":
            return [self.value(item) for item in node.value]
        if isinstance(node, ScalarNode) and kind in PLAIN:
            return self.scalar(node, kind)
        line = node.start_mark.line + 1
        if kind in OTHERS:
            raise Refused(f"it has a value of the type {kind}, which JSON cannot say (line {line})")
        raise Refused(f"it is not plain YAML: it has the tag {kind} (line {line})")

    def scalar(self, node: ScalarNode, kind: str) -> Json:
        if kind == "int":
            _check_digits(node.value)
        if kind == "float":
            number = self.constructor.construct_yaml_float(node)
            return number if math.isfinite(number) else _float(str(number))
        if kind in TEXT:
            return node.value
        return getattr(self.constructor, f"construct_yaml_{kind}")(node)

    def mapping(self, node: MappingNode) -> dict[str, Json]:
        own: dict[str, Json] = {}
        inherited: dict[str, Json] = {}
        for key, value in node.value:
            if key.tag == f"{TAG}merge":
                inherited |= self.inherited(value)
                continue
            line = f"(line {key.start_mark.line + 1})"
            if key.tag.removeprefix(TAG) not in {"int", *TEXT}:
                raise Refused(f"it has a key {line} where only text can be a key: put it in quotes")
            if key.value in own:
                raise Refused(f"it is not plain YAML: the key {key.value!r} stands twice {line}")
            own[key.value] = self.value(value)
        return inherited | own

    def inherited(self, node: Node) -> dict[str, Json]:
        """Return the values of the merge key `<<`."""
        parts = [self.value(item) for item in node.value] if node.tag == f"{TAG}seq" else None
        whole: dict[str, Json] = {}
        for part in reversed([self.value(node)] if parts is None else parts):
            if not isinstance(part, dict):
                raise Refused(f"it merges what is no object (line {node.start_mark.line + 1})")
            self.merged += 1 + len(part)
            if self.merged > MAX_NODES:
                raise Refused(f"it merges more than {MAX_NODES} values")
            whole |= part
        return whole


def dump(document: dict[str, Json]) -> bytes:
    """Write a document as YAML that YAML 1.1 and 1.2 read in the same way."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.width = 100
    yaml.sort_base_mapping_type_on_output = False
    yaml.representer.ignore_aliases = lambda _: True
    yaml.representer.add_representer(str, _text)
    stream = io.BytesIO()
    yaml.dump(document, stream)
    return stream.getvalue()


def _text(representer: Any, value: str) -> Any:
    plain = value[:1].isalpha() and value.translate(NO_MARKS).isalnum()
    quoted = not plain or value.lower() in SPECIAL
    style = "|" if "\n" in value else '"' if quoted else None
    return representer.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def brief(value: Json) -> str:
    """Return a value for a message, as JSON of at most 40 characters."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:39]}…"
