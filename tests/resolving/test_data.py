"""The form of the data files, which CONTRIBUTING tells how to edit."""

import re
import sys
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor

import pytest

from bettune._fixtures.clubs import ClubBook, club_book
from bettune._fixtures.countries import countries
from bettune._fixtures.team_names import parse, plain
from bettune._fixtures.vocabulary import read_text, vocabulary

SECTION = re.compile(r"\[([^\[\]]+)\]")


def clubs():
    """Each country's lines: the usual name, the first team where it is a reserve's, all names."""
    sections = {}
    for line in read_text("clubs.txt").splitlines():
        if heading := SECTION.fullmatch(line):
            lines = sections.setdefault(heading[1], [])
        elif line and not line.startswith("#"):
            head, colon, rest = line.partition(":")
            assert colon, line
            usual, _, first = (part.strip() for part in head.partition("="))
            names = [usual, *(name.strip() for name in rest.split(",") if rest.strip())]
            lines.append((usual, first, names))
    return sections


CLUBS = clubs()


def repeated(texts):
    return [text for text, count in Counter(texts).items() if count > 1]


def test_countries_and_clubs_are_in_order():
    assert list(CLUBS) == sorted(CLUBS)
    for country, lines in CLUBS.items():
        names = [plain(usual) for usual, _, _ in lines]
        assert names == sorted(names), country
        assert repeated(names) == [], country


def test_each_country_of_clubs_is_a_country():
    assert [country for country in CLUBS if countries().named(country) != (country,)] == []


def test_no_name_is_of_two_clubs_of_a_country_or_stands_twice():
    for country, lines in CLUBS.items():
        owners = defaultdict(list)
        for usual, _, names in lines:
            for name in names:
                assert plain(name), (country, usual, name)
                owners[plain(name)].append(usual)
        assert {name: of for name, of in owners.items() if len(of) > 1} == {}, country


def test_a_reserve_side_belongs_to_a_first_team():
    for country, lines in CLUBS.items():
        usual = {name for name, _, _ in lines}
        for name, first, _ in lines:
            if first:
                team, _, number = first.rpartition(" ")
                assert number in {"II", "III"}, (country, name)
                assert team in usual, (country, name)


def test_each_name_is_its_club_s_in_its_country():
    """As a caller spells it, too: no name is of a club by a mark alone."""
    for country, lines in CLUBS.items():
        for usual, first, names in lines:
            for name in names:
                identity = club_book().section(country).find(parse(name))
                assert identity is not None, (country, usual, name)
                assert identity.sure, (country, usual, name)
                assert identity.clubs[0].name == (first.rpartition(" ")[0] or usual), (
                    country,
                    name,
                )
                assert bool(identity.marks.reserve) == bool(first), (country, name)


def test_the_countries_are_a_closed_set():
    codes, names = [], []
    lines = read_text("countries.txt").splitlines()
    own = [line.partition(":")[0] for line in lines]
    assert own == sorted(own)
    for line in lines:
        name, _, rest = line.partition(":")
        parts = [[text.strip() for text in part.split(",")] for part in rest.split("|")]
        assert len(parts) == 3, line
        codes += filter(None, parts[0])
        names += [plain(name), *(plain(text) for text in parts[1] + parts[2] if text)]
    assert repeated(codes) == []
    assert repeated(names) == []


def test_the_vocabulary_says_one_thing_of_a_word():
    known = vocabulary()
    assert not known.marks.keys() & known.forms.keys()
    assert not known.spellings.keys() & known.forms.keys()
    lists = known.shared | known.left_out | known.articles | known.fillers
    assert all(text == plain(text) for text in lists)


def clubs_of(book, name):
    identities = book.find_everywhere(parse(name))
    return {str(club) for identity in identities for club in identity.clubs}


@pytest.mark.parametrize("name", ["Dinamo", "Milan", "Napoli", "Liverpool", "Olympia"])
def test_a_name_means_the_same_clubs_whatever_was_looked_up_before(name):
    book = ClubBook()
    for country in CLUBS:
        book.section(country)
    others = ClubBook()
    for number in range(len(CLUBS)):  # countries without clubs
        others.section(f"Nowhere {number}")
    assert clubs_of(ClubBook(), name) == clubs_of(others, name) == clubs_of(book, name) != set()


def test_a_name_means_the_same_clubs_in_every_thread():
    names = ["Olympia", "Liverpool", "Arsenal", "River Plate", "Everton", "Racing"] * 2
    expected = [clubs_of(club_book(), name) for name in names]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for _ in range(3):
            book = ClubBook()
            with ThreadPoolExecutor(8) as pool:
                assert (
                    list(pool.map(lambda name, book=book: clubs_of(book, name), names)) == expected
                )
    finally:
        sys.setswitchinterval(interval)
