"""The surface of the last release, and what of it a user would miss today."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import griffe

if TYPE_CHECKING:
    from collections.abc import Iterator

_TYPED = griffe.Function | griffe.Attribute


def last_release() -> str | None:
    """Return the tag of the newest release this commit comes after; None where there is none.

    A tag of this very commit is the release that is being made.
    """
    tags = _git("tag", "--list", "v*", "--merged", "HEAD", "--sort=-version:refname").split()
    here = _git("tag", "--points-at", "HEAD").split()
    return next((tag for tag in tags if tag not in here), None)


def surface_of(tag: str) -> str:
    """Return api.md as a release has it."""
    return _git("show", f"{tag}:api.md")


def breaking(old: str, new: str) -> Iterator[str]:
    """Say what of one api.md another one takes away from users, a line each."""
    before, after = _stubs(old), _stubs(new)
    for found in griffe.find_breaking_changes(before, after):
        name = found.obj.path.removeprefix("api.")
        values = [_shown(one) for one in (found.old_value, found.new_value) if one is not None]
        yield f"{name}: {found.kind.value}: {' -> '.join(values)}"
    yield from _retyped(before, after)
    for gone in sorted(_commands(old) - _commands(new)):
        yield f"{gone}: is gone or has changed"


def _retyped(old: griffe.Object, new: griffe.Object) -> Iterator[str]:
    """Say which types griffe lets pass: users get what they did not, or may no longer give it."""
    for name, one in old.members.items():
        other = new.members.get(name)
        if isinstance(one, griffe.Class) and isinstance(other, griffe.Class):
            yield from _retyped(one, other)
        # Of a function, the annotation is what it returns.
        if isinstance(one, _TYPED) and isinstance(other, _TYPED):
            path = one.path.removeprefix("api.")
            if not _kinds(other.annotation) <= _kinds(one.annotation):
                yield f"{path}: Type was changed: {one.annotation} -> {other.annotation}"
        if isinstance(one, griffe.Function) and isinstance(other, griffe.Function):
            for given in one.parameters:
                if given.name not in other.parameters:
                    continue
                taken = other.parameters[given.name].annotation
                if not _kinds(given.annotation) <= (kinds := _kinds(taken)) and "Any" not in kinds:
                    yield (f"{path}({given.name}): Type was changed: {given.annotation} -> {taken}")


def _kinds(annotation: object) -> set[str]:
    """The members of a union; parts of one within brackets count as they stand."""
    return set(str(annotation).split(" | "))


def _shown(value: object) -> str:
    # griffe shows a parameter without a default as if it had one.
    without = isinstance(value, griffe.Parameter) and value.default is None
    return str(value).removesuffix(" = None") if without else str(value)


def may_break(released: str, version: str) -> bool:
    """Tell whether a version may break users of a released one, as Semantic Versioning has it."""
    old, new = (re.findall(r"\d+", one)[:2] for one in (released, version))
    return old[0] != new[0] or (old[0] == "0" and old != new)


def _stubs(text: str) -> griffe.Module:
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    # To griffe, **options takes whatever keyword is gone; here it would be refused later.
    code = re.sub(r"\*\*(\w+): Any", r"\1: Any = ...", "\n".join(blocks))
    return griffe.visit("api", filepath=Path("api.md"), code=code)


def _commands(text: str) -> set[str]:
    blocks = re.findall(r"^```text\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return {line for block in blocks for line in block.splitlines()}


def _git(*arguments: str) -> str:
    """Return what git prints; nothing where there is no repository, as in an unpacked sdist."""
    try:
        return subprocess.run(
            ["git", *arguments], capture_output=True, text=True, check=False
        ).stdout
    except FileNotFoundError:
        return ""
