"""Every command that the documentation shows is one that the program takes."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from bettune.cli._commands import bettune
from scripts.examples import EXAMPLES

ROOT = EXAMPLES.parents[1]
PAGES = sorted([*ROOT.glob("docs/*/*.md"), *ROOT.glob("README*.md")])


def commands(page):
    """The lines of code that call the program, those that go on in a next line joined."""
    text = page.read_text("utf-8").replace("\\\n", " ")
    blocks = re.findall(r"^```(?:shell|text|ini)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    blocks += re.findall(r"^    (.+\n)", text, re.MULTILINE)
    for line in re.findall(r"^(?:.*[ /(=])?bettune ([a-z]+\b.*)", "".join(blocks), re.MULTILINE):
        yield re.split(r"  +#| > |\)", line)[0]


@pytest.mark.parametrize("page", PAGES, ids=[f"{page.parent.name}-{page.stem}" for page in PAGES])
def test_the_commands_of_a_page(page, tmp_path, monkeypatch):
    monkeypatch.chdir(EXAMPLES)
    for line in commands(page):
        name, *arguments = shlex.split(line)
        command = bettune.commands[name]
        command.make_context(name, arguments, parent=click.Context(bettune)).close()


def test_commands_are_found():
    assert sum(1 for page in PAGES for _ in commands(page)) > 20
