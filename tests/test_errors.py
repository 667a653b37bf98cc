"""Errors: what they say, keep and carry along; and which answers are errors though they came."""

from __future__ import annotations

import copy
import json
import pickle
import tracemalloc

import anyio
import httpx
import pytest

import bettune
from bettune import AsyncBetTune, BetTune
from tests.scripted import NOTHING, Scripted, answer
from tests.test_answers import PREDICTION

PAGE = b"<html><h1>Welcome</h1></html>"
QUICK = {"max_retries": 0}


PUBLIC = [getattr(bettune, name) for name in bettune.__all__]
ERRORS = [kind for kind in PUBLIC if isinstance(kind, type) and issubclass(kind, Exception)]


def refused(connect, sent, call=lambda client: client.sports.list(), **options):
    """The error of a call that is answered so."""
    with Scripted(sent) as server:
        client = connect(base_url=server.base_url, **QUICK, **options)
        with pytest.raises(bettune.APIError) as caught:
            call(client)
    return caught.value


def put(client):
    return client.predictions.put(1, 5, "2.15")


class TestShown:
    @pytest.mark.parametrize("kind", ERRORS)
    def test_one_made_by_hand_says_its_message(self, kind):
        """As Celery makes them again of JSON, and as tests of users do."""
        error = kind("Something happened")
        assert str(error) == "Something happened"
        assert repr(error) == f"{kind.__name__}('Something happened')"
        for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
            assert (type(twin), repr(twin)) == (kind, repr(error))

    def test_str_repr_message_and_note_say_where_it_happened(self, connect):
        sent = answer(404, {"code": "match_not_found", "message": "No such match."})
        error = refused(connect, sent, put)
        where = "PUT /prediction-filters/1/matches/5/prediction: 404"
        assert str(error).startswith(f"{where} match_not_found: No such match. ")
        assert repr(error) == f"NotFoundError({str(error)!r})"
        # Sentry shows `.message` in place of str(), and the notes below it.
        assert (error.message, error.__notes__) == ("No such match.", [where])
        assert pickle.loads(pickle.dumps(error)).__notes__ == [where]

    @pytest.mark.parametrize(
        ("status", "code", "remedy"),
        [
            (401, "missing_token", "Settings page"),
            (401, "invalid_token", "Settings page"),
            (403, "pro_subscription_required", "Renew PRO"),
            (404, "filter_not_found", r"prediction_filters\.list\(\)"),
            (404, "match_not_found", "retrying will not help"),
        ],
    )
    def test_it_says_what_to_do(self, connect, status, code, remedy):
        sent = answer(status, {"code": code, "message": "No"})
        assert refused(connect, sent, put).args
        with pytest.raises(bettune.APIStatusError, match=remedy):
            raise refused(connect, sent, put)

    def test_a_rate_limit_says_when_to_come_back(self, connect):
        error = refused(connect, answer(429, {"message": "Slowly"}, retry_after="3600"))
        assert str(error) == "GET /sports: 429: Slowly. Try again in 3600 s"

    def test_the_log_has_a_number_or_none_as_status_of_each_try(self, connect, caplog):
        with Scripted(b"", answer(200, {"items": [], "count": 0})) as server:
            client = connect(base_url=server.base_url, max_wait=0.001)
            with caplog.at_level("DEBUG", logger="bettune"):
                client.sports.list()
        tries = [record for record in caplog.records if hasattr(record, "seconds")]
        assert [(attempt.status, attempt.attempt) for attempt in tries] == [(None, 1), (200, 2)]
        assert "Error in " in tries[0].getMessage()

    @pytest.mark.parametrize(("retries", "attempts"), [(0, 1), (2, 3)])
    @pytest.mark.parametrize("sent", [answer(503), answer(404), b"", answer(200, PAGE)])
    def test_attempts_are_how_often_it_was_sent(self, connect, sent, retries, attempts):
        with Scripted(sent) as server:
            options = {"max_retries": retries, "max_wait": 0.001}
            client = connect(base_url=server.base_url, **options)
            with pytest.raises(bettune.APIError) as caught:
                client.sports.list()
            assert caught.value.attempts == len(server.requests)
        assert caught.value.attempts == (attempts if sent in {b"", answer(503)} else 1)

    def test_a_timeout_keeps_the_message_of_the_transport(self):
        """pytest-httpx tells there that no mock fits, and which were tried."""

        def refuse(request):
            raise httpx.ReadTimeout("No response can be found for GET", request=request)

        transport = httpx.MockTransport(refuse)
        with (
            BetTune("t", transport=transport, **QUICK) as client,
            pytest.raises(bettune.APITimeoutError, match="No response can be found for GET"),
        ):
            client.sports.list()


class TestKept:
    """Thousands of errors may be kept in one report."""

    @pytest.mark.parametrize("status", [200, 400, 502])
    def test_a_body_is_cut_to_its_beginning(self, connect, status):
        page = b"<html>" + b"x" * 20_000 + b"</html>"
        error = refused(connect, answer(status, page))
        assert 2000 <= len(error.body) <= 2001
        assert error.body.startswith("<html>xxx")
        assert len(str(error)) < 1200

    def test_a_message_is_cut(self, connect):
        error = refused(connect, answer(400, {"code": "x", "message": "m" * 50_000}))
        assert len(error.message) <= 1000
        assert len(str(error)) < 1200

    def test_3000_failures_with_a_page_of_20_kb(self):
        page = answer(500, b"<html>" + b"x" * 20_000)

        def serve(request):
            if request.method == "POST":
                return httpx.Response(200, json={"count": 0, "items": []})
            return httpx.Response(422, content=page)

        with BetTune("t", transport=httpx.MockTransport(serve), **QUICK) as client:
            odds = dict.fromkeys(range(1, 3001), 2)
            plan = client.predictions.plan(1, odds)
            tracemalloc.start()
            try:
                report = client.predictions.apply(plan)
                kept, _ = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
        assert len(report.failed) == 3000
        assert kept < 3000 * 8_000
        assert all(error.__traceback__ is None for error in report.failed.values())
        with pytest.raises(bettune.SyncError) as caught:
            report.raise_for_failures()
        assert len(str(caught.value)) < 10_000

    def test_100_000_nan_make_a_short_message(self, connect):
        odds = dict.fromkeys(range(1, 100_001), float("nan"))
        with pytest.raises(bettune.InvalidOddsError) as caught:
            connect().predictions.plan(1, odds)
        message = str(caught.value)
        assert len(message) < 500
        assert [f"match {n}: odds are missing" in message for n in range(1, 8)] == (
            [True] * 5 + [False] * 2
        )
        assert "and 99995 more" in message
        assert 'missing="skip"' in message
        assert caught.value.invalid.keys() == odds.keys()


class TestAnotherAnswer:
    """A success about something else than was asked for is none."""

    @pytest.mark.parametrize(
        ("change", "where"),
        [
            ({"filterId": 2}, r"\$\.filterId"),
            ({"matchId": 6}, r"\$\.matchId"),
            ({"odds": "NaN"}, r"\$\.odds"),
        ],
        ids=str,
    )
    @pytest.mark.parametrize("status", [200, 201])
    def test_to_a_put(self, connect, change, where, status):
        error = refused(connect, answer(status, {**PREDICTION, **change}), put)
        assert isinstance(error, bettune.APIResponseValidationError)
        assert error.status_code == status
        with pytest.raises(bettune.APIError, match=where):
            raise error

    @pytest.mark.parametrize(
        ("change", "where"),
        [({"filterId": 2}, r"items\[1\]\.filterId"), ({"matchId": 7}, r"items\[1\]\.matchId")],
        ids=str,
    )
    def test_to_a_search(self, connect, change, where):
        items = [PREDICTION, {**PREDICTION, "matchId": 6, **change}]
        sent = answer(200, {"count": 2, "items": items})
        for call in (
            lambda client: client.predictions.search(1, [5, 6]),
            lambda client: client.predictions.plan(1, {5: 2, 6: 2}),
        ):
            with pytest.raises(bettune.APIResponseValidationError, match=where):
                raise refused(connect, sent, call)

    def test_to_a_day_of_matches(self, connect):
        sent = answer(200, {"date": "2026-06-07", "count": 0, "items": []})
        for call in (
            lambda client: client.matches.list("2026-06-06"),
            lambda client: list(client.matches.between("2026-06-06", "2026-06-06")),
            lambda client: client.matches.resolve(
                [{"home": "a", "away": "b", "date": "2026-06-06"}]
            ),
        ):
            with pytest.raises(bettune.APIResponseValidationError, match=r"2026-06-06.*\$\.date"):
                raise refused(connect, sent, call)

    def test_in_a_run_it_fails_and_is_not_done(self, connect):
        other = answer(200, {**PREDICTION, "matchId": 6})
        with Scripted(NOTHING, other, NOTHING, NOTHING) as server:
            report = connect(base_url=server.base_url).predictions.sync(1, {5: 2.15})
        assert (list(report.failed), report.created, report.ok) == ([5], {}, False)


CALLS = {
    "put": put,
    "delete": lambda client: client.predictions.delete(1, 5),
    "search": lambda client: client.predictions.search(1, [5]),
}


class TestOtherSuccesses:
    """One that the API does not document counts where it says the same."""

    @pytest.mark.parametrize("status", [200, 201, 203])
    def test_of_a_put_or_a_search(self, connect, status):
        found = answer(status, {"count": 1, "items": [PREDICTION]})
        with Scripted(answer(status, PREDICTION), found) as server:
            client = connect(base_url=server.base_url)
            assert [put(client)] == client.predictions.search(1, [5])

    @pytest.mark.parametrize(
        ("status", "body"), [(204, b""), (200, b""), (200, b"{}"), (200, b" null\n"), (205, b"")]
    )
    def test_of_a_deletion(self, connect, status, body):
        with Scripted(answer(status, body)) as server:
            assert connect(base_url=server.base_url).predictions.delete(1, 5) is None

    @pytest.mark.parametrize("status", [200, 201, 202, 203, 206, 207])
    @pytest.mark.parametrize("call", CALLS)
    def test_a_page_is_none(self, connect, status, call):
        error = refused(connect, answer(status, PAGE), CALLS[call])
        assert isinstance(error, bettune.APIResponseValidationError)
        assert error.body == PAGE.decode()

    @pytest.mark.parametrize("status", [202, 206, 207])
    @pytest.mark.parametrize("call", CALLS)
    def test_one_that_says_it_may_not_be_done_is_none(self, connect, status, call):
        items = {"count": 1, "items": [PREDICTION]}
        body = {"put": PREDICTION, "delete": b"", "search": items}[call]
        error = refused(connect, answer(status, body), CALLS[call])
        assert isinstance(error, bettune.APIResponseValidationError)
        assert f"status {status}" in str(error)


class TestHooks:
    """Hooks of the caller's that do what spoils an answer, or are told of one by an exception."""

    @pytest.fixture(params=["sync", "async"])
    def call(self, request):
        """Call with a hook that is given what reads the answer; what came of it."""

        def run(hook, *sent):
            with Scripted(*sent) as server:
                options = {"base_url": server.base_url, "max_wait": 0.001, "max_retries": 1}
                if request.param == "sync":
                    with BetTune("t", **options, event_hooks={"response": [hook]}) as client:
                        return client.sports.list(), len(server.requests)

                async def main():
                    async def awaited(response):
                        for name in ("read", "close"):
                            setattr(response, name, getattr(response, f"a{name}"))
                        result = hook(response)
                        if hasattr(result, "__await__"):
                            await result

                    hooks = {"response": [awaited]}
                    async with AsyncBetTune("t", **options, event_hooks=hooks) as client:
                        return await client.sports.list(), len(server.requests)

                return anyio.run(main)

        return run

    @pytest.mark.parametrize("sent", [NOTHING, answer(503)])
    def test_a_hook_that_closes_the_response_is_reported(self, call, sent):
        with pytest.raises(bettune.BetTuneError, match="an event hook"):
            call(lambda response: response.close(), sent)

    def test_one_that_reads_it_does_no_harm(self, call):
        assert call(lambda response: response.read(), answer(503), NOTHING) == ([], 2)

    def test_raise_for_status_ends_as_the_status_does(self, call):
        def hook(response):
            response.raise_for_status()

        assert call(hook, answer(503), NOTHING) == ([], 2)
        with pytest.raises(bettune.NotFoundError, match="GET /sports: 404"):
            call(hook, answer(404, {"code": "x", "message": "y"}))

    @pytest.mark.parametrize("kind", ["sync", "async"])
    def test_one_that_reads_and_raises_for_the_status_keeps_the_code(self, kind):
        """As httpx's documentation has it."""

        def check(response):
            response.read()
            response.raise_for_status()

        async def check_async(response):
            await response.aread()
            response.raise_for_status()

        async def main():
            options["event_hooks"] = {"response": [check_async]}
            async with AsyncBetTune("t", **options) as client:
                await client.sports.list()

        def run():
            with BetTune("t", event_hooks={"response": [check]}, **options) as client:
                client.sports.list()

        denied = answer(404, {"code": "match_not_found", "message": "m"})
        with Scripted(answer(503), denied) as server:
            options = {"base_url": server.base_url, "max_wait": 0.001}
            with pytest.raises(bettune.NotFoundError) as caught:
                run() if kind == "sync" else anyio.run(main)
        assert (caught.value.code, caught.value.attempts) == ("match_not_found", 2)

    def test_an_own_exception_comes_out_as_it_is(self, call):
        def hook(_):
            raise KeyError("mine")

        with pytest.raises(KeyError, match="mine"):
            call(hook, NOTHING)


@pytest.mark.parametrize("sent", [NOTHING, answer(503), answer(200, PAGE)])
@pytest.mark.parametrize(
    "hook",
    [
        lambda response: next(response.iter_raw()),
        lambda response: next(response.iter_bytes(3)),
        lambda response: list(response.iter_raw()),
    ],
    ids=["a part", "some bytes", "all, kept nowhere"],
)
def test_a_hook_that_reads_a_part_is_reported(hook, sent):
    with Scripted(sent) as server:
        options = {"base_url": server.base_url, "event_hooks": {"response": [hook]}}
        with (
            BetTune("t", **options, **QUICK) as client,
            pytest.raises(bettune.BetTuneError, match="hook closed or partly read the response"),
        ):
            client.sports.list()


def test_errors_go_through_json_as_celery_has_them(connect):
    error = refused(connect, answer(404, {"code": "x", "message": "y"}))
    name, args = json.loads(json.dumps([type(error).__name__, error.args]))
    assert str(getattr(bettune, name)(*args)) == "y"


def test_text_of_a_server_is_shown_on_one_line_and_steers_no_terminal(connect, caplog):
    caplog.set_level("DEBUG")
    bad = "Bad\n::error::\x1b]0;x\x07\x9b31m\u202egnorw\u2066"
    answers = [
        answer(503, {"code": bad, "message": bad}, reason="\x1b[31m\x9b"),
        answer(404, {"code": bad, "message": bad}),
        answer(502, f"<html>{bad}".encode()),
        answer(307, location="/v1/\x1b[31m\x9b"),
        answer(200, {"count": 1, "items": [{"id": bad, "name": "x"}]}),
    ]
    with Scripted(*answers) as server:
        client = connect(base_url=server.base_url, max_wait=0.001, max_retries=1)
        for kind in (
            bettune.NotFoundError,
            # Its location is not an address; httpx2 lets it pass.
            (bettune.APIConnectionError, bettune.APIStatusError),
            bettune.APIResponseValidationError,
        ):
            with pytest.raises(kind) as caught:
                client.sports.list()
            texts = [str(caught.value), repr(caught.value), getattr(caught.value, "message", "")]
            assert all(text.isprintable() for text in texts), texts
    loggers = ("bettune", "httpx")
    messages = [record.getMessage() for record in caplog.records if record.name in loggers]
    assert len(messages) > 5
    assert all(message.isprintable() for message in messages)
