"""A person's view in a terminal: tables that fit it, colours, the bar, and Ctrl-C."""

import signal
import sys

import pytest

from bettune import BetTune, RateLimit
from bettune.sandbox import Sandbox
from tests.scripted import Scripted, answer

DAY = "2026-06-06"
FILTER = 11583


@pytest.fixture
def odds(tmp_path):
    path = tmp_path / "odds.csv"
    path.write_text("match_id,odds\n" + "".join(f"{1611243 + n},7.77\n" for n in range(5)))
    return path


@pytest.mark.usefixtures("box")
@pytest.mark.parametrize("columns", [70, 80, 120])
def test_a_table_fits_the_terminal(terminal, columns):
    screen = terminal("matches", DAY, "--tz", "Europe/Warsaw", columns=columns, rows=400)
    assert screen.finish() == 0
    header, rule, *rows, note = screen.lines
    assert header.split() == ["Match", "Kick-off", "Tournament", "Home", "Away", "Score"]
    assert set(rule.strip()) == {"─"}
    assert all(row.split()[0].isdigit() and row.split()[1][2] == ":" for row in rows)
    assert note == f"{len(rows)} matches on 2026-06-06 (Europe/Warsaw)"
    text = "\n".join(rows)
    assert ("…" in text) == (columns < 120)
    assert ("Segunda División" in text) == (columns == 120)


@pytest.mark.usefixtures("box")
def test_several_days_have_their_dates(terminal):
    screen = terminal("matches", DAY, "--until", "2026-06-07", columns=100, rows=800)
    assert screen.finish() == 0
    assert {row.split()[1] for row in screen.lines[2:-1]} == {"2026-06-06", "2026-06-07"}
    assert screen.lines[-1].endswith(" matches on 2026-06-06 to 2026-06-07 (UTC)")


@pytest.mark.usefixtures("box")
def test_predictions_of_a_day_name_the_teams(terminal):
    screen = terminal("predictions", FILTER, "--date", DAY, columns=120, rows=100)
    assert screen.finish() == 0
    names = "Match Kick-off Tournament Home Away Score Odds Source Updated (UTC)"
    assert screen.lines[0].split() == names.split()
    assert screen.lines[-1].startswith(f"{len(screen.lines) - 3} predictions for ")


@pytest.mark.usefixtures("box")
def test_colours_unless_they_are_unwanted(terminal, monkeypatch):
    def colours(screen):
        assert screen.finish() == 0
        return {cell.fg for line in screen.cells for cell in line} | {
            "bold" for line in screen.cells for cell in line if cell.bold
        }

    assert "bold" in colours(terminal("filters"))
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("NO_COLOR", "1")
    assert colours(terminal("sports")) == {"default", "bold"}


def test_an_empty_list_says_so(terminal, box, use):
    use(box, box.free_token)
    screen = terminal("filters")
    assert screen.finish() == 0
    assert screen.lines == ["No prediction filters. Create them in BetTune, with PRO."]


@pytest.mark.usefixtures("box")
def test_push_shows_the_plan_and_the_report(terminal, odds):
    screen = terminal("push", FILTER, odds)
    assert screen.finish() == 0
    plan, done = screen.lines
    assert plan.startswith("Plan: ")
    assert done.startswith("Done: ")
    assert b"Writing" in screen.raw  # the bar, which is gone by now


@pytest.mark.usefixtures("box")
def test_the_summary_is_shown_when_the_data_goes_elsewhere(terminal, odds, tmp_path):
    # A shell's redirection: the data into a file, the terminal for the person.
    into = tmp_path / "done.csv"
    command = f'"{sys.executable}" -m bettune.cli push {FILTER} "{odds}" > "{into}"'
    screen = terminal(command, program=["sh", "-c"])
    assert screen.finish() == 0
    plan, done = screen.lines
    assert plan.startswith("Plan: ")
    assert done.startswith("Done: ")
    assert into.read_text().startswith("filter_id,match_id,action,")
    assert "\x1b" not in into.read_text()


def test_push_tells_that_it_waits_and_ctrl_c_how_far_it_got(terminal, use, odds, tmp_path):
    database = tmp_path / "kept.db"
    with Sandbox(database, RateLimit(4, 120)) as box:
        use(box)
        screen = terminal("push", FILTER, odds)
        # Two requests for the plan, two writes, and then the limit; nothing waits for its end.
        screen.until(r"2/5 .*left, waiting \d+ s for the rate limit")
        (bar,) = (line for line in screen.lines if "Writing" in line)
        assert "2/5 2 min left" in bar
        assert len(bar) <= 80
        assert "━" in bar
        screen.process.send_signal(signal.SIGINT)
        assert screen.finish() == 130
    assert screen.lines[-1] == (
        "Error: interrupted after 2 of 5 writes; run the same command again to finish"
    )
    done = next(line for line in screen.lines if line.startswith("Done: "))
    assert done.endswith("2 created, 0 updated, 0 unchanged, 0 failed, 3 pending")
    assert not any("Writing" in line for line in screen.lines)

    with Sandbox(database) as box:
        use(box)
        screen = terminal("push", FILTER, odds)
        assert screen.finish() == 0
        assert "2 unchanged" in screen.lines[0]
        with BetTune() as client:
            found = client.predictions.search(FILTER, range(1611243, 1611248))
        assert [str(prediction.odds) for prediction in found] == ["7.770000"] * 5


def test_ctrl_c_before_the_writes(terminal, use, odds):
    with Sandbox(rate_limit=RateLimit(1, 100)) as box:
        use(box)
        with BetTune() as client:
            client.sports.list()
        screen = terminal("push", FILTER, odds)
        screen.until(r"waiting \d+ s for the rate limit")
        screen.process.send_signal(signal.SIGINT)
        assert screen.finish() == 130
    assert screen.lines[-1] == "Error: interrupted; nothing was written"


def test_a_retry_is_not_shown_as_a_rate_limit(terminal, monkeypatch):
    with Scripted(answer(503, retry_after="100")) as server:
        monkeypatch.setenv("BETTUNE_BASE_URL", server.base_url)
        monkeypatch.setenv("BETTUNE_API_TOKEN", "a-token")
        screen = terminal("sports")
        screen.until(" s to try again")
        screen.process.send_signal(signal.SIGINT)
        assert screen.finish() == 130
    assert screen.lines[-1] == "Error: interrupted"


@pytest.mark.usefixtures("box")
def test_the_log_takes_the_place_of_the_bar(terminal, odds):
    screen = terminal("push", FILTER, odds, "--verbose", columns=200)
    assert screen.finish() == 0
    assert sum(" PUT /prediction-filters/" in line for line in screen.lines) == 5
    assert b"Writing" not in screen.raw


@pytest.mark.usefixtures("box")
def test_an_invalid_width_is_ignored(terminal, monkeypatch):
    monkeypatch.setenv("COLUMNS", "0")
    screen = terminal("filters")
    assert screen.finish() == 0
    assert "Manual football" in "\n".join(screen.lines)


EVIL = "\x1b]0;owned\x07\u202e\x9b2J=1+1"


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_no_name_drives_the_terminal(terminal, monkeypatch, form):
    filters = {"items": [{"id": 1, "name": EVIL, "sport": {"id": 1, "name": "football"},
                          "betType": "Home", "status": "disabled"}], "count": 1}  # fmt: skip
    with Scripted(*[answer(200, filters)] * 2) as server:
        monkeypatch.setenv("BETTUNE_BASE_URL", server.base_url)
        monkeypatch.setenv("BETTUNE_API_TOKEN", "a-token")
        screen = terminal("filters", "--format", form, columns=200)
        assert screen.finish() == 0
        raw = screen.raw.decode()
    assert "owned" in raw
    assert not [char for char in ("\x1b]", "\x07", "\u202e", "\x9b") if char in raw]


def test_an_error_drives_no_terminal_either(terminal, monkeypatch):
    error = {"error": {"code": "x", "message": EVIL}}
    with Scripted(*[answer(400, error)] * 2) as server:
        monkeypatch.setenv("BETTUNE_BASE_URL", server.base_url)
        monkeypatch.setenv("BETTUNE_API_TOKEN", "a-token")
        screen = terminal("sports", "--verbose", columns=200)
        assert screen.finish() == 1
        assert not [
            char for char in ("\x1b]", "\x07", "\u202e", "\x9b") if char in screen.raw.decode()
        ]
        screen = terminal("push", "1", "\x1b]0;owned\x07.csv", columns=200)
        assert screen.finish() == 2
        assert b"\x1b]" not in screen.raw


def test_no_name_drives_the_terminal_that_shows_a_log(terminal, monkeypatch, tmp_path):
    named = {"id": 1, "name": EVIL}
    match = {"id": 7, "date": "2036-06-07T12:00:00Z", "finished": False,
             "score": {"home": None, "away": None}}  # fmt: skip
    match |= dict.fromkeys(("country", "tournament", "season", "home", "away"), named)
    chosen = {**named, "sport": {"id": 1, "name": "football"}, "betType": EVIL, "status": EVIL}
    prediction = {"id": 1, "filterId": 1, "matchId": 7, "odds": "2.000000", "source": "api"}
    prediction |= dict.fromkeys(("createdAt", "updatedAt"), "2026-06-06T12:00:00Z")
    (tmp_path / "odds.csv").write_text("match_id,date,odds\n7,2036-06-07,2\n")
    log = tmp_path / "log.csv"
    answers = [
        {"items": [chosen], "count": 1},
        {"date": "2036-06-07", "items": [match], "count": 1},
        {"items": [], "count": 0},
        prediction,
    ]
    with Scripted(*[answer(200, body) for body in answers]) as server:
        monkeypatch.setenv("BETTUNE_BASE_URL", server.base_url)
        monkeypatch.setenv("BETTUNE_API_TOKEN", "a-token")
        screen = terminal("push", "1", tmp_path / "odds.csv", "--log", log, columns=200)
        assert screen.finish() == 0
    for text in (screen.raw.decode(), log.read_text("utf-8")):
        assert not [char for char in ("\x1b]", "\x07", "\u202e", "\x9b") if char in text]
    assert "owned" in log.read_text("utf-8")


def test_a_person_reads_first_which_orders_are_still_in_force(terminal, use, odds, tmp_path):
    database = tmp_path / "kept.db"
    with Sandbox(database) as box, BetTune(box.token, base_url=box.base_url) as client:
        wanted = dict.fromkeys(range(1611243, 1611248), 2)
        client.predictions.sync(FILTER, wanted, by_hand="overwrite", max_drop=None)
    with Sandbox(database, RateLimit(4, 120)) as box:
        use(box)
        screen = terminal("push", FILTER, odds, columns=120)
        screen.until(r"2/5 .*left, waiting \d+ s for the rate limit")
        screen.process.send_signal(signal.SIGINT)
        assert screen.finish() == 130
    text = "\n".join(screen.lines)
    in_force = text.index("3 rises of minimum odds are pending: BetTune may still bet on these")
    assert in_force < text.index("Done: ") < text.index("Error: interrupted after 2 of 5 writes")
    assert text.count("may still bet") == 1
