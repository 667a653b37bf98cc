"""Tables for notebooks: short, and nothing of the data becomes markup."""

from __future__ import annotations

import re
from decimal import Decimal
from html.parser import HTMLParser
from itertools import count

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bettune._values.display import html_table, printable, short_repr


class Page(HTMLParser):
    """The tags of a table with their attributes, and the text of each cell."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, tuple(attrs)))
        self.texts.append("")

    def handle_data(self, data):
        self.texts[-1] += data

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


# What ends a line for a browser, or is none of its characters, is no matter of markup.
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=30)
HOSTILE = "</td><script>alert('&amp;')</script><!-- \"$x$"


@given(texts=st.lists(TEXT, min_size=5, max_size=5))
@example(texts=[HOSTILE] * 5)
@example(texts=["<?pi", "<!DOCTYPE", "<![CDATA[", "&lt", "&#60;"])
def test_nothing_of_the_data_becomes_markup(texts):
    caption, *cells = texts
    page = Page(html_table(cells[:2], [cells[2:]], total=1, caption=caption))
    plain = Page(html_table(["a", "b"], [["c", "d"]], total=1, caption="e"))
    assert page.tags == plain.tags
    assert [text for text in page.texts if text] == [text for text in texts if text]


def test_only_the_first_rows_are_shown_and_taken():
    rows = ((n, Decimal(n), None) for n in count())
    page = Page(html_table(["n", "odds", "error"], rows, total=5000, caption="5000 to create"))
    cells = [text for text, (tag, _) in zip(page.texts, page.tags, strict=True) if tag == "td"]
    assert cells[-4:] == ["19", "19", "", "and 4980 more"]
    assert len(cells) == 20 * 3 + 1
    assert next(rows)[0] == 20


def test_a_complete_table_mentions_no_further_rows():
    rows = [(n,) for n in range(20)]
    assert "<th>" not in html_table(["n"], [], total=0, caption="nothing")
    assert "more" not in html_table(["n"], rows, total=20, caption="")
    assert "and 1 more" in html_table(["n"], [*rows, (20,)], total=21, caption="")


def test_the_notebook_chooses_the_colours():
    table = html_table(["n"], [("x",)], total=1, caption="")
    assert not re.search(r"colou?r|style|background", table)


def test_long_values_are_cut_and_take_one_line():
    assert len(html_table(["error"], [("x" * 10_000,)], total=1, caption="")) < 500
    assert short_repr("x" * 100) == "'" + "x" * 59 + "…"

    class Lines:
        def __repr__(self):
            return "a\n  b"

    assert short_repr(Lines()) == "a b"


@given(st.text())
def test_foreign_text_steers_no_terminal_and_stays_on_one_line(text):
    shown = printable(text)
    assert shown.isprintable()
    if text.isprintable():
        assert shown == text
    assert printable(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\n\tb", "a b"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("abc\u202ecba\u2066", r"abc\u202ecba\u2066"),
        ("Łódź  ŁKS", "Łódź  ŁKS"),
        ("\ud800", r"\ud800"),
    ],
)
def test_control_characters_are_escaped(text, shown):
    assert printable(text) == shown
