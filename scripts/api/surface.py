"""api.md: the public names as griffe reads them in the source, and the commands by click."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import griffe

from bettune.cli._commands import bettune as program

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parents[2]
Named = griffe.Class | griffe.Function | griffe.Attribute

# The special methods that users call, if not by name. The others show or compare values.
SPECIAL = {"__enter__", "__exit__", "__getitem__", "__iter__", "__len__"}
# Bases that say how a class is made, not what it is.
UNSAID_BASES = {"Struct", "Resource", "_Model"}
# Of the generated client api.md has the name alone: openapi.yaml says what is in it.
GENERATED = "bettune_openapi.client."

INTRODUCTION = """\
# The public surface

Written from the signatures by `make generate`: do not edit. What is not here is private. A change
of the surface is seen here in review, and `make check` refuses one that breaks users of the last
release, unless the version says so.

A default of `...` leaves what was there. Properties are shown as attributes.
"""
REMARKS = {
    "Clients": """
`AsyncBetTune` has the same arguments and names. Its calls are awaited, `matches.between` gives an
async iterator, `aclose()` or `async with` closes it, and `on_progress` and `on_result` may be
coroutine functions.
""",
    "Sandbox": """
The pytest fixture `bettune_sandbox` is a `Sandbox` that runs for one test.
""",
}


def surface(root: Path = ROOT) -> str:
    """Return what api.md has to say of the source in a folder."""
    package = griffe.load(
        "bettune",
        search_paths=[root, root / "generated"],
        resolve_aliases=True,
        resolve_external=True,
        try_relative_path=False,
    )
    assert isinstance(package, griffe.Module)
    sections: dict[str, list[str]] = {
        title: []
        for title in ("Clients", "Operations", "Functions", "Values", "Errors", "Types", "Sandbox")
    }
    for one in _public(package):
        if isinstance(one, griffe.Function):
            sections["Functions"].append(_call(one))
        elif isinstance(one, griffe.Class):
            title = _section(one)
            made_by_users = title in {"Clients", "Errors", "Sandbox"}
            sections[title].append("\n".join(_class(one, made_by_users=made_by_users)))
        elif one.name != "__version__":
            annotation = "" if one.annotation is None else f": {one.annotation}"
            sections["Types"].append(f"{one.name}{annotation} = {one.value}")
    text = INTRODUCTION
    for title, stubs in sections.items():
        text += f"\n## {title}\n\n```python\n{_formatted(stubs)}```\n{REMARKS.get(title, '')}"
    commands = "\n".join(_commands(program, program.name or ""))
    return f"{text}\n## Command line\n\n```text\n{commands}\n```\n"


def _public(package: griffe.Module) -> list[Named]:
    """The names that users import, then those that their signatures speak of."""
    names = [f"bettune.{name}" for name in package.exports or () if name != "AsyncBetTune"]
    found: dict[str, Named] = {}
    waiting = [*names, "bettune.sandbox._server.Sandbox"]
    while waiting:
        one = package.modules_collection[waiting.pop(0)]
        target = one.final_target if isinstance(one, griffe.Alias) else one
        assert isinstance(target, Named)
        # An attribute that is named like a type, such as Match.date, is found in the type's place.
        if target.path not in found and not isinstance(target.parent, griffe.Class):
            found[target.path] = target
            waiting += _spoken_of(target)
    # A class after its bases, such as errors.
    return sorted(found.values(), key=lambda one: isinstance(one, griffe.Class) and len(one.mro()))


def _spoken_of(one: Named) -> Iterator[str]:
    """The paths of what a name's signatures and attributes speak of and this project defines."""
    if isinstance(one, griffe.Class):
        for member in _members(one):
            yield from _spoken_of(member)
        return
    annotations: list[object] = [one.annotation]
    if isinstance(one, griffe.Function):
        annotations += [parameter.annotation for parameter in one.parameters]
    elif "TypeAlias" in str(one.annotation):
        annotations.append(one.value)
    for annotation in annotations:
        if isinstance(annotation, griffe.Expr):
            for name in annotation.iterate():
                path = name.canonical_path if isinstance(name, griffe.ExprName) else ""
                ours = path.startswith(("bettune.", "bettune_openapi."))
                if ours and not path.startswith(GENERATED) and not str(name).startswith("_"):
                    yield path


def _members(one: griffe.Class) -> list[griffe.Function | griffe.Attribute]:
    return [
        member
        for member in one.members.values()
        if isinstance(member, griffe.Function | griffe.Attribute)
        and (not member.name.startswith("_") or member.name in SPECIAL | {"__init__"})
    ]


def _section(one: griffe.Class) -> str:
    if one.path.startswith("bettune.sandbox"):
        return "Sandbox"
    if one.name == "BetTune":
        return "Clients"
    if one.path.startswith("bettune._sync."):
        return "Operations"
    if one.name.endswith("Error"):
        return "Errors"
    return "Types" if "Protocol" in str(one.bases) else "Values"


def _class(one: griffe.Class, *, made_by_users: bool) -> Iterator[str]:
    bases = [str(base) for base in one.bases if str(base) not in UNSAID_BASES]
    yield f"class {one.name}({', '.join(bases)}):" if bases else f"class {one.name}:"
    lines = [
        _call(member) if isinstance(member, griffe.Function) else _attribute(one, member)
        for member in _members(one)
        if made_by_users or member.name != "__init__"
    ]
    for line in lines or ["..."]:
        yield f"    {line}"


def _call(one: griffe.Function) -> str:
    # `_SAME` stands for an argument that was not given.
    return f"def {one.signature()}: ...".replace(" = _SAME", " = ...")


def _attribute(owner: griffe.Class, one: griffe.Attribute) -> str:
    annotation = one.annotation
    if annotation is None and str(one.value) in (parameters := owner.parameters):
        annotation = parameters[str(one.value)].annotation
    if annotation is None:
        return f"{one.name} = {one.value}"
    return f"{one.name}: {annotation}"


def _formatted(stubs: Iterable[str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--stdin-filename", ROOT / "api.pyi", "-"],
        input="\n".join(stubs),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def _commands(command: click.Command, name: str) -> Iterator[str]:
    """Each command with its arguments, then each of its options, a line each."""
    context = click.Context(command, info_name=name)
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    yield " ".join([name, *(one.make_metavar(context) for one in arguments)]).rstrip()
    for option in command.params:
        if isinstance(option, click.Option):
            value = "" if option.is_flag else f" {option.make_metavar(context)}"
            default = option.default if option.show_default else None
            ending = "" if default is None else f" (default: {default})"
            yield f"{name} {', '.join(option.opts + option.secondary_opts)}{value}{ending}"
    if isinstance(command, click.Group):
        for one in command.list_commands(context):
            if found := command.get_command(context, one):
                yield from _commands(found, f"{name} {one}")
