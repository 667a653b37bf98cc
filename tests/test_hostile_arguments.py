"""Arguments that cannot be right: an error of the library that says what to do, and no request."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from datetime import datetime
from decimal import Decimal

import httpx
import numpy as np
import pandas as pd
import pytest

import bettune
from bettune import AsyncBetTune, BetTune, ConfigurationError, InvalidArgumentError
from tests.scripted import Scripted, answer

SECRET = "s3cr3t-t0ken"


@pytest.mark.parametrize("kind", [BetTune, AsyncBetTune])
@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"cert": 5}, "cert"),
        ({"headers": 5}, "headers"),
        ({"headers": {"X": 5}}, "headers"),
        ({"params": 5}, "params"),
        ({"cookies": 5}, "cookies"),
        ({"verify": 5}, "verify"),
        ({"verify": "no/such/file"}, "verify"),
        ({"verify": b"x"}, "verify"),
        ({"proxy": "socks5://localhost:1"}, "proxy"),
        ({"proxy": 5}, "proxy"),
        ({"limits": 5}, "limits"),
        ({"max_redirects": "x"}, "max_redirects"),
        ({"mounts": 5}, "mounts"),
        ({"transport": 5}, "transport"),
        ({"default_encoding": 5}, "default_encoding"),
        ({"trust_env": 5}, "trust_env"),
        ({"http2": True}, "http2"),
        ({"event_hooks": {"request": print}}, "event_hooks"),
        ({"event_hooks": {"request": [5]}}, "event_hooks"),
        ({"event_hooks": {"response": 5}}, "event_hooks"),
        ({"event_hooks": 5}, "event_hooks"),
        ({"event_hooks": []}, "event_hooks must map"),
        ({"retries": 3}, "retries"),
        ({"allow_insecure_http": "false"}, "allow_insecure_http"),
        ({"allow_insecure_http": 1}, "allow_insecure_http"),
    ],
)
def test_options_that_httpx_refuses_are_named(kind, options, named):
    if options == {"http2": True} and "h2" in sys.modules:
        pytest.skip("HTTP/2 is installed here")
    with pytest.raises(ConfigurationError, match=named):
        kind("t", **options)


@pytest.mark.parametrize("kind", [BetTune, AsyncBetTune])
def test_a_socks_proxy_of_the_environment_without_its_package(kind, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks5://localhost:1")
    with pytest.raises(ConfigurationError, match="socks"):
        kind("t")


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.matches.list(pd.NaT),
        lambda c: c.matches.list(datetime.fromisoformat("2026-06-06")),
        lambda c: c.matches.list("2026-06-06", tz="No/Where"),
        lambda c: c.matches.list("2026-06-06", tz=5),
        lambda c: c.matches.between(pd.NaT, pd.NaT),
        lambda c: c.predictions.search(1, np.array(5)),
        lambda c: c.predictions.search(1, 5),
        lambda c: c.predictions.search(0, [5]),
        lambda c: c.predictions.search(1, [0]),
        lambda c: c.predictions.put(10**5000, 1, 2),
        lambda c: c.predictions.put(1, 10**5000, 2),
        lambda c: c.predictions.put(1, 1, 10**5000),
        lambda c: c.predictions.put(1, 1, "2,15"),
        lambda c: c.predictions.put(1, 1, np.array([2])),
        lambda c: c.predictions.put(1, 1, Decimal("sNaN")),
        lambda c: c.predictions.put(1, np.float64(5), 2),
        lambda c: c.predictions.delete(1, np.array(5)),
        lambda c: c.predictions.plan(1, pd.Series([2.0, 3.0])),
        lambda c: c.predictions.plan(1, pd.DataFrame({"odds": [2.0]})),
        lambda c: c.predictions.plan(1, {1: 2}, missing=5),
        lambda c: c.predictions.plan(1, {1: 2}, tolerance=10**5000),
        lambda c: c.predictions.plan_many({1: {0: 2}}),
        lambda c: c.predictions.plan_many([1]),
        lambda c: c.predictions.apply({}),
        lambda c: c.predictions.apply_many({1: 5}),
        lambda c: c.predictions.apply(bettune.Plan(filter_id=1), concurrency=0),
        lambda c: c.predictions.apply(bettune.Plan(filter_id=1), on_progress=5),
        lambda c: c.predictions.apply(bettune.Plan(filter_id=1), on_result="x"),
    ],
)
def test_arguments_are_refused_before_any_request(connect, call):
    with Scripted(answer(500)) as server:
        client = connect(base_url=server.base_url, max_retries=0)
        with pytest.raises(InvalidArgumentError) as caught:
            call(client)
        assert not server.requests
    assert len(str(caught.value)) < 1000


def test_a_message_of_100000_missing_values_is_short(connect):
    with Scripted(answer(500)) as server:
        client = connect(base_url=server.base_url)
        odds = pd.Series(
            [float("nan")] * 100_000, index=pd.Index(np.arange(1, 100_001) * 7, name="match_id")
        )
        with pytest.raises(bettune.InvalidOddsError, match="missing=") as caught:
            client.predictions.sync(1, odds)
        assert not server.requests
    assert len(str(caught.value)) < 1000
    assert len(caught.value.invalid) == 100_000


# The token.


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (f"Bearer {SECRET}", "Bearer"),
        (f"bearer {SECRET}", "Bearer"),
        (f"Bearer\t{SECRET}", "Bearer"),
        (f'"{SECRET}"', "quotes"),
        (f"„{SECRET}”", "quotes"),
        (f"{SECRET}\n{SECRET}", "line break"),
        (f"{SECRET} {SECRET}", "space"),
        (f"{SECRET}ą", "ASCII"),
        (f"{SECRET}\x00", "control"),
        ("", "empty"),
        (" \n", "empty"),
    ],
)
@pytest.mark.parametrize("source", ["argument", "environment", "file"])
@pytest.mark.parametrize("kind", [BetTune, AsyncBetTune])
def test_each_token_that_cannot_be_has_its_own_reason(  # noqa: PLR0917
    kind, source, token, reason, monkeypatch, tmp_path
):
    given = None
    if source == "argument":
        given = token
    elif source == "file":
        file = tmp_path / "token"
        file.write_text(token, "utf-8")
        monkeypatch.setenv("BETTUNE_API_TOKEN_FILE", str(file))
    elif "\x00" in token:
        pytest.skip("no variable can hold it")
    else:
        monkeypatch.setenv("BETTUNE_API_TOKEN", token)
    with pytest.raises(ConfigurationError, match=reason) as caught:
        kind(given)
    assert SECRET not in repr(caught.value)
    if source != "argument":
        assert SECRET not in "".join(frames_of(caught.value))


def frames_of(error):
    while error is not None:
        trace = error.__traceback__.tb_next if error.__traceback__ else None
        while trace:
            yield repr(trace.tb_frame.f_locals)
            trace = trace.tb_next
        error = error.__context__


@pytest.mark.parametrize("kind", [BetTune, AsyncBetTune])
@pytest.mark.parametrize("options", [{"timeout": -1}, {"cert": 5}, {"base_url": "x"}, {"x": 1}])
def test_no_frame_of_a_constructor_that_refused_holds_the_token(kind, options, monkeypatch):
    monkeypatch.setenv("BETTUNE_API_TOKEN", SECRET)
    with pytest.raises(ConfigurationError) as caught:
        kind(**options)
    assert SECRET not in "".join(frames_of(caught.value))


def test_the_token_of_a_file(connect, monkeypatch, tmp_path):
    file = tmp_path / "token"
    file.write_bytes(b"\xef\xbb\xbf  from-a-file\r\n")
    monkeypatch.setenv("BETTUNE_API_TOKEN_FILE", str(file))
    with Scripted(answer(200, {"count": 0, "items": []})) as server:
        connect(None, base_url=server.base_url).sports.list()
    assert server.requests[0].headers["authorization"] == "Bearer from-a-file"


@pytest.mark.parametrize("kind", [BetTune, AsyncBetTune])
def test_a_file_that_holds_no_token(kind, monkeypatch, tmp_path):
    for name, content, said in [
        ("none", None, "cannot be read"),
        ("large", b"x" * 20_000, "too large"),
        ("binary", b"\xff\xfe\xff", "not UTF-8 text"),
    ]:
        file = tmp_path / name
        if content is not None:
            file.write_bytes(content)
        monkeypatch.setenv("BETTUNE_API_TOKEN_FILE", str(file))
        with pytest.raises(ConfigurationError, match=said):
            kind()


@pytest.mark.parametrize("kind", [BetTune, AsyncBetTune])
def test_a_client_that_was_not_made_shows_itself_all_the_same(kind):
    made = kind.__new__(kind)
    with pytest.raises(ConfigurationError):
        made.__init__("")
    assert repr(made) == f"{kind.__name__}()"


# Errors.


def test_errors_made_by_hand_say_what_they_were_given():
    assert str(bettune.NotFoundError("x")) == "x"
    assert repr(bettune.NotFoundError("x")) == "NotFoundError('x')"
    assert str(bettune.APIConnectionError("x")) == "x"
    assert str(bettune.SyncError("x")) == "x"


def test_a_status_error_has_a_note_for_crash_reporters(connect):
    with Scripted(answer(404, {"code": "match_not_found", "message": "No match"})) as server:
        client = connect(base_url=server.base_url)
        with pytest.raises(bettune.NotFoundError, match="retrying will not help") as caught:
            client.predictions.put(1, 5, 2)
    assert caught.value.message == "No match"
    note = "PUT /prediction-filters/1/matches/5/prediction: 404"
    assert caught.value.__notes__ == [note]


def test_a_timeout_says_what_the_transport_said():
    def fail(request):
        raise httpx.ReadTimeout("no response was prepared for it")

    transport = httpx.MockTransport(fail)
    with (
        BetTune("t", transport=transport, max_retries=0) as client,
        pytest.raises(bettune.APITimeoutError, match="no response was prepared for it"),
    ):
        client.sports.list()


def test_thousands_of_failures_with_long_pages_take_little_memory():
    def serve(request):
        if request.method == "POST":
            return httpx.Response(200, json={"count": 0, "items": []})
        return httpx.Response(400, content=b"<html>" + b"x" * 20_000)

    transport = httpx.MockTransport(serve)
    with BetTune("t", transport=transport, max_retries=0) as client:
        plan = client.predictions.plan(1, dict.fromkeys(range(1, 301), 2))
        client.predictions.apply(plan)  # what is made once
        tracemalloc.start()
        report = client.predictions.apply(plan)
        gc.collect()
        held = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
    assert len(report.failed) == 300
    assert held / 300 < 12_000
