"""Reads words.txt: words that do not identify a club, such as club forms, marks and towns."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from pathlib import Path

_FOLDER = Path(__file__).parent
# Letters that NFKD does not decompose.
_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "æ": "ae",
        "œ": "oe",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ŧ": "t",
        "ə": "a",
        "þ": "th",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    }
)
_COMBINING = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+")


def fold(text: str) -> str:
    """Convert a text to lower case without accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return _COMBINING.sub("", decomposed).translate(_LETTERS)


def read_text(name: str) -> str:
    """Read a data file of this package."""
    return (_FOLDER / name).read_text("utf-8")


class Vocabulary:
    """The sections of words.txt."""

    def __init__(self) -> None:
        sections = _sections(read_text("words.txt"))
        self.articles = frozenset(sections["articles"])
        self.kept_articles = frozenset(sections["kept articles"])
        self.fillers = frozenset(sections["fillers"]) | self.articles
        forms = {**sections["forms"], **sections["own forms"]}
        self.forms = {text: form for text, form in forms.items() if " " not in text}
        # By their first words, the longest first.
        self.written_forms: dict[str, list[tuple[list[str], str]]] = defaultdict(list)
        for text in sorted((text for text in forms if " " in text), key=len, reverse=True):
            self.written_forms[text.split()[0]].append((text.split(), forms[text]))
        self.own_forms = frozenset(sections["own forms"].values())
        self.towns = sections["towns"]
        self.spellings = {**self.towns, **sections["spellings"]}
        self.marks = {**sections["women"], **sections["reserves"], **sections["youth"]}
        self.women = sections["women's tournaments"]
        self.youth_tournaments = sections["youth tournaments"]
        self.reserve_tournaments = sections["reserve tournaments"]
        self.olympic = sections["olympic"]
        self.unmarked = frozenset(sections["unmarked"])
        self.shared = frozenset(sections["shared words"])
        self.famous = sections["famous names"]
        self.left_out = frozenset(sections["left out"])
        self.areas = frozenset(sections["areas"])
        self.tournaments = sections["tournaments"]


def _sections(text: str) -> dict[str, dict[str, str]]:
    sections: dict[str, dict[str, str]] = defaultdict(dict)
    entries: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("["):
            entries = sections[line.strip("[]")]
        elif line and not line.startswith("#"):
            name, _, variants = line.partition(": ")
            entries.update((variant.replace("_", " "), name) for variant in variants.split())
    return sections


_VOCABULARY = Vocabulary()


def vocabulary() -> Vocabulary:
    """Return the words of words.txt."""
    return _VOCABULARY
