"""How alike two names are, word by word: 1 for the same team's, 0 for two teams'."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bettune._fixtures.names import Name, Word

# From here on a name is certain: its words agree but for one that many clubs share.
CERTAIN = 0.85
# As many as a name that only shared words connect may reach.
_SHARED_ONLY = 0.4
# How alike two words are of which one is the other with an ending, or a shorter way to write it.
_INFLECTED = 0.9
_SHORTENED = 0.8
_BEGUN = 0.79


def similarity(one: Name, other: Name) -> float:
    """From 0 to 1, the same either way; independent of the words' order."""
    if one.text == other.text:
        return 1.0 if one.forms == other.forms else 0.99
    if one.marks != other.marks:
        return 0.0
    return max(
        _similarity(words, others)
        for words in (one.words, one.also)
        for others in (other.words, other.also)
        if words and others
    )


def _similarity(ones: tuple[Word, ...], others: tuple[Word, ...]) -> float:
    pairs, rest_one, rest_other = _pair(ones, others)
    acronym = 0.0
    for short, long in ((rest_one, rest_other), (rest_other, rest_one)):
        if len(short) == 1 and len(long) > 1 and _is_acronym(short[0], long, alone=not pairs):
            acronym = sum(word.weight for word in long)
            rest_one, rest_other = [], []
            break
    if not pairs and not acronym:
        return 0.0
    if _contradict(pairs, rest_one, rest_other, acronym=bool(acronym)):
        return 0.0
    weights = [1.0 if a.distinctive or b.distinctive else a.weight for a, b, _ in pairs]
    common = acronym + sum(weights)
    matched = 0.9 * acronym + sum(
        weight * likeness for weight, (_, _, likeness) in zip(weights, pairs, strict=True)
    )
    weight_one, weight_other = (
        common + sum(word.weight for word in rest) for rest in (rest_one, rest_other)
    )
    dice = 2 * matched / (weight_one + weight_other)
    contained = matched / min(weight_one, weight_other)
    score = (dice + contained) / 2
    if (
        (rest_one or rest_other)
        and not acronym
        and not any(a.distinctive or b.distinctive for a, b, _ in pairs)
    ):
        return min(score, _SHARED_ONLY)
    return score


def _pair(
    ones: tuple[Word, ...], others: tuple[Word, ...]
) -> tuple[list[tuple[Word, Word, float]], list[Word], list[Word]]:
    """The words that are the same, the likest first, and those that are left."""
    alike = sorted(
        (-likeness, one.text, other.text, one, other)
        for one in ones
        for other in others
        if (likeness := _likeness(one, other))
    )
    pairs: list[tuple[Word, Word, float]] = []
    rest_one, rest_other = list(ones), list(others)
    for negative, _, _, one, other in alike:
        if one in rest_one and other in rest_other:
            rest_one.remove(one)
            rest_other.remove(other)
            pairs.append((one, other, -negative))
    return pairs, rest_one, rest_other


def _likeness(one: Word, other: Word) -> float:
    short, long = sorted((one.text, other.text), key=len)
    if short == long:
        return 1.0
    if len(short) > 3 and (one.sound == other.sound or long == short + "s"):
        return 0.95
    if len(short) == 1:
        return _BEGUN if len(long) > 3 and long.startswith(short) else 0.0
    # Sparta is not Spartak.
    if not (one.distinctive or other.distinctive):
        return 0.0
    ending = len(long) - len(short)
    if len(short) > 1 and long.startswith(short):
        inflected = (len(short) > 3 and ending <= 3) or long == short + "spor"
        return _INFLECTED if inflected else _BEGUN
    # Wolves: Wolverhampton.
    plural = len(short) > 5 and ending > 3 and short[-1] == "s" and long.startswith(short[:-1])
    return _SHORTENED if plural or _contracted(short, long) else 0.0


def _contracted(short: str, long: str) -> bool:
    """Whether the short one is a word without its middle: nottm, mgladbach."""
    if len(short) < 5 or short[0] != long[0] or short[-1] != long[-1] or len(long) - len(short) < 3:
        return False
    return any(
        long.startswith(short[:at]) and long.endswith(short[at:]) for at in (1, len(short) - 1)
    )


def _is_acronym(short: Word, words: list[Word], *, alone: bool) -> bool:
    if alone and len(short.text) < 3:
        return False
    return sorted(short.text) == sorted(word.text[:1] for word in words)


def _contradict(
    pairs: list[tuple[Word, Word, float]],
    rest_one: list[Word],
    rest_other: list[Word],
    *,
    acronym: bool,
) -> bool:
    """Whether what is left makes two teams of what agrees."""
    if any(len(word.text) == 1 for word in rest_one + rest_other):
        return True
    if any(len(word.text) > 3 for word in rest_one) and any(
        len(word.text) > 3 for word in rest_other
    ):
        return True
    # That a letter begins a word says nothing for the rest.
    pairs = [pair for pair in pairs if min(len(pair[0].text), len(pair[1].text)) > 1]
    if acronym or not pairs:
        return False
    towns = [a.town or b.town for a, b, _ in pairs if a.distinctive or b.distinctive]
    if towns and all(towns) and (rest_one or rest_other):
        return True
    if len(pairs) > 1:
        return False
    # A beginning is not enough, and no ending or short form is beside another word that names a
    # team: Port Vale is not Portsmouth, nor Kiel Korona Kielce.
    one, other, likeness = pairs[0]
    rest = rest_one if len(one.text) < len(other.text) else rest_other
    named = any(word.distinctive for word in rest_one + rest_other)
    return likeness == _BEGUN or (likeness <= _INFLECTED and (bool(rest) or named))
