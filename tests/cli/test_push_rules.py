"""Rules of `push` and `clear`: refused, skipped, pruned and computed, before kick-off."""

import json
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Event

import pytest

from tests.cli.conftest import rows, writes

# Its matches start years from now.
DAY = "2036-06-07"
FILTER = 11583


@pytest.fixture
def day(client):
    """The matches of the day, for which no filter holds a prediction."""
    day = client.matches.list(DAY)
    for filter_id in (FILTER, 11584):
        held = client.predictions.search(filter_id, day)
        nothing = dict.fromkeys([prediction.match_id for prediction in held])
        client.predictions.sync(filter_id, nothing, missing="delete", by_hand="overwrite")
    return day


@pytest.fixture
def by_hand(client):
    """A match of the day with a prediction that a person set."""
    for match in client.matches.list(DAY):
        for prediction in client.predictions.search(FILTER, [match]):
            if prediction.source == "ui":
                return match
    raise AssertionError


def sheet(matches, odds="2.5", date=DAY):
    return "date,home,away,odds\n" + "".join(
        f"{date},{match.home.name},{match.away.name},{odds}\n" for match in matches
    )


def held(client, day, filter_id=FILTER):
    return {p.match_id: p.odds for p in client.predictions.search(filter_id, day)}


@pytest.mark.parametrize(
    ("cell", "options", "odds"),
    [
        ("0.4", ["--probabilities"], "2.5"),
        ("40%", ["--probabilities"], "2.5"),
        ('"40,5 %"', ["--probabilities"], "2.469136"),
        ("0.4", ["--probabilities", "--edge", "5%"], "2.625"),
        ('"0,41"', ["--probabilities", "--edge", "2,5 %"], "2.5"),
        ("0.39", ["--probabilities", "--edge", "0"], "2.564103"),
        ("1", ["--probabilities"], "1"),
        ("2.5", ["--edge", "5%"], "2.625"),
        ("3.333333", ["--edge", "0.1%"], "3.336667"),
        ("2.500001", ["--edge", "0.01%"], "2.500252"),
    ],
)
@pytest.mark.usefixtures("box")
def test_minimum_odds_of_probabilities_and_fair_odds(run, file, cell, options, odds):
    path = file(f"match_id,odds\n1,{cell}\n")
    status, out, _ = run("push", FILTER, path, *options, "--dry-run")
    assert (status, Decimal(rows(out)[0]["new_odds"])) == (0, Decimal(odds))


@pytest.mark.parametrize("cell", ["0", "1.01", "101%", "-0.4", "+0.4", "0.4_5", "x", "40", "40%%"])
def test_invalid_probabilities(run, box, file, cell):
    status, out, err = run("push", FILTER, file(f"match_id,odds\n7,{cell}\n"), "--probabilities")
    assert (status, out, box.seen) == (2, "", [])
    assert f"'{cell}' is not a probability above 0 and at most 1: write 0.45 or 45%" in err


@pytest.mark.parametrize(
    "options",
    [["--edge", "5"], ["--edge", "0.05"], ["--edge", "-5%"], ["--max-drop", "0.5"],
     ["--max-drop", "101%"], ["--tolerance", "0,5"], ["--tolerance", "100%"]],
)  # fmt: skip
def test_percentages_have_their_sign(run, box, file, options):
    status, out, _ = run("push", FILTER, file("match_id,odds\n7,2\n"), *options)
    assert (status, out, box.seen) == (2, "", [])


def test_percentages_have_a_comma_or_a_point(run, client, day, file):
    path = file(f"match_id,odds\n{day[0].id},2\n")
    run("push", FILTER, path)
    for tolerance in ("0,5%", "0.5 %"):
        path.write_text(f"match_id,odds\n{day[0].id},2.01\n")
        assert rows(run("push", FILTER, path, "--tolerance", tolerance).out) == []


def test_a_prune_deletes_predictions_that_are_not_in_the_file(run, client, day, file):
    everything = sheet(day[:6])
    assert run("push", FILTER, file(everything)).status == 0
    part = sheet(day[:3], "2.6") + f"{DAY},{day[3].home.name},{day[3].away.name},\n"
    options = "--prune", "--missing", "skip", "--tz", "Europe/Warsaw"
    status, out, err = run("push", FILTER, file(part), *options)
    assert (status, err) == (0, "")
    # Rows are in UTC, those of the file and those of the days' other matches.
    assert {row["kick_off"][-6:] for row in rows(out)} == {"+00:00"}
    # What can only stop bets goes first, and in it the match that starts first.
    by_kick_off = [datetime.fromisoformat(row["kick_off"]) for row in rows(out)]
    assert by_kick_off == sorted(by_kick_off)
    assert {row["match_id"]: row["action"] for row in rows(out)} == {
        **{str(match.id): "updated" for match in day[:3]},
        **{str(match.id): "deleted" for match in day[4:6]},
    }
    assert set(held(client, day)) == {match.id for match in day[:4]}


def test_a_prune_holds_for_every_filter(run, client, day, file):
    for filter_id in (FILTER, 11584):
        client.predictions.sync(filter_id, dict.fromkeys(day[:4], 2))
    path = file(sheet(day[:1]).replace("odds", "home_win,draw").replace(",2.5\n", ",2,2\n"))
    options = "--column", f"home_win={FILTER}", "--column", "draw=11584", "--prune"
    status, out, _ = run("push", path, *options)
    assert (status, [row["action"] for row in rows(out)]) == (0, ["deleted"] * 6)
    by_match = [row["match_id"] for row in rows(out)]
    assert by_match == sorted(by_match, key=by_match.index)
    assert set(held(client, day)) == set(held(client, day, 11584)) == {day[0].id}


def test_a_prune_holds_for_all_days_from_the_first_to_the_last(run, client, day, file):
    between, last = (client.matches.list(f"2036-06-0{number}") for number in (8, 9))
    odds = {between[0]: 2, last[0]: 2, last[1]: 2}
    client.predictions.sync(FILTER, odds, by_hand="overwrite", max_drop=None)
    path = file(sheet(day[:1]) + sheet(last[:1], date="2036-06-09").partition("\n")[2])
    assert run("push", FILTER, path, "--prune", "--by-hand", "overwrite").status == 0
    assert set(held(client, [*day, *between, *last])) == {day[0].id, last[0].id}


@pytest.mark.parametrize("unresolved", ["error", "skip"])
def test_a_prune_needs_every_row_to_be_found(run, box, day, file, unresolved):
    before = len(writes(box))
    path = file(sheet(day[:2]) + f"{DAY},Nobody,Noone,2\n")
    status, out, err = run("push", FILTER, path, "--prune", "--unresolved", unresolved)
    assert (status, out, len(writes(box))) == (2, "", before)
    assert "line 4: Nobody - Noone: " in err
    status, _, err = run("push", FILTER, file("match_id,odds\n7,2\n"), "--prune")
    assert (status, "--prune needs the column date" in err) == (2, True)


def test_predictions_set_by_hand_are_refused_kept_or_overwritten(run, client, by_hand, file):
    path = file(f"match_id,odds\n{by_hand.id},9.9\n")
    before = held(client, [by_hand])
    status, out, err = run("push", FILTER, path)
    assert (status, held(client, [by_hand])) == (2, before)
    (row,) = rows(out)
    assert (row["action"], row["match_id"]) == ("update", str(by_hand.id))
    assert row["error"]
    assert "--by-hand keep" in err
    status, out, _ = run("push", FILTER, path, "--dry-run", "--format", "json")
    assert (status, json.loads(out)[0]["error"]) == (2, row["error"])
    assert run("push", FILTER, path, "--quiet")[:2] == (2, "")
    status, out, _ = run("push", FILTER, path, "--by-hand", "keep")
    assert (status, rows(out), held(client, [by_hand])) == (0, [], before)
    assert run("push", FILTER, path, "--by-hand", "overwrite").status == 0
    assert held(client, [by_hand]) == {by_hand.id: Decimal("9.9")}


def test_a_large_fall_is_refused_unless_it_is_allowed(run, client, day, file):
    run("push", FILTER, file(f"match_id,odds\n{day[0].id},4\n{day[1].id},4\n"))
    path = file(f"match_id,odds\n{day[0].id},1.99\n{day[1].id},3\n")
    status, out, err = run("push", FILTER, path)
    assert (status, len(rows(out)), held(client, day)[day[1].id]) == (2, 2, 4)
    assert [bool(row["error"]) for row in rows(out)] == [True, False]
    assert "--max-drop none" in err
    assert run("push", FILTER, path, "--max-drop", "50,3%").status == 0
    assert held(client, day)[day[0].id] == Decimal("1.99")
    path = file(f"match_id,odds\n{day[0].id},1.01\n")
    assert run("push", FILTER, path, "--max-drop", "none").status == 0


def test_rows_whose_match_has_started_are_skipped_and_reported(run, box, client, file):
    past = client.matches.list("2026-06-06")[:2]
    before = len(writes(box))
    path = file(sheet(past, date="2026-06-06"))
    for options in ([], ["--quiet"]):
        status, out, err = run("push", 11585, path, *options)
        assert (status, rows(out), len(writes(box))) == (3, [], before)
        assert err.startswith("Note: ")
        assert "--started push" in err
        assert all(match.home.name in err for match in past)
    options = "--started", "push", "--by-hand", "overwrite", "--max-drop", "none"
    assert run("push", 11585, path, *options)[::2] == (0, "")
    assert len(writes(box)) > before
    # Without dates nothing tells that they have started.
    path = file(f"match_id,odds\n{past[0].id},3.3\n")
    assert run("push", 11585, path, "--max-drop", "none").status == 0


def test_an_id_beside_names_has_to_be_theirs(run, box, client, day, file):
    header = "match_id,date,home,away,odds\n"
    contradicting = f"{day[0].id},{DAY},{day[1].home.name},{day[1].away.name},2\n"
    status, out, err = run("push", FILTER, file(header + contradicting))
    assert (status, out, held(client, day)) == (2, "", {})
    assert f"{day[0].home.name} - {day[0].away.name}" in err
    known = f"{day[0].id}.0,{DAY},{day[0].home.name},{day[0].away.name},2\n"
    named = f",{DAY},{day[2].home.name},{day[2].away.name},3\n"
    status, out, _ = run("push", FILTER, file(header + known + named))
    assert (status, held(client, day)) == (0, {day[0].id: 2, day[2].id: 3})


def test_ids_that_cannot_be_checked_against_the_teams_are_noted(run, client, day, file):
    path = file(f"match_id,home,away,odds\n{day[0].id},{day[0].home.name},{day[0].away.name},2\n")
    status, _, err = run("push", FILTER, path)
    assert status == 0
    assert "match_id is not checked against home and away, which needs the column date" in err
    assert held(client, day) == {day[0].id: 2}
    assert run("push", FILTER, path, "--quiet").err == ""


def test_an_id_beside_a_date_has_to_play_then(run, client, day, file):
    header = "match_id,date,odds\n"
    beside = (datetime.fromisoformat(DAY) + timedelta(days=1)).strftime("%d.%m.%Y")
    status, out, _ = run("push", FILTER, file(f"{header}{day[0].id},{beside},2\n"))
    assert (status, rows(out)[0]["home"]) == (0, day[0].home.name)
    path = file(f"{header}{day[0].id},2036-06-09,3\n{day[1].id},{DAY},3\n")
    status, _, err = run("push", FILTER, path)
    assert (status, held(client, day)) == (2, {day[0].id: 2})
    assert f"line 2: match {day[0].id} is not played on 2036-06-09" in err
    assert run("push", FILTER, path, "--unresolved", "skip").status == 3
    assert held(client, day) == {day[0].id: 2, day[1].id: 3}


def test_equal_rows_are_one_line(run, day, file):
    err = run("push", FILTER, file(sheet([day[0]] * 14 + day[1:3]))).err
    (line,) = (
        line for line in err.splitlines() if day[0].home.name in line and "maybe" not in line
    )
    assert line.startswith("lines 2, 3, 4, ")
    assert f"they are all match {day[0].id}: keep one of them" in line


@pytest.mark.usefixtures("box")
def test_of_very_many_unknown_fixtures_the_first_are_named(run, file):
    unknown = "".join(f"{DAY},Zzyzx {n},Qwfpgj {n},2\n" for n in range(14))
    lines = run("push", FILTER, file("date,home,away,odds\n" + unknown)).err.splitlines()
    (line,) = (line for line in lines if "Zzyzx" in line)
    assert line.count("Zzyzx") == 10
    assert "Zzyzx 9 - Qwfpgj 9 and 4 more: " in line


def test_clear_deletes_the_predictions_of_days(run, box, client, day):
    client.predictions.sync(FILTER, dict.fromkeys(day[:3], 2))
    client.predictions.sync(11584, dict.fromkeys(day[1:2], 2))
    before = len(writes(box))
    status, out, err = run("clear", FILTER, "Manual draws", DAY)
    assert (status, out, len(writes(box))) == (2, "", before)
    assert "--yes" in err
    status, out, _ = run("clear", FILTER, "Manual draws", DAY, "--dry-run")
    assert (status, [row["action"] for row in rows(out)]) == (0, ["delete"] * 4)
    status, out, _ = run("clear", FILTER, "Manual draws", DAY, "--yes")
    assert (status, [row["action"] for row in rows(out)]) == (0, ["deleted"] * 4)
    assert held(client, day) == held(client, day, 11584) == {}
    before = len(writes(box))
    assert run("clear", FILTER, DAY)[::2] == (0, "")
    assert len(writes(box)) == before


def test_clear_refuses_predictions_set_by_hand(run, client, by_hand):
    status, out, err = run("clear", FILTER, DAY, "--yes")
    assert (status, by_hand.id in held(client, [by_hand])) == (2, True)
    assert [row["match_id"] for row in rows(out) if row["error"]].count(str(by_hand.id)) == 1
    assert "--by-hand" in err
    assert run("clear", FILTER, DAY, "--yes", "--by-hand", "keep").status == 0
    assert by_hand.id in held(client, [by_hand])
    assert run("clear", FILTER, DAY, "--yes", "--by-hand", "overwrite").status == 0
    assert held(client, [by_hand]) == {}


def test_clear_of_days_of_a_zone_is_logged(run, client, day, tmp_path):
    client.predictions.sync(FILTER, dict.fromkeys(day, 2))
    options = "--yes", "--tz", "Pacific/Auckland", "--log", tmp_path / "log.csv"
    assert run("clear", FILTER, DAY, *options, "--by-hand", "overwrite").status == 0
    noon = datetime(2036, 6, 7, 12, tzinfo=UTC)
    assert set(held(client, day)) == {match.id for match in day if match.date >= noon}
    logged = rows((tmp_path / "log.csv").read_text())
    assert {(row["action"], row["old_odds"], row["state"]) for row in logged} >= {
        ("delete", "2.000000", "done")
    }


@pytest.mark.parametrize(
    ("answer", "status"),
    [(b"y\n", 0), (b"n\n", 2), (b"\x04", 2), (signal.SIGINT, 130), (signal.SIGTERM, 143)],
)
def test_clear_asks_where_a_person_watches(terminal, client, day, answer, status):
    client.predictions.sync(FILTER, dict.fromkeys(day[:2], 2))
    screen = terminal("clear", FILTER, DAY, columns=120)
    screen.until(r"Delete 2 predictions on 2036-06-07 \(UTC\)\? \[y/N\]")
    send = screen.type if isinstance(answer, bytes) else screen.process.send_signal
    ended = Event()

    def answer_until_it_ends():
        # What arrives between the prompt and the read of the terminal may be lost: answer again.
        while not ended.wait(2):
            with suppress(OSError):
                send(answer)

    send(answer)
    with ThreadPoolExecutor(1) as executor:
        executor.submit(answer_until_it_ends)
        try:
            exit_status = screen.finish()
        finally:
            ended.set()
    assert exit_status == status
    assert len(held(client, day)) == (0 if status == 0 else 2)


def test_clear_asks_nothing_where_there_is_nothing(terminal, day):
    screen = terminal("clear", FILTER, DAY)
    assert screen.finish() == 0
    assert "?" not in "".join(screen.lines)


def test_a_plan_that_grew_old_is_refused(run, client, day, file, monkeypatch):
    """As where a person changes odds on BetTune's page while the plan waits."""
    run("push", FILTER, file(f"match_id,odds\n{day[0].id},2\n{day[1].id},2\n"))
    monkeypatch.setattr("bettune._bulk.plan._FRESH", timedelta(seconds=-1))
    plan = type(client.predictions).plan_many

    def plan_and_change(self, *arguments, **given):
        made = plan(self, *arguments, **given)
        for match in day[:2]:
            (held,) = client.predictions.search(FILTER, [match])
            client.predictions.put(FILTER, match, held.odds + 1)
        return made

    monkeypatch.setattr(type(client.predictions), "plan_many", plan_and_change)
    path = file(f"match_id,odds\n{day[0].id},5\n{day[1].id},2\n")
    status, out, err = run("push", FILTER, path)
    assert (status, held(client, day)) == (2, {day[0].id: 3, day[1].id: 3})
    assert [bool(row["error"]) for row in rows(out)] == [True]
    assert all(f"match {match.id}: " in err for match in day[:2])
    assert "run the same command again" in err
    status, out, _ = run("push", FILTER, path, "--quiet")
    assert (status, out, held(client, day)) == (2, "", {day[0].id: 4, day[1].id: 4})
