"""A CSV of odds is read as it was meant, or refused with every line that is wrong."""

import codecs
import csv
import io
from decimal import Decimal

import pytest

from bettune.cli._odds_file import OddsFileError, read_odds_file


def read(content):
    return read_odds_file(content.encode() if isinstance(content, str) else content, "odds.csv")


def refused(content):
    with pytest.raises(OddsFileError) as caught:
        read(content)
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
        pytest.param("match_id,odds\n7,2.15E0\n8,\n", id="exponent"),
        pytest.param("match_id,odds\n007,02.1500\n8,\n", id="zeros"),
        pytest.param("match_id,odds,home\n7,2.15,Łódź\n8,,\n".encode("cp1250"), id="cp1250"),
    ],
)
def test_what_is_read(content):
    assert read(content) == odds(m7="2.15", m8=None)


def test_a_header_alone_holds_no_odds():
    assert read("match_id,odds\n") == {}


def test_odds_are_rounded_as_bettune_does():
    assert read("match_id,odds\n1,2.1234565\n") == odds(m1="2.123456")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "line 1: it is empty; the first line must name the columns match_id and odds"),
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
        ('match_id,odds\n7,"1,234"\n', "line 2: odds '1,234': a decimal comma needs semicolons"),
        ("match_id,odds\n7,2,15\n", "line 2: 3 values, but the header has 2 columns"),
        ("match_id,odds\n7\n", "line 2: 1 value, but the header has 2 columns"),
        ("match_id;odds\n7;1.234,5\n", "line 2: odds '1.234,5' have both a comma and a point"),
        (
            "match_id;odds\n7;2\n8;2,5\n9;2.500\n",
            "line 4: odds '2.500' have a decimal point, those on line 3 a decimal comma",
        ),
        ("match_id,odds\n7.0,2\n", "line 2: match_id must be a whole number, not '7.0'"),
        ("match_id,odds\n,2\n", "line 2: match_id must be a whole number, not ''"),
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
