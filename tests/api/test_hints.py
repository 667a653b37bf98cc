"""Annotations that evaluate: tool frameworks, injectors and command line builders read them."""

from __future__ import annotations

import inspect
import typing

import pytest

import bettune
import bettune.types

PUBLIC = {name: getattr(bettune, name) for name in bettune.__all__}
PUBLIC |= {name: getattr(bettune.types, name) for name in bettune.types.__all__}


def callables(value):
    """A class or function with all its functions, as tools would look at them."""
    yield value
    for kind in inspect.getmro(value) if inspect.isclass(value) else ():
        if not kind.__module__.startswith("bettune."):
            continue
        for member in vars(kind).values():
            unwrapped = getattr(member, "fget", None) or getattr(member, "func", None) or member
            unwrapped = getattr(unwrapped, "__func__", unwrapped)
            if inspect.isfunction(unwrapped):
                yield unwrapped


@pytest.mark.parametrize(
    "name",
    [name for name, value in PUBLIC.items() if inspect.isclass(value) or inspect.isfunction(value)],
)
def test_annotations_evaluate(name):
    for value in callables(PUBLIC[name]):
        typing.get_type_hints(value)


def test_a_type_is_one_and_the_same_in_both_places():
    for name in bettune.types.__all__:
        assert getattr(bettune, name, PUBLIC[name]) is PUBLIC[name]


def named(annotation):
    """The library's classes that an annotation names."""
    if inspect.isclass(annotation) and annotation.__module__.startswith("bettune"):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from named(argument)


def test_the_types_that_annotations_name_can_be_imported():
    named_types = {
        found
        for value in PUBLIC.values()
        if inspect.isclass(value) or inspect.isfunction(value)
        for public in callables(value)
        if not public.__name__.startswith("_") or public.__qualname__.endswith("Error.__init__")
        for name, annotation in typing.get_type_hints(public).items()
        if not name.startswith("_")
        for found in named(annotation)
    }
    assert named_types <= {value for value in PUBLIC.values() if inspect.isclass(value)}
