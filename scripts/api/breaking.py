"""Finds changes that break users, by comparing api.md with that of the last release."""

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
    """Return the tag of the newest release before this commit, or None.

    A tag of this commit itself is the release that is being made.
    """
    tags = _git("tag", "--list", "v*", "--merged", "HEAD", "--sort=-version:refname").split()
    here = _git("tag", "--points-at", "HEAD").split()
    return next((tag for tag in tags if tag not in here), None)


def surface_of(tag: str) -> str:
    """Return api.md of a release."""
    return _git("show", f"{tag}:api.md")


def breaking(old: str, new: str) -> Iterator[str]:
    """Yield one line per change from one api.md to another that breaks users."""
    before, after = _stubs(old), _stubs(new)
    for change in griffe.find_breaking_changes(before, after):
        name = change.obj.path.removeprefix("api.")
        values = (change.old_value, change.new_value)
        shown = [_shown(value) for value in values if value is not None]
        yield f"{name}: {change.kind.value}: {' -> '.join(shown)}"
    yield from _retyped(before, after)
    for line in sorted(_commands(old) - _commands(new)):
        yield f"{line}: is gone or has changed"


def _retyped(old: griffe.Object, new: griffe.Object) -> Iterator[str]:
    """Yield changed types that griffe ignores: wider results and narrower arguments."""
    for name, before in old.members.items():
        after = new.members.get(name)
        if isinstance(before, griffe.Class) and isinstance(after, griffe.Class):
            yield from _retyped(before, after)
        # The annotation of a function is that of its result.
        if isinstance(before, _TYPED) and isinstance(after, _TYPED):
            path = before.path.removeprefix("api.")
            if not _members(after.annotation) <= _members(before.annotation):
                yield f"{path}: Type was changed: {before.annotation} -> {after.annotation}"
        if isinstance(before, griffe.Function) and isinstance(after, griffe.Function):
            for parameter in before.parameters:
                if parameter.name not in after.parameters:
                    continue
                was, now = parameter.annotation, after.parameters[parameter.name].annotation
                if not _members(was) <= _members(now) and "Any" not in _members(now):
                    yield f"{path}({parameter.name}): Type was changed: {was} -> {now}"


def _members(annotation: object) -> set[str]:
    """Return the members of a union, without interpreting unions in brackets."""
    return set(str(annotation).split(" | "))


def _shown(value: object) -> str:
    # griffe shows a parameter without a default as if it had one.
    without = isinstance(value, griffe.Parameter) and value.default is None
    return str(value).removesuffix(" = None") if without else str(value)


def may_break(released: str, version: str) -> bool:
    """Return whether a version may break users of a release, by Semantic Versioning."""
    old, new = (re.findall(r"\d+", text)[:2] for text in (released, version))
    return old[0] != new[0] or (old[0] == "0" and old != new)


def _stubs(text: str) -> griffe.Module:
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    # For griffe, **options accepts a removed keyword. Here, it would be rejected later.
    code = re.sub(r"\*\*(\w+): Any", r"\1: Any = ...", "\n".join(blocks))
    return griffe.visit("api", filepath=Path("api.md"), code=code)


def _commands(text: str) -> set[str]:
    blocks = re.findall(r"^```text\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return {line for block in blocks for line in block.splitlines()}


def _git(*arguments: str) -> str:
    """Return the output of git, or an empty string without a repository, as in an sdist."""
    try:
        return subprocess.run(
            ["git", *arguments], capture_output=True, text=True, check=False
        ).stdout
    except FileNotFoundError:
        return ""
