"""Every program in the documentation and the READMEs runs against the sandbox, as it is shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.examples import EXAMPLES, run

ROOT = EXAMPLES.parents[1]
PAGES = [*ROOT.glob("docs/*/*.md"), *ROOT.glob("README*.md")]
PROGRAMS = sorted(EXAMPLES.glob("*.py"))
TESTS = sorted(EXAMPLES.glob("test_*.py"))


@pytest.mark.parametrize("program", sorted({*PROGRAMS} - {*TESTS}), ids=lambda path: path.stem)
def test_a_program(program):
    done = run(program)
    assert done.returncode == 0, done.stdout + done.stderr
    shown = program.with_suffix(".txt")
    if shown.exists():
        assert done.stdout == shown.read_text("utf-8"), "python -m scripts.examples renews it"


def test_the_tests():
    done = run(*TESTS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(TESTS) > 5


def test_pages_show_no_program_that_is_not_run():
    programs = {program.read_text("utf-8") for program in PROGRAMS}
    shown = {
        (page.name, block)
        for page in PAGES
        for block in re.findall(
            r"^```python\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
        )
    }
    assert {name for name, _ in shown} == {"README.md", "README.pl.md"}
    assert {block for _, block in shown} <= programs


def test_every_program_is_shown():
    shown = {
        Path(name).stem
        for page in PAGES
        for name in re.findall(r"(?:\{literalinclude\}|:file:) (\S+)", page.read_text("utf-8"))
    }
    assert {file.stem for file in EXAMPLES.iterdir() if file.is_file()} <= shown
