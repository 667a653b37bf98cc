"""A CSV of odds is read as it was meant, or refused with every line that is wrong."""

import codecs
import csv
import io
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bettune import DELETE
from bettune.cli._table_file import TableFileError
from bettune.cli._odds_file import OddsFile


def read(content, **options):
    content = content.encode() if isinstance(content, str) else content
    file = OddsFile(content, "odds.csv", **{"missing": "delete"} | options)
    return {row.match_id: row.odds[0] for row in file.rows}


def refused(content, **options):
    with pytest.raises(TableFileError) as caught:
        read(content, **options)
    assert caught.value.exit_code == 2
    return caught.value.message


def odds(**values):
    return {int(key[1:]): value and Decimal(value) for key, value in values.items()}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("match_id,odds\n7,2.15\n8,\n", id="plain"),
        pytest.param("match_id,odds\n7,2.15\n8,", id="no line break at the end"),
        pytest.param("match_id,odds\r\n7,2.15\r\n8,\r\n", id="CRLF"),
        pytest.param("match_id,odds\r7,2.15\r8,\r", id="CR"),
        pytest.param("\ufeffmatch_id,odds\n7,2.15\n8,\n", id="BOM"),
        pytest.param('\ufeff"match_id","odds"\n"7","2.15"\n"8",""\n', id="BOM and quotes"),
        pytest.param("match_id;odds\n7;2,15\n8;\n", id="semicolons, decimal comma"),
        pytest.param('match_id;odds\n7;"2,15"\n8;""\n', id="semicolons, quoted decimal comma"),
        pytest.param("match_id;odds\n7;2.15\n8;\n", id="semicolons, decimal point"),
        pytest.param("match_id\todds\n7\t2,15\n8\t\n", id="tabs"),
        pytest.param("Odds,MATCH_ID\n2.15,7\n,8\n", id="other order and case"),
        pytest.param("home,match_id,odds\nLegia,7,2.15\n,8,\n", id="extra column"),
        pytest.param('match_id,odds,home\n7,2.15,"A, B\nC"\n8,,\n', id="quoted line break"),
        pytest.param("\n\nmatch_id,odds\n\n7,2.15\n  \n,\n8,\n\n", id="blank lines"),
        pytest.param(" match_id , odds \n 7 , 2.15 \n\u00a08,\u00a0\n", id="spaces"),
        pytest.param('match_id, "odds"\n7, "2.15"\n8,\n', id="spaces before quotes"),
        pytest.param("sep=;\nmatch_id;odds\n7;2,15\n8;\n", id="sep="),
        pytest.param('\ufeff"sep=,"\r\nmatch_id,odds\r\n7,2.15\r\n8,\r\n', id="quoted sep="),
        pytest.param('match_id,odds\n7,"2,15"\n8,""\n', id="commas, quoted decimal comma"),
        pytest.param("match_id,odds\n7.0,2.15\n8.0,\n", id="ids with a point"),
        pytest.param("match_id;odds\n7,0;2,15\n8,0;\n", id="ids with a comma"),
        pytest.param("match_id,odds\n7,2.15E0\n8,\n", id="exponent"),
        pytest.param("match_id,odds\n007,02.1500\n8,\n", id="zeros"),
        pytest.param("match_id,odds,home\n7,2.15,Łódź\n8,,\n".encode("cp1250"), id="cp1250"),
    ],
)
def test_what_is_read(content):
    assert read(content) == odds(m7="2.15", m8=None)


def test_the_word_delete_deletes():
    assert read("match_id,odds\n7,delete\n8,Delete\n") == {7: DELETE, 8: DELETE}


def test_empty_odds_are_refused_unless_it_is_said_what_they_mean():
    message = refused("match_id,odds\n7,2\n8,\n", missing="error")
    assert message.startswith("odds.csv, line 3: odds are empty; --missing skip leaves such")
    assert read("match_id,odds\n7,\n", missing="skip") == {7: None}


def test_a_column_of_odds_for_each_filter():
    content = b"match_id,Home,draw\n7,2.15,\n8,delete,3.4\n"
    file = OddsFile(content, "odds.csv", ["home", "draw"], missing="skip")
    assert [row.odds for row in file.rows] == [[Decimal("2.15"), None], [DELETE, Decimal("3.4")]]
    content = content.replace(b"3.4", b"0.4")
    assert refused(content, columns=["home", "draw"], missing="skip") == (
        "odds.csv, line 3: draw: odds must be at least 1, not '0.4'; nothing was sent"
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("6.6.2026,Legia,Lech,2", "date must be a date, a datetime"),
        ("2026-06-06,,Lech,2", "home must be a name, not ''"),
        ("2026-03-29 02:30,Legia,Lech,2", "date: the clocks of Europe/Warsaw skip"),
        ("2026-06-06,Łódź,Lech,2".encode("cp1250"), "home is not UTF-8"),
    ],
)
def test_what_is_no_fixture(row, reason):
    row = row if isinstance(row, bytes) else row.encode()
    message = refused(b"date,home,away,odds\n" + row, zone=ZoneInfo("Europe/Warsaw"))
    assert message.startswith(f"odds.csv, line 2: {reason}")


def test_a_header_alone_holds_no_odds():
    assert read("match_id,odds\n") == {}


def test_odds_are_rounded_as_bettune_does():
    assert read("match_id,odds\n1,2.1234565\n") == odds(m1="2.123456")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "line 1: it is empty; the first line must name the columns match_id and odds, or"),
        ("\n \n", "line 1: it is empty"),
        ("match_id,odd\n7,2\n", "line 1: no column odds in 'match_id, odd'"),
        ("7,2.15\n", "line 1: no column match_id and no column odds in '7, 2.15'"),
        ("match_id|odds\n7|2\n", "line 1: no column match_id and no column odds in 'match_id|odds"),
        ("match_id,odds,odds\n7,2,3\n", "line 1: there are two columns odds"),
        ("match_id;odds;x,match_id,odds\n", "line 1: separated by commas or by semicolons?"),
        (codecs.BOM_UTF16_LE + "match_id".encode("utf-16-le"), "line 1: it is UTF-16"),
        (codecs.BOM_UTF16_BE + "match_id".encode("utf-16-be"), "line 1: it is UTF-16"),
        ("match_id,odds\n7,2\n".encode("utf-16-le"), "line 1: a NUL byte"),
        ("match_id,odds\n7,2\0\n", "line 2: a NUL byte"),
        ("match_id,odds\n\n7,x\n", "line 3: odds must be a finite decimal number, not 'x'"),
        ("match_id,odds\n7,0.99\n", "line 2: odds must be at least 1, not '0.99'"),
        ("match_id;odds\n7;0,99\n", "line 2: odds must be at least 1, not '0,99'"),
        ("match_id,odds\n7,-2\n", "line 2: odds must be at least 1, not '-2'"),
        ("match_id,odds\n7,+150\n", "line 2: odds must be decimal odds, without a sign, not '+150"),
        ("match_id,odds\n7,nan\n", "line 2: odds must be a finite decimal number, not 'nan'"),
        ("match_id,odds\n7,5/2\n", "line 2: odds must be a finite decimal number, not '5/2'"),
        ("match_id,odds\n7,1e400\n", "line 2: odds have too many digits: '1e400'"),
        ("match_id,odds\n7,٢\n", "line 2: odds must be a finite decimal number, not '٢'"),
        (b"match_id,odds\n7,2.1\xa05\n", r"line 2: odds must be a finite decimal number, not '2.1"),
        (
            'match_id,odds\n7,"1,234"\n',
            "line 2: odds '1,234': a decimal comma, or one of thousands",
        ),
        ('match_id,odds\n7,"2,15"\n8,2.15\n', "line 3: odds '2.15' have a decimal point, those on"),
        ("sep=|\nmatch_id|odds\n", "line 1: separated by '|': use commas, semicolons or tabs"),
        ("sep=;\nmatch_id,odds\n", "line 2: no column match_id and no column odds in 'match_id,o"),
        ("match_id,odds\n0,2\n", "line 2: match_id must be at least 1, not 0"),
        ("match_id,odds\n9999999999999999999,2\n", "line 2: match_id must be below 2**63"),
        ("match_id,odds\n7,2,15\n", "line 2: 3 values, but the header has 2 columns"),
        ("match_id,odds\n7\n", "line 2: 1 value, but the header has 2 columns"),
        ("match_id;odds\n7;1.234,5\n", "line 2: odds '1.234,5' have both a comma and a point"),
        (
            "match_id;odds\n7;2\n8;2,5\n9;2.500\n",
            "line 4: odds '2.500' have a decimal point, those on line 3 a decimal comma",
        ),
        ("match_id,odds\n7.5,2\n", "line 2: match_id must be a whole number, not '7.5'"),
        ('match_id,odds\n"7,000",2\n', "line 2: match_id must be a whole number, not '7,000'"),
        ("match_id,odds\n,2\n", "line 2: match_id is empty; --unresolved skip leaves out"),
        ("match_id,odds\n-7,2\n", "line 2: match_id must be a whole number, not '-7'"),
        ("match_id,odds\n1 000,2\n", "line 2: match_id must be a whole number, not '1 000'"),
        (f"match_id,odds\n{'9' * 5000},2\n", "line 2: match_id must be a whole number, not '999"),
        ("match_id,odds\n7,2\n8,2\n07,2\n", "line 4: match 7 is on line 2 already"),
        ('match_id,odds,x\n7,2,"\n8,2,\n', "line 2: not CSV: unexpected end of data"),
        ('match_id,odds,x\n7,2,"a"b\n8,2,\n', "line 2: not CSV: ',' expected after '\"'"),
        ('match_id,odds,x\n7,2,"\n\n"\n8,y,\n', "line 5: odds must be"),
        (f'match_id,odds,x\n7,2,"{"x" * 200_000}"\n', "line 2: not CSV: field larger than"),
    ],
)
def test_what_is_refused(content, reason):
    message = refused(content)
    assert message.startswith(f"odds.csv, {reason}")
    assert message.endswith("; nothing was sent")
    assert "\n" not in message
    assert len(message) < 250


def test_every_bad_line_is_named():
    lines = ["match_id,odds", "1,2", "2,x", "3,", "x,2", "1,3", "4,0"]
    assert refused("\n".join(lines)).splitlines() == [
        "odds.csv has bad lines; nothing was sent:",
        "  line 3: odds must be a finite decimal number, not 'x'",
        "  line 5: match_id must be a whole number, not 'x'",
        "  line 6: match 1 is on line 2 already",
        "  line 7: odds must be at least 1, not '0'",
    ]


def test_of_very_many_bad_lines_the_first_are_named():
    message = refused("match_id,odds\n" + "7,x\n" * 1000)
    assert len(message.splitlines()) == 22
    assert message.endswith("\n  and 980 more")


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_hundred_thousand_lines(delimiter):
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow(["home", "match_id", "odds"])
    mark = "," if delimiter == ";" else "."
    for n in range(100_000):
        writer.writerow([f"Team {n}", 1_000_000 + n, f"{1 + n % 900 / 100:.2f}".replace(".", mark)])
    read_back = read(file.getvalue())
    assert len(read_back) == 100_000
    assert read_back[1_000_115] == Decimal("2.15")
