"""Run the tests of the tools in full if a tool changed, else one case of each test.

The tools are the programs of maintainers, which users do not install. `tools.sha256` has the digest
of their files when all of their tests last passed, and a full run that passes writes it. If the
digest differs, as after a merge of two changes, the tests run in full. At night, they always do.
"""

from __future__ import annotations

import hashlib

from scripts import ROOT

RECORD = ROOT / "tests" / "tools.sha256"
# A change of one of these may break a tool.
FILES = (
    ".github",
    "Makefile",
    "generated",
    "openapi.yaml",
    "pyproject.toml",
    "requirements",
    "scripts",
    "tests/conftest.py",
    "tests/contract",
    "tests/packaging",
    "tests/programs.py",
    "tests/sampling.py",
    "tests/schema",
    "tests/workflows",
)
SAMPLED = ("tests/contract/", "tests/packaging/", "tests/schema/", "tests/workflows/")


def digest():
    """Return a digest of the files of the tools."""
    state = hashlib.sha256()
    for name in FILES:
        path = ROOT / name
        files = (
            [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
        )
        for file in files:
            if file.suffix != ".pyc" and "node_modules" not in file.parts:
                state.update(file.relative_to(ROOT).as_posix().encode() + b"\0")
                state.update(hashlib.sha256(file.read_bytes()).digest())
    return f"{state.hexdigest()}\n"


def tools_are_as_tested():
    """Return whether all tests of the tools passed with the current files."""
    return RECORD.is_file() and RECORD.read_text("ascii") == digest()


def record():
    """Record that all tests of the tools pass with the current files."""
    if not tools_are_as_tested():
        RECORD.write_text(digest(), "ascii")


def split(items):
    """Return the tests of a sample, and the omitted ones: further cases of tests of the tools."""
    kept, left_out, seen = [], [], set()
    for item in items:
        function = item.nodeid.partition("[")[0]
        tool = function.startswith(SAMPLED)
        if tool and (function in seen or item.get_closest_marker("tool_changes")):
            left_out.append(item)
        else:
            kept.append(item)
            seen.add(function)
    return kept, left_out
