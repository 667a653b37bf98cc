"""Texts that people read keep to plain words: a short list, with the better word for each."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("docs/*/*.md", "*.md")
    for path in ROOT.glob(pattern)
    if path.name != "api.md"  # written from the signatures
)
CODE = ("bettune", "scripts")
MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for package in CODE
    for path in ROOT.glob(f"{package}/**/*.py")
    if not path.relative_to(ROOT).as_posix().startswith("bettune/_sync/")  # derived from _async
)
ENGLISH = {
    r"nobody|whoever": "name the subject: the client, the call, the caller",
    r"lets?(?: \w+)? out": "say that a request is sent, or delayed",
    r"(?:sits?|sat) (?:\w+ )?out": "say that the client waits, or does not run",
    r"under way": "in flight, running",
    r"(?:cannot|can't) be right": "is invalid",
    r"(?<!there )(?:is|are|was|were) no(?! longer| more| less| fewer| later) \w+": "is not a …",
    r"(?<!there )(?:is|are) (?-i:none)": "is missing, or is empty",
    r"mend(?:s|ed|ing)?": "fix",
    r"slips?": "mistake",
    r"told": "say who reports what: the message names, the log shows",
    r"paces?": "the rate limit",
    r"answer(?:s|ed)?": "response; the server responds",
    r"(?:an?|each|every|per|one|the|first|last|another|two) (?:try|tries)": "attempt",
    r"(?:an?|one|once) (?:row|column|line|client|span|process|page|day|group|write) an? \w+": "per",
    r"(?:for|at most|after|by) so (?:long|many|much)": "name the quantity: for `seconds`",
}
POLISH = {
    r"predictions?(?!-based)": "typ, prognoza",
    r"(?:strona|plik|\w+\.md)(?: \w+)? mówi|mówi (?:strona|plik|\w+\.md)": "opisuje, podaje",
    r"co do sekundy": "dokładnie tyle, ile podano",
    r"nikt nie": "nazwij, kogo dotyczy: zapytanie, wywołanie",
    r"przy sobie": "zawiera",
    r"nic nie mówi(?! o)": "niczego nie wypisuje",
    r"znalezisk\w*": "dopasowanie",
    r"błędne użycie": "błąd w poleceniu",
}
# A docstring begins with a verb or a noun.
OPENINGS = re.compile(r"(?:What|How|Whether|Where|Who|Whoever)\b")
# Words of sentences. A Polish page has them only in code and in names.
SENTENCES = (
    r"the|and|of|is|are|with|for|from|that|this|which|be|it|its|what|how|has|was|when|where|your"
)


def prose(text: str) -> str:
    """Return a page without code, addresses, anchors and directives."""
    text = re.sub(r"^ *(`{3,}|:{3,})(?:(?!\1)[\s\S])*?^ *\1$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^    .*$|^\(\S+\)=$|^:.*:.*$|^<!--.*-->$", "", text, flags=re.MULTILINE)
    text = re.sub(r"``.+?``|`[^`]+`|<[^<>]+>|(?<=\])\([^)]*\)", "", text)
    return text.replace("\n", " ")


def docstrings(source: str) -> list[str]:
    """Return the docstrings of a module, without code and names of arguments."""
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)]
    texts = filter(None, (ast.get_docstring(node) for node in nodes))
    texts = (re.sub(r"^ +\*{0,2}\w+:|`[^`]*`", "…", text, flags=re.MULTILINE) for text in texts)
    return [text.replace("\n", " ") for text in texts]


def comments(source: str) -> list[str]:
    """Return the comments of a module, without code."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    texts = [token.string for token in tokens if token.type == tokenize.COMMENT]
    return [re.sub(r"`[^`]*`", "…", text) for text in texts]


def unwanted(text: str, words: dict[str, str]) -> list[str]:
    """Return each unwanted word with what surrounds it and the advice."""
    return [
        f"…{text[max(0, match.start() - 30) : match.end() + 20]}…: {advice}"
        for word, advice in words.items()
        for match in re.finditer(rf"\b(?:{word})\b", text, re.IGNORECASE)
    ]


def is_polish(page: str) -> bool:
    return page.startswith("docs/pl/") or page.endswith(".pl.md")


@pytest.mark.parametrize("page", PAGES)
def test_pages_keep_to_plain_words(page):
    text = prose((ROOT / page).read_text("utf-8"))
    hits = unwanted(text, POLISH if is_polish(page) else ENGLISH)
    assert not hits, "\n".join(hits)


@pytest.mark.parametrize("module", MODULES)
def test_docstrings_and_comments_keep_to_plain_words(module):
    source = (ROOT / module).read_text("utf-8")
    texts = docstrings(source)
    hits = [word for text in (*texts, *comments(source)) for word in unwanted(text, ENGLISH)]
    hits += [text for text in texts if OPENINGS.match(text)]
    assert not hits, "\n".join(hits)


@pytest.mark.parametrize("page", [page for page in PAGES if is_polish(page)])
def test_polish_pages_are_in_polish(page):
    text = (ROOT / page).read_text("utf-8")
    shown = [prose(text)]
    for block in re.findall(r"^```(?:shell|text|ini)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        shown += re.findall(r"(?:^|  )# (.*)", block, re.MULTILINE)
    hits = [
        passage[max(0, word.start() - 30) : word.end() + 30]
        for passage in shown
        for word in re.finditer(rf"\b(?:{SENTENCES})\b", passage, re.IGNORECASE)
    ]
    assert not hits, "\n".join(hits)


@pytest.mark.parametrize("page", PAGES)
def test_no_number_becomes_a_list(page):
    """Markdown makes an ordered list of a line that begins with "404. ", and loses the number."""
    text = (ROOT / page).read_text("utf-8")
    assert not re.findall(r"^(?:: +|- +)?\d{3}[.)] .*$", text, re.MULTILINE)


def test_the_list_finds_words_in_prose_alone():
    page = "{} waits.\n\n```text\n{}\n```\n\n`{}`\n"
    assert len(unwanted(prose(page.format("Nobody", "nobody", "nobody")), ENGLISH)) == 1
    assert not unwanted(prose(page.format("The client", "nobody", "nobody")), ENGLISH)
