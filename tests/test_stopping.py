"""Bulk runs of which much fails: what stops them, and how their reports show it."""

from __future__ import annotations

import json
from contextlib import ExitStack
from decimal import Decimal

import pytest

import bettune
from bettune import BetTune, Plan, RateLimit, to_records
from bettune.types import Entry
from tests.scripted import NOTHING, Scripted, answer
from tests.test_sync import Table


def prediction(request):
    """The response to a PUT."""
    _, _, filter_id, _, match_id, _ = request.path.removeprefix("/v1").split("/")
    at = "2026-06-06T12:00:00+00:00"
    fields = {"id": 10, "filterId": int(filter_id), "matchId": int(match_id), "source": "api"}
    odds = json.loads(request.body)["odds"] if request.body else "2"
    return answer(200, {**fields, "odds": odds, "createdAt": at, "updatedAt": at})


def refusal(status, code, **headers):
    return answer(status, {"code": code, "message": "No"}, **headers)


class TestStopping:
    def serve(self, connect, answers, **options):
        server = Scripted(NOTHING, *answers)
        server.__enter__()
        return server, connect(base_url=server.base_url, **{"max_retries": 0, **options})

    @pytest.mark.parametrize(
        "fatal",
        [
            refusal(401, "invalid_token"),
            refusal(403, "pro_subscription_required"),
            refusal(404, "filter_not_found"),
            refusal(429, "rate_limit_exceeded", retry_after="1000"),
        ],
        ids=["401", "403", "404", "429"],
    )
    def test_an_error_for_every_write_stops_those_that_wait_for_the_rate_limit(
        self, connect, fatal
    ):
        limit = RateLimit(2, 60)
        server, client = self.serve(connect, [fatal], rate_limit=limit, max_wait=100)
        # The search and one write are let out; the others would wait for a minute.
        report = client.predictions.sync(1, dict.fromkeys(range(1, 31), 2))
        server.__exit__()
        assert len(server.requests) == 2
        assert (len(report.failed), len(report.pending)) == (1, 29)

    def test_a_server_that_cannot_be_reached_stops_the_run(self, connect):
        server, client = self.serve(connect, [b""])
        report = client.predictions.sync(1, dict.fromkeys(range(1, 51), 2), concurrency=2)
        server.__exit__()
        # They were sent, and no response came: nothing tells whether they were carried out.
        assert 5 <= len(report.unknown) <= 6
        assert not report.failed
        assert len(report.unknown) + len(report.pending) == 50
        assert not report.ok

    def test_one_response_in_between_lets_the_run_continue(self, connect):
        answers = [b"", b"", b"", b"", prediction] * 4
        server, client = self.serve(connect, [*answers, NOTHING])
        report = client.predictions.sync(1, dict.fromkeys(range(1, 21), 2), concurrency=1)
        server.__exit__()
        assert (len(report.failed), len(report.created)) == (16, 4)

    def test_a_filter_that_is_not_there_stops_its_own_writes_alone(self, connect):
        def serve(request):
            if "/11584/" in request.path:
                return refusal(404, "filter_not_found")
            return NOTHING if request.method == "POST" else prediction(request)

        with Scripted(serve) as server:
            client = connect(base_url=server.base_url, max_retries=0)
            odds = dict.fromkeys(range(1, 21), 2)
            reports = client.predictions.sync_many({11583: odds, 11584: odds}, concurrency=1)
        assert len(reports[11583].created) == 20
        assert (len(reports[11584].failed), len(reports[11584].pending)) == (1, 19)
        with pytest.raises(bettune.SyncError) as caught:
            reports.raise_for_failures()
        assert caught.value.report is reports


def test_pending_writes_stand_in_the_records_too(connect):
    with Scripted(NOTHING, refusal(401, "invalid_token")) as server:
        client = connect(base_url=server.base_url)
        report = client.predictions.sync(1, {5: 2, 6: 3}, concurrency=1)
    first, second = to_records(report)
    assert first["error"].startswith("PUT /prediction-filters/1/matches/5/prediction: 401")
    assert first["at"] is not None
    assert (second["match_id"], second["new_odds"], second["at"], second["error"]) == (
        6,
        Decimal(3),
        None,
        None,
    )


def test_thousands_of_writes_show_themselves_shortly():
    def serve(request):
        return NOTHING if request.method == "POST" else refusal(400, "x" * 10, big="y" * 100)

    with Scripted(serve) as server, BetTune("t", base_url=server.base_url) as client:
        plan = client.predictions.plan(1, dict.fromkeys(range(1, 3001), 2))
        report = client.predictions.apply(plan)
    for one in (plan, report):
        assert len(repr(one)) < 200
        assert "\n" not in repr(one)
        assert one._repr_html_().count("<tr>") <= 25
        assert "more" in one._repr_html_()
    assert len(report.failed) == 3000


class Peculiar(Table):
    """A table that carries writes of some matches out, and answers them otherwise."""

    def __init__(self, answers, **options):
        super().__init__(**options)
        self._answers = answers

    def __call__(self, request):
        done = super().__call__(request)
        if request.method == "POST":
            return self._answers.get("POST", done)
        return self._answers.get(int(request.path.split("/")[-2]), done)


def states(results):
    return [(result.match_id, result.state) for result in results]


@pytest.fixture
def peculiar(connect):
    with ExitStack() as stack:

        def make(answers, *, max_retries=0, **options):
            table = Peculiar(answers, **options)
            server = stack.enter_context(Scripted(table))
            client = connect(base_url=server.base_url, max_retries=max_retries, max_wait=0.001)
            return table, client.predictions, server

        yield make


class TestUnknown:
    @pytest.mark.parametrize("reply", [answer(504), b"", answer(200, b"<html>"), answer(202)])
    def test_unknown_writes_are_settled_by_a_search(self, peculiar, reply):
        """Of writes that were carried out, and of those that were not."""
        table, predictions, server = peculiar({1: reply, 2: reply, 3: reply})
        table.odds = {2: "2.5", 3: "3"}
        told, progress = [], []
        report = predictions.sync(
            1,
            {1: 2, 2: bettune.DELETE, 3: 4, 4: 2},
            on_result=told.append,
            on_progress=lambda *done: progress.append(done),
            concurrency=1,
        )
        assert report.ok
        assert {m: one.odds for m, one in (report.created | report.updated).items()} == {
            1: Decimal(2),
            3: Decimal(4),
            4: Decimal(2),
        }
        assert report.deleted == {2: Decimal("2.5")}
        unknown = [(2, "unknown"), (3, "unknown"), (1, "unknown"), (4, "done")]
        assert states(told) == [*unknown, (2, "done"), (3, "done"), (1, "done")]
        assert progress == [(1, 4), (2, 4), (3, 4), (4, 4)]
        assert isinstance(told[0].error, bettune.APIError)
        assert told[-1].error is None
        assert [request.method for request in server.requests].count("POST") == 2

    def test_a_write_that_was_not_carried_out_has_failed(self, connect):
        table = Table({1: answer(500), 2: b""}, odds={2: "2"})
        with Scripted(table) as server:
            client = connect(base_url=server.base_url, max_retries=0)
            report = client.predictions.sync(1, {1: 2, 2: bettune.DELETE, 3: 2})
        assert {m: type(error) for m, error in report.failed.items()} == {
            1: bettune.InternalServerError,
            2: bettune.APIConnectionError,
        }
        assert not report.unknown

    def test_it_stays_unknown_where_bettune_holds_neither_or_does_not_say(self, peculiar):
        keeps_two = answer(200, Table(odds={1: "2.16"}).prediction(1))
        table, *_ = peculiar({1: keeps_two})

        def keep_two(request):
            done = Peculiar.__call__(table, request)
            if request.method == "PUT":
                table.odds[1] = "2.16"
            return done

        with Scripted(keep_two) as server, BetTune("t", base_url=server.base_url) as client:
            report = client.predictions.sync(1, {1: "2.155"})
        assert isinstance(report.unknown[1], bettune.APIResponseValidationError)
        for odds in ("2.155", "2.16"):
            assert odds in str(report.unknown[1])
        assert not report.ok
        assert str(report) == "0 created, 0 updated, 0 unchanged, 0 failed, 1 unknown"
        with pytest.raises(bettune.SyncError, match=r"2\.155"):
            report.raise_for_failures()
        (row,) = to_records(report)
        assert row["state"] == "unknown"

    def test_a_request_that_never_left_has_failed(self, connect, port):
        plan = Plan(1, (Entry(1, "create", new=Decimal(2)),))
        report = connect(base_url=f"http://127.0.0.1:{port}", max_retries=0).predictions.apply(plan)
        assert isinstance(report.failed[1], bettune.APIConnectionError)

    def test_a_write_whose_answer_a_hook_could_not_read_is_looked_up(self):
        def hook(response):
            if response.request.method == "PUT":
                b"\xff".decode()

        table = Table()
        with (
            Scripted(table) as server,
            BetTune("t", base_url=server.base_url, event_hooks={"response": [hook]}) as client,
        ):
            report = client.predictions.sync(1, {1: 2})
        assert list(report.created) == list(table.odds) == [1]

    def test_a_lost_response_still_counts_after_a_later_rejection(self, connect):
        lost = []

        def serve(request):
            if request.method == "PUT" and not lost:
                lost.append(table(request))
                return b""
            return refusal(404, "match_not_found") if request.method == "PUT" else table(request)

        table = Table()
        with Scripted(serve) as server:
            client = connect(base_url=server.base_url, max_wait=0.001)
            report = client.predictions.sync(1, {1: 2})
        assert list(report.created) == [1]


@pytest.mark.parametrize("odds", ["9.99", "2.100001", "-5", "0"])
@pytest.mark.parametrize("call", ["put", "sync"])
def test_an_answer_with_other_odds_is_an_error_that_says_both(connect, odds, call):
    def serve(request):
        if request.method == "POST":
            return NOTHING
        return answer(200, Table(odds={5: odds}).prediction(5))

    with Scripted(serve) as server:
        predictions = connect(base_url=server.base_url).predictions
        if call == "put":
            with pytest.raises(bettune.APIResponseValidationError) as caught:
                predictions.put(1, 5, 2.1)
            error = caught.value
        else:
            report = predictions.sync(1, {5: 2.1})
            error = report.failed[5]  # BetTune holds what it held before
        assert isinstance(error, bettune.APIResponseValidationError)
        assert "2.1," in str(error)
        assert odds in str(error)


@pytest.mark.parametrize(
    "reply",
    [answer(502), answer(503), answer(504), answer(429), answer(200, b"<html>"), b""],
    ids=["502", "503", "504", "429", "html", "lost"],
)
@pytest.mark.parametrize("concurrency", [1, 7])
def test_a_server_that_is_down_stops_the_run_behind_any_proxy(connect, reply, concurrency):
    def serve(request):
        return NOTHING if request.method == "POST" else reply

    with Scripted(serve) as server:
        client = connect(base_url=server.base_url, max_retries=1, max_wait=0.001)
        report = client.predictions.sync(
            1, dict.fromkeys(range(1, 301), 2), concurrency=concurrency
        )
    tried = 300 - len(report.pending)
    assert max(5, concurrency) <= tried < max(5, concurrency) + concurrency
    assert len(report.failed) == tried
