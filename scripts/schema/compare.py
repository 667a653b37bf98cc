"""Say in plain words how an API changed: what breaks its users, and what does not."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from scripts.schema.canonical import SCHEMAS, canonical, types_of
from scripts.schema.overlay import ERROR, MODELS, OPERATIONS, settled

Json = Any

BREAKING, WIDENING, HARMLESS = "breaking", "widening", "harmless"
LEVELS = (BREAKING, WIDENING, HARMLESS)
# Formats that make another type of a string in Python; all others only describe it.
FORMATS = {"date", "date-time", "uuid", "binary"}
# What a request must keep to, and whether a greater number lets more through.
LIMITS = {
    "minimum": False,
    "exclusiveMinimum": False,
    "minLength": False,
    "minItems": False,
    "maximum": True,
    "exclusiveMaximum": True,
    "maxLength": True,
    "maxItems": True,
    "multipleOf": None,
    "pattern": None,
    "uniqueItems": None,
}
ODDS = "Prediction.odds"
WORDS = {"description", "summary", "example", "examples", "tags", "operationId", "externalDocs"}


class Change(NamedTuple):
    """One difference: how much it matters, and what it is."""

    level: str
    text: str


def compare(old: dict[str, Json], new: dict[str, Json]) -> list[Change]:
    """Return what changed from one document to another, the worst first."""
    comparison = _Comparison(settled(canonical(old)), settled(canonical(new)))
    comparison.documents()
    found = list(dict.fromkeys(comparison.found))
    if not found and old != new:
        found = [Change(HARMLESS, "it says the same in other words, names or order")]
    return sorted(found, key=lambda change: LEVELS.index(change.level))


class _Comparison:
    def __init__(self, old: dict[str, Json], new: dict[str, Json]) -> None:
        self.old, self.new = old, new
        self.found: list[Change] = []
        self.open: list[tuple[Json, Json]] = []

    def add(self, level: str, text: str) -> None:
        self.found.append(Change(level, text))

    def documents(self) -> None:
        servers = [document["servers"][0]["url"] for document in (self.old, self.new)]
        if servers[0] != servers[1] and all("://" in server for server in servers):
            self.add(BREAKING, f"the API moved from {servers[0]} to {servers[1]}")
        schemes = [_schemes(document) for document in (self.old, self.new)]
        if schemes[1] and not schemes[0] <= schemes[1]:
            self.add(BREAKING, f"it is signed with {_all(schemes[1])}, no more {_all(schemes[0])}")
        old, new = _operations(self.old), _operations(self.new)
        for where in sorted(old.keys() - new.keys()):
            self.add(BREAKING, f"{_title(where)} is gone")
        for where in sorted(new.keys() - old.keys()):
            self.add(WIDENING, f"{_title(where)} is new")
        for where, operation in old.items():
            if where in new:
                self.operation(where, operation, new[where])

    def operation(self, where: tuple[str, str], old: Json, new: Json) -> None:
        title = _title(where)
        _, _, request, answer = OPERATIONS.get(where, (None, None, None, None))
        if new.get("deprecated") and not old.get("deprecated"):
            self.add(HARMLESS, f"{title} is marked as deprecated: it may go one day")
        self.parameters(title, old, new)
        bodies = [one.get("requestBody") for one in (old, new)]
        if bodies[0] and not bodies[1]:
            self.add(BREAKING, f"{title} takes no body any more")
        elif bodies[1] and not bodies[0]:
            needed = bodies[1].get("required", False)
            self.add(BREAKING if needed else WIDENING, f"{title} takes a body now")
        elif bodies[0]:
            if bodies[1].get("required", False) and not bodies[0].get("required", False):
                self.add(BREAKING, f"{title} needs its body now")
            self.content(f"{title}: its body", request, *bodies, asked=True)
        self.responses(title, answer, old["responses"], new["responses"])

    def parameters(self, title: str, old: Json, new: Json) -> None:
        by_name = [
            {(one["in"], one["name"]): one for one in operation["parameters"]}
            for operation in (old, new)
        ]
        for where in by_name[0] | by_name[1]:
            before, now = (one.get(where) for one in by_name)
            name = f"{title}: the {where[0]} parameter `{where[1]}`"
            if now is None:
                self.add(BREAKING, f"{name} is gone")
            elif before is None:
                needed = now.get("required", False)
                self.add(
                    BREAKING if needed else WIDENING,
                    f"{name} is new" + (", and required" if needed else ""),
                )
            else:
                if now.get("required", False) != before.get("required", False):
                    needed = now.get("required", False)
                    self.add(
                        BREAKING if needed else WIDENING,
                        f"{name} is {'required now' if needed else 'no longer required'}",
                    )
                self.schema(name, None, before.get("schema", {}), now.get("schema", {}), asked=True)

    def responses(self, title: str, answer: str | None, old: Json, new: Json) -> None:
        for status in sorted(old.keys() | new.keys()):
            success = status.startswith("2")
            name = f"{title}: the answer {status}"
            if status not in new:
                self.add(BREAKING if success else HARMLESS, f"{name} is gone")
            elif status not in old:
                self.add(WIDENING, f"{name} is new")
            else:
                model = answer if success else ERROR
                self.content(name, model, old[status], new[status], asked=False)
                headers = [one[status].get("headers", {}) for one in (old, new)]
                known = {header.lower() for header in headers[1]}
                for header in headers[0]:
                    if header.lower() not in known:
                        self.add(BREAKING, f"{name} has no header {header} any more")
                known = {header.lower() for header in headers[0]}
                for header in headers[1]:
                    if header.lower() not in known:
                        self.add(WIDENING, f"{name} has the new header {header}")

    def content(self, title: str, model: str | None, old: Json, new: Json, *, asked: bool) -> None:
        media = [json_schema(one.get("content", {})) for one in (old, new)]
        if media[0] is None and media[1] is None:
            return
        if media[1] is None:
            self.add(BREAKING if model != ERROR else HARMLESS, f"{title} is not JSON any more")
        elif media[0] is None:
            self.add(WIDENING, f"{title} is JSON now")
        else:
            self.schema(model or title, model, *media, asked=asked)

    def schema(self, title: str, model: str | None, old: Json, new: Json, *, asked: bool) -> None:
        """Compare what stands at one place; `asked` says whether we send it."""
        pair = old.get("$ref"), new.get("$ref")
        if pair in self.open:
            return  # it holds itself
        if None not in pair:
            self.open.append(pair)
        self.bodies(title, model, old, new, asked=asked)
        if None not in pair:
            self.open.pop()

    def bodies(self, title: str, model: str | None, old: Json, new: Json, *, asked: bool) -> None:
        old, old_null = without_null(self.old, old)
        new, new_null = without_null(self.new, new)
        if new_null and not old_null:
            self.add(WIDENING if asked else BREAKING, f"{title} may be null now")
        elif old_null and not new_null:
            self.add(BREAKING if asked else HARMLESS, f"{title} is never null any more")
        if title == ODDS and not asked and self.same_odds(old, new):
            return
        before, now = _kinds(self.old, old), _kinds(self.new, new)
        if before != now:
            self.kinds(title, before, now, asked=asked)
            return
        self.values(title, old, new, asked=asked)
        if "properties" in old or "properties" in new:
            self.fields(title, model, old, new, asked=asked)
        if isinstance(old.get("items"), dict) and isinstance(new.get("items"), dict):
            inner = title if model else f"{title}[]"
            self.schema(inner, model, old["items"], new["items"], asked=asked)

    def same_odds(self, old: Json, new: Json) -> bool:
        kinds = [set(types_of(one)) for one in (old, new)]
        if kinds[0] != kinds[1] and all(kind <= {"string", "number", "integer"} for kind in kinds):
            self.add(HARMLESS, f"{ODDS} comes as {_all(kinds[1])}: a Decimal either way")
            return True
        return False

    def kinds(self, title: str, old: set[str], new: set[str], *, asked: bool) -> None:
        if old < new:
            level = WIDENING if asked else BREAKING
        elif new < old:
            level = BREAKING if asked else HARMLESS
        else:
            level = BREAKING
        self.add(level, f"{title} was {_all(old)} and is {_all(new)}")

    def values(self, title: str, old: Json, new: Json, *, asked: bool) -> None:
        before, now = old.get("enum"), new.get("enum")
        if before is None and now is not None:
            self.add(BREAKING if asked else HARMLESS, f"{title} is only one of {_all(now)} now")
        elif before is not None and now is None:
            self.add(WIDENING, f"{title} may be other than {_all(before)} now")
        elif before is not None and now is not None:
            for value in now:
                if value not in before:
                    self.add(WIDENING, f"{title} has the new value {value!r}")
            for value in before:
                if value not in now:
                    level = BREAKING if asked else HARMLESS
                    self.add(level, f"{title} has no value {value!r} any more")
        for limit, more in LIMITS.items():
            before, now = old.get(limit), new.get(limit)
            if before == now:
                continue
            looser = now is None or (
                before is not None and more is not None and (now > before) == more
            )
            level = HARMLESS if not asked else WIDENING if looser else BREAKING
            self.add(level, f"{title}: {limit} was {_one(before)} and is {_one(now)}")

    def fields(self, title: str, model: str | None, old: Json, new: Json, *, asked: bool) -> None:
        before, now = old.get("properties", {}), new.get("properties", {})
        gone = [name for name in before if name not in now]
        fresh = [name for name in now if name not in before]
        required = [set(one.get("required", [])) for one in (old, new)]
        for name in gone:
            hint = ""
            alike = [one for one in fresh if _bare(now[one]) == _bare(before[name])]
            if len(gone) == 1 and len(alike) == 1:
                hint = f" (is it `{alike[0]}` now?)"
            self.add(BREAKING, f"{title}.{name} is gone{hint}")
        for name in fresh:
            needed = asked and name in required[1]
            self.add(
                BREAKING if needed else WIDENING,
                f"{title}.{name} is new" + (", and required" if needed else ""),
            )
        for name in (name for name in before if name in now):
            if (name in required[0]) != (name in required[1]):
                needed = name in required[1]
                level = (BREAKING if asked else HARMLESS) if needed else WIDENING
                if not needed and not asked:
                    level = BREAKING
                said = "always there now" if needed else "not always there any more"
                if asked:
                    said = "required now" if needed else "no longer required"
                self.add(level, f"{title}.{name} is {said}")
            inner = MODELS.get(model or "", {}).get(name)
            # Several places share IdName: there the place tells more than the name.
            label = inner if inner and inner != "IdName" else f"{title}.{name}"
            if "enum" in without_null(self.old, before[name])[0]:
                label = f"{title}.{name}"
            self.schema(label, inner, before[name], now[name], asked=asked)


def _operations(document: dict[str, Json]) -> dict[tuple[str, str], Json]:
    return {
        (path, method): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def _title(where: tuple[str, str]) -> str:
    return f"{where[1].upper()} {where[0]}"


def _schemes(document: dict[str, Json]) -> set[str]:
    return {
        " ".join(str(one[key]).lower() for key in ("type", "scheme", "in", "name") if key in one)
        for one in document["components"]["securitySchemes"].values()
    }


def json_schema(content: Json) -> Json | None:
    """Return the schema of the JSON among some media types, if there is one."""
    for media, one in content.items():
        if re.match(r"application/([\w.-]+\+)?json\b", media):
            return one["schema"]
    return None


def _follow(document: dict[str, Json], schema: Json) -> Json:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].removeprefix(SCHEMAS)]
    return schema


def without_null(document: dict[str, Json], schema: Json) -> tuple[Json, bool]:
    """Return a schema less null, and whether it allowed null."""
    schema = _follow(document, schema)
    types = [kind for kind in types_of(schema) if kind != "null"]
    if "null" in types_of(schema):
        values = (
            {"enum": [one for one in schema["enum"] if one is not None]} if "enum" in schema else {}
        )
        return schema | {"type": types[0] if len(types) == 1 else types} | values, True
    choices = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    if len(choices) < len(schema.get("anyOf", [])):
        return _follow(document, choices[0]) if len(choices) == 1 else {"anyOf": choices}, True
    return schema, False


def _kinds(document: dict[str, Json], schema: Json) -> set[str]:
    """Return what a schema lets through, a word for each kind."""
    if "anyOf" in schema:
        choices = [_follow(document, one) for one in schema["anyOf"]]
        return {kind for one in choices for kind in _kinds(document, one)}
    kinds = set(types_of(schema)) or ({"object"} if "properties" in schema else {"anything"})
    if "string" in kinds and schema.get("format") in FORMATS:
        kinds = (kinds - {"string"}) | {schema["format"]}
    return kinds


def _bare(node: Json) -> Json:
    if isinstance(node, dict):
        return {key: _bare(one) for key, one in node.items() if key not in WORDS}
    return node


def _all(values: Json) -> str:
    return " or ".join(sorted(str(value) for value in values))


def _one(value: Json) -> str:
    return "not set" if value is None else str(value)
