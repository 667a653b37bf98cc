"""`push --log`, `--quiet`, `--missing` and `--tolerance`, and how a run ends that is cut short."""

import errno
import os
import re
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path

import pytest

from bettune import BetTune, RateLimit
from bettune.cli._log_file import COLUMNS
from bettune.sandbox import Sandbox
from tests.cli.conftest import BETTUNE, rows

FILTER = 11583
FIRST = 1611243
HEADER = ",".join(COLUMNS) + "\n"


@pytest.fixture
def odds(tmp_path):
    def odds(*values):
        path = tmp_path / "odds.csv"
        lines = (f"{FIRST + n},{value}\n" for n, value in enumerate(values))
        path.write_text("match_id,odds\n" + "".join(lines))
        return path

    return odds


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log.csv"


@contextmanager
def waiting(*arguments):
    """A run in a process of its own, once it waits for the rate limit."""
    command = [*BETTUNE, *map(str, arguments), "--verbose"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        assert any(" waits up to " in line for line in process.stderr)
        yield process


@pytest.mark.usefixtures("box")
def test_each_write_is_logged_once(run, odds, log):
    before = datetime.now().astimezone()
    assert run("push", FILTER, odds(7.5, 7.6), "--log", log).status == 0
    assert run("push", FILTER, odds(7.5, 7.7), "--log", log).status == 0
    written = rows(log.read_text())
    assert {row["match_id"] for row in written[:2]} == {str(FIRST), str(FIRST + 1)}
    assert list(written[2].values())[1:] == [
        str(FILTER), str(FIRST + 1), "update", "7.600000", "7.700000", "", "", "", "", "api", "done"
    ]  # fmt: skip
    assert all(datetime.fromisoformat(row["at"]) >= before for row in written)
    assert log.read_text().count("at,filter_id") == 1


@pytest.mark.usefixtures("box")
def test_failed_writes_are_logged_with_their_errors(run, file, log):
    path = file("match_id,odds\n9000000000,2\n")
    status, out, _ = run("push", FILTER, path, "--log", log)
    assert status == 1
    for row in rows(log.read_text()) + rows(out):
        assert "404 match_not_found" in row["error"]
        assert "matches.list()" not in row["error"]  # advice for Python


@pytest.mark.usefixtures("box")
@pytest.mark.parametrize(
    ("torn", "kept"),
    [
        ("", 0),
        (HEADER[:7], 0),
        (HEADER, 0),
        (HEADER.rstrip(), 0),
        (HEADER + "2026-06-06T10:00:00+00:00,11583,16112", 1),
        (HEADER + '2026-06-06T10:00:00+00:00,11583,1611243,create,,2,"PUT, 50', 1),
        (HEADER + '2026-06-06T10:00:00+00:00,11583,1611243,create,,2,,,"Legia\n', 1),
    ],
)
def test_a_log_cut_off_anywhere_is_appended_to(run, odds, log, torn, kept):
    log.write_text(torn)
    assert run("push", FILTER, odds(7.5, 7.6), "--log", log).status == 0
    assert log.read_text().startswith(torn)
    written = rows(log.read_text())
    assert {row["match_id"] for row in written[kept:]} == {str(FIRST), str(FIRST + 1)}
    assert len(written) == kept + 2


def test_a_file_that_is_not_a_log_is_left_unchanged(run, box, odds, tmp_path):
    path = odds(7.5)
    before = path.read_bytes()
    status, out, err = run("push", FILTER, path, "--log", path)
    assert (status, out, box.seen, path.read_bytes()) == (2, "", [], before)
    assert "it is not a log of bettune, which begins with the line at,filter_id," in err
    status, _, err = run("push", FILTER, path, "--log", tmp_path)
    assert (status, box.seen) == (2, [])
    assert err == f"Error: --log {tmp_path}: Is a directory\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
def test_a_disk_that_is_full_from_the_start_stops_before_any_write(run, box, odds):
    status, out, err = run("push", FILTER, odds(7.5), "--log", "/dev/full")
    assert (status, out, box.seen) == (2, "", [])
    assert err == "Error: --log /dev/full: No space left on device\n"


def test_a_log_that_cannot_be_written_stops_the_run_with_its_report(
    run, box, odds, log, monkeypatch
):
    from bettune.cli import _log_file  # noqa: PLC0415 - imports the extra

    def is_full(_log, data):
        if data.startswith(b"2"):  # a row, not the header
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(_log_file.LogFile, "_write", is_full)
    # However late the callback is called, 8 workers get at most 40 writes ahead of it.
    path = odds(*[7.5] * 50)
    status, out, err = run("push", FILTER, path, "--log", log, "--by-hand", "overwrite")
    done = [row["action"] for row in rows(out)]
    assert (status, len(done)) == (1, 50)
    assert done.count("created") + done.count("updated") == len(
        [seen for seen in box.seen if seen.method == "PUT"]
    )
    assert "pending" in done
    assert f"cannot write the log {log}: No space left on device; stopped after" in err
    assert "The log lacks " in err


@pytest.mark.usefixtures("box")
def test_a_dry_run_logs_nothing(run, odds, log):
    assert run("push", FILTER, odds(7.5), "--log", log, "--dry-run").status == 0
    assert not log.exists()


@pytest.mark.usefixtures("box")
def test_quiet_says_nothing_on_success(run, odds):
    assert run("push", FILTER, odds(7.5, 7.6), "--quiet") == (0, "", "")
    assert run("push", 11587, odds(7.5), "--quiet", "--format", "table") == (0, "", "")


def test_quiet_prints_errors(run, box, file):
    path = file("match_id,odds\n9000000000,2\n")
    status, out, err = run("push", FILTER, path, "--quiet", "--format", "table")
    assert (status, out.splitlines()[0]) == (1, "Done: 0 created, 0 updated, 0 unchanged, 1 failed")
    assert err.startswith("Error: 1 of 1 writes failed")


def test_missing_sets_the_meaning_of_empty_odds(run, box, odds):
    run("push", FILTER, odds(7.5))
    before = len(box.seen)
    status, _, err = run("push", FILTER, odds(""))
    assert (status, len(box.seen)) == (2, before)
    assert "line 2: odds are empty; --missing skip leaves" in err
    assert rows(run("push", FILTER, odds(""), "--missing", "skip").out) == []
    (row,) = rows(run("push", FILTER, odds(""), "--missing", "delete").out)
    assert (row["action"], row["old_odds"]) == ("deleted", "7.500000")


@pytest.mark.usefixtures("box")
def test_a_tolerance_skips_small_changes(run, odds):
    run("push", FILTER, odds("2.00", "2.00"))
    (row,) = rows(run("push", FILTER, odds("2.01", "2.02"), "--tolerance", "0.5%").out)
    assert (row["match_id"], row["new_odds"]) == (str(FIRST + 1), "2.020000")


@pytest.mark.usefixtures("box")
def test_a_large_change_is_visible(run, odds):
    run("push", FILTER, odds("2.15"))
    out = run("push", FILTER, odds("215"), "--dry-run", "--format", "table").out
    assert "(1 by more than a factor of 5: match 1611243:" in out
    assert out.splitlines()[-1].endswith("100 times as high")
    status, _, err = run("push", FILTER, odds("215"))
    assert status == 0
    assert "(1 by more than a factor of 5: match 1611243:" in err


@pytest.mark.parametrize(
    ("number", "ending"),
    [
        (signal.SIGTERM, (143, "terminated")),
        (signal.SIGINT, (130, "interrupted")),
        (signal.SIGHUP, (129, "hung up")),
    ],
)
def test_a_signal_loses_no_report(use, odds, log, number, ending):
    status, said = ending
    path = odds(*[7.5] * 5)
    with Sandbox(rate_limit=RateLimit(4, 100)) as box:
        use(box)
        with waiting("push", FILTER, path, "--log", log) as process:
            process.send_signal(number)
            # The system may deliver two signals in either order: the first has to be there.
            assert any("stopping" in line.lower() for line in process.stderr)
            for _ in range(20):
                with suppress(ProcessLookupError):
                    process.send_signal(signal.SIGTERM)
            # Not `communicate`, which forgets what the loops above have read ahead.
            err, out = process.stderr.read(), process.stdout.read()
    assert process.returncode == status
    done = [row["action"] for row in rows(out)]
    assert len(done) == 5
    assert done.count("pending") == 3
    assert err.splitlines()[-1] == (
        f"Error: {said} after 2 of 5 writes; run the same command again to finish"
    )
    assert len(rows(log.read_text())) == 2


@pytest.mark.usefixtures("box")
def test_a_closed_standard_input(tmp_path):
    command = f'"{sys.executable}" -m bettune.cli push {FILTER} - <&-'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: standard input is closed: give a file, or pipe one in\n"


@pytest.mark.usefixtures("box")
def test_a_log_names_no_teams_by_the_file_alone(run, file, log):
    path = file(f"match_id,kick_off,home,away,odds\n{FIRST}.0,,Legia,Lech,7.5\n")
    run("push", FILTER, path, "--log", log)
    (row,) = rows(log.read_text())
    assert (row["match_id"], row["home"], row["away"]) == (str(FIRST), "", "")
    with BetTune() as client:
        assert len(client.predictions.search(FILTER, [FIRST])) == 1


@pytest.mark.usefixtures("box")
def test_odds_of_a_home_win_are_no_name(run, file, log):
    path = file(f"match_id,home,away\n{FIRST},7.5,Lech\n")
    assert run("push", path, "--column", f"home={FILTER}", "--log", log).status == 0
    (row,) = rows(log.read_text())
    assert (row["new_odds"], row["home"], row["away"]) == ("7.500000", "", "")


@pytest.mark.usefixtures("box")
def test_runs_that_begin_a_log_at_once_write_one_header(odds, log):
    path = odds(*[7.5] * 10)
    command = [*BETTUNE, "push", path, "--log", log, "--by-hand", "overwrite", "--max-drop", "none"]
    with ExitStack() as stack:
        runs = [
            stack.enter_context(
                subprocess.Popen(
                    [*map(str, command), "--column", f"odds={filter_id}"],
                    stdout=subprocess.DEVNULL,
                )
            )
            for filter_id in (11583, 11584, 11585)
        ]
        assert [process.wait(600) for process in runs] == [0, 0, 0]
    text = log.read_text()
    assert (text.count("at,filter_id"), text.startswith(HEADER)) == (1, True)
    assert {row["state"] for row in rows(text)} == {"done"}


@pytest.mark.usefixtures("box")
def test_a_run_cut_short_says_first_which_orders_are_still_in_force(use, tmp_path, log):
    path = tmp_path / "odds.csv"
    lines = [f"{FIRST + n},{'delete' if n % 2 else 9}" for n in range(8)]
    with Sandbox(tmp_path / "kept.db") as box, BetTune(box.token, base_url=box.base_url) as client:
        wanted = dict.fromkeys(range(FIRST, FIRST + 8), 2)
        client.predictions.sync(FILTER, wanted, by_hand="overwrite", max_drop=None)
    path.write_text("match_id,odds\n" + "\n".join(lines) + f"\n{FIRST + 20},2\n")
    with Sandbox(tmp_path / "kept.db", rate_limit=RateLimit(4, 100)) as box:
        use(box)
        with waiting("push", FILTER, path, "--log", log) as process:
            process.send_signal(signal.SIGINT)
            err, out = process.stderr.read(), process.stdout.read()
    states = [row["action"] for row in rows(out)]
    assert (process.returncode, len(states), states[-1]) == (130, 9, "pending")
    said = err[err.index("Error: ") :]
    assert re.match(r"Error: \d deletions? and \d rises? of minimum odds are pending: ", said)
    assert "BetTune may still bet on these matches at the old odds" in said.splitlines()[0]


@pytest.mark.skipif(os.name == "nt", reason="needs the modes of files")
@pytest.mark.parametrize("case", [([], "Warning: "), (["--quiet"], "")])
def test_quiet_keeps_warnings_back_too(pipe, box, odds, monkeypatch, case):
    options, said = case
    token = odds(7.5).with_name("token")
    token.write_text(box.token)
    token.chmod(0o644)
    monkeypatch.delenv("BETTUNE_API_TOKEN")
    monkeypatch.setenv("BETTUNE_API_TOKEN_FILE", str(token))
    status, _, err = pipe("push", FILTER, odds(7.5), *options)
    assert (status, err[: len(said)] if said else err) == (0, said)
