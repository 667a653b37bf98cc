"""A file of odds is read as it was meant, or refused with every line that is wrong."""

import codecs
import csv
import io
import unicodedata
import zipfile
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bettune import DELETE
from bettune.cli._exit_status import WrongUsage
from bettune.cli._odds_file import OddsFile
from bettune.cli._table_file import Reading

EVENING = datetime(2026, 6, 6, 18)  # noqa: DTZ001 - as files have it


def read(content, **options):
    content = content.encode() if isinstance(content, str) else content
    file = OddsFile(content, "odds.csv", **{"missing": "delete"} | options)
    return {row.match_id: row.odds[0] for row in file.rows}


def refused(content, **options):
    with pytest.raises(WrongUsage) as caught:
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
def test_readable_files(content):
    assert read(content) == odds(m7="2.15", m8=None)


def test_the_word_delete_deletes():
    assert read("match_id,odds\n7,delete\n8,Delete\n") == {7: DELETE, 8: DELETE}


def test_empty_odds_are_refused_without_missing():
    message = refused("match_id,odds\n7,2\n8,\n", missing="error")
    assert message.startswith("odds.csv, line 3: odds are empty; --missing skip leaves such")
    assert read("match_id,odds\n7,\n", missing="skip") == {7: None}


def test_a_column_of_odds_for_each_filter():
    content = b"match_id,Home,draw\n7,2.15,\n8,delete,3.4\n"
    file = OddsFile(content, "odds.csv", ["home", "draw"], missing="skip")
    assert [row.odds for row in file.rows] == [[Decimal("2.15"), None], [DELETE, Decimal("3.4")]]
    content = content.replace(b"3.4", b"0.4")
    assert refused(content, columns=["home", "draw"], missing="skip") == (
        "odds.csv, line 3: draw: odds must be at least 1, not '0.4'; if the column holds "
        "probabilities, give --probabilities; nothing was sent"
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("6.6.2026,Legia,Lech,2", "date '6.6.2026' is not YYYY-MM-DD or DD.MM.YYYY"),
        ("2026-06-06,,Lech,2", "home must be a name, not ''"),
        ("2026-03-29 02:30,Legia,Lech,2", "date: the clocks of Europe/Warsaw skip"),
        ("2026-06-06,Łódź,Lech,2".encode("cp1250"), "home: it is not UTF-8"),
        ("2026-06-06,Lec\x1bhia,Lech,2", "home: 'Lec\\x1bhia' has a control character"),
    ],
)
def test_invalid_fixtures(row, reason):
    row = row if isinstance(row, bytes) else row.encode()
    message = refused(b"date,home,away,odds\n" + row, zone=ZoneInfo("Europe/Warsaw"))
    assert message.startswith(f"odds.csv, line 2: {reason}")


@pytest.mark.parametrize("content", ["match_id,odds\n", "match_id,odds\n\n,\n"])
def test_a_file_without_a_row_is_refused(content):
    assert refused(content).startswith("odds.csv, line 1: there are no rows below the header")


def fixtures_of(content, **reading):
    content = content.encode() if isinstance(content, str) else content
    zone = ZoneInfo("Europe/Warsaw")
    file = OddsFile(content, "odds.csv", zone=zone, reading=Reading(**reading))
    return [row.fixture for row in file.rows]


@pytest.mark.parametrize(
    ("content", "reading", "day"),
    [
        pytest.param(
            "Data;Gospodarz;Gość;odds\n2026-06-06;Górnik;Łęczna;2,5\n".encode("cp1250"),
            {"encoding": "cp1250", "rename": {"data": "date", "Gospodarz": "home", "Gość": "away"}},
            "2026-06-06",
            id="cp1250 and columns of other names",
        ),
        pytest.param(
            unicodedata.normalize("NFD", "date,home,Gość,odds\n2026-06-06,Górnik,Łęczna,2.5\n"),
            {"rename": {"Gość": "away"}},
            "2026-06-06",
            id="letters and accents apart",
        ),
        pytest.param(
            "date,home,away,odds\n06/06/2026,Górnik,Łęczna,2.5\n",
            {"date_format": "%d/%m/%Y"},
            date(2026, 6, 6),
            id="days of another format",
        ),
        pytest.param(
            "date,home,away,odds\n06/06/2026 18:00,Górnik,Łęczna,2.5\n",
            {"date_format": "%d/%m/%Y %H:%M"},
            EVENING,
            id="kick-offs of another format",
        ),
        pytest.param(
            "date,home,away,odds\n2026-06-06,Gór\u200bnik\u00a0,\u00a0Łęczna\ufeff,2.5\n",
            {},
            "2026-06-06",
            id="spaces that cannot be seen",
        ),
        pytest.param(
            "date\thome\taway\todds\n2026-06-06\tGórnik\tŁęczna\t2.5\n".encode("utf-16"),
            {"encoding": "utf-16"},
            "2026-06-06",
            id="UTF-16",
        ),
    ],
)
def test_sheets_as_people_save_them(content, reading, day):
    assert fixtures_of(content, **reading) == [{"date": day, "home": "Górnik", "away": "Łęczna"}]


@pytest.mark.parametrize(
    ("content", "reading", "reason"),
    [
        (
            "date,home,away,odds\n2026-06-06,A,B,2\n",
            {"date_format": "%d/%m/%Y"},
            "line 2: date: '2026-06-06' does not have the format %d/%m/%Y",
        ),
        (
            "Data;Gospodarz;Gość;odds\n".encode("cp1250"),
            {"rename": {"Data": "date", "Gość": "away"}},
            "line 1: it is not UTF-8: save the file as CSV UTF-8, or give --encoding",
        ),
        (
            "date,home,away,odds\n2026-06-06,A,B,2\n",
            {"rename": {"Dta": "country"}},
            "line 1: --rename Dta=…: no column Dta in the header",
        ),
        (
            "date,Data,home,away,odds\n2026-06-06,x,A,B,2\n",
            {"rename": {"Data": "date"}},
            "line 1: --rename Data=date: there already is a column date; rename it too",
        ),
        (
            "Dzień,home,away,odds\n2026-06-06,A,B,2\n",
            {"rename": {"Data": "date"}},
            "line 1: --rename Data=…: no column Data in the header 'Dzień, home, away, odds'",
        ),
        (b"match_id,odds\n7,\x81\n", {"encoding": "ascii"}, "line 2: it is not ascii"),
    ],
)
def test_options_that_do_not_fit_the_file(content, reading, reason):
    message = refused(content, reading=Reading(**reading))
    assert message.startswith(f"odds.csv, {reason}")


@pytest.mark.parametrize("order", [1, -1])
def test_a_header_may_have_a_name_on_several_lines(order):
    content = workbook(["match_id", "Kurs\n 1"][::order], [7, 2][::order])
    assert read(content, reading=Reading(rename={"kurs 1": "odds"})) == odds(m7="2")


@pytest.mark.parametrize("order", [1, -1])
def test_columns_may_exchange_their_names(order):
    renames = [("odds", "old"), ("Kurs", "odds")][::order]
    assert read(
        content=b"match_id,odds,Kurs\n7,2,3\n", reading=Reading(rename=dict(renames))
    ) == odds(m7="3")


def workbook(*rows, sheets=("Arkusz1",), formats=()):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    for place, number_format in formats:
        sheet[place].number_format = number_format
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_a_workbook_has_values_of_its_own_types():
    content = workbook(
        ["match_id", "odds", "note", "date", "home", "away"],
        [7, 2.15, "x", EVENING, "Górnik", "Łęczna"],
        [8.0, "2,5", None, date(2026, 6, 6), "Legia\u00a0", 1860],
        [None] * 6,
        ["9", 3, 1.5, "06.06.2026", "A", "B"],
    )
    file = OddsFile(content, "odds.xlsx", zone=ZoneInfo("Europe/Warsaw"))
    assert [(row.line, row.match_id, row.odds[0]) for row in file.rows] == [
        (2, 7, Decimal("2.15")),
        (3, 8, Decimal("2.5")),
        (5, 9, Decimal(3)),
    ]
    assert [row.fixture["date"] for row in file.rows] == [
        EVENING, date(2026, 6, 6), "06.06.2026"
    ]  # fmt: skip
    assert [row.fixture["away"] for row in file.rows] == ["Łęczna", "1860", "B"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("#N/A", "column B (odds): the cell holds #N/A: correct the formula, or empty the cell"),
        ("=1/0", "column B (odds): the cell holds a formula without a value: open the file"),
        (date(2026, 2, 15), "column B (odds): 2026-02-15 is not a number: the spreadsheet"),
        (True, "column B (odds): TRUE is not a number: the spreadsheet"),
        (0.99, "column B (odds): odds must be at least 1, not '0.99'"),
        (None, "column B (odds): odds are empty; --missing skip"),
    ],
)
def test_cells_that_hold_no_odds(value, reason):
    message = refused(workbook(["match_id", "odds"], [7, value]), missing="error")
    assert message.startswith(f"odds.csv, sheet 'Arkusz1', row 2: {reason}")


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (["x", "2026-06-06", "A", "B", 2], "column A (match_id)"),
        ([7, "6/6/2026", "A", "B", 2], "column B (date)"),
        ([7, None, "A", "B", 2], "column B (date)"),
        ([7, "2026-06-06", None, "B", 2], "column C (home)"),
    ],
)
def test_a_cell_of_a_workbook_has_its_column_in_the_message(row, place):
    content = workbook(["match_id", "date", "home", "away", "odds"], row)
    assert refused(content).startswith(f"odds.csv, sheet 'Arkusz1', row 2: {place}: ")


def test_a_formula_may_have_the_text_of_an_empty_cell():
    content = workbook(["match_id", "odds"], [7, '=IF(1,"",2)'])
    parts = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(parts, "w") as made:
        for name in given.namelist():
            # As spreadsheet programs save it, with the type of the value.
            part = given.read(name).replace(b'<c r="B2">', b'<c r="B2" t="str">')
            made.writestr(name, part)
    assert read(content=parts.getvalue()) == odds(m7=None)


def test_a_workbook_of_several_sheets_needs_the_name_of_one():
    content = workbook(["match_id", "odds"], [7, 2], sheets=("One", "Two"))
    assert "several sheets: choose one with --worksheet: 'One', 'Two'" in refused(content)
    assert read(content, reading=Reading(worksheet="Two")) == odds(m7="2")
    assert "has no sheet 'Three', only" in refused(content, reading=Reading(worksheet="Three"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 and no more", "odds.csv is not an .xlsx workbook"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "odds.csv is an old Excel file, or has a",
        ),
        (workbook(["match_id", "odds"]), "odds.csv, sheet 'Arkusz1', row 1: there are no rows"),
        (workbook(), "odds.csv, sheet 'Arkusz1', row 1: the sheet is empty"),
        (
            workbook(["match_id", "odds"], [7, 2, 3]),
            "odds.csv, sheet 'Arkusz1', row 2: '3' is to the right",
        ),
    ],
)
def test_workbooks_that_cannot_be_read(content, reason):
    assert refused(content).startswith(reason)


SOUND = workbook(["match_id", "odds"], [7, 2.5])  # once: it has the time at which it was made


@settings(max_examples=50)
@given(st.data())
def test_a_damaged_workbook_is_refused_or_read(data):
    content = bytearray(SOUND)
    for place in data.draw(st.lists(st.integers(4, len(content) - 1), min_size=1, max_size=9)):
        content[place] = data.draw(st.integers(0, 255))
    with suppress(WrongUsage):
        read(bytes(content))


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
        (
            "match_id;odds;x,match_id,odds\n",
            "line 1: the header is valid with commas or semicolons as",
        ),
        (codecs.BOM_UTF16_LE + "match_id".encode("utf-16-le"), "line 1: it is UTF-16"),
        (codecs.BOM_UTF16_BE + "match_id".encode("utf-16-be"), "line 1: it is UTF-16"),
        ("match_id,odds\n7,2\n".encode("utf-16-le"), "line 1: it has a NUL byte"),
        ("match_id,odds\n7,2\0\n", "line 2: it has a NUL byte"),
        ("match_id,odds\n\n7,x\n", "line 3: odds must be a finite decimal number, not 'x'"),
        ("match_id,odds\n7,0.99\n", "line 2: odds must be at least 1, not '0.99'"),
        ("match_id;odds\n7;0,99\n", "line 2: odds must be at least 1, not '0,99'"),
        ("match_id,odds\n7,-2\n", "line 2: odds must be a finite decimal number, not '-2'"),
        ("match_id,odds\n7,+150\n", "line 2: odds must be a finite decimal number, not '+150'"),
        ("match_id,odds\n7,nan\n", "line 2: odds must be a finite decimal number, not 'nan'"),
        ("match_id,odds\n7,5/2\n", "line 2: odds must be a finite decimal number, not '5/2'"),
        ("match_id,odds\n7,1e400\n", "line 2: odds have too many digits: '1e400'"),
        ("match_id,odds\n7,٢\n", "line 2: odds must be a finite decimal number, not '٢'"),
        (b"match_id,odds\n7,2.1\xa05\n", "line 2: it is not UTF-8: save the file as CSV UTF-8"),
        (
            'match_id,odds\n7,"1,234"\n',
            "line 2: odds '1,234' are ambiguous: use a decimal point",
        ),
        ('match_id,odds\n7,"2,15"\n8,2.15\n', "line 3: odds '2.15' have a decimal point, those on"),
        ("sep=|\nmatch_id|odds\n", "line 1: the separator is '|': use commas, semicolons or tabs"),
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
        ("match_id,odds\n,2\n", "line 2: match_id is empty; --unresolved skip skips such rows"),
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
def test_invalid_files(content, reason):
    message = refused(content)
    assert message.startswith(f"odds.csv, {reason}")
    assert message.endswith("; nothing was sent")
    assert "\n" not in message
    assert len(message) < 250


def test_every_bad_line_is_named():
    lines = ["match_id,odds", "1,2", "2,x", "3,", "x,2", "1,3", "4,0"]
    assert refused("\n".join(lines)).splitlines() == [
        "odds.csv has invalid lines; nothing was sent:",
        "  line 3: odds must be a finite decimal number, not 'x'",
        (
            "  line 5: match_id must be a whole number, not 'x'; if it is another provider's, "
            "rename the column: --rename match_id=their_id"
        ),
        "  line 6: match 1 is on line 2 already",
        "  line 7: odds must be at least 1, not '0'",
    ]


def test_of_very_many_bad_lines_the_first_are_named():
    message = refused("match_id,odds\n" + "".join(f"{n},x{n}\n" for n in range(1, 1001)))
    assert len(message.splitlines()) == 22
    assert message.endswith("\n  and 980 more")


def test_bad_lines_with_an_equal_reason_are_one_line():
    empty = "".join(f"{match_id},\n" for match_id in range(9, 21))
    message = refused("match_id,odds\n7,2\n8,x\n" + empty, missing="error")
    assert message.splitlines()[1:] == [
        "  line 3: odds must be a finite decimal number, not 'x'",
        (
            "  lines 4, 5, 6, 7, 8, 9, 10, 11, 12 and 3 more: odds are empty; --missing skip "
            "leaves such predictions as they are, --missing delete deletes them"
        ),
    ]


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
