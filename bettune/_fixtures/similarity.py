"""How alike two names are, word by word: 1 for the same team's, 0 for two teams'."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bettune._fixtures.names import Name, Word

# From here on a name is certain: its words agree but for one that many clubs share.
CERTAIN = 0.85
# As many as a name that only shared words connect may reach.
_SHARED_ONLY = 0.4


def similarity(one: Name, other: Name) -> float:
    """From 0 to 1, the same either way; independent of the words' order."""
    if one.marks != other.marks:
        return 0.0
    if one.words == other.words:
        return 1.0 if one.forms == other.forms else 0.99
    pairs, rest_one, rest_other = _pair(one.words, other.words)
    acronym = 0.0
    for short, long in ((rest_one, rest_other), (rest_other, rest_one)):
        if len(short) == 1 and len(long) > 1 and _is_acronym(short[0], long):
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
    if one.text == other.text:
        return 1.0
    if one.sound == other.sound:
        return 0.95
    short, long = (one, other) if len(one.text) < len(other.text) else (other, one)
    if len(short.text) < 3:
        return 0.0
    for a, b in ((short.text, long.text), (short.sound, long.sound)):
        if b.startswith(a):
            return 0.9 if len(b) - len(a) <= 3 and len(a) >= 4 else 0.8
        # Wolves: Wolverhampton; Hearts: Heart.
        if len(a) > 4 and a[-1] == "s" and b.startswith(a[:-1]):
            return 0.8
    return 0.8 if _contracted(short.text, long.text) else 0.0


def _contracted(short: str, long: str) -> bool:
    """Whether the beginning and the end of a word make the short one: nottm, mgladbach."""
    if len(short) < 4 or short[0] != long[0] or short[-1] != long[-1] or len(long) - len(short) < 3:
        return False
    return any(
        long.startswith(short[:at]) and long.endswith(short[at:]) for at in range(1, len(short))
    )


def _is_acronym(short: Word, words: list[Word]) -> bool:
    return sorted(short.text) == sorted(word.text[0] for word in words)


def _contradict(
    pairs: list[tuple[Word, Word, float]],
    rest_one: list[Word],
    rest_other: list[Word],
    *,
    acronym: bool,
) -> bool:
    """Whether what is left makes two teams of what agrees."""
    if any(len(word.text) > 3 for word in rest_one) and any(
        len(word.text) > 3 for word in rest_other
    ):
        return True
    if (rest_one or rest_other) and not acronym:
        distinctive = [pair for pair in pairs if pair[0].distinctive or pair[1].distinctive]
        if distinctive and all(one.town or other.town for one, other, _ in distinctive):
            return True
        # An abbreviation beside another word: Port Vale is not Portsmouth.
        for one, other, likeness in pairs:
            if likeness <= 0.8 and one.distinctive | other.distinctive:
                rest = rest_one if len(one.text) < len(other.text) else rest_other
                if rest and len(pairs) == 1:
                    return True
    return False
