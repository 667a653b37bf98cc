"""Compare the schemas of two documents for the values at one place."""

from __future__ import annotations

import re
from typing import Any

from scripts.schema.canonical import SCHEMAS, types_of
from scripts.schema.changes import BREAKING, HARMLESS, WIDENING, Changes, Place
from scripts.schema.facade import ERROR, ID_NAME, MODELS, SENT

Json = Any

# Formats that have their own type in Python. All others only describe a string.
FORMATS = {"date", "date-time", "uuid", "binary"}
# Matching a pattern with more quantifiers, or with a repeated group, could take hours.
MAX_QUANTIFIERS = 10


def _matches(value: str, pattern: str) -> bool:
    quantifiers = re.findall(r"[*+?{]", pattern)
    if len(quantifiers) > MAX_QUANTIFIERS or re.search(r"\)[*+{]", pattern):
        raise re.error("too costly to try", pattern)
    return bool(re.search(pattern, value))


# The limits of values in requests: the types they apply to, and a function that checks a value.
LIMITS = {
    "minimum": ({"integer", "number"}, lambda value, limit: value >= limit),
    "exclusiveMinimum": ({"integer", "number"}, lambda value, limit: value > limit),
    "maximum": ({"integer", "number"}, lambda value, limit: value <= limit),
    "exclusiveMaximum": ({"integer", "number"}, lambda value, limit: value < limit),
    "multipleOf": ({"integer", "number"}, lambda value, limit: value % limit == 0),
    "minLength": ({"string"}, lambda value, limit: len(value) >= limit),
    "maxLength": ({"string"}, lambda value, limit: len(value) <= limit),
    "pattern": ({"string"}, _matches),
    "minItems": ({"array"}, lambda value, limit: len(value) >= limit),
    "maxItems": ({"array"}, lambda value, limit: len(value) <= limit),
    "uniqueItems": ({"array"}, lambda value, limit: not limit or len(set(value)) == len(value)),
}
ODDS = "Prediction.odds"
FIELDS = "fields"
WORDS = {"description", "summary", "example", "examples", "tags", "operationId", "externalDocs"}
PAGES = {"limit", "first", "last", "after", "before", "skip", "take", "top", "count", "size"}


class Schemas:
    """Compares schemas of an old and a new document, place by place."""

    def __init__(self, old: dict[str, Json], new: dict[str, Json], changes: Changes) -> None:
        self.old, self.new, self.add = old, new, changes.add
        self.open: list[tuple[Json, Json]] = []
        self.compared: set[tuple[Json, Json, bool]] = set()

    def compare(
        self, place: Place, model: str | None, old: Json, new: Json, *, asked: bool
    ) -> None:
        """Compare the schemas at one place. `asked` is True for a value in a request."""
        pair = old.get("$ref"), new.get("$ref")
        if pair in self.open or (*pair, asked) in self.compared:
            return  # recursive, or reported already
        if None not in pair:
            self.open.append(pair)
            if model is None:
                self.compared.add((*pair, asked))
        self._bodies(place, model, old, new, asked=asked)
        if None not in pair:
            self.open.pop()

    def _bodies(
        self, place: Place, model: str | None, old: Json, new: Json, *, asked: bool
    ) -> None:
        old, old_null = without_null(self.old, old)
        new, new_null = without_null(self.new, new)
        unseen = _unseen(place, asked=asked)
        if new_null and not old_null:
            self.add(WIDENING if asked else BREAKING, place, "may be null now", unseen)
        elif old_null and not new_null:
            self.add(BREAKING if asked else HARMLESS, place, "is no longer null")
        if str(place) == ODDS and not asked and self._same_odds(place, old, new):
            return
        before, now = _kinds(self.old, old), _kinds(self.new, new)
        if before != now:
            level, text = BREAKING, f"was {both(before)} and is {both(now)}"
            if before < now and asked:
                level = WIDENING
            elif now < before and not asked:
                level = HARMLESS
            elif now < before and _type(next(iter(_sent(place)), None)) in now:
                level, text = HARMLESS, f"{text}, which bettune sends"
            # Report a change of type that affects many fields only once.
            self.add(level, Place(str(place), group=FIELDS), text, unseen)
            if not (asked and level == HARMLESS):
                return
        self._values(place, model, old, new, asked=asked)
        if asked:
            self._limits(place, old, new, now)
        if "properties" in old or "properties" in new:
            self._fields(place, model, old, new, asked=asked)
        if isinstance(old.get("items"), dict) and isinstance(new.get("items"), dict):
            self.compare(place.at("[]"), model, old["items"], new["items"], asked=asked)

    def _same_odds(self, place: Place, old: Json, new: Json) -> bool:
        kinds = [set(types_of(schema)) for schema in (old, new)]
        if kinds[0] != kinds[1] and all(kind <= {"string", "number", "integer"} for kind in kinds):
            self.add(HARMLESS, place, f"is sent as {both(kinds[1])}: a Decimal in both cases")
            return True
        return False

    def _values(
        self, place: Place, model: str | None, old: Json, new: Json, *, asked: bool
    ) -> None:
        before, now = old.get("enum"), new.get("enum")
        # Users refer to the values of enums that have a class.
        gone = BREAKING if asked or model else HARMLESS
        if before is None and now is not None:
            level = BREAKING if asked else HARMLESS
            self.add(level, place, f"is only one of {both(now)} now")
        elif before is not None and now is None:
            level = BREAKING if model else WIDENING
            self.add(level, place, f"may be other than {both(before)} now")
        elif before is not None and now is not None:
            for value in now:
                if value not in before:
                    self.add(WIDENING, place, f"has the new value {value!r}")
            for value in before:
                if value not in now:
                    self.add(gone, place, f"no longer has the value {value!r}")

    def _limits(self, place: Place, old: Json, new: Json, kinds: set[str]) -> None:
        """Compare the limits of a value that the facade sends."""
        sent = _sent(place)
        types = {"string" if kind in FORMATS else kind for kind in kinds}
        for limit, (about, keeps) in LIMITS.items():
            before, now = old.get(limit), new.get(limit)
            if before == now or not about & types:
                continue
            where, text = place.at(f": {limit}"), f"was {_shown(before)} and is {_shown(now)}"
            if now is None or (before is not None and _looser(limit, before, now)):
                self.add(WIDENING, where, text)
            elif sent and all_keep(keeps, now, [value for value in sent if _type(value) in about]):
                self.add(HARMLESS, where, f"{text}, which bettune satisfies")
            else:
                self.add(BREAKING, where, text, "limits")

    def _fields(
        self, place: Place, model: str | None, old: Json, new: Json, *, asked: bool
    ) -> None:
        before, now = old.get("properties", {}), new.get("properties", {})
        gone = [name for name in before if name not in now]
        fresh = [name for name in now if name not in before]
        required = [set(schema.get("required", [])) for schema in (old, new)]
        if model and place.group != ID_NAME:  # the fields of a model are reported with it
            place = Place(model)
        for name in gone:
            hint = ""
            alike = [field for field in fresh if bare(now[field]) == bare(before[name])]
            if len(gone) == 1 and len(alike) == 1:
                hint = f" (is it `{alike[0]}` now?)"
            field = place.at(f".{name}")
            self.add(BREAKING, field, f"is gone{hint}", _unseen(field, asked=asked))
        for name in fresh:
            needed = asked and name in required[1]
            self._new_field(place.at(f".{name}"), name, now, needed=needed, asked=asked)
        for name in (name for name in before if name in now):
            field = place.at(f".{name}")
            if (name in required[0]) != (name in required[1]):
                self._required(field, needed=name in required[1], asked=asked)
            inner = MODELS.get(model or "", {}).get(name)
            label = Place(str(field), group=ID_NAME) if inner == ID_NAME else field
            self.compare(label, inner, before[name], now[name], asked=asked)

    def _new_field(self, field: Place, name: str, now: Json, *, needed: bool, asked: bool) -> None:
        if needed:
            self.add(BREAKING, field, "is new, and required")
        elif asked:
            self.new_choice(field, name, now[name])
        elif "items" in now and pages(name):
            self.add(BREAKING, field, "is new: a list may be incomplete now", "pages")
        else:
            self.add(WIDENING, field, "is new")

    def new_choice(self, place: Place, name: str, schema: Json) -> None:
        """Add a change for a new optional parameter or field, and the effect of its default."""
        default = without_null(self.new, schema)[0].get("default")
        if pages(name):
            self.add(BREAKING, place, "is new: without it, a response may be incomplete", "pages")
        elif default is not None:
            text = f"is new, and {default!r} by default: a response may be incomplete"
            self.add(BREAKING, place, text, "pages")
        else:
            self.add(WIDENING, place, "is new")

    def _required(self, field: Place, *, needed: bool, asked: bool) -> None:
        if asked:
            text = "is required now" if needed else "is no longer required"
            self.add(BREAKING if needed else WIDENING, field, text)
        elif needed:
            self.add(HARMLESS, field, "is always there now")
        else:
            self.add(BREAKING, field, "is no longer always there", _unseen(field, asked=False))


def pages(name: str) -> bool:
    """Return whether a parameter with this name selects a part of a list."""
    plain = re.sub(r"[^a-z]", "", name.lower())
    return plain in PAGES or bool(re.search(r"page|cursor|offset|limit$", plain))


def json_schema(content: Json) -> Json | None:
    """Return the schema of the JSON media type, if there is one."""
    for name, media in content.items():
        if re.match(r"application/([\w.-]+\+)?json\b", name):
            return media["schema"]
    return None


def _follow(document: dict[str, Json], schema: Json) -> Json:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].removeprefix(SCHEMAS)]
    return schema


def without_null(document: dict[str, Json], schema: Json) -> tuple[Json, bool]:
    """Return a schema without null, and whether it allowed null."""
    schema = _follow(document, schema)
    types = [kind for kind in types_of(schema) if kind != "null"]
    if "null" in types_of(schema):
        values = (
            {"enum": [value for value in schema["enum"] if value is not None]}
            if "enum" in schema
            else {}
        )
        return schema | {"type": types[0] if len(types) == 1 else types} | values, True
    choices = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
    if len(choices) < len(schema.get("anyOf", [])):
        return _follow(document, choices[0]) if len(choices) == 1 else {"anyOf": choices}, True
    return schema, False


def both(values: Json) -> str:
    """Return values as text, joined by or."""
    return " or ".join(sorted(str(value) for value in values))


def _kinds(document: dict[str, Json], schema: Json) -> set[str]:
    """Return the kinds of values that a schema allows."""
    if "anyOf" in schema:
        choices = [_follow(document, choice) for choice in schema["anyOf"]]
        return {kind for choice in choices for kind in _kinds(document, choice)}
    kinds = set(types_of(schema)) or ({"object"} if "properties" in schema else {"anything"})
    if "string" in kinds and schema.get("format") in FORMATS:
        kinds = (kinds - {"string"}) | {schema["format"]}
    return kinds


def _unseen(place: Place, *, asked: bool) -> str:
    """Return the key of UNSEEN for a change at this place, or an empty string."""
    return "errors" if place.subject == ERROR and not asked else ""


def _sent(place: Place) -> list[Any]:
    """Return the values that bettune sends at a place."""
    name = re.search(r"([\w-]+(\[\])?)`?$", str(place))
    return SENT.get(name[1], []) if name else []


def _type(value: Any) -> str:
    return {str: "string", list: "array", int: "integer", float: "number"}.get(type(value), "")


def all_keep(keeps: Any, limit: Json, sent: list[Any]) -> bool:
    """Return whether all values that are sent satisfy a limit."""
    try:
        return all(keeps(value, limit) for value in sent)
    except (
        re.error,
        ZeroDivisionError,
    ):  # a pattern that only JavaScript accepts, or a multiple of 0
        return False


def _looser(limit: str, before: Json, now: Json) -> bool:
    if limit.startswith(("min", "exclusiveMin")):
        return bool(now < before)
    return limit.startswith(("max", "exclusiveMax")) and bool(now > before)


def bare(node: Json) -> Json:
    """Return a node without its descriptions and examples."""
    if isinstance(node, dict):
        return {key: bare(value) for key, value in node.items() if key not in WORDS}
    return node


def _shown(value: Json) -> str:
    return "not set" if value is None else str(value)
