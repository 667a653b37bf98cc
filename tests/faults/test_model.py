"""Any sequence of operations with any faults in between: server, model and reports agree."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest
from hypothesis.errors import Flaky
from msgspec.structs import replace

from bettune import APIError, BetTune, Prediction, PredictionSource
from bettune._bulk import wanted as wanted_odds
from bettune._bulk.run import Run
from bettune._http.exchange import Exchange
from bettune._resources import decode
from bettune._sync.http_client import HTTPClient
from bettune._sync.predictions import Predictions
from bettune.sandbox import Sandbox
from tests.faults.model import FILTER, MATCHES, NAN, Machine, run


@pytest.fixture(scope="module", autouse=True)
def server():
    with Sandbox() as box, BetTune(box.token, base_url=box.base_url) as client:
        Machine.server = box
        Machine.ids = [m.id for m in client.matches.list("2026-06-06", sport=1)][:MATCHES]
        yield


def test_everybody_agrees_whatever_happens():
    run()


# It finds bugs that are planted for it.


def drop_the_body_of_a_retry(monkeypatch):
    send = httpx.Client.send

    def broken(self, request, **options):
        if isinstance(self, HTTPClient) and request.extensions.setdefault("sent", False):
            request.stream = httpx.ByteStream(b'{"odds":"9"}')
            request.headers["Content-Length"] = "12"
        request.extensions["sent"] = True
        return send(self, request, **options)

    monkeypatch.setattr(httpx.Client, "send", broken)


def count_a_failure_as_done(monkeypatch):
    note = Run.note

    def broken(self, write, outcome):
        if isinstance(outcome, APIError):
            now, outcome = datetime.now(UTC), None
            if write.new is not None:
                api = PredictionSource.API
                outcome = Prediction(1, FILTER, write.match_id, write.new, api, now, now)
        return note(self, write, outcome)

    monkeypatch.setattr(Run, "note", broken)


def take_a_delete_for_a_put(monkeypatch):
    write = Predictions._write

    def broken(self, one):
        return write(self, replace(one, new=one.new or Decimal(1)))

    monkeypatch.setattr(Predictions, "_write", broken)


def take_what_is_missing_for_a_deletion(monkeypatch):
    monkeypatch.setattr(wanted_odds, "is_missing", lambda value: False)
    to_odds = wanted_odds.to_odds

    def broken(value):
        return None if value is None or value is NAN else to_odds(value)

    monkeypatch.setattr(wanted_odds, "to_odds", broken)


def follow_a_redirect_with_another_method(monkeypatch):
    monkeypatch.setattr(Exchange, "_refused", lambda *_: "")


def believe_an_answer_about_another_match(monkeypatch):
    prediction = decode.prediction

    def broken(body, filter_id, match_ids, index=None):
        return prediction(body, body.filter_id, {body.match_id}, index)

    monkeypatch.setattr(decode, "prediction", broken)


def call_what_is_cut_short_pending(monkeypatch):
    note = Run.note

    def broken(self, write, outcome):
        noted = note(self, write, outcome)
        report = self.reports[write.filter_id]
        if report.failed.pop(write.match_id, None) is not None:
            report.pending[write.match_id] = write.new
        return noted

    monkeypatch.setattr(Run, "note", broken)


@pytest.mark.parametrize(
    "plant",
    [
        drop_the_body_of_a_retry,
        count_a_failure_as_done,
        take_a_delete_for_a_put,
        take_what_is_missing_for_a_deletion,
        follow_a_redirect_with_another_method,
        believe_an_answer_about_another_match,
        call_what_is_cut_short_pending,
    ],
)
def test_a_planted_bug_is_found(monkeypatch, plant):
    plant(monkeypatch)
    # The order in which threads meet the faults is not hypothesis's to repeat.
    with pytest.raises((AssertionError, Flaky)):
        run(examples=50)
