"""Verdicts on two names of teams, with reasons: certain, compatible, unrelated, contradicting."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from bettune._fixtures.clubs import club_book, forms_differ
from bettune._fixtures.countries import countries
from bettune._fixtures.team_names import FIRST_TEAM, sound
from bettune._fixtures.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bettune._fixtures.clubs import Club, Identity
    from bettune._fixtures.team_names import Marks, Reading, TeamName


class Level(IntEnum):
    """The result of a comparison. A match is accepted only with the last two levels."""

    CONTRADICTING = 0
    UNRELATED = 1
    COMPATIBLE = 2
    CERTAIN = 3


class Verdict(Struct, frozen=True, gc=False):
    """A level with its reason.

    Attributes:
        level: the level.
        reason: the reason, as a clause after the two names.
    """

    level: Level
    reason: str


class Place(Struct, frozen=True, gc=False):
    """The countries in which names are looked up.

    Attributes:
        countries: the countries of the match's teams; empty for all.
        only: the countries for the caller's name; None for all.
    """

    countries: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None


SAME_NAME = Verdict(Level.CERTAIN, "the same name")
_KNOWN = Verdict(Level.CERTAIN, "known names of one club")
_ALIAS = Verdict(Level.CERTAIN, "your alias")
_NO_ALIAS = Verdict(Level.CONTRADICTING, "your alias is another name")
_NATION = Verdict(Level.CERTAIN, "names of one country")
_TWO_NATIONS = Verdict(Level.CONTRADICTING, "these are two countries")
_TWO_CLUBS = Verdict(Level.CONTRADICTING, "these are two known clubs")
_NUMBERS = Verdict(Level.CONTRADICTING, "the numbers differ")
_FORMS = Verdict(Level.CONTRADICTING, "the club forms differ")
_BOTH_LEFT = Verdict(Level.CONTRADICTING, "each has a word that the other lacks")
_QUALIFIER = Verdict(Level.UNRELATED, "the additional word may mean another team")
_UNLISTED = Verdict(Level.CONTRADICTING, "one is a known club, and the other is not a name of it")
_SEVERAL = Verdict(Level.UNRELATED, "it may be several clubs")
_FAMOUS = Verdict(Level.UNRELATED, "better known as another country's club: give the country")
_NOTHING = Verdict(Level.UNRELATED, "the names have no word in common")
_EXTRA = Verdict(Level.COMPATIBLE, "one name has an additional word")
_ORDER = Verdict(Level.COMPATIBLE, "the same words in another order")
_TRANSLATED = Verdict(Level.COMPATIBLE, "a town's name in two languages")
_BARE = Verdict(Level.COMPATIBLE, "only a club form differs, and other clubs have the same words")
_SOUND = Verdict(Level.COMPATIBLE, "two spellings of the same sound")
_SHORT = Verdict(Level.COMPATIBLE, "an abbreviation")
_ACRONYM = Verdict(Level.COMPATIBLE, "the initials")


def compare_alias(alias: TeamName, team: TeamName) -> Verdict:
    """Return a certain verdict if the team's name is the alias, else a contradiction."""
    return _ALIAS if alias.plain == team.plain else _NO_ALIAS


def compare(name: TeamName, team: TeamName, marks: tuple[Marks, Marks], place: Place) -> Verdict:
    """Compare a caller's name with the name of a team.

    Args:
        name: the caller's name.
        team: the name of the team.
        marks: the marks of both according to their tournaments.
        place: the countries in which the names are looked up.
    """
    nation = _compare_nations(name, team)
    identities, team_identities = _identities(name, team, place)
    if nation is _NATION or (nation is not None and not (identities and team_identities)):
        return _with_marks(nation, name, team, marks)
    if identities and team_identities:
        return _compare_known(name, team, (identities, team_identities), marks, place)
    if identities or team_identities:
        sure = [identity for identity in identities or team_identities if identity.sure]
        unknown = team if identities else name
        verdict = _compare_unknown(sure, unknown, name, team)
        accepted = verdict.level >= Level.COMPATIBLE
        if accepted and identities and _means_another(name, team, _clubs(identities), place):
            verdict = _FAMOUS
    else:
        verdict = _compare_readings(name.reading, team.reading, name, team, place)
    return _with_marks(verdict, name, team, marks)


def _with_marks(
    verdict: Verdict, name: TeamName, team: TeamName, marks: tuple[Marks, Marks]
) -> Verdict:
    if verdict.level < Level.COMPATIBLE:
        return verdict
    return _marked(verdict, name.marks.joined(marks[0]), team.marks.joined(marks[1]))


def _marked(verdict: Verdict, ours: Marks, theirs: Marks) -> Verdict:
    if ours.agree(theirs):
        return verdict
    return Verdict(Level.CONTRADICTING, f"one is {ours}, the other is {theirs}")


def _compare_nations(name: TeamName, team: TeamName) -> Verdict | None:
    """Compare two names if at least one is a country's, else return None."""
    known = countries()
    ours, theirs = known.nation(name.bare), known.nation(team.bare)
    if ours is None and theirs is None:
        return None
    ours, theirs = known.nation_by_any(name.bare), known.nation_by_any(team.bare)
    if ours is not None and theirs is not None:
        return _NATION if ours == theirs else _TWO_NATIONS
    return SAME_NAME if name.bare == team.bare else _TWO_NATIONS


def _identities(
    name: TeamName, team: TeamName, place: Place
) -> tuple[tuple[Identity, ...], tuple[Identity, ...]]:
    book = club_book()
    if place.only is not None:
        ours = book.find(name, place.only)
    else:
        ours = book.find(name, place.countries) or book.find_anywhere(name)
    return ours, book.find(team, place.countries) or book.find_anywhere(team)


def _compare_known(
    name: TeamName,
    team: TeamName,
    known: tuple[Sequence[Identity], Sequence[Identity]],
    marks: tuple[Marks, Marks],
    place: Place,
) -> Verdict:
    """Compare two known names."""
    identities, team_identities = known
    ours, theirs = _clubs(identities), _clubs(team_identities)
    common = ours & theirs
    same_words = name.reading.words == team.reading.words
    if not common:
        return _TWO_CLUBS
    another = _means_another(name, team, common, place)
    verdicts = []
    for identity in identities:
        for team_identity in team_identities:
            if set(identity.clubs) & set(team_identity.clubs):
                if another:
                    verdict = _FAMOUS
                elif (identity.by_town or team_identity.by_town) and not same_words:
                    verdict = _FORMS
                elif identity.sure and team_identity.sure and (ours == theirs or same_words):
                    verdict = _KNOWN
                elif name.plain == team.plain:
                    verdict = SAME_NAME
                elif same_words and _is_bare(name.reading, team.reading, ours | theirs):
                    verdict = _BARE
                else:
                    verdict = _SEVERAL
                verdicts.append(
                    _marked(
                        verdict,
                        identity.marks.joined(marks[0]),
                        team_identity.marks.joined(marks[1]),
                    )
                )
    return max(verdicts, key=lambda verdict: verdict.level)


def _clubs(identities: Iterable[Identity]) -> set[Club]:
    return {club for identity in identities for club in identity.clubs}


def _is_bare(ours: Reading, theirs: Reading, clubs: set[Club]) -> bool:
    """Return whether two readings differ only in a club form, or in the year of a single club."""
    same_numbers = ours.numbers == theirs.numbers or len(clubs) == 1
    return same_numbers and not forms_differ(ours.forms, theirs.forms)


def _means_another(name: TeamName, team: TeamName, clubs: set[Club], place: Place) -> bool:
    """Return whether a name without a country is better known as another club's."""
    if place.only is not None or name.plain == team.plain or name.marks != FIRST_TEAM:
        return False
    book = club_book()
    if name.reading.words == team.reading.words:
        return not _clubs(book.find_by_rank(name)) & clubs
    home = book.famous_home(team)
    if home is not None and not any(club.country == home for club in clubs):
        return True
    return not _clubs(book.find_anywhere(name)) & clubs


def _compare_unknown(
    known: Sequence[Identity], unknown: TeamName, name: TeamName, team: TeamName
) -> Verdict:
    """Compare a known name with an unknown one."""
    if name.plain == team.plain:
        return SAME_NAME
    if name.reading.words == team.reading.words:
        # The other name is unknown only because of its numbers or club forms.
        return _NUMBERS if name.reading.numbers != team.reading.numbers else _FORMS
    if not known:
        return _SEVERAL
    verdicts = [_UNLISTED]
    for identity in known:
        for club in identity.clubs:
            verdicts.append(_part_of_known(unknown.reading, club))
            verdicts += [
                _alike(unknown.reading, reading, unknown.short)
                for reading in club.readings
                if len(reading.words) > 1 or len(unknown.reading.words) == 1
            ]
    best = max(verdicts, key=lambda verdict: verdict.level)
    if best.level >= Level.COMPATIBLE or best is _SEVERAL:
        return best
    # An unknown name of the caller may be a nickname. A known name means another club.
    return _UNLISTED if unknown is team or _BOTH_LEFT in verdicts else _NOTHING


def _part_of_known(part: Reading, club: Club) -> Verdict:
    """Compare a part of a club's usual name with the names of other clubs in its country."""
    whole = club.readings[0]
    if not _is_part(part, whole) or not _leaves_little(part, whole):
        return _UNLISTED
    rivals = club_book().section(club.country).containing(part.words) - {club}
    return _SEVERAL if rivals else _EXTRA


def _compare_readings(
    ours: Reading, theirs: Reading, name: TeamName, team: TeamName, place: Place
) -> Verdict:
    """Compare two unknown names."""
    if ours.words == theirs.words or "".join(ours.words) == "".join(theirs.words):
        if ours.numbers != theirs.numbers:
            return _NUMBERS
        if forms_differ(ours.forms, theirs.forms):
            return _FORMS
        if name.translated != team.translated and name.plain != team.plain:
            return _TRANSLATED
        return SAME_NAME
    for part, whole in ((ours, theirs), (theirs, ours)):
        if _is_part(part, whole):
            return _part_of_unknown(part, whole, place)
    return _alike(ours, theirs, name.short + team.short)


def _part_of_unknown(part: Reading, whole: Reading, place: Place) -> Verdict:
    """Compare a part of an unknown name with the names of all clubs."""
    if not _leaves_little(part, whole):
        return _QUALIFIER
    if club_book().containing(part.words, place.only or place.countries):
        return _SEVERAL
    return _EXTRA


def _leaves_little(part: Reading, whole: Reading) -> bool:
    """Return whether a name lacks only words of the other that supporters leave out."""
    known = vocabulary()
    return (
        all(word in known.left_out for word in whole.words if word not in part.words)
        and not all(word in known.shared or word in known.left_out for word in part.words)
        and set(part.forms) <= set(whole.forms)
        and part.numbers == whole.numbers
    )


def _is_part(part: Reading, whole: Reading) -> bool:
    return len(part.words) < len(whole.words) and set(part.words) < set(whole.words)


def _alike(ours: Reading, theirs: Reading, short: tuple[str, ...]) -> Verdict:
    """Compare two names word by word, with abbreviations and other spellings."""
    both_numbers = ours.numbers and theirs.numbers and ours.numbers != theirs.numbers
    if both_numbers or ours.words == theirs.words:
        return _NUMBERS
    if forms_differ(ours.forms, theirs.forms):
        return _FORMS
    verdict = _same_words(ours.words, theirs.words, short)
    if verdict is None:
        verdict = _BOTH_LEFT if set(ours.words) & set(theirs.words) else _NOTHING
    return verdict


def _same_words(
    ours: Sequence[str], theirs: Sequence[str], short: tuple[str, ...]
) -> Verdict | None:
    """Compare words in another order or transliteration, abbreviations and initials."""
    if len(ours) == len(theirs):
        # Manchester United is not United of Manchester.
        if len(ours) > 2 and sorted(ours) == sorted(theirs):
            return _ORDER
        if [sound(word) for word in ours] == [sound(word) for word in theirs]:
            return _SOUND
        if short and _abbreviated(ours, theirs, short):
            return _SHORT
    for acronym, words in ((ours, theirs), (theirs, ours)):
        if len(acronym) == 1 and len(words) > 2 and acronym[0] == "".join(w[0] for w in words):
            return _ACRONYM
    return None


def _abbreviated(ours: Sequence[str], theirs: Sequence[str], short: tuple[str, ...]) -> bool:
    rest = list(theirs)
    whole = 0
    for word in ours:
        match = next((known for known in rest if known == word), None)
        whole += match is not None and len(word) > 1
        if match is None:
            match = next(
                (
                    known
                    for known in rest
                    if (word in short and known.startswith(word))
                    or (known in short and word.startswith(known))
                ),
                None,
            )
        if match is None:
            return False
        rest.remove(match)
    return whole > 0
