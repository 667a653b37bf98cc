"""`push` through pipes: the plan, the writes, the report, and the exit status."""

import json
import re
from decimal import Decimal

import pytest

from bettune import DELETE, RateLimit
from bettune.sandbox import Sandbox
from tests.cli.conftest import rows, writes

FILTER = 11583
# A plan that creates, updates, deletes and leaves alone; no sandbox has the last match.
HELD = {1611243: "2.00", 1611244: "3.00", 1611245: "4.00"}
WANTED = "match_id,odds\n1611243,2.15\n1611244,delete\n1611245,4\n1611246,1.85\n"
NO_MATCH = 9_000_000_000
# For a sandbox that holds what it does from its beginning.
ANY = "--by-hand", "overwrite", "--max-drop", "none"


@pytest.fixture
def client(client):
    """A client of a sandbox that holds what HELD says."""
    odds = HELD | {1611246: DELETE}
    client.predictions.sync(FILTER, odds, by_hand="overwrite", max_drop=None)
    return client


def held(client):
    return {
        found.match_id: found.odds for found in client.predictions.search(FILTER, [*HELD, 1611246])
    }


def lines(count, first=1611243):
    return "match_id,odds\n" + "".join(f"{first + n},7.77\n" for n in range(count))


def test_it_writes_the_differences_and_reports_them(run, box, client, file):
    before = len(writes(box))
    status, out, err = run("push", FILTER, file(WANTED))
    assert (status, err) == (0, "")
    assert [list(row.values())[:6] for row in rows(out)] == [
        ["11583", "1611243", "updated", "2.000000", "2.150000", ""],
        ["11583", "1611244", "deleted", "3.000000", "", ""],
        ["11583", "1611246", "created", "", "1.850000", ""],
    ]
    assert sorted(writes(box)[before:]) == ["DELETE", "PUT", "PUT"]
    assert held(client) == {
        1611243: Decimal("2.15"),
        1611245: Decimal(4),
        1611246: Decimal("1.85"),
    }


def test_a_second_run_writes_nothing(run, box, client, file):
    run("push", FILTER, file(WANTED))
    before = len(writes(box))
    assert run("push", FILTER, file(WANTED), "--format", "json") == (0, "[]\n", "")
    assert writes(box)[before:] == []


def test_a_dry_run_writes_nothing(run, box, client, file):
    before, odds = len(writes(box)), held(client)
    status, out, err = run("push", FILTER, file(WANTED), "--dry-run", "--format", "json")
    assert (status, err) == (0, "")
    assert [list(row.values())[:6] for row in json.loads(out)] == [
        [FILTER, 1611243, "update", "2.000000", "2.150000", None],
        [FILTER, 1611244, "delete", "3.000000", None, None],
        [FILTER, 1611246, "create", None, "1.850000", None],
    ]
    assert writes(box)[before:] == []
    assert held(client) == odds


@pytest.mark.usefixtures("client")
def test_the_plan_for_a_person(run, file):
    status, out, err = run("push", FILTER, file(WANTED), "--dry-run", "--format", "table")
    assert (status, err) == (0, "")
    plan, *table = out.splitlines()
    assert plan == ("Plan: 1 to create, 1 to update, 1 to delete, 1 unchanged")
    assert [line.split() for line in table] == [
        ["Match", "Change", "Old", "New"],
        ["─" * len(table[1])],
        ["1611243", "update", "2", "2.15"],
        ["1611244", "delete", "3"],
        ["1611246", "create", "1.85"],
    ]


@pytest.mark.usefixtures("client")
def test_a_long_plan_is_cut_for_a_person_alone(run, file):
    path = file(lines(50))
    out = run("push", FILTER, path, "--dry-run", "--format", "table").out.splitlines()
    assert len(out) == 24
    assert out[-1] == "and 30 more: --format csv has all of them"
    assert len(rows(run("push", FILTER, path, "--dry-run").out)) == 50


@pytest.mark.usefixtures("client")
def test_the_report_for_a_person(run, file):
    status, out, err = run("push", FILTER, file(WANTED), "--format", "table")
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "Plan: 1 to create, 1 to update, 1 to delete, 1 unchanged",
        "Done: 1 created, 1 updated, 1 deleted, 1 unchanged, 0 failed",
    ]


@pytest.mark.usefixtures("client")
def test_matches_that_fail_are_listed_and_the_others_written(run, file):
    path = file(f"{WANTED}{NO_MATCH},2\n")
    status, out, err = run("push", FILTER, path)
    assert status == 1
    assert err.splitlines() == [
        (
            "Error: 1 of 4 writes failed. Retrying does not help. "
            "To list matches, run: bettune matches DAY"
        ),
        f"  match {NO_MATCH}: 404 match_not_found: Match not found",
    ]
    assert [row["action"] for row in rows(out)] == ["updated", "deleted", "created", "failed"]
    assert rows(out)[-1]["error"] == "404 match_not_found: Match not found"

    status, out, err = run("push", FILTER, path, "--format", "table")
    assert status == 1
    assert out.splitlines()[1].endswith(": 0 created, 0 updated, 3 unchanged, 1 failed")
    cells = f"{NO_MATCH} create 2 failed 404 match_not_found: Match not found"
    assert out.splitlines()[-1].split() == cells.split()
    assert len(err.splitlines()) == 1


@pytest.mark.usefixtures("box")
def test_of_very_many_failures_the_first_are_listed(run, file):
    status, out, err = run("push", FILTER, file(lines(50, first=NO_MATCH)))
    assert status == 1
    assert len(rows(out)) == 50
    assert len(err.splitlines()) == 22
    assert err.endswith("\n  and 30 more\n")


def test_an_error_that_stops_the_run_is_reported_with_the_pending_writes(run, use, file):
    with Sandbox(rate_limit=RateLimit(4, 500)) as box:
        use(box)
        status, out, err = run("push", FILTER, file(lines(30)), *ANY)
    assert status == 75
    done = [row["action"] for row in rows(out)]
    in_force, *_ = err.splitlines()
    (first,) = (line for line in err.splitlines() if " writes failed" in line)
    assert re.search(r"BetTune may still bet on th(is|ese) match(es)? at the old odds", in_force)
    assert len(done) == 30
    assert done.count("created") + done.count("updated") == 2
    failed, pending = done.count("failed"), done.count("pending")
    assert failed + pending == 28
    assert first.startswith(
        f"  {failed} of 30 writes failed and {pending} were not sent: PUT /prediction-filters"
    )
    # The last one was refused by BetTune, or by the client, which knew the limit by then.
    assert re.search(r"/prediction: 429( rate_limit_exceeded)?: ", first)
    assert "Run the command again in " in first
    assert "Try again" not in first


def test_a_rate_limit_says_when_to_run_it_again(run, use, file):
    with Sandbox(rate_limit=RateLimit(2, 500)) as box:  # enough for the plan
        use(box)
        status, _, err = run("push", FILTER, file(lines(1)), *ANY)
    assert status == 75
    assert re.search(r"1 of 1 writes failed; run the same command again in \d+ seconds", err)


@pytest.mark.parametrize("arguments", [["-"], ["-", "--dry-run"]])
def test_bad_lines_are_refused_before_anything_is_sent(pipe, box, arguments):
    content = b"\xef\xbb\xbfmatch_id;odds\r\n1611243;2,15\r\n1611243;x\r\n"
    status, out, err = pipe("push", FILTER, *arguments, stdin=content)
    assert (status, out, box.seen) == (2, "", [])
    assert err == (
        "Error: standard input, line 3: match 1611243 is on line 2 already; nothing was sent\n"
    )


def test_the_file_is_named(run, box, file):
    path = file("match_id\n1\n")
    status, _, err = run("push", FILTER, path)
    assert (status, box.seen) == (2, [])
    assert err.startswith(f"Error: {path}, line 1: no column odds in 'match_id'")


def test_standard_input(pipe, client):
    status, out, err = pipe("push", FILTER, "-", stdin=WANTED.encode())
    assert (status, err) == (0, "")
    assert len(rows(out)) == 3
    assert held(client)[1611246] == Decimal("1.85")


def test_a_header_alone_is_refused(run, box, file):
    path = file("match_id,odds\n")
    status, out, err = run("push", FILTER, path)
    assert (status, out, box.seen) == (2, "", [])
    assert err == f"Error: {path}, line 1: there are no rows below the header; nothing was sent\n"


def test_a_table_of_matches_may_be_pushed_back(run, client, file):
    """The columns of other commands do no harm: predictions of one filter go into another."""
    out = run("predictions", FILTER, "--date", "2026-06-06").out
    status, _, err = run("push", 11584, file(out), *ANY)
    assert (status, err) == (0, "")
    wanted = {int(row["match_id"]): Decimal(row["odds"]) for row in rows(out)}
    predictions = client.predictions.search(11584, list(wanted))
    assert {prediction.match_id: prediction.odds for prediction in predictions} == wanted
