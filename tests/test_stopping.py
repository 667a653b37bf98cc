"""Bulk runs of which much fails: what stops them, and how their reports show it."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

import bettune
from bettune import BetTune, RateLimit, to_records
from tests.scripted import Scripted, answer

NOTHING = answer(200, {"count": 0, "items": []})


def prediction(request):
    """What a PUT is answered."""
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
    def test_what_meets_all_stops_those_that_wait_for_their_pace_too(self, connect, fatal):
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

    def test_one_answer_in_between_and_it_goes_on(self, connect):
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

    def test_a_bad_match_stops_nobody(self, connect):
        def serve(request):
            if request.path.endswith("/5/prediction"):
                return refusal(404, "match_not_found")
            return NOTHING if request.method == "POST" else prediction(request)

        with Scripted(serve) as server:
            client = connect(base_url=server.base_url)
            report = client.predictions.sync(1, dict.fromkeys(range(1, 11), 2))
        assert list(report.failed) == [5]
        assert len(report.created) == 9
        row = next(row for row in to_records(report) if row["match_id"] == 5)
        assert (row["action"], row["old_odds"], row["new_odds"]) == ("create", None, Decimal(2))
        assert "running again does not help" in row["error"]


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
