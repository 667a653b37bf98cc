"""The changes of an API, with one line per change even if it affects several places."""

from __future__ import annotations

from typing import NamedTuple

BREAKING, WIDENING, HARMLESS = "breaking", "widening", "harmless"
LEVELS = (BREAKING, WIDENING, HARMLESS)


class Change(NamedTuple):
    """One difference: its level, its text, and the effect that a type checker cannot detect."""

    level: str
    text: str
    unseen: str = ""  # a key of facade.UNSEEN


class Place(NamedTuple):
    """A place in a schema: an operation or a shared model, and the rest of the path."""

    subject: str
    rest: str = ""
    group: str = ""  # the name of all places with this content together

    def at(self, rest: str) -> Place:
        """Return a place within this one."""
        return self._replace(rest=self.rest + rest)

    def __str__(self) -> str:
        return self.subject + self.rest


class _Fact(NamedTuple):
    level: str
    rest: str
    text: str
    unseen: str
    group: str
    subject: str  # only for a place without a group


class Changes:
    """Collects changes, and merges those that differ only in their subject."""

    def __init__(self, groups: dict[str, int]) -> None:
        self._groups = groups  # the name of each group, and its number of places
        self._subjects: dict[_Fact, list[str]] = {}

    def add(self, level: str, place: Place, text: str, unseen: str = "") -> None:
        """Add a change."""
        alone = "" if place.group else place.subject
        fact = _Fact(level, place.rest, text, unseen, place.group, alone)
        subjects = self._subjects.setdefault(fact, [])
        if place.subject not in subjects:
            subjects.append(place.subject)

    def merged(self) -> list[Change]:
        """Return the changes, with the worst first."""
        changes = [
            Change(
                fact.level,
                " ".join(f"{self._joined(subjects, fact.group)}{fact.rest} {fact.text}".split()),
                fact.unseen,
            )
            for fact, subjects in self._subjects.items()
        ]
        return sorted(changes, key=lambda change: LEVELS.index(change.level))

    def _joined(self, subjects: list[str], group: str) -> str:
        if len(subjects) == 1:
            return subjects[0]
        if len(subjects) == self._groups.get(group):
            return group
        if len(subjects) == 2:
            return " and ".join(subjects)
        return f"{subjects[0]} and {len(subjects) - 1} others"
