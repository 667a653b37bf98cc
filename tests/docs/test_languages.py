"""Both languages have the same pages, with the same anchors, programs, pictures and links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import bettune
from docs.comments import POLISH as COMMENTS
from docs.comments import comments

DOCS = Path(__file__).parents[2] / "docs"
ENGLISH = {page.name: page.read_text("utf-8") for page in (DOCS / "en").glob("*.md")}
POLISH = {page.name: page.read_text("utf-8") for page in (DOCS / "pl").glob("*.md")}
README, README_PL = (
    (DOCS.parent / name).read_text("utf-8") for name in ("README.md", "README.pl.md")
)


def parts(text):
    """The parts of a page in their order, without the words."""
    patterns = (
        r"^(\(.+\)=)$",  # anchors
        r"^(#+) ",  # headings
        r"^(```\{(?!include).+)$",  # directives; an include may begin elsewhere
        r"^(   ?\.\. .+|\.\. .+)$",
        r"\]\(([^)]+)\)",  # links and pictures
        r"^(```[a-z]*)$",
        r"^(\w+Error)$",  # terms
    )
    places = re.finditer("|".join(patterns), text, re.MULTILINE)
    return [next(part for part in match.groups() if part) for match in places]


def test_the_same_pages():
    assert ENGLISH.keys() == POLISH.keys()
    assert "start.md" in ENGLISH


# The Polish page of changes links to the English one, which includes CHANGELOG.md.
@pytest.mark.parametrize("page", sorted(ENGLISH.keys() - {"changes.md"}))
def test_the_same_parts(page):
    assert parts(ENGLISH[page]) == parts(POLISH[page])


def test_the_readmes_have_the_same_parts():
    def errors(text):
        return [re.sub(r"/(en|pl)/|README(\.pl)?\.md", "", part) for part in parts(text)]

    assert sorted(errors(README)) == sorted(errors(README_PL))


@pytest.mark.parametrize("page", sorted(ENGLISH))
def test_an_anchor_before_every_section(page):
    anchored = re.findall(r"^\(\S+\)=\n## ", ENGLISH[page], re.MULTILINE)
    assert len(anchored) == len(re.findall(r"^## ", ENGLISH[page], re.MULTILINE))


def test_no_anchor_is_on_two_pages():
    anchors = re.findall(r"^\((\S+)\)=$", "\n".join(ENGLISH.values()), re.MULTILINE)
    assert len(anchors) == len(set(anchors))


@pytest.mark.parametrize("pages", [ENGLISH, POLISH], ids=["en", "pl"])
def test_the_reference_has_every_public_name(pages):
    directive = r"^\.\. (?:auto\w+|py:data):: bettune\.(\w+)(?:\(\))?$"
    documented = re.findall(directive, pages["reference.md"], re.MULTILINE)
    assert "\n.. models::\n" in pages["reference.md"]
    models = {name for name in bettune.__all__ if hasattr(bettune._models, name)}
    assert sorted({*documented, *models}) == sorted(bettune.__all__)


@pytest.mark.parametrize("pages", [ENGLISH, POLISH], ids=["en", "pl"])
def test_every_error_has_a_remedy(pages):
    errors = set(re.findall(r"^(\w+Error)$", pages["errors.md"], re.MULTILINE))
    assert errors == {name for name in bettune.__all__ if name.endswith("Error")}


def test_every_comment_of_an_example_has_its_translation():
    programs = [path.read_text("utf-8") for path in (DOCS / "examples").glob("*.py")]
    assert {text for program in programs for text in comments(program)} == COMMENTS.keys()
