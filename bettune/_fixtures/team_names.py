"""Parses team names: the words of the club's name, club forms, numbers and marks."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from bettune._fixtures.vocabulary import fold, vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

_APOSTROPHES = re.compile("['`\u00b4\u02b9-\u02bf\u2018\u2019\u201b]")
_INITIALS = re.compile(r"\b(?:[^\W\d_]\. ?){2,}")
# "W-wa" for Warszawa.
_ENDS = re.compile(r"\b([^\W\d_])-([^\W\d_]{2})\b(?!\.)")
_AGE = re.compile(r"\b(?:u|under|sub)[ .-]?(\d\d)s?\b")
# The character before a word, the word, and a full stop after it (of an abbreviation).
_WORD = re.compile(r"(^|[^\w.'])?([^\W_]+)(\.?)")
_DIGRAPHS = re.compile(r"(?<=[ao])e(?!$)|(?<=[^qgaeiou]u)e(?=[bcdfgklmnprstvz])|(?<=a)a")
_MARK_LETTERS = frozenset("wkfbc23")
_ROMAN = frozenset({"ii", "iii"})
_AT_THE_END = _MARK_LETTERS | {"res", "fem", "dam", "lfc"}
# Shorter words are compared without changes.
_LONG = 5
_NO_CODES: frozenset[str] = frozenset()
_BEFORE_CODES = frozenset("-(/")
_TRAILING = frozenset({"al", "am", "ap", "ce", "ba", "es", "ma", "pa", "se"})

# Spellings of one sound, in this order; then letters that sound alike.
_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in [
        (r"sch|sh|sz|cz|ch|kh|zh|ts|tz|tch", "s"),
        (r"ai(?=.)", "e"),
        (r"ei(?=.)", "i"),
        (r"ou", "u"),
        (r"ph", "f"),
        (r"(?<!^)h", ""),
        (r"(?<=[^aeiou])y(?=[^aeiou])", "i"),
        (r"j", "y"),
        (r"iy|yi", "y"),
    ]
]
_ALIKE = str.maketrans("qcwz", "kkvs")


class Marks(Struct, frozen=True, gc=False):
    """The kind of a team: women's, reserve or youth. By default, it is the first team.

    Attributes:
        women: True for a women's team.
        reserve: "b" or "c" for a second or third team, else empty.
        youth: "y", or an age such as "19" ("23" at the Olympic Games), else empty.
    """

    women: bool = False
    reserve: str = ""
    youth: str = ""

    def joined(self, marks: Marks) -> Marks:
        """Combine these marks with other marks of the same team."""
        if FIRST_TEAM in (marks, self):
            return self if marks == FIRST_TEAM else marks
        ages = sorted({self.youth, marks.youth} - {"", "y"})
        youth = ages[0] if ages else self.youth or marks.youth
        return Marks(self.women or marks.women, self.reserve or marks.reserve, youth)

    def agree(self, marks: Marks) -> bool:
        """Return whether both may belong to one team. One age of a youth team may be missing."""
        same_age = self.youth == marks.youth or (
            "y" in (self.youth, marks.youth) and bool(self.youth and marks.youth)
        )
        return self.women == marks.women and self.reserve == marks.reserve and same_age

    def __str__(self) -> str:
        youth = {"": "", "y": "a youth team"}.get(self.youth, f"an under-{self.youth} team")
        sides = {"": "", "b": "a reserve team", "c": "a third team"}
        named = ["a women's team" if self.women else "", sides[self.reserve], youth]
        return " and ".join(name for name in named if name) or "the first team"


FIRST_TEAM = Marks()


class Reading(Struct, frozen=True, gc=False):
    """The words of a name, with or without marks.

    Attributes:
        key: the words, joined by spaces.
        words: the words of the club's name, in order and normalized.
        numbers: founding years and other numbers, sorted.
        forms: the kinds of club forms, sorted.
    """

    key: str
    words: tuple[str, ...]
    numbers: tuple[str, ...]
    forms: tuple[str, ...]


class TeamName(Struct, frozen=True, eq=False, gc=False):
    """A parsed team name. It is hashed by identity, since `parse` caches names.

    Attributes:
        text: the given name.
        plain: the words in lower case without accents.
        bare: the same without marks.
        whole: the reading with marks as words ("Willem II").
        reading: the reading without marks.
        marks: the marks in the name.
        lettered: True if a mark is a single letter or digit ("Arsenal W").
        short: the abbreviated words ("Bor.", "K.").
        translated: True if the name of a town was translated to its own language.
    """

    text: str
    plain: str
    bare: str
    whole: Reading
    reading: Reading
    marks: Marks
    lettered: bool
    short: tuple[str, ...]
    translated: bool

    def __str__(self) -> str:
        return repr(self.text)


def words_of(text: str) -> list[str]:
    """Split a folded text into words."""
    return [match[2] for match in _WORD.finditer(_APOSTROPHES.sub("", text))]


def plain(text: str) -> str:
    """Remove case, accents and punctuation from a text."""
    return " ".join(words_of(fold(text)))


def prepare(text: str) -> str:
    """Convert a text to lower case without accents, with initials (F.C.) as one word."""
    folded = _APOSTROPHES.sub("", fold(text))
    if "." in folded:
        folded = _INITIALS.sub(lambda initials: re.sub("[. ]", "", initials[0]) + " ", folded)
    return _ENDS.sub(r"\1\2", folded) if "-" in folded else folded


@lru_cache(maxsize=1 << 15)
def parse(text: str) -> TeamName:
    """Parse a team's name."""
    folded = prepare(text)
    pieces = [(match[1], match[2], match[3]) for match in _WORD.finditer(folded)]
    tokens = [word for _, word, _ in pieces]
    known = vocabulary()
    short = tuple(
        word
        for before, word, stop in pieces
        if (stop and word not in known.spellings and word.isalpha())
        or (len(word) == 1 and word.isalpha())
    )
    codes = frozenset(
        word
        for before, word, _ in pieces[-1:]
        if len(word) == 2 and (before in _BEFORE_CODES or word in _TRAILING) and len(pieces) > 1
    )
    whole, translated = _read(tokens, codes)
    unmarked, marks = (tokens, FIRST_TEAM)
    if " ".join(tokens) not in known.unmarked:
        unmarked, marks = _take_marks(pieces, folded)
    reading = whole
    if marks != FIRST_TEAM:
        reading, translated = _read(unmarked, codes)
    # A name may have neither letters nor digits, or be only an accent.
    text_plain = " ".join(tokens) or " ".join(folded.split()) or repr(text)
    if not reading.words:
        reading = replace(reading, key=text_plain, words=(text_plain,))
    if not whole.words:
        whole = replace(whole, key=text_plain, words=(text_plain,))
    lettered = (
        marks != FIRST_TEAM
        and any(
            len(word) == 1 and word != "c"  # the C of "Inverness C" may not be a third team
            for word in tokens[len(tokens) - 2 :]
            if word not in unmarked
        )
    )
    return TeamName(
        text,
        text_plain,
        " ".join(unmarked) or text_plain,
        whole,
        reading,
        marks,
        lettered,
        short,
        translated,
    )


def read_known(prepared: str) -> tuple[str, Reading]:
    """Parse a name of the data, which has no marks. Return its plain text and its reading.

    Args:
        prepared: the result of `prepare`.
    """
    pieces = _WORD.findall(prepared)
    before, word, _ = pieces[-1]
    codes = _NO_CODES
    if len(word) == 2 and (before in _BEFORE_CODES or word in _TRAILING) and len(pieces) > 1:
        codes = frozenset({word})
    tokens = [word for _, word, _ in pieces]
    return " ".join(tokens), _read(tokens, codes)[0]


def _read(tokens: Sequence[str], codes: frozenset[str]) -> tuple[Reading, bool]:
    """Return the reading of a name's words, and whether the name of a town was translated."""
    known = vocabulary()
    words: list[str] = []
    forms: set[str] = set()
    numbers: set[str] = set()
    translated = False
    rest = _without_written_forms(tokens, forms)
    if rest and rest[0] == "afc" and len(rest) > 1:
        forms.add("afc-")
        rest = rest[1:]
    last = len(rest) - 1
    for place, token in enumerate(rest):
        if token in codes:
            words.append(token)
        elif token in known.forms:
            forms.add(known.forms[token])
        elif token.isdecimal():
            numbers.add(token)
        elif token in known.fillers and _is_left_out(token, rest, place, bool(words), last):
            pass
        else:
            words.append(spell(token))
            translated = translated or token in known.towns
    forms.discard("-")
    if tokens and tokens[0] == "1":
        numbers.discard("1")
    if not words:
        kept = [token for token in tokens if not token.isdecimal()]
        long = [token for token in kept if token not in known.forms] or kept
        if long:
            words, forms = [spell(token) for token in long], set()
        else:
            words, numbers = list(tokens), set()
    if numbers and all(len(word) == 1 for word in words):
        words, numbers = [*words, *sorted(numbers)], set()  # B 1909 is not B 1913
    reading = Reading(" ".join(words), tuple(words), _in_order(numbers), _in_order(forms))
    return reading, translated


def _in_order(texts: set[str]) -> tuple[str, ...]:
    return tuple(sorted(texts)) if texts else ()


def _is_left_out(token: str, rest: Sequence[str], place: int, within: bool, last: int) -> bool:
    """Return whether a filler has no meaning at its position."""
    known = vocabulary()
    if not (within and place < last) and token not in known.articles:
        return False
    return " ".join(rest[place : place + 2]) not in known.kept_articles


@lru_cache(maxsize=1 << 15)
def spell(token: str) -> str:
    """Return the normalized spelling of a word. Names of towns are in their own language."""
    spellings = vocabulary().spellings
    if token in spellings:
        return spellings[token]
    if len(token) < _LONG:
        return token
    short = _DIGRAPHS.sub("", token)
    return spellings.get(short, short)


@lru_cache(maxsize=1 << 15)
def sound(word: str) -> str:
    """Return a key for the sound of a word, which is equal for different transliterations."""
    if len(word) < _LONG:
        return word
    for pattern, spelling in _SOUNDS:
        word = pattern.sub(spelling, word)
    return word.translate(_ALIKE)


def _without_written_forms(tokens: Sequence[str], forms: set[str]) -> list[str]:
    """Remove "Football Club" and similar forms from the words, and add them to `forms`."""
    known = vocabulary().written_forms
    if known.keys().isdisjoint(tokens):
        return list(tokens)
    rest: list[str] = []
    written: set[str] = set()
    place = 0
    while place < len(tokens):
        for words, form in known.get(tokens[place], ()):
            if list(tokens[place : place + len(words)]) == words:
                written.add(form)
                place += len(words)
                break
        else:
            rest.append(tokens[place])
            place += 1
    if not rest:
        return list(tokens)
    forms |= written
    return rest


def _take_marks(
    pieces: Sequence[tuple[str | None, str, str]], folded: str
) -> tuple[list[str], Marks]:
    """Return the words of a name without its marks, and the marks."""
    known = vocabulary()
    women, reserve, youth = False, "", ""
    ages = _AGE.findall(folded)
    if ages:
        youth = ages[0]
        taken = set(_WORD.findall(" ".join(match[0] for match in _AGE.finditer(folded))))
        gone = {word for _, word, _ in taken}
        pieces = [piece for piece in pieces if piece[1] not in gone]
    words: list[str] = []
    last = len(pieces) - 1
    while last >= 0 and _is_final_mark(pieces[last]):
        last -= 1
    for place, (before, word, stop) in enumerate(pieces):
        mark = known.marks.get(word, "")
        if word in _AT_THE_END:
            before_ok = before in (" ", "(", None, "", "/")
            if not (place > last and place > 0 and before_ok and (not stop or len(word) > 1)):
                mark = ""
        elif (word == "jong" and place > 0) or (word in _ROMAN and place == 0):
            mark = ""
        if place > 0 and word in known.olympic and _is_nation(words):
            youth = "23"
        elif mark == "w":
            women = True
        elif mark in ("b", "c"):
            reserve = mark
        elif mark == "y":
            youth = youth or "y"
        else:
            words.append(word)
    marks = Marks(women, reserve, youth)
    if not words:
        return [word for _, word, _ in pieces], FIRST_TEAM if not ages else Marks(youth=youth)
    return words, marks


def _is_final_mark(piece: tuple[str | None, str, str]) -> bool:
    return piece[1] in vocabulary().marks and not (piece[2] and len(piece[1]) == 1)


def _is_nation(words: Sequence[str]) -> bool:
    from bettune._fixtures.countries import countries  # noqa: PLC0415 - it imports this module

    return " ".join(words) in countries().by_name


@lru_cache(maxsize=1 << 12)
def tournament_marks(text: str) -> Marks:
    """Return the marks of a tournament's teams: women's, youth, reserves, Olympic."""
    known = vocabulary()
    folded = fold(text)
    words = words_of(folded)
    joined = f" {' '.join(words)} "

    def names(section: dict[str, str]) -> bool:
        return any(f" {text} " in joined for text in section)

    long = [known.marks[word] for word in words if len(word) > 2 and word in known.marks]
    women = "w" in long or names(known.women)
    ages = _AGE.findall(folded)
    youth = ages[0] if ages else ""
    if not youth and (("y" in long) or names(known.youth_tournaments)):
        youth = "y"
    olympic = names({text: "" for text in known.olympic if " " in text or len(text) > 6})
    if olympic and not women:
        youth = youth or "23"
    reserve = "b" if names(known.reserve_tournaments) else ""
    return Marks(women, reserve, youth)
