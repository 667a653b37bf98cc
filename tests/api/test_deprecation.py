"""Deprecated names: the warning, and that none outlives the version it names."""

import ast
from pathlib import Path

import pytest
from packaging.version import Version

import bettune
from bettune._deprecation import warn_deprecated

PACKAGE = Path(bettune.__file__).parent


def overdue(source, version):
    """What a source still deprecates that a version was to be without."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("warn_deprecated"):
            (removed_in,) = (key.value.value for key in node.keywords if key.arg == "removed_in")
            if Version(version) >= Version(removed_in):
                yield ast.unparse(node)


def test_nothing_deprecated_is_past_its_version():
    for path in PACKAGE.rglob("*.py"):
        found = list(overdue(path.read_text("utf-8"), bettune.__version__))
        assert not found, f"{path}: {found}"


@pytest.mark.parametrize(("version", "count"), [("0.2.9", 0), ("0.3.0", 1), ("1.0.0", 1)])
def test_what_is_past_its_version_is_found(version, count):
    source = "def old():\n    warn_deprecated('old()', use='new()', removed_in='0.3')\n"
    assert len(list(overdue(source, version))) == count


def test_the_warning_points_at_the_caller_and_says_what_to_use():
    def old():
        warn_deprecated("old()", use="new()", removed_in="0.3")

    with pytest.warns(DeprecationWarning, match=r"old\(\) .* bettune 0\.3: use new\(\)") as caught:
        old()
    assert caught[0].filename == __file__
