"""A team's name as the words that tell it from others, whatever its spelling."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from bettune._fixtures.words import (
    ALSO,
    EXONYMS,
    FORMS,
    MARKS,
    NOT_MARKED,
    RESERVES,
    SAME,
    SHARED,
    SHARED_TOWNS,
    STOP,
    TOURNAMENT_MARKS,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# What NFKD leaves whole.
_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "æ": "ae",
        "œ": "oe",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    }
)
_APOSTROPHES = re.compile(
    "['`\N{ACUTE ACCENT}\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}]"
)
_INITIALS = re.compile(r"\b(?:[^\W\d_]\. ?){2,}")
# The letter that stands for a word ("Wisła K."), and is no mark of another side.
_INITIAL = re.compile(r"\b([^\W\d_])\.(?!\w)")
_AGE = re.compile(r"\b(?:u|under|sub)[ -]?(\d\d)\b")
_WORD = re.compile(r"[^\W_]+")
# Spellings of one sound, in this order; then letters that sound alike, and doubled ones.
_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in [
        (r"ny(?=[aeio])", "n"),
        (r"(?<=[aou])e", ""),
        (r"ai(?=.)", "e"),
        (r"ei(?=.)", "i"),
        (r"ph", "f"),
        (r"(?<!^)h", ""),
    ]
]
_ALIKE = str.maketrans("qcwyj", "kkvii")
_DOUBLED = re.compile(r"(.)\1")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a name.

    Attributes:
        text: it, in plain small letters, a city in its own language.
        sound: its spelling with the choices between languages taken out.
        weight: how much it tells of a name where the other one lacks it.
        distinctive: it can name a team, alone.
        town: it is a town that several teams are named for.
    """

    text: str
    sound: str
    weight: float
    distinctive: bool
    town: bool


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """A team's name, compared with `bettune._fixtures.similarity.similarity`; a key by identity.

    Attributes:
        text: its words and marks; names of the same text are the same but for their forms.
        words: those that tell it from others, in alphabetical order.
        forms: club forms and numbers, which providers add and leave out.
        marks: which other side of the club it is: women, reserves, youth.
        also: the words of another name that the club is known by.
    """

    text: str
    words: tuple[Word, ...]
    forms: frozenset[str]
    marks: frozenset[str]
    also: tuple[Word, ...]


def plain(text: str) -> str:
    """A text in small letters, without diacritics, in whatever encoding of them it came."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(
        _LETTERS
    )


@lru_cache(maxsize=1 << 14)
def parse(text: str, tournament: str = "") -> Name:
    """Read a team's name; what its tournament says of it ("Women", "U19") counts as said in it."""
    if tournament:
        name, marks = parse(text), _tournament_marks(tournament)
        return _name(name.words, name.forms, name.marks | marks, name.also) if marks else name
    given = text
    text = _APOSTROPHES.sub("", plain(text))
    text = NOT_MARKED.get(frozenset(_WORD.findall(text)), text)
    initials: list[str] = []
    if "." in text:
        text = _INITIALS.sub(lambda found: re.sub("[. ]", "", found[0]) + " ", text)
        initials = _INITIAL.findall(text)
        text = _INITIAL.sub(" ", text)
    written, marks = _marks(text, MARKS)
    found = [EXONYMS.get(word, SAME.get(word, word)) for word in written]
    words = [word for word in found if word not in STOP]
    forms = {word for word in words if word in FORMS or word.isdecimal()}
    core = {word for word in words if word not in forms and len(word) > 1}
    if not core and (long := {word for word in found if word in STOP and len(word) > 2}):
        core = long
    elif not core:
        core, forms = set(words or found or sorted(marks) or initials or [given]), set()
    if frozenset(core) in RESERVES:
        core, marks = set(RESERVES[frozenset(core)]), marks | {"b"}
    core.update(initials)
    # As written ("Sporting CP"), else without its forms.
    also = ALSO.get(frozenset(written) - STOP) or ALSO.get(frozenset(core), frozenset())
    return _name(_words(core), frozenset(forms), marks, _words(also))


def _name(
    words: tuple[Word, ...], forms: frozenset[str], marks: frozenset[str], also: tuple[Word, ...]
) -> Name:
    text = " ".join([*(word.text for word in words), "+", *sorted(marks)])
    return Name(text, words, forms, marks, also)


@lru_cache(maxsize=1 << 10)
def _tournament_marks(text: str) -> frozenset[str]:
    return _marks(plain(text), TOURNAMENT_MARKS)[1]


def agreement(given: str, known: str) -> int:
    """How the names of two tournaments or countries agree: 2 wholly, 1 in part, 0 not."""
    one, other = (
        {SAME.get(word, word) for word in _WORD.findall(plain(text))} for text in (given, known)
    )
    if one == other:
        return 2
    # "Serie A" and "Serie B", "Bundesliga" and "2. Bundesliga" are not the same in part.
    rest = one ^ other
    return int((one <= other or other <= one) and all(len(w) > 2 and w.isalpha() for w in rest))


def _marks(text: str, known: Mapping[str, str]) -> tuple[list[str], frozenset[str]]:
    """The words of a plain text and, out of them, the marks."""
    ages = _AGE.findall(text)
    words = _WORD.findall(_AGE.sub(" ", text) if ages else text)
    marks = [f"u{age}" for age in ages]
    if known.keys() & words:
        marks += [known[word] for word in words if word in known]
        words = [word for word in words if word not in known]
    return words, frozenset(marks)


def _words(texts: Iterable[str]) -> tuple[Word, ...]:
    return tuple(_word(text) for text in sorted(texts))


@lru_cache(maxsize=1 << 14)
def _word(text: str) -> Word:
    sound = text
    for pattern, spelling in _SOUNDS:
        sound = pattern.sub(spelling, sound)
    sound = _DOUBLED.sub(r"\1", sound.translate(_ALIKE))
    distinctive = len(text) > 1 and text not in SHARED
    weight = 1.0 if distinctive and len(text) > 3 else 0.4
    return Word(text, sound, weight, distinctive, text in SHARED_TOWNS)
