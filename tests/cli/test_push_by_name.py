"""`push` and `resolve` by the names of teams, and `push` for several filters at once."""

import json
from decimal import Decimal

import pytest

from tests.cli.conftest import rows, writes

DAY = "2026-06-06"
HEADER = "date,home,away,home_odds,draw\n"


@pytest.fixture
def day(client):
    return client.matches.list(DAY)


@pytest.fixture
def sheet(tmp_path, day):
    """A sheet of two matches of the day, and further lines."""

    def sheet(*lines, header=HEADER):
        known = [f"{DAY},{m.home.name},{m.away.name},2.5,3.5" for m in (day[0], day[10])]
        path = tmp_path / "sheet.csv"
        path.write_text(header + "\n".join([*known, *lines]) + "\n", encoding="utf-8")
        return path

    return sheet


# The sandbox's day is over, and what it holds from the beginning may be set by hand.
ANY = "--started", "push", "--by-hand", "overwrite", "--max-drop", "none"
COLUMNS = "--column", "home_odds=11583", "--column", "draw=Manual draws", *ANY
# Whom it plays against is certain, who it is is not.
NOBODY = f"{DAY},Zzyzx Qwfpgj,{{}},2,3"


def test_a_sheet_of_names_goes_into_several_filters(run, client, day, sheet):
    status, out, err = run("push", sheet(), *COLUMNS)
    assert (status, err) == (0, "")
    ids = [day[0].id, day[10].id]
    assert {(int(r["match_id"]), int(r["filter_id"])) for r in rows(out)} == {
        (match_id, filter_id) for match_id in ids for filter_id in (11583, 11584)
    }
    assert {(r["home"], r["away"], r["kick_off"]) for r in rows(out)} == {
        (m.home.name, m.away.name, m.date.isoformat()) for m in (day[0], day[10])
    }
    for filter_id, odds in ((11583, "2.5"), (11584, "3.5")):
        found = client.predictions.search(filter_id, ids)
        assert [prediction.odds for prediction in found] == [Decimal(odds)] * 2


def test_the_plan_names_the_matches(run, box, day, sheet):
    status, out, _ = run("push", sheet(), *COLUMNS, "--dry-run", "--format", "table")
    assert status == 0
    first, second, header, _, *table = out.splitlines()
    assert first.startswith('Plan for 11583 "Manual football": ')
    assert second.startswith('Plan for 11584 "Manual draws": ')
    assert header.split()[:5] == ["Match", "Filter", "Kick-off", "Home", "Away"]
    assert any(day[0].home.name in line and day[0].away.name in line for line in table)
    assert writes(box) == []


def test_unresolved_rows_are_explained_and_nothing_is_written(run, box, day, sheet):
    path = sheet(NOBODY.format(day[20].away.name))
    status, out, err = run("push", path, *COLUMNS)
    assert (status, out, writes(box)) == (2, "", [])
    first, second, *rest = err.splitlines()
    assert first.startswith(f"Error: {path}: 2 of 3 fixtures resolved; nothing was written.")
    assert second.startswith(f"line 4: Zzyzx Qwfpgj - {day[20].away.name}: ")
    assert any(line.startswith(f"  maybe {day[20].id}: {day[20].home.name} - ") for line in rest)
    assert rest[-2:] == ["yours,bettune", f"Zzyzx Qwfpgj,{day[20].home.name}"]


def test_the_other_rows_are_written_with_unresolved_skip(run, box, day, sheet):
    path = sheet(NOBODY.format(day[20].away.name))
    status, out, err = run("push", path, *COLUMNS, "--unresolved", "skip", "--quiet")
    assert (status, len(rows(out)), writes(box)) == (3, 4, ["PUT"] * 4)
    assert "line 4: Zzyzx Qwfpgj - " in err


def test_the_aliases_it_prints_may_be_used(run, day, sheet, tmp_path):
    path, names = sheet(NOBODY.format(day[20].away.name)), tmp_path / "names.csv"
    err = run("resolve", path).err
    names.write_text(err[err.index("yours,bettune") :], encoding="utf-8")
    status, out, err = run("resolve", path, "--aliases", names)
    assert (status, err) == (0, "")
    assert [row["match_id"] for row in rows(out)] == [str(day[n].id) for n in (0, 10, 20)]
    assert run("push", path, *COLUMNS, "--aliases", names).status == 0


def test_resolve_adds_the_matches_to_the_rows(run, day, sheet):
    status, out, err = run("resolve", sheet(f"{DAY},Nobody,Noone,2,3"))
    assert status == 1
    assert out.splitlines()[0] == f"{HEADER.strip()},match_id"
    assert [row["match_id"] for row in rows(out)] == [str(day[0].id), str(day[10].id), ""]
    assert [row["draw"] for row in rows(out)] == ["3.5", "3.5", "3"]
    assert err.startswith("Error: 2 of 3 fixtures resolved\nline 4: Nobody - Noone: ")
    as_json = json.loads(run("resolve", sheet(), "--format", "json").out)
    assert [row["match_id"] for row in as_json] == [day[0].id, day[10].id]


def test_resolve_keeps_how_the_columns_are_separated(run, day, tmp_path):
    path = tmp_path / "sheet.csv"
    cells = [DAY, day[0].home.name, day[0].away.name, "2,5"]
    path.write_text(f"date;home;away;odds\n{';'.join(cells)}\n", encoding="utf-8")
    resolved = tmp_path / "ids.csv"
    resolved.write_text(run("resolve", path).out, encoding="utf-8")
    assert resolved.read_text(encoding="utf-8").endswith(f";2,5;{day[0].id}\n")
    assert rows(run("push", 11583, resolved, *ANY).out)[0]["new_odds"] == "2.500000"


def test_a_row_that_resolve_left_open(run, day, sheet, tmp_path, box):
    resolved = tmp_path / "ids.csv"
    resolved.write_text(run("resolve", sheet(f"{DAY},Nobody,Noone,2,3")).out, encoding="utf-8")
    status, _, err = run("push", resolved, *COLUMNS)
    assert (status, writes(box)) == (2, [])
    assert "line 4: Nobody - Noone: " in err
    status, out, err = run("push", resolved, *COLUMNS, "--unresolved", "skip")
    assert (status, len(rows(out))) == (3, 4)
    assert err.startswith(f"Note: {resolved}: 2 of 3 fixtures resolved; these rows were skipped:")


def test_a_duplicate_row_is_reported_with_its_line(run, day, sheet):
    again = f"{DAY},{day[0].home.name},{day[0].away.name},2,3"
    err = run("push", sheet(again), *COLUMNS).err
    assert f"lines 2 and 4: {day[0].home.name} - {day[0].away.name}: they are all match" in err


def test_a_disabled_filter_is_said(run, sheet):
    status, _, err = run("push", sheet(), "--column", "draw=Old goals model", "--dry-run", *ANY)
    assert (status, err) == (0, 'Note: the prediction filter 11587 "Old goals model" is disabled\n')


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["s.csv"], "Give FILTER and FILE, or --column NAME=FILTER and FILE alone."),
        (["1", "s.csv", *COLUMNS], "Give FILTER and FILE, or --column NAME=FILTER and"),
        (["s.csv", "--column", "home"], "'home' is not NAME=FILTER, such as home_win=11583."),
        (["s.csv", "--column", "a=b=c"], "'a=b=c' has several '=': give the filter's id"),
        (["s.csv", "--column", "a=1", "--column", "a=2"], "there are two filters for the column"),
        (["s.csv", "--column", "A=1", "--column", "a=2"], "there are two filters for the column"),
        (["1", "s.csv", "--tolerance", "0.5"], "'0.5' is not a percentage below 100, such as 0.5%"),
        (["1", "s.csv", "--tolerance", "100%"], "'100%' is not a percentage below 100"),
        (["1", "s.csv", "--quiet", "--dry-run"], "--dry-run shows the plan, and --quiet"),
    ],
)
def test_wrong_usage(run, box, arguments, reason):
    status, out, err = run("push", *arguments)
    assert (status, out, box.seen) == (2, "", [])
    assert reason in err


def test_columns_of_aliases_are_not_renamed(run, sheet, tmp_path):
    (tmp_path / "names.csv").write_text("a,b\nc,d\n")
    status, _, err = run("push", sheet(), *COLUMNS, "--aliases", tmp_path / "names.csv")
    assert status == 2
    assert "--rename" not in err


def test_two_columns_need_two_filters(run, box, sheet):
    status, _, err = run(
        "push", sheet(), "--column", "draw=11583", "--column", "home_odds=Manual football"
    )
    assert (status, writes(box)) == (2, [])
    assert err == ("Error: a filter is given twice: give each column of odds a filter of its own\n")
