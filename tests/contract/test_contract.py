"""Each kind of deviation, planted in a server, is found and weighed; what was there is restored."""

from __future__ import annotations

import json
import os
import signal
from xml.etree import ElementTree as ET

import pytest

from scripts import ROOT
from scripts.contract import check as contract
from scripts.schema.document import load
from tests.contract.server import IDS, TOKEN, prediction

WRITE = ("--filter", "5", "--match", "7")


def test_a_kept_contract(check, server):
    code, said = check()
    assert code == 0, said
    assert said.endswith("0 broken, 0 new, 2 not checked\n")
    assert "not checked: it writes: name FILTER= and MATCH= to allow it" in said
    # Few requests, and none that writes.
    assert server.asked == [
        "GET /sports",
        "GET /sports unsigned",
        "GET /matches",
        "GET /matches refused",
        "GET /prediction-filters",
        "POST /predictions",
    ]


@pytest.mark.parametrize("odds", [None, "1.75", "2.15"])
def test_writing_restores_the_prediction(check, server, odds):
    if odds:
        server.predictions[7] = prediction(7, odds)
    before = dict(server.predictions)
    code, said = check(*WRITE)
    assert code == 0, said
    assert said.endswith("0 broken, 0 new, 0 not checked\n")
    assert server.predictions == before
    assert server.asked[5:] == [
        "POST /predictions",
        "PUT /prediction-filters",
        "POST /predictions",
        "DELETE /prediction-filters",
        "POST /predictions",
        f"{'PUT' if odds else 'DELETE'} /prediction-filters",
    ]


def on(wanted, change):
    """Plant a change of the body, or another status and body, in the answer of one operation."""

    def plant(operation, status, body, headers):
        if operation != wanted:
            return None
        return change(body) if change.__code__.co_argcount == 1 else change(status, body, headers)

    return plant


def item(**changes):
    def change(body):
        for name, value in changes.items():
            body["items"][0][name] = value
            if value is None:
                del body["items"][0][name]

    return change


NO_MATCHES = {"date": "2026-06-06", "count": 0, "items": []}


def as_html(status, body, headers):
    headers["Content-Type"] = "text/html"


def down(status, body, headers):
    headers["Retry-After"] = "999"
    return 503, b"down"


BREAKS = {
    "status": (on("GET /sports", lambda body: (206, body)), "break: status: ", "GET /sports"),
    "error_status": (
        on("GET /matches refused", lambda body: (422, body)),
        "break: status: Undocumented status code: Received: 422",
        "GET /matches (no date)",
    ),
    "open": (
        on("GET /sports unsigned", lambda body: (200, {"count": 0, "items": []})),
        "break: status: without a token it responds with 200, not 401",
        "GET /sports (no token)",
    ),
    "any_date": (
        on("GET /matches refused", lambda body: (200, NO_MATCHES)),
        "break: status: it accepts `no-date` as a date",
        "GET /matches (no date)",
    ),
    "media_type": (
        on("GET /sports", as_html),
        "break: media type: Undocumented Content-Type: Received: text/html",
        "GET /sports",
    ),
    "no_json": (on("GET /sports", lambda body: (200, b"<html>")), "break: body: ", "GET /sports"),
    "no_field": (
        on("GET /matches", item(home=None)),
        '"home" is a required property - at `$.items[0]`',
        "GET /matches",
    ),
    "other_type": (
        on("GET /matches", item(id="7")),
        '"7" is not of type "integer" - at `$.items[0].id`',
        "GET /matches",
    ),
    "null": (
        on("GET /prediction-filters", item(name=[])),
        "break: body: ",
        "GET /prediction-filters",
    ),
    "no_code": (
        on("GET /matches refused", lambda body: (400, {"error": "no"})),
        '"code" is a required property - at `$`',
        "GET /matches (no date)",
    ),
    "count": (
        on("GET /sports", lambda body: body.update(count=3)),
        "break: facade: GET /sports: Expected 1, the length of `$.items`, got 3 - at `$.count`",
        "GET /sports",
    ),
    "page": (
        on("GET /matches", lambda body: body.update(nextPage="/2")),
        "break: body: $.nextPage is new: a list may be incomplete now",
        "GET /matches",
    ),
    "other_odds": (
        on("PUT /prediction-filters", lambda body: body.update(odds="2.100000")),
        "- at `$.odds`",
        "PUT",
    ),
    "time": (
        on("GET /matches", item(date="2026-06-06T18:00:00")),
        "at `$.items[0].date`",
        "GET /matches",
    ),
    "put_loses": (
        on("POST /predictions", lambda body: (200, {"count": 0, "items": []})),
        "break: facade: 2.15 was written, nothing is there",
        "POST /predictions/search",
    ),
    "body_of_delete": (
        on("DELETE /prediction-filters", lambda status, body, headers: (200, {"ok": True})),
        "break: status: Undocumented status code: Received: 200",
        "DELETE",
    ),
}


@pytest.mark.parametrize("kind", BREAKS)
def test_a_break_fails(check, server, kind, tmp_path):
    server.plant, text, where = BREAKS[kind]
    junit = tmp_path / "report.xml"
    code, said = check(*WRITE, "--junit", str(junit))
    assert code == 1, said
    assert text in said
    broken = [case for case in ET.parse(junit).iter("testcase") if case.find("failure") is not None]
    assert broken
    assert where in broken[0].get("name")
    assert all(where in case.get("name") or "restore" in case.get("name") for case in broken)


@pytest.mark.parametrize(
    ("operation", "status"),
    [("GET /sports", 500), ("GET /matches refused", 520), ("GET /sports unsigned", 503)],
)
@pytest.mark.tool_changes
def test_a_server_that_fails_could_not_be_checked(check, server, operation, status):
    server.plant = on(operation, lambda body: (status, {"code": "x", "message": "y"}))
    code, said = check(*WRITE)
    assert code == 2, said
    assert "0 broken" not in said
    assert "it could not be checked further: GET /" in said
    assert f": {status}" in said.splitlines()[-1]
    assert server.asked.count("DELETE /prediction-filters") == 2  # what else there is was checked


@pytest.mark.parametrize("times", [1, 99])
def test_a_429_without_retry_after_is_a_break(check, server, times):
    refused = iter([True] * times)

    def plant(operation, status, body, headers):
        if operation == "GET /matches" and next(refused, False):
            return 429, {"code": "rate_limit_exceeded", "message": "Wait"}
        return None

    server.plant = plant
    code, said = check()
    assert code == 1, said
    assert "break: headers: it has no Retry-After" in said


@pytest.mark.parametrize(
    ("path", "told"),
    [("/matches", "there are no matches on 2"), ("/prediction-filters", "filters")],
)
def test_an_empty_list_checks_nothing(check, server, path, told):
    server.plant = on(f"GET {path}", lambda body: body.update(count=0, items=[]))
    code, said = check()
    assert code == 2, said
    assert "0 broken" not in said
    assert told in said.splitlines()[-1]


def test_headers_of_429_are_checked(check, server):
    answers = iter([(429, {"code": "rate_limit_exceeded", "message": "Wait"})])

    def plant(operation, status, body, headers):
        if operation == "GET /matches" and (answer := next(answers, None)):
            headers |= {"Retry-After": "0", "X-RateLimit-Limit": "many"}
            return answer
        return None

    server.plant = plant
    code, said = check()
    assert code == 1, said
    assert "break: headers: " in said
    assert server.asked.count("GET /matches") == 2


ADDITIONS = {
    "field": (on("GET /matches", item(venue="x")), "$.items[].venue is new"),
    "inner_field": (
        on("GET /matches", item(home=IDS | {"code": "x"})),
        "$.items[].home.code is new",
    ),
    "top_field": (on("GET /sports", lambda body: body.update(next=None)), "$.next is new"),
    "status": (
        on("GET /prediction-filters", item(status="paused")),
        "$.items[].status has the new value 'paused'",
    ),
    "error_field": (
        on("GET /sports unsigned", lambda body: body.update(help="x")),
        "$.help is new",
    ),
}


@pytest.mark.parametrize("kind", ADDITIONS)
def test_an_addition_warns(check, server, kind, tmp_path):
    server.plant, text = ADDITIONS[kind]
    report = tmp_path / "report.json"
    code, said = check("--json", str(report))
    assert code == 0, said
    assert f"addition: body: {text}" in said
    (found,) = [
        step for step in json.loads(report.read_bytes())["steps"] if step["result"] == "addition"
    ]
    assert found["findings"] == [{"level": "addition", "aspect": "body", "text": text}]
    assert said.endswith("0 broken, 1 new, 2 not checked\n")


def test_an_undocumented_400_or_401_is_not_a_break(check, monkeypatch, tmp_path):
    document = load(contract.SCHEMA.read_bytes())
    for item in document["paths"].values():
        for operation in item.values():
            operation["responses"] = {
                status: one for status, one in operation["responses"].items() if status < "4"
            }
    monkeypatch.setattr(contract, "SCHEMA", tmp_path / "openapi.json")
    contract.SCHEMA.write_text(json.dumps(document))
    code, said = check()
    assert code == 0, said
    assert "addition: status: 401 is not documented" in said
    assert said.endswith("0 broken, 2 new, 2 not checked\n")


@pytest.mark.tool_changes
def test_incomplete_checks(check, server, port, monkeypatch, tmp_path):
    junit = tmp_path / "report.xml"
    server.plant = on("GET /sports", lambda body: (401, {"code": "invalid_token", "message": "No"}))
    code, said = check("--junit", str(junit))
    assert code == 2, said
    assert "it could not be checked further: GET /sports: 401 invalid_token: No" in said
    assert ET.parse(junit).find("testcase/error").get("message").startswith("GET /sports: 401")
    assert len(server.asked) == 1

    server.plant = on("GET /matches", down)
    code, said = check()
    assert code == 2, said
    assert "GET /matches: 503: down" in said

    code, said = check(url=f"http://localhost:{port}/api")
    assert code == 2, said

    monkeypatch.delenv("BETTUNE_API_TOKEN")
    code, said = check()
    assert code == 2
    assert said.endswith(
        "it could not be checked further: there is no token: set BETTUNE_API_TOKEN\n"
    )


def test_a_break_has_priority_over_an_incomplete_check(check, server):
    def plant(operation, status, body, headers):
        if operation == "GET /sports":
            body["count"] = 3
        if operation == "GET /prediction-filters":
            return 403, {"code": "pro_subscription_required", "message": "PRO"}
        return None

    server.plant = plant
    code, said = check()
    assert code == 1
    assert "it could not be checked further: GET /prediction-filters: 403" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("when", ["PUT", "POST", "DELETE"])
@pytest.mark.usefixtures("_collector_waits")
def test_after_an_interrupt_the_prediction_is_restored(check, server, number, when):
    server.predictions[7] = prediction(7, "1.75")
    before = dict(server.predictions)
    writes, interrupts = [], []

    def plant(operation, status, body, headers):
        if operation.startswith("PUT"):
            writes.append(operation)
        first = operation.startswith(when) and writes and not interrupts
        if not first and not (interrupts and operation.startswith("PUT")):
            return None
        interrupts.append(operation)
        os.kill(os.getpid(), number)
        if len(interrupts) != 2:
            return None
        server.predictions.clear()  # as it restores, and has to try again
        return 503, {"code": "x", "message": "y"}

    server.plant = plant
    code, said = check(*WRITE)
    assert code == 2, said
    assert "it could not be checked further: it was interrupted" in said
    assert len(interrupts) > 1
    assert server.predictions == before


def test_a_prediction_that_cannot_be_restored_is_reported(check, server):
    server.predictions[7] = prediction(7, "1.75")

    def plant(operation, *_):
        if not operation.startswith("PUT") or server.asked.count(operation) == 1:
            return None
        server.predictions.clear()
        return 403, {"code": "x", "message": "y"}

    server.plant = plant
    code, said = check(*WRITE)
    assert code == 1
    assert "restore it by hand: filter 5, match 7 had odds of 1.75" in said


@pytest.mark.parametrize(("status", "ends"), [(200, 1), (400, 1), (403, 2)])
def test_a_restored_prediction_needs_no_manual_work(check, server, status, ends):
    before = {7: prediction(7, "1.75")}

    def plant(operation, _status, body, headers):
        if not operation.startswith("PUT"):
            return None
        if status != 200:  # and nothing is written
            server.predictions = dict(before)
        return status, {"code": "x", "message": "y"}

    server.predictions, server.plant = dict(before), plant
    code, said = check(*WRITE)
    assert code == ends
    assert "restore it by hand" not in said
    assert ("DELETE /prediction-filters" in server.asked) == (status == 200)
    assert server.predictions[7]["odds"] == "1.750000"


@pytest.mark.parametrize(
    "options", [["--filter", "5"], ["--match", "7"], ["--filter", "x", "--match", "7"]]
)
def test_wrong_options_send_nothing(check, server, options):
    assert check(*options)[0] == 2
    assert server.asked == []


def test_the_sandbox_keeps_the_contract(check, monkeypatch):
    monkeypatch.delenv("BETTUNE_API_TOKEN")
    monkeypatch.setattr(contract, "SCHEMA", ROOT / "openapi.yaml")
    code, said = check("--filter", "11583", "--match", "1611243", url=None)
    assert code == 0, said
    assert "0 broken, 0 new" in said


def test_reports_are_complete_and_valid_xml(check, server, tmp_path):
    server.plant = on("GET /prediction-filters", item(status="a\x00<&\ufffe"))
    report, junit = tmp_path / "report.json", tmp_path / "report.xml"
    assert check("--json", str(report), "--junit", str(junit))[0] == 0
    assert json.loads(report.read_bytes())["base_url"] == server.url
    suite = ET.parse(junit).getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("8", "0", "2")
    assert sorted(tmp_path.iterdir()) == [report, junit]


def test_a_token_that_is_sent_back_is_in_no_report(check, server, tmp_path):
    spellings = [
        TOKEN,
        "".join(f"%{ord(character):02X}" for character in TOKEN),
        "".join(f"%25{ord(character):02x}" for character in TOKEN),
        "".join(f"&#{ord(character)};" for character in TOKEN),
        "".join(f"&#x{ord(character):X};" for character in TOKEN),
        "".join(f"\\u{ord(character):04x}" for character in TOKEN),
    ]
    server.plant = on("GET /prediction-filters", item(status=" ".join(["x", *spellings])))
    report, junit = tmp_path / "report.json", tmp_path / "report.xml"
    _, said = check("--json", str(report), "--junit", str(junit))
    for text in (said, report.read_text(), junit.read_text()):
        assert text.count("[token]") == len(spellings)
        assert not [spelling for spelling in spellings if spelling in text]


def test_an_operation_without_a_step_is_not_checked(check, monkeypatch):
    places = contract.OPERATIONS | {("/leagues", "get"): ("Leagues", "list_leagues", None, None)}
    monkeypatch.setattr(contract, "OPERATIONS", places)
    code, said = check()
    assert code == 0, said
    assert "GET /leagues" in said
    assert said.endswith("0 broken, 0 new, 3 not checked\n")


def test_a_response_cannot_print_a_workflow_command(check, server):
    server.plant = on("GET /prediction-filters", item(status="a\n::stop-commands::x\x1b[2J"))
    _, said = check()
    assert not [line for line in said.splitlines() if line.lstrip().startswith("::")]
    assert "\x1b" not in said
