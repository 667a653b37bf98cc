"""Compare two documents, and describe the changes by their effect on users."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from scripts.schema.canonical import SCHEMAS, canonical
from scripts.schema.changes import BREAKING, HARMLESS, WIDENING, Change, Changes, Place
from scripts.schema.compare_schemas import Schemas, both, json_schema
from scripts.schema.facade import ERROR, ID_NAME, OPERATIONS, id_name_places
from scripts.schema.overlay import settled
from scripts.schema.yaml_json import well_built

Json = Any

EVERY_OPERATION = "every operation"
BEARER = frozenset({"a bearer token"})  # how the facade authenticates
ABSENT = Change(
    BREAKING,
    "no response has `required` fields: each field may be missing, so the facade cannot rely on "
    "any. The export probably omits `required`: ask for one that has it",
)


def compare(old: dict[str, Json], new: dict[str, Json]) -> list[Change]:
    """Return the changes from one document to another, with the worst first."""
    with well_built():
        changes = _Comparison(settled(canonical(old)), settled(canonical(new))).result()
    if not changes and old != new:
        return [Change(HARMLESS, "it says the same in other words, names or order")]
    return changes


class _Comparison:
    def __init__(self, old: dict[str, Json], new: dict[str, Json]) -> None:
        self.old, self.new = old, new
        self.before, self.now = _operations(old), _operations(new)
        both_have = self.before.keys() & self.now.keys()
        self.changes = Changes(
            {EVERY_OPERATION: len(both_have), ID_NAME: id_name_places(both_have)}
        )
        self.schemas = Schemas(old, new, self.changes)
        self.add = self.changes.add

    def result(self) -> list[Change]:
        self.address()
        for where in sorted(self.before.keys() - self.now.keys()):
            self.add(BREAKING, Place(_title(where)), "is gone")
        for where in sorted(self.now.keys() - self.before.keys()):
            self.add(WIDENING, Place(_title(where)), "is new")
        for where, operation in self.before.items():
            if where in self.now:
                self.operation(where, operation, self.now[where])
        changes = self.changes.merged()
        if _requires(self.old) and not _requires(self.new):
            return [
                ABSENT,
                *(change for change in changes if "no longer always there" not in change.text),
            ]
        return changes

    def address(self) -> None:
        before = self.old["servers"][0]["url"]
        now = [server["url"] for server in self.new["servers"]]
        if all(_moved(before, url) for url in now):
            self.add(BREAKING, Place("the API"), f"moved from {before} to {now[0]}", "address")
        for path in sorted(self.old["paths"].keys() & self.new["paths"].keys()):
            ends = [document["moved"].get(path, path) for document in (self.old, self.new)]
            if ends[0] != ends[1]:
                self.add(BREAKING, Place(ends[0]), f"is at {ends[1]} now")

    def operation(self, where: tuple[str, str], old: Json, new: Json) -> None:
        place = Place(_title(where), group=EVERY_OPERATION)
        _, _, request, response = OPERATIONS.get(where, (None, None, None, None))
        if new.get("deprecated") and not old.get("deprecated"):
            self.add(HARMLESS, place, "is marked as deprecated: it may go one day")
        self.signing(place, old, new)
        elsewhere = [server["url"] for server in new.get("servers") or []]
        if (
            elsewhere
            and elsewhere != [server["url"] for server in old.get("servers") or []]
            and all(_moved(self.old["servers"][0]["url"], url) for url in elsewhere)
        ):
            self.add(BREAKING, place, f"is at {elsewhere[0]} now", "address")
        self.parameters(place, old, new)
        bodies = [operation.get("requestBody") for operation in (old, new)]
        if bodies[0] and not bodies[1]:
            self.add(BREAKING, place, "no longer takes a body")
        elif bodies[1] and not bodies[0]:
            needed = bodies[1].get("required", False)
            self.add(BREAKING if needed else WIDENING, place, "takes a body now")
        elif bodies[0]:
            if bodies[1].get("required", False) and not bodies[0].get("required", False):
                self.add(BREAKING, place, "requires its body now")
            self.content(place.at(": its body"), request, *bodies, asked=True)
        self.responses(place, response, old["responses"], new["responses"])

    def signing(self, place: Place, old: Json, new: Json) -> None:
        before, now = _signings(self.old, old) or {BEARER}, _signings(self.new, new)
        if now is None:
            if _signings(self.old, old) is not None:
                self.add(HARMLESS, place, "no longer says how requests are authenticated")
            return
        lost = [way for way in before if not any(known <= way for known in now)]
        if lost:
            text = f"is authenticated with {_ways(now)}, no longer with {_ways(lost)}"
            self.add(BREAKING, place, text, "signing")
        elif now - before:
            self.add(WIDENING, place, f"may be authenticated with {_ways(now - before)}, too")

    def parameters(self, place: Place, old: Json, new: Json) -> None:
        by_name = [
            {(item["in"], item["name"]): item for item in operation["parameters"]}
            for operation in (old, new)
        ]
        for where in by_name[0] | by_name[1]:
            before, now = (parameters.get(where) for parameters in by_name)
            name = place.at(f": the {where[0]} parameter `{where[1]}`")
            if now is None:
                self.add(BREAKING, name, "is gone")
            elif before is None:
                if now.get("required", False):
                    self.add(BREAKING, name, "is new, and required")
                elif where[0] != "query":  # only a query parameter may select a part of a list
                    self.add(WIDENING, name, "is new")
                else:
                    self.schemas.new_choice(name, where[1], now.get("schema", {}))
            else:
                needed = now.get("required", False)
                if needed != before.get("required", False):
                    text = "is required now" if needed else "is no longer required"
                    self.add(BREAKING if needed else WIDENING, name, text)
                schemas = before.get("schema", {}), now.get("schema", {})
                self.default(name, before, now)
                self.schemas.compare(name, None, *schemas, asked=True)

    def default(self, place: Place, old: Json, new: Json) -> None:
        """Compare the defaults of a parameter that may be omitted."""
        before, now = (item.get("schema", {}).get("default") for item in (old, new))
        if before != now and now is not None and not old.get("required", False):
            text = f"is {now!r} by default: a response may be incomplete"
            self.add(BREAKING, place, text, "pages")

    def responses(self, place: Place, response: str | None, old: Json, new: Json) -> None:
        for status in sorted(old.keys() | new.keys()):
            success = status.startswith("2")
            name = place.at(f": the response {status}")
            if status not in new:
                self.add(BREAKING if success else HARMLESS, name, "is gone")
            elif status not in old:
                self.add(WIDENING, name, "is new")
            else:
                model = response if success else ERROR
                self.content(name, model, old[status], new[status], asked=False)
                self.headers(name, old[status], new[status])

    def headers(self, place: Place, old: Json, new: Json) -> None:
        before, now = (
            {name.lower(): name for name in node.get("headers", {})} for node in (old, new)
        )
        if gone := [before[name] for name in before if name not in now]:
            self.add(HARMLESS, place, f"no longer describes {', '.join(gone)}")
        if fresh := [now[name] for name in now if name not in before]:
            self.add(WIDENING, place, f"describes {', '.join(fresh)} now")

    def content(
        self, place: Place, model: str | None, old: Json, new: Json, *, asked: bool
    ) -> None:
        before, now = (json_schema(node.get("content", {})) for node in (old, new))
        if before is None and now is None:
            return
        if now is None:
            if model == ERROR and not new.get("content"):
                self.add(HARMLESS, place, "no longer describes its body")
            else:
                unseen = "errors" if model == ERROR else ""
                self.add(BREAKING, place, "is no longer JSON", unseen)
        elif before is None:
            self.add(WIDENING, place, "is JSON now")
        else:
            self.schemas.compare(Place(model) if model else place, model, before, now, asked=asked)


def _operations(document: dict[str, Json]) -> dict[tuple[str, str], Json]:
    return {
        (path, method): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def _title(where: tuple[str, str]) -> str:
    return f"{where[1].upper()} {where[0]}"


def _moved(old: str, new: str) -> bool:
    """Return whether an API moved from one address to another."""
    before, now = urlsplit(old), urlsplit(new)
    if now.hostname in {
        "localhost",
        "127.0.0.1",
        "0.0.0.0",
        "::1",
    }:  # the machine that made the export
        now = now._replace(netloc="")
    if not now.netloc or not before.netloc:
        return not (before.path.endswith(now.path) or now.path.endswith(before.path))
    return (before.hostname, before.path) != (now.hostname, now.path)


def _signings(document: dict[str, Json], operation: Json) -> set[frozenset[str]] | None:
    """Return the ways to authenticate a request, or None if the document has none."""
    schemes = document["components"]["securitySchemes"]
    required = operation.get("security", document.get("security"))
    if required is None:
        return {frozenset({_scheme(scheme)}) for scheme in schemes.values()} or None
    return {frozenset(_scheme(schemes.get(name, name)) for name in way) for way in required or [{}]}


def _scheme(scheme: Json) -> str:
    """Describe a way to authenticate."""
    if not isinstance(scheme, dict):
        return f"`{scheme}`, which is not described"
    kind, name = str(scheme.get("type")), str(scheme.get("name"))
    if kind == "http":
        return f"a {str(scheme.get('scheme')).lower()} token"
    if kind == "apiKey":
        # L5-Swagger and Swashbuckle write a bearer token in this way.
        if "bearer" in str(scheme.get("description")).lower() and name == "Authorization":
            return "a bearer token"
        return f"an API key in the {scheme.get('in')} {name}"
    return {"oauth2": "OAuth 2", "openIdConnect": "OpenID Connect"}.get(kind, kind)


def _ways(signings: Any) -> str:
    return both(" and ".join(sorted(way)) or "nothing" for way in signings)


def _requires(document: dict[str, Json]) -> bool:
    """Return whether any of our responses has a required field."""
    waiting: list[Json] = [
        document["paths"].get(path, {}).get(method, {}).get("responses")
        for path, method in OPERATIONS
    ]
    seen = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if node.get("required") and isinstance(node.get("properties"), dict):
                return True
            reference = node.get("$ref")
            if isinstance(reference, str) and reference not in seen:
                seen.add(reference)
                waiting.append(document["components"]["schemas"][reference.removeprefix(SCHEMAS)])
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return False
