"""Every program in the documentation and the READMEs runs against the sandbox, as it is shown."""

from __future__ import annotations

import ast
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from docs.comments import in_polish
from scripts.examples import EXAMPLES, run

ROOT = EXAMPLES.parents[1]
PAGES = [*ROOT.glob("docs/*/*.md"), *ROOT.glob("README*.md")]
PROGRAMS = sorted(EXAMPLES.glob("*.py"))


def imported(program):
    """The modules a program imports, itself or by another example."""
    for node in ast.parse(program.read_text("utf-8")).body:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            example = EXAMPLES / f"{name}.py"
            yield from imported(example) if example.exists() else [name]


def is_here(module):
    """Return whether a module can be imported: a package may be here without a part of it."""
    package = module.rpartition(".")[0]
    return (not package or is_here(package)) and find_spec(module) is not None


def cases():
    """Each program, and the tests together, since starting pytest is what takes time."""
    tests = []
    for program in PROGRAMS:
        missing = ", ".join(sorted({name for name in imported(program) if not is_here(name)}))
        if missing:
            reason = f"needs {missing}: make test-ecosystem"
            yield pytest.param([program], id=program.stem, marks=pytest.mark.skip(reason))
        elif program.stem.startswith("test_"):
            tests.append(program)
        else:
            yield pytest.param([program], id=program.stem)
    yield pytest.param(tests, id="tests")


@pytest.mark.parametrize("programs", [*cases()])
def test_programs(programs):
    done = run(*programs)
    assert done.returncode == 0, done.stdout + done.stderr
    shown = programs[0].with_suffix(".txt")
    if shown.exists():
        assert done.stdout == shown.read_text("utf-8"), "python -m scripts.examples renews it"


def test_pages_show_no_program_that_is_not_run():
    programs = {
        name: {words(program.read_text("utf-8")) for program in PROGRAMS}
        for name, words in (("README.md", str), ("README.pl.md", in_polish))
    }
    shown = {
        (page.name, block)
        for page in PAGES
        for block in re.findall(
            r"^```python\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
        )
    }
    assert {name for name, _ in shown} == programs.keys()
    assert all(block in programs[name] for name, block in shown)


def test_every_program_is_shown():
    shown = {
        Path(name).stem
        for page in PAGES
        for name in re.findall(r"(?:\{literalinclude\}|:file:) (\S+)", page.read_text("utf-8"))
    }
    assert {file.stem for file in EXAMPLES.iterdir() if file.is_file()} <= shown
