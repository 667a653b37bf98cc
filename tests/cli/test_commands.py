"""Commands called by programs: their output, exit status and requests."""

import json
import logging
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bettune import Match, Prediction, PredictionFilter, Sport, to_records
from bettune.cli._actions import _PREDICTION_COLUMNS
from bettune.cli._output import _columns, odds_cell, one_line
from tests.cli.conftest import rows as rows_of
from tests.scripted import Scripted, answer

DAY = "2026-06-06"


def rows(result):
    assert (result.status, result.err) == (0, "")
    return rows_of(result.out)


def strings(models, **beside):
    """Models as the cells of CSV."""
    return [
        {
            name: "" if v is None else v.isoformat() if isinstance(v, datetime) else str(v)
            for name, v in record.items()
        }
        for record in to_records(models, **beside)
    ]


def sent(box):
    return [(seen.method, seen.path) for seen in box.seen]


def test_sports(run, client):
    assert rows(run("sports")) == strings(client.sports.list())


def test_filters(run, client):
    listed = client.prediction_filters.list()
    assert listed
    assert rows(run("filters")) == strings(listed)


def test_matches(run, client):
    listed = client.matches.list(DAY, sport=1)
    assert any(match.finished for match in listed)
    assert rows(run("matches", DAY)) == strings(listed)


def test_matches_of_several_days(run, client, box):
    listed = list(client.matches.between("2026-06-05", "2026-06-07", sport=1))
    before = len(box.seen)
    assert rows(run("matches", "2026-06-05", "--until", "2026-06-07")) == strings(listed)
    assert sent(box)[before:] == [("GET", "/matches")] * 3


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 6, 6)])
def test_matches_of_a_local_day(run, client, box, day):
    warsaw = ZoneInfo("Europe/Warsaw")
    around = [day + timedelta(days=n) for n in (-1, 0, 1)]
    expected = {
        match.id: match.date.astimezone(warsaw).isoformat()
        for utc_day in around
        for match in client.matches.list(utc_day, sport=1)
        if match.date.astimezone(warsaw).date() == day
    }
    before = len(box.seen)
    listed = rows(run("matches", day, "--tz", "Europe/Warsaw"))
    assert {int(row["id"]): row["date"] for row in listed} == expected
    assert sent(box)[before:] == [("GET", "/matches")] * 2


def test_matches_as_json(run, client):
    result = run("matches", DAY, "--tz", "Europe/Warsaw", "--format", "json")
    assert result.status == 0
    warsaw = ZoneInfo("Europe/Warsaw")
    begin = datetime.combine(date.fromisoformat(DAY), time.min, warsaw)
    for got, match in zip(
        json.loads(result.out),
        client.matches.between(begin, begin + timedelta(days=1), sport=1),
        strict=True,
    ):
        assert got["date"] == match.date.astimezone(warsaw).isoformat()
        assert got["home"] == {"id": match.home.id, "name": match.home.name}
        assert got["score"] == {"home": match.score.home, "away": match.score.away}


def test_there_may_be_nothing(run, client):
    client.predictions.delete(11583, 1611243)
    header = ",".join(_PREDICTION_COLUMNS) + "\n"
    assert run("predictions", 11583, "--match", 1611243) == (0, header, "")
    as_json = run("predictions", 11583, "--match", 1611243, "--format", "json")
    assert as_json == (0, "[]\n", "")
    as_table = run("predictions", 11583, "--match", 1611243, "--format", "table")
    assert as_table == (0, "No predictions for 1 match\n", "")


@pytest.mark.parametrize("kind", [Sport, Match, PredictionFilter, Prediction])
def test_the_columns_are_those_of_to_records(client, kind):
    client.predictions.put(11583, 1611243, 2)
    models = {
        Sport: client.sports.list,
        Match: lambda: client.matches.list(DAY, sport=1),
        PredictionFilter: client.prediction_filters.list,
        Prediction: lambda: client.predictions.search(11583, [1611243]),
    }[kind]()
    assert list(_columns(kind)) == list(to_records(models)[0])


def test_predictions_for_matches(run, client):
    ids = [match.id for match in client.matches.list(DAY, sport=1)]
    expected = strings(client.predictions.search(11583, ids), matches=[])
    assert len(expected) > 3
    assert rows(run("predictions", 11583, "--match", *ids)) == expected
    each = [word for match_id in ids for word in ("--match", match_id)]
    assert rows(run("predictions", 11583, *each)) == expected


def test_predictions_for_a_day(run, client, box):
    day = client.matches.list(DAY, sport=1)
    client.predictions.sync(11583, {day[0]: 2, day[-1]: 3}, by_hand="overwrite", max_drop=None)
    before = len(box.seen)
    listed = rows(run("predictions", 11583, "--date", DAY))
    assert listed == strings(client.predictions.search(11583, day), matches=day)
    assert list(listed[0]) == list(_PREDICTION_COLUMNS)
    wanted = [("GET", "/prediction-filters"), ("GET", "/matches"), ("POST", "/predictions/search")]
    assert sent(box)[before : before + 3] == wanted


def test_odds_in_json_are_strings(run, client):
    client.predictions.put(11583, 1611243, "2.15")
    (got,) = json.loads(run("--format", "json", "predictions", 11583, "--match", 1611243).out)
    assert got["odds"] == "2.150000"
    assert got["source"] == "api"
    assert datetime.fromisoformat(got["updated_at"]).utcoffset() == timedelta(0)


@pytest.mark.usefixtures("box")
def test_a_table_that_goes_into_a_file_is_not_cut(run):
    out = run("matches", DAY, "--format", "table").out
    assert "…" not in out
    assert max(len(line.rstrip()) for line in out.splitlines()) > 80


def test_put(run, client):
    got = json.loads(run("put", 11583, 1611243, "2.15", "--format", "json").out)
    assert (got["filter_id"], got["match_id"], got["odds"]) == (11583, 1611243, "2.150000")
    assert rows(run("put", 11583, 1611243, "2.25")) == strings(
        client.predictions.search(11583, [1611243])
    )
    line = run("put", 11583, 1611243, "2.5", "--format", "table")
    assert line == (0, "Filter 11583 has minimum odds of 2.5 for match 1611243.\n", "")


def test_delete(run, client):
    client.predictions.put(11583, 1611243, 2)
    assert run("delete", 11583, 1611243) == (0, "", "")
    assert client.predictions.search(11583, [1611243]) == []
    assert run("delete", 11583, 1611243, "--format", "json") == (0, "null\n", "")
    line = "Filter 11583 has no minimum odds for match 1611243.\n"
    assert run("delete", 11583, 1611243, "--format", "table") == (0, line, "")


@pytest.mark.usefixtures("box")
def test_the_format_stands_before_or_after_the_command(run):
    before = run("--format", "json", "sports")
    assert json.loads(before.out)
    assert run("sports", "--format", "json") == before
    assert run("--format", "csv", "sports", "--format", "json") == before
    assert run("--format", "json", "sports", "--format", "csv").out.startswith("id,name\n")


USAGE = [
    (["matches"], "Missing argument 'DAY'."),
    (["matches", "2026-02-30"], "Invalid value for 'DAY': '2026-02-30' is not a day"),
    (
        ["matches", DAY, "--tz", "Warsaw"],
        "Invalid value for '--tz': there is no time zone 'Warsaw'",
    ),
    (["matches", DAY, "--until", "2026-06-05"], "--until 2026-06-05 is before 2026-06-06"),
    (["matches", DAY, "--sport", "-1"], "sport must be at least 1, not -1"),
    (["matches", DAY, "--format", "xml"], "'xml' is not one of 'table', 'json', 'csv'."),
    (["predictions", 11583], "Give either --date DAY or --match ID..."),
    (["predictions", 11583, 1611243], "Give either --date DAY or --match ID..."),
    (["predictions", 11583, "--date", DAY, "--match", 1], "Give either --date DAY or"),
    (["predictions", "11583", "--match", "x"], "Invalid value for '--match': 'x' is not a valid"),
    (["put", 11583, 1611243, "2,15"], "odds must be a finite decimal number, not '2,15'"),
    (["put", 11583, 1611243, "0.5"], "odds must be at least 1, not '0.5'"),
    (
        ["put", 11583, 1611243, "+150"],
        "odds must be a finite decimal number, not '+150': American odds",
    ),
    (["put", 11583, "x", "2"], "Invalid value for 'MATCH': 'x' is not a valid integer."),
    (["push", 11583, "there-is-none.csv"], "'there-is-none.csv': No such file or directory"),
    (["push", 11583, "."], "'.': Is a directory"),
    (["pusch", 11583], "No such command 'pusch'."),
    (["--token", "secret", "sports"], "No such option"),
]


@pytest.mark.parametrize(("arguments", "reason"), USAGE)
def test_wrong_usage(run, box, arguments, reason):
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert reason in err.splitlines()[-1]
    assert box.seen == []


def test_without_a_token(run, box, monkeypatch):
    monkeypatch.delenv("BETTUNE_API_TOKEN")
    status, out, err = run("sports")
    assert (status, out, box.seen) == (2, "", [])
    assert err.startswith("Error: no token: set BETTUNE_API_TOKEN to")
    assert len(err.splitlines()) == 1


def test_the_token_may_be_in_a_file(run, box, monkeypatch, tmp_path):
    monkeypatch.delenv("BETTUNE_API_TOKEN")
    file = tmp_path / "token"
    monkeypatch.setenv("BETTUNE_API_TOKEN_FILE", str(file))
    status, _, err = run("sports")
    assert (status, box.seen) == (2, [])
    assert err == (
        "Error: the file of BETTUNE_API_TOKEN_FILE cannot be read: No such file or directory\n"
    )
    file.write_text(f"{box.token}\n")
    file.chmod(0o644)
    status, _, err = run("sports")
    assert status == 0
    assert err.startswith("Warning: the file of BETTUNE_API_TOKEN_FILE can be read by other users")
    assert len(err.splitlines()) == 1
    file.write_text("old")
    assert "Put a valid token into the file of BETTUNE_API_TOKEN_FILE" in run("sports").err


def test_a_token_that_cannot_be(run, box, monkeypatch):
    monkeypatch.setenv("BETTUNE_API_TOKEN", "sec ret")
    status, out, err = run("sports")
    assert (status, out, box.seen) == (2, "", [])
    assert err.startswith("Error: BETTUNE_API_TOKEN contains a space")
    assert "sec" not in err


def test_a_wrong_token(run, box, use):
    use(box, token="top-secret")
    status, out, err = run("sports")
    assert (status, out) == (1, "")
    assert err == (
        "Error: GET /sports: 401 invalid_token: Invalid token. "
        "Put a valid token into BETTUNE_API_TOKEN. Create one on BetTune's Settings page\n"
    )


def test_without_pro(run, box, use):
    use(box, token=box.free_token)
    status, out, err = run("put", 11583, 1611243, 2)
    assert (status, out) == (1, "")
    assert "403 pro_subscription_required" in err
    assert err.endswith(
        ". Renew PRO, or put the token of an account that has it into BETTUNE_API_TOKEN\n"
    )
    assert len(err.splitlines()) == 1
    status, out, err = run("predictions", 11583, "--date", DAY)
    assert (status, out) == (1, "")
    assert err == "Error: there is no prediction filter 11583: you have none; they need PRO\n"


def test_a_filter_may_be_named(run, client, box):
    status, out, err = run("put", "Manual football", 1611243, "2.5", "--format", "table")
    assert (status, out, err) == (
        0,
        "Filter 11583 has minimum odds of 2.5 for match 1611243.\n",
        "",
    )
    (got,) = rows(run("predictions", "Manual football", "--match", 1611243))
    assert (got["filter_id"], got["odds"]) == ("11583", "2.500000")
    run("delete", "Manual football", 1611243)
    assert client.predictions.search(11583, [1611243]) == []
    status, out, err = run("put", "manual football", 1611243, "2.5")
    assert (status, out, sent(box)[-1]) == (1, "", ("GET", "/prediction-filters"))
    assert err == (
        "Error: there is no prediction filter 'manual football': "
        "to list yours, run: bettune filters\n"
    )


@pytest.mark.usefixtures("box")
def test_an_unknown_filter(run):
    status, out, err = run("put", 1, 1611243, 2)
    assert (status, out) == (1, "")
    assert err.endswith(
        "404 filter_not_found: Filter not found. To list yours, run: bettune filters\n"
    )
    status, out, err = run("predictions", 1, "--date", DAY)
    assert (status, out) == (1, "")
    assert err == "Error: there is no prediction filter 1: to list yours, run: bettune filters\n"
    status, out, err = run("put", "1" * 5000, 1611243, 2)
    assert (status, out) == (1, "")
    assert (
        err == f"Error: there is no prediction filter '{'1' * 59}…: "
        "to list yours, run: bettune filters\n"
    )


def test_a_server_without_tls_is_refused_without_advice_for_python(run, monkeypatch):
    monkeypatch.setenv("BETTUNE_BASE_URL", "http://bettune.example/v1")
    monkeypatch.setenv("BETTUNE_API_TOKEN", "a-token")
    status, out, err = run("sports")
    assert (status, out) == (2, "")
    assert "use https://" in err
    assert "allow_insecure_http" not in err


def test_no_server(run, port, monkeypatch):
    monkeypatch.setattr("bettune._http.retries._FIRST_WAIT", 0.001)
    monkeypatch.setattr("bettune._http.retries._LONGEST_BACKOFF", 0.001)
    url = f"http://127.0.0.1:{port}/v1"
    monkeypatch.setenv("BETTUNE_BASE_URL", url)
    monkeypatch.setenv("BETTUNE_API_TOKEN", "a-token")
    status, out, err = run("sports")
    assert (status, out) == (75, "")
    assert err.startswith("Error: GET /sports: ConnectError: ")
    assert err.count(f"127.0.0.1:{port}") == 1


def test_the_log(pipe, box):
    status, out, err = pipe("--verbose", "sports")
    assert (status, out.splitlines()[0]) == (0, "id,name")
    assert " GET /sports: 200 in " in err
    assert box.token not in err


@pytest.mark.usefixtures("box")
def test_without_the_log_nothing_is_said(run, caplog):
    with caplog.at_level(logging.DEBUG, "bettune"):
        assert run("sports").err == ""
    assert "GET /sports: 200" in caplog.text


def test_text_cannot_drive_the_terminal():
    assert one_line("a\x1b[2J\nb\u202e\tc  Łódź") == "a [2J b c Łódź"


@pytest.mark.parametrize(
    ("odds", "shown"),
    [
        ("2.000000", "2"),
        ("2.1", "2.1"),
        ("2.150000", "2.15"),
        ("2.123456", "2.123456"),
        ("10", "10"),
    ],
)
def test_tables_have_odds_without_zeros_at_their_end(odds, shown):
    assert odds_cell(Decimal(odds)) == shown


def test_matches_are_searched_in_all_their_names(run, client):
    day = client.matches.list(DAY, sport=1)
    match = day[10]
    for text in (match.home.name.upper(), match.tournament.name, match.country.name[1:]):
        listed = {int(row["id"]) for row in rows(run("matches", DAY, "--search", text))}
        assert match.id in listed
        assert len(listed) < len(day)
    assert rows(run("matches", DAY, "--search", "łódź")) == rows(
        run("matches", DAY, "--search", "LODZ")
    )
    assert rows(run("matches", DAY, "--search", "nobody here")) == []


def test_kick_offs_and_changes_are_in_the_zone(run, client):
    match = client.matches.list(DAY, sport=1)[5]
    client.predictions.put(11583, match, "2.100000")
    arguments = "predictions", 11583, "--date", DAY, "--tz", "Europe/Warsaw"
    listed = {row["match_id"]: row for row in rows(run(*arguments))}
    local = match.date.astimezone(ZoneInfo("Europe/Warsaw"))
    assert listed[str(match.id)]["kick_off"] == local.isoformat()
    (line,) = (
        line
        for line in run(*arguments, "--format", "table").out.splitlines()
        if line.split()[0] == str(match.id)
    )
    assert f"{local:%H:%M}" in line
    assert " 2.1 " in line
    assert match.home.name in line


FORMULAS = ["=1+1", "+1 FC", "-SUM(A1)", "@x", "\tTab", "-2.5"]


def test_formulas_stay_as_they_are_unless_it_is_for_a_spreadsheet(run, monkeypatch):
    sports = {"items": [{"id": n, "name": name} for n, name in enumerate(FORMULAS, 1)], "count": 6}
    with Scripted(*[answer(200, sports)] * 3) as server:
        monkeypatch.setenv("BETTUNE_BASE_URL", server.base_url)
        monkeypatch.setenv("BETTUNE_API_TOKEN", "a-token")
        assert [row["name"] for row in rows(run("sports"))] == FORMULAS
        safe = [row["name"] for row in rows(run("sports", "--spreadsheet-safe"))]
        assert safe == [*(f"'{name}" for name in FORMULAS[:-1]), "-2.5"]
        as_json = json.loads(run("sports", "--spreadsheet-safe", "--format", "json").out)
        assert [sport["name"] for sport in as_json] == FORMULAS
