"""Makes api.md: the public names from the source, by griffe, and the commands, by click."""

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

# The special methods that users call indirectly. The others show or compare values.
SPECIAL = {"__enter__", "__exit__", "__getitem__", "__iter__", "__len__"}
# Base classes that are details of the implementation.
HIDDEN_BASES = {"Struct", "Resource", "_Model"}
# api.md only names the types of the generated client, which openapi.yaml describes.
GENERATED = "bettune_openapi.client."

INTRODUCTION = """\
# The public surface

Written from the signatures by `make generate`: do not edit. All other names are private. A change
of the surface shows up here in review. `make check` rejects changes that break users of the last
release, unless the version number allows them.

A default of `...` keeps the current value. Properties are shown as attributes.
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
    """Return the text of api.md for the source in a folder."""
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
    for item in _public(package):
        if isinstance(item, griffe.Function):
            sections["Functions"].append(_call(item))
        elif isinstance(item, griffe.Class):
            title = _section(item)
            made_by_users = title in {"Clients", "Errors", "Sandbox"}
            sections[title].append("\n".join(_class(item, made_by_users=made_by_users)))
        elif item.name != "__version__":
            annotation = "" if item.annotation is None else f": {item.annotation}"
            sections["Types"].append(f"{item.name}{annotation} = {item.value}")
    text = INTRODUCTION
    for title, stubs in sections.items():
        text += f"\n## {title}\n\n```python\n{_formatted(stubs)}```\n{REMARKS.get(title, '')}"
    commands = "\n".join(_commands(program, program.name or ""))
    return f"{text}\n## Command line\n\n```text\n{commands}\n```\n"


def _public(package: griffe.Module) -> list[Named]:
    """Return the names that users import, and those that their signatures mention."""
    names = [f"bettune.{name}" for name in package.exports or () if name != "AsyncBetTune"]
    public: dict[str, Named] = {}
    waiting = [*names, "bettune.sandbox._server.Sandbox"]
    while waiting:
        item = package.modules_collection[waiting.pop(0)]
        target = item.final_target if isinstance(item, griffe.Alias) else item
        assert isinstance(target, Named)
        # griffe may resolve the name of a type to an attribute of this name, such as Match.date.
        if target.path not in public and not isinstance(target.parent, griffe.Class):
            public[target.path] = target
            waiting += _mentioned(target)
    # Sort classes after their bases, such as the errors.
    return sorted(
        public.values(), key=lambda item: isinstance(item, griffe.Class) and len(item.mro())
    )


def _mentioned(item: Named) -> Iterator[str]:
    """Yield the paths of this project's names in the signatures and attributes of an item."""
    if isinstance(item, griffe.Class):
        for member in _members(item):
            yield from _mentioned(member)
        return
    annotations: list[object] = [item.annotation]
    if isinstance(item, griffe.Function):
        annotations += [parameter.annotation for parameter in item.parameters]
    elif "TypeAlias" in str(item.annotation):
        annotations.append(item.value)
    for annotation in annotations:
        if isinstance(annotation, griffe.Expr):
            for name in annotation.iterate():
                path = name.canonical_path if isinstance(name, griffe.ExprName) else ""
                ours = path.startswith(("bettune.", "bettune_openapi."))
                if ours and not path.startswith(GENERATED) and not str(name).startswith("_"):
                    yield path


def _members(owner: griffe.Class) -> list[griffe.Function | griffe.Attribute]:
    return [
        member
        for member in owner.members.values()
        if isinstance(member, griffe.Function | griffe.Attribute)
        and (not member.name.startswith("_") or member.name in SPECIAL | {"__init__"})
    ]


def _section(item: griffe.Class) -> str:
    if item.path.startswith("bettune.sandbox"):
        return "Sandbox"
    if item.name == "BetTune":
        return "Clients"
    if item.path.startswith("bettune._sync."):
        return "Operations"
    if item.name.endswith("Error"):
        return "Errors"
    return "Types" if "Protocol" in str(item.bases) else "Values"


def _class(item: griffe.Class, *, made_by_users: bool) -> Iterator[str]:
    bases = [str(base) for base in item.bases if str(base) not in HIDDEN_BASES]
    yield f"class {item.name}({', '.join(bases)}):" if bases else f"class {item.name}:"
    lines = [
        _call(member) if isinstance(member, griffe.Function) else _attribute(item, member)
        for member in _members(item)
        if made_by_users or member.name != "__init__"
    ]
    for line in lines or ["..."]:
        yield f"    {line}"


def _call(function: griffe.Function) -> str:
    # `_SAME` stands for an argument that was not given.
    return f"def {function.signature()}: ...".replace(" = _SAME", " = ...")


def _attribute(owner: griffe.Class, item: griffe.Attribute) -> str:
    annotation = item.annotation
    if annotation is None and str(item.value) in (parameters := owner.parameters):
        annotation = parameters[str(item.value)].annotation
    if annotation is None:
        return f"{item.name} = {item.value}"
    return f"{item.name}: {annotation}"


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
    """Yield one line for the command with its arguments, and one line per option."""
    context = click.Context(command, info_name=name)
    arguments = [item for item in command.params if isinstance(item, click.Argument)]
    yield " ".join([name, *(argument.make_metavar(context) for argument in arguments)]).rstrip()
    for option in command.params:
        if isinstance(option, click.Option):
            value = "" if option.is_flag else f" {option.make_metavar(context)}"
            default = option.default if option.show_default else None
            ending = "" if default is None else f" (default: {default})"
            yield f"{name} {', '.join(option.opts + option.secondary_opts)}{value}{ending}"
    if isinstance(command, click.Group):
        for subname in command.list_commands(context):
            if subcommand := command.get_command(context, subname):
                yield from _commands(subcommand, f"{name} {subname}")
