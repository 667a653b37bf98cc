"""Any document is read or refused: the program itself never fails."""

from __future__ import annotations

import contextlib
import copy
import json
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from scripts.schema.compare_documents import compare
from scripts.schema.document import load
from scripts.schema.overlay import overlay
from scripts.schema.yaml_json import Refused


def places(node, way=()):
    """Every place in a document, by the keys that lead there."""
    yield way
    for key, one in node.items() if isinstance(node, dict) else enumerate(node):
        if isinstance(one, dict | list):
            yield from places(one, (*way, key))
        else:
            yield (*way, key)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just("#/components"),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["type", "$ref", "items", "allOf", "x"]), inner)
    ),
    max_leaves=3,
)


SCHEMA = load((Path(__file__).parent / "data" / "openapi.yaml").read_bytes())
PLACES = [place for place in places(SCHEMA) if place]


# Shrinking a whole document takes minutes: what was put where says enough.
@settings(deadline=None, phases=set(Phase) - {Phase.shrink})
@given(changes=st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=2))
@pytest.mark.tool_changes
def test_whatever_stands_anywhere_is_read_or_refused(changes):
    """None of it is a traceback, whose exit status would say that the facade is broken."""
    new = copy.deepcopy(SCHEMA)
    for (*way, last), value in changes:
        node = new
        with contextlib.suppress(LookupError, TypeError):  # the other one has replaced the place
            for key in way:
                node = node[key]
            node[last] = value
    with contextlib.suppress(Refused):
        document = load(json.dumps(new).encode())
        assert compare(SCHEMA, document) or document == SCHEMA
        assert overlay(document)["paths"]
