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
